"""Whatever stands in a document, there is a verdict or a Diagnostic, never a traceback."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mlarchlint.frontends.kubernetes import (
    from_terraform,
    kubernetes_kind,
    kubernetes_links,
    kubernetes_traits,
    node_group,
    read_manifests,
)  # fmt: skip
from mlarchlint.model.resource import Format, Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Value, from_plain
from tests.kubernetes.test_workloads import WORKLOADS

WORDS = sorted(
    {
        "spec", "template", "metadata", "containers", "initContainers", "resources", "requests", "limits", "cpu",
        "memory", "nvidia.com/gpu", "ports", "containerPort", "env", "name", "value", "valueFrom", "secretKeyRef",
        "volumes", "volumeMounts", "persistentVolumeClaim", "claimName", "mountPath", "nodeSelector", "affinity",
        "nodeAffinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms",
        "matchExpressions", "key", "operator", "values", "tolerations", "topologySpreadConstraints", "topologyKey",
        "labels", "annotations", "selector", "matchLabels", "replicas", "strategy", "type", "rollingUpdate",
        "predictor", "model", "minReplicas", "maxReplicas", "workerGroupSpecs", "headGroupSpec", "tasks", "tls",
        "rules", "http", "paths", "backend", "service", "scaleTargetRef", "kind", "parentRefs", "backendRefs",
        "requirements", "groups", "expr", "servers", "listeners", "protocol", "driver", "executor", "templates",
        "replicatedJobs", "trialTemplate", "trialSpec", "metrics", "triggers", "accessModes", "command", "args",
        "readinessProbe", "securityContext", "httpGet", "behavior", "subjects", "roleRef", "targetRef",
    }
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**12), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["a", "500m", "2Gi", "In", "Exists", "spot", "{{ x }}", "topology.kubernetes.io/zone", "", "1e3",
                     "karpenter.sh/capacity-type", "redis://cache:6379", "LoadBalancer", "HTTPS", "0x"]),
)  # fmt: skip
KEYS = st.sampled_from(WORDS)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)
KINDS = sorted(
    {(version, kind) for version, kind, _ in WORKLOADS}
    | {
        ("v1", "Service"), ("networking.k8s.io/v1", "Ingress"), ("v1", "PersistentVolumeClaim"), ("v1", "Secret"),
        ("v1", "PersistentVolume"), ("storage.k8s.io/v1", "StorageClass"), ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("keda.sh/v1alpha1", "ScaledObject"), ("policy/v1", "PodDisruptionBudget"), ("v1", "ServiceAccount"),
        ("networking.k8s.io/v1", "NetworkPolicy"), ("monitoring.coreos.com/v1", "PrometheusRule"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"), ("monitoring.coreos.com/v1", "PodMonitor"),
        ("networking.istio.io/v1", "Gateway"), ("networking.istio.io/v1", "VirtualService"),
        ("networking.istio.io/v1", "DestinationRule"), ("security.istio.io/v1", "PeerAuthentication"),
        ("gateway.networking.k8s.io/v1", "Gateway"), ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("karpenter.sh/v1", "NodePool"), ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"), ("kueue.x-k8s.io/v1beta1", "LocalQueue"), ("v1", "List"),
    }
)  # fmt: skip


def objects(draw_from: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda of, metadata, spec, extra: {
            **extra, "apiVersion": of[0], "kind": of[1], "metadata": {"name": "a", **metadata}, "spec": spec,
        },
        st.sampled_from(KINDS),
        st.dictionaries(st.sampled_from(["name", "namespace", "labels", "annotations"]), draw_from, max_size=3),
        draw_from,
        st.dictionaries(KEYS, draw_from, max_size=3),
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(objects(TREES), max_size=3))
def test_random_objects_are_judged(documents: list[dict[str, Any]]) -> None:
    found = read_manifests([(f"f{n}.yaml", json.dumps(d)) for n, d in enumerate(documents)])
    for instance in found.instances:
        traits = kubernetes_traits(instance)
        assert all(isinstance(value, Value) and not value.is_absent for value in traits.values())
        assert isinstance(kubernetes_kind(instance, "other"), str)
    keys = {str(n) for n in range(len(found.instances))}
    groups = [g for n, i in enumerate(found.instances) if (g := node_group(str(n), i)) is not None]
    edges = kubernetes_links([(str(n), i) for n, i in enumerate(found.instances)], groups)
    assert all(edge.source in keys and edge.target in keys and edge.source != edge.target for edge in edges)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(WORKLOADS), TREES, KEYS), min_size=1, max_size=3))
def test_workloads_with_one_wrong_part_are_judged(
    mutations: list[tuple[tuple[str, str, str], Any, str]],
) -> None:
    """Well-formed workloads with a random value in place of one member anywhere."""
    import yaml

    from tests.kubernetes.test_workloads import made

    for (version, kind, spec), value, key in mutations:
        body = yaml.safe_load(made(version, kind, spec))
        _plant(body["spec"], key, value)
        found = read_manifests([("a.yaml", json.dumps(body))])
        for instance in found.instances:
            kubernetes_traits(instance)
            kubernetes_links([("a", instance)])


def _plant(node: Any, key: str, value: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _plant(item, key, value)
    if isinstance(node, dict):
        for item in list(node.values()):
            _plant(item, key, value)
        node[key] = value


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        ["deployment", "service_v1", "ingress_v1", "job", "network_policy", "storage_class", "manifest"]
    ),
    st.dictionaries(st.sampled_from(["metadata", "spec", "manifest", "data", "secret"]), TREES, max_size=4),
)
def test_random_terraform_bodies_are_converted(name: str, body: dict[str, Any]) -> None:
    span = SourceSpan("main.tf")
    values = {key: from_plain(value, span) for key, value in body.items()}
    instance = Instance(f"kubernetes_{name}.a", f"kubernetes_{name}", "a", Format.TERRAFORM, values, span)
    for converted in from_terraform(instance):
        assert converted.address == instance.address
        if "/" in converted.type:
            kubernetes_traits(converted)
            kubernetes_links([("a", converted)])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_manifests([("a.yaml", text)])
    assert isinstance(found.instances, tuple)
