"""Stores that run as plain pods: what they are, and who is known to use them."""

from __future__ import annotations

import pytest

from mlarchlint.frontends.kubernetes import kubernetes_kind
from tests.kubernetes.reading import deployment, links, one, traits

SERVICE = "---\napiVersion: v1\nkind: Service\nmetadata: {name: cache}\nspec: {selector: {app: cache}}\n"
USED = ("Deployment/default/api", "uses", "StatefulSet/default/cache")
SPREAD = "topologySpreadConstraints: [{topologyKey: topology.kubernetes.io/zone}]"


def store(image: str = "redis:7", *, kind: str = "StatefulSet", extra: str = "", spec: str = "") -> str:
    return (
        deployment(spec, name="cache", extra=extra)
        .replace("kind: Deployment", f"kind: {kind}")
        .replace("registry/cache:1", image)
    )


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ("redis", "cache"),
        ("docker.io/bitnami/redis:7.2@sha256:00", "cache"),
        ("registry.example:5000/team/postgresql:16", "database"),
        ("apache/kafka:3.8.0", "stream"),
        ("qdrant/qdrant:v1.12.0", "vector_index"),
        ("rabbitmq:4", "queue"),
        ("oliver006/redis_exporter:1", "container_service"),
        ("provectuslabs/kafka-ui:latest", "container_service"),
        ("registry/predis:1", "container_service"),
    ],
)
def test_the_image_says_which_store_it_is(image: str, kind: str) -> None:
    assert kubernetes_kind(one(store(image)), "container_service") == kind
    assert kubernetes_kind(one(store(image, kind="Deployment")), "container_service") == kind


def test_only_controllers_of_lasting_pods_are_stores() -> None:
    assert kubernetes_kind(one(store(kind="DaemonSet")), "container_service") == "container_service"


@pytest.mark.parametrize(
    ("extra", "spec", "ha"),
    [
        ("", "", "none"),
        ("replicas: 1", "", "none"),
        ("replicas: 0", "", None),
        ("replicas: 3", "", None),
        ("replicas: 3", SPREAD, "multi_zone"),
        ("replicas: 1", SPREAD, "none"),
        ("replicas: ${N}", "", "?"),
    ],
)
def test_redundancy_follows_from_replicas_and_their_spread(extra: str, spec: str, ha: str | None) -> None:
    assert traits(store(extra=extra, spec=spec)).get("ha") == ha


def test_a_workload_uses_the_store_behind_the_service_it_names() -> None:
    caller = deployment(containers="env: [{name: REDIS_URL, value: 'redis://:pw@cache:6379/0'}]")
    assert USED in links(f"{caller}---\n{store()}{SERVICE}")
    assert USED not in links(f"{caller}---\n{store('registry/web:1')}{SERVICE}")
    assert USED not in links(f"{deployment()}---\n{store()}{SERVICE}")


@pytest.mark.parametrize(
    "variables",
    [
        "envFrom: [{configMapRef: {name: settings}}]",
        "env: [{name: REDIS_HOST, valueFrom: {configMapKeyRef: {name: settings, key: REDIS_HOST}}}]",
    ],
)
def test_a_config_map_may_name_the_host(variables: str) -> None:
    settings = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {REDIS_HOST: cache}\n"
    caller = deployment(containers=variables)
    assert USED in links(f"{caller}---\n{store()}{SERVICE}{settings}")
    assert USED not in links(f"{caller}---\n{store()}{SERVICE}{settings.replace('cache', 'another')}")
    assert USED not in links(f"{deployment()}---\n{store()}{SERVICE}{settings}")


@pytest.mark.parametrize(
    ("spec", "ha"),
    [
        ("{instances: 1}", "none"),
        ("{}", "none"),
        ("{instances: 3}", None),
        ("{instances: 3, affinity: {topologyKey: topology.kubernetes.io/zone}}", None),
        ("{instances: 3, affinity: {podAntiAffinityType: required, topologyKey: topology.kubernetes.io/zone}}", "multi_zone"),
    ],
)  # fmt: skip
def test_an_operator_spreads_what_there_is_to_spread(spec: str, ha: str | None) -> None:
    cluster = f"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {{name: runs}}\nspec: {spec}\n"
    assert traits(cluster).get("ha") == ha
