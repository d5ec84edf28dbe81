"""Traits of Kubernetes objects other than workloads that no path alone can read."""

from __future__ import annotations

import re
from collections.abc import Callable

from mlarchlint.frontends.kubernetes.entries import (
    gateway,
    ingress,
    istio_gateway,
    peer_authentication,
    service,
    virtual_service,
)
from mlarchlint.frontends.kubernetes.node_pools import karpenter_pool
from mlarchlint.frontends.kubernetes.paths import at, field, group_kind
from mlarchlint.frontends.kubernetes.scalers import autoscaler, scaled_object
from mlarchlint.frontends.kubernetes.storage import claim, storage_class, volume
from mlarchlint.frontends.kubernetes.stores import operated_database, store_kind
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

Traits = dict[str, Value]


def object_traits(instance: Instance) -> Traits:
    read = _READERS.get(group_kind(instance))
    return read(instance) if read else {}


def kubernetes_kind(instance: Instance, kind: str) -> str:
    """The kind of an object where the type alone does not decide it; otherwise the one given."""
    of = group_kind(instance)
    if of == ("", "Service") and field(instance, "spec.type").text() == "LoadBalancer":
        return "load_balancer"
    if of == ("", "PersistentVolumeClaim") and _shared(field(instance, "spec.accessModes")):
        return "file_share"
    return store_kind(instance) or kind


def _shared(modes: Value) -> bool:
    return any(mode.text() in ("ReadWriteMany", "ReadOnlyMany") for mode in modes.items())


def _role(instance: Instance) -> Traits:
    """`grants`: VERB RESOURCE of every rule; `wildcard`: all verbs on all resources."""
    grants: list[Value] = []
    for rule in instance.get("rules").items():
        for verb in rule.get("verbs").items():
            for resource in rule.get("resources").items():
                grants.append(Value.known(f"{verb.text()} {resource.text()}", rule.span))
    wild = next((grant for grant in grants if grant.raw == "* *"), None)
    where = instance.get("rules").span
    return {
        "grants": Value.known(tuple(grants), where),
        "wildcard": Value.known(wild is not None, where if wild is None else wild.span),
    }


_CLOUD_IDENTITIES = (
    "eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id",
)  # fmt: skip


def _service_account(instance: Instance) -> Traits:
    notes = field(instance, "metadata.annotations").mapping()
    traits = {"kind": Value.known("service_account", instance.span)}
    for name in _CLOUD_IDENTITIES:
        if name in notes:
            traits["cloud_identity"] = notes[name]
    return traits


def _network_policy(instance: Instance) -> Traits:
    """https://kubernetes.io/docs/concepts/services-networking/network-policies/"""
    spec = instance.get("spec")
    kinds = [t.text() or "" for t in spec.get("policyTypes").items()]
    if not kinds:
        kinds = ["Ingress"] + ([] if spec.get("egress").is_absent else ["Egress"])
    peers = [
        at(peer, "ipBlock.cidr")
        for rule in spec.get("ingress").items()
        for peer in rule.get("from").items()
        if not at(peer, "ipBlock.cidr").is_absent
    ]
    where = spec.get("policyTypes").span
    return {
        "isolates_ingress": Value.known("Ingress" in kinds, where),
        "isolates_egress": Value.known("Egress" in kinds, where),
        "ingress_cidrs": Value.known(tuple(peers), peers[0].span) if peers else Value.absent(),
    }


def _prometheus_rule(instance: Instance) -> Traits:
    rules = [
        rule for group in field(instance, "spec.groups").items() for rule in group.get("rules").items()
        if not rule.get("alert").is_absent
    ]  # fmt: skip
    expressions = [rule.get("expr") for rule in rules if not rule.get("expr").is_absent]
    if not rules:
        return {}
    texts = " ".join(value.text() or "" for value in expressions)
    traits = {
        "alerts": Value.known(tuple(rule.get("alert") for rule in rules), rules[0].span),
        "query": expressions[0] if expressions else Value.absent(),
    }
    if classes := _classes(texts):
        traits["metric_class"] = Value.known(classes[0], rules[0].span)
    if "histogram_quantile" in texts:
        traits["statistic"] = Value.known("percentile", rules[0].span)
    elif averages := [value for value in expressions if _is_average(value.text() or "")]:
        traits["statistic"] = Value.known("Average", averages[0].span)
    return traits


_SIGNS = {
    "latency": ("latency", "duration", "histogram_quantile", "response_time", "time_to_first_token"),
    "errors": ("error", "5..", "status=~\"5", "code=~\"5", "failed", "failure"),
    "saturation": ("cpu", "memory", "gpu", "dcgm", "utilization", "queue", "pending"),
    "drift": ("drift",),
}  # fmt: skip


def _is_average(text: str) -> bool:
    """A latency as an average: by a function, or as a sum over a count."""
    latency = any(sign in text.lower() for sign in _SIGNS["latency"])
    return latency and re.search(r"\bavg(_over_time)?\b|_sum\b.*/.*_count\b", text, re.DOTALL) is not None


def _classes(text: str) -> list[str]:
    lowered = text.lower()
    return [word for word, signs in _SIGNS.items() if any(sign in lowered for sign in signs)]


def _destination_rule(instance: Instance) -> Traits:
    policy = field(instance, "spec.trafficPolicy")
    outliers, limits = policy.get("outlierDetection"), policy.get("connectionPool")
    return {
        "outlier_detection": Value.known(not outliers.is_absent, outliers.span),
        "connection_limits": Value.known(not limits.is_absent, limits.span),
        "algorithm": at(policy, "loadBalancer.simple"),
        "tls_mode": at(policy, "tls.mode"),
    }


_Reader = Callable[[Instance], Traits]


_READERS: dict[tuple[str, str], _Reader] = {
    ("postgresql.cnpg.io", "Cluster"): operated_database,
    ("acid.zalan.do", "postgresql"): operated_database,
    ("", "PersistentVolumeClaim"): claim,
    ("", "PersistentVolume"): volume,
    ("storage.k8s.io", "StorageClass"): storage_class,
    ("autoscaling", "HorizontalPodAutoscaler"): autoscaler,
    ("keda.sh", "ScaledObject"): scaled_object,
    ("rbac.authorization.k8s.io", "Role"): _role,
    ("rbac.authorization.k8s.io", "ClusterRole"): _role,
    ("", "ServiceAccount"): _service_account,
    ("networking.k8s.io", "NetworkPolicy"): _network_policy,
    ("monitoring.coreos.com", "PrometheusRule"): _prometheus_rule,
    ("networking.istio.io", "DestinationRule"): _destination_rule,
    ("networking.istio.io", "VirtualService"): virtual_service,
    ("networking.istio.io", "Gateway"): istio_gateway,
    ("security.istio.io", "PeerAuthentication"): peer_authentication,
    ("gateway.networking.k8s.io", "Gateway"): gateway,
    ("networking.k8s.io", "Ingress"): ingress,
    ("extensions", "Ingress"): ingress,
    ("", "Service"): service,
    ("karpenter.sh", "NodePool"): karpenter_pool,
    ("karpenter.sh", "Provisioner"): karpenter_pool,
}
