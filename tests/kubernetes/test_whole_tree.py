"""A tree of manifests as people keep them: several files, a kustomization, a chart."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.frontends.kubernetes import kubernetes_traits, read_manifests
from mlarchlint.model.resource import Evaluation
from tests.kubernetes.reading import deployment, links_of, read

TREE = Path(__file__).parents[2] / "fixtures" / "kubernetes-language"
RANKER = "Deployment/serving/ranker"
JOB = "PyTorchJob/training/ranker-train-*"


@pytest.fixture(scope="module")
def tree() -> Evaluation:
    files = sorted(TREE.rglob("*.yaml"))
    return read_manifests([(path.relative_to(TREE).as_posix(), path.read_text("utf-8")) for path in files])


def traits_of(tree: Evaluation, address: str) -> dict[str, Any]:
    [instance] = [i for i in tree.instances if i.address == address]
    return {name: value.plain() for name, value in kubernetes_traits(instance).items()}


def test_every_object_is_there_and_nothing_else(tree: Evaluation) -> None:
    assert sorted(instance.address for instance in tree.instances) == [
        "ClusterQueue/gpus",
        RANKER,
        "HorizontalPodAutoscaler/serving/ranker",
        "Ingress/serving/ranker",
        "LocalQueue/training/research",
        "NodePool/gpu-spot",
        "PersistentVolumeClaim/serving/models",
        "PodDisruptionBudget/serving/ranker",
        JOB,
        "Service/serving/features",
        "Service/serving/ranker",
        "Service/tracking/tracker",
        "ServiceAccount/serving/ranker",
        "StatefulSet/tracking/tracker",
        "StorageClass/shared",
    ]
    assert sorted((d.code, d.span.file) for d in tree.diagnostics) == [
        ("kustomize-not-applied", "platform/overlays/prod/kustomization.yaml"),
        ("yaml-template", "chart/templates/server.yaml"),
    ]


def test_the_whole_graph_of_edges(tree: Evaluation) -> None:
    assert links_of(tree) == {
        ("Ingress/serving/ranker", "routes_to", "Service/serving/ranker"),
        ("Service/serving/ranker", "routes_to", RANKER),
        ("HorizontalPodAutoscaler/serving/ranker", "scales", RANKER),
        ("PodDisruptionBudget/serving/ranker", "protects", RANKER),
        (RANKER, "assumes", "ServiceAccount/serving/ranker"),
        (RANKER, "reads", "PersistentVolumeClaim/serving/models"),
        (RANKER, "uses", "Service/serving/features"),
        ("PersistentVolumeClaim/serving/models", "uses", "StorageClass/shared"),
        ("Service/tracking/tracker", "routes_to", "StatefulSet/tracking/tracker"),
        (JOB, "uses", "LocalQueue/training/research"),
        (JOB, "placed_in", "NodePool/gpu-spot"),
        ("LocalQueue/training/research", "uses", "ClusterQueue/gpus"),
    }


def test_the_server_and_the_training_job(tree: Evaluation) -> None:
    server = traits_of(tree, RANKER)
    assert (server["requests.cpu"], server["accelerator.count"]) == (1.6, 1)
    assert (server["probes.readiness"], server["probes.liveness"], server["spread_zones"]) == (
        True,
        True,
        True,
    )
    job = traits_of(tree, JOB)
    assert (job["nodes"], job["spot"], job["accelerator.count"], job["gang"]) == (4, "all", 8, True)
    assert (job["retries"], job["max_runtime_s"]) == (2, 86400)


def test_five_thousand_lines_take_less_than_half_a_second() -> None:
    container = "ports: [{containerPort: 80}]\nresources:\n  requests:\n    cpu: 1\n    memory: 1Gi\n"
    text = "---\n".join(deployment("serviceAccountName: s", container, name=f"d-{n}") for n in range(290))
    assert text.count("\n") > 5000
    start = time.perf_counter()
    found = read(text)
    for instance in found.instances:
        kubernetes_traits(instance)
    links_of(found)
    assert len(found.instances) == 290
    assert time.perf_counter() - start < 2  # 0.2 s; the rest is for busy machines
