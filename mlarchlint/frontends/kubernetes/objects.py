"""Traits of Kubernetes objects other than workloads that no path alone can read."""

from __future__ import annotations

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
from mlarchlint.frontends.kubernetes.quantities import GIB, quantity, whole_if_integral
from mlarchlint.frontends.kubernetes.selectors import label_text
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
    return kind


def _shared(modes: Value) -> bool:
    return any(mode.text() in ("ReadWriteMany", "ReadOnlyMany") for mode in modes.items())


def _claim(instance: Instance) -> Traits:
    spec = instance.get("spec")
    modes = spec.get("accessModes")
    return {
        "size_gib": gib(at(spec, "resources.requests.storage")),
        "access_mode": modes.items()[0] if modes.items() else modes,
    }


def _volume(instance: Instance) -> Traits:
    spec = instance.get("spec")
    modes = spec.get("accessModes")
    traits = {
        "size_gib": gib(at(spec, "capacity.storage")),
        "access_mode": modes.items()[0] if modes.items() else modes,
        "reclaim_policy": spec.get("persistentVolumeReclaimPolicy"),
    }
    zones = [
        zone
        for term in at(spec, "nodeAffinity.required.nodeSelectorTerms").items()
        for e in term.get("matchExpressions").items()
        if (e.get("key").text() or "").endswith("/zone")
        for zone in e.get("values").items()
    ]
    if zones:
        traits["zones"] = Value.known(tuple(zones), zones[0].span)
    return traits


def gib(value: Value) -> Value:
    """A quantity of bytes in GiB."""
    if not value.is_known:
        return value
    number = quantity(value)
    if number is None:
        return Value.unknown(f"{value.raw!r} is no quantity", value.span)
    return Value.known(whole_if_integral(number / GIB), value.span)


# what encrypts on its own account:
# https://cloud.google.com/kubernetes-engine/docs/how-to/using-cmek (always, with Google's keys by default)
# https://learn.microsoft.com/azure/virtual-machines/disk-encryption (always, platform keys by default)
_ENCRYPTS = (
    "pd.csi.storage.gke.io", "kubernetes.io/gce-pd", "filestore.csi.storage.gke.io",
    "parallelstore.csi.storage.gke.io", "disk.csi.azure.com", "kubernetes.io/azure-disk",
    "file.csi.azure.com", "kubernetes.io/azure-file", "blob.csi.azure.com",
)  # fmt: skip
_EBS = ("ebs.csi.aws.com", "kubernetes.io/aws-ebs", "ebs.csi.eks.amazonaws.com")
_KEYS = ("kmsKeyId", "disk-encryption-kms-key", "diskEncryptionSetID")


def _storage_class(instance: Instance) -> Traits:
    """https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md"""
    provisioner, parameters = instance.get("provisioner"), instance.get("parameters")
    traits: Traits = {}
    key = next((parameters.get(name) for name in _KEYS if not parameters.get(name).is_absent), None)
    if provisioner.text() in _EBS:
        written = parameters.get("encrypted")
        if written.is_absent:
            traits["encrypted_at_rest"] = written.with_default(False, parameters.span)
        else:
            text = label_text(written)
            known = Value.known((text or "").lower() == "true", written.span)
            traits["encrypted_at_rest"] = written if text is None else known
    elif provisioner.text() in _ENCRYPTS:
        traits["encrypted_at_rest"] = provisioner.with_default(True, provisioner.span)
    encrypted = traits.get("encrypted_at_rest")
    if key is not None:
        traits["key"] = Value.known("customer", key.span)
    elif encrypted is not None and encrypted.is_known:
        traits["key"] = encrypted.with_default(
            "platform" if encrypted.raw is True else "none", encrypted.span
        )
    for name in ("type", "skuName", "skuname", "storageaccounttype"):
        if not parameters.get(name).is_absent:
            traits["type"] = parameters.get(name)
            break
    return traits


def _autoscaler(instance: Instance) -> Traits:
    """https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/"""
    spec = instance.get("spec")
    low = spec.get("minReplicas")
    down, up = at(spec, "behavior.scaleDown"), at(spec, "behavior.scaleUp")
    traits = {
        "min": low.with_default(1, spec.span) if low.is_absent else low,
        "max": spec.get("maxReplicas"),
        "in_cooldown_s": _window(down, 300, spec),
        "out_cooldown_s": _window(up, 0, spec),
    }
    metrics = [metric for entry in spec.get("metrics").items() if (metric := _metric(entry)) is not None]
    classic = spec.get("targetCPUUtilizationPercentage")
    if not classic.is_absent:
        metrics.append(Value.known("cpu", classic.span))
        traits["target"] = classic
    for entry in spec.get("metrics").items():
        target = at(entry, "resource.target.averageUtilization")
        if not target.is_absent:
            traits.setdefault("target", target)
    if not metrics and spec.get("metrics").is_absent:
        metrics = [spec.with_default("cpu", spec.span)]
    if metrics:
        traits["metric"] = metrics[0]
        traits["metrics"] = Value.known(tuple(metrics), metrics[0].span)
    return traits


def _window(behaviour: Value, default: int, spec: Value) -> Value:
    written = behaviour.get("stabilizationWindowSeconds")
    return written.with_default(default, spec.span) if written.is_absent else written


def _metric(entry: Value) -> Value | None:
    kind = entry.get("type").text() or ""
    part = entry.get(kind[:1].lower() + kind[1:])
    for path in ("name", "metric.name", "metricName"):
        name = at(part, path)
        if not name.is_absent:
            return name
    return None


def _scaled_object(instance: Instance) -> Traits:
    """https://keda.sh/docs/latest/reference/scaledobject-spec/"""
    spec = instance.get("spec")
    low, high = spec.get("minReplicaCount"), spec.get("maxReplicaCount")
    triggers = [t.get("type") for t in spec.get("triggers").items() if not t.get("type").is_absent]
    schedules = [
        at(t, "metadata.start") for t in spec.get("triggers").items() if t.get("type").text() == "cron"
    ]
    cooldown = spec.get("cooldownPeriod")
    traits = {
        "min": low.with_default(0, spec.span) if low.is_absent else low,
        "max": high.with_default(100, spec.span) if high.is_absent else high,
        "in_cooldown_s": cooldown.with_default(300, spec.span) if cooldown.is_absent else cooldown,
    }
    if triggers:
        traits["metric"] = triggers[0]
        traits["metrics"] = Value.known(tuple(triggers), triggers[0].span)
    if schedules:
        traits["schedules"] = Value.known(tuple(schedules), schedules[0].span)
    return traits


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
    return traits


_SIGNS = {
    "latency": ("latency", "duration", "histogram_quantile", "response_time", "time_to_first_token"),
    "errors": ("error", "5..", "status=~\"5", "code=~\"5", "failed", "failure"),
    "saturation": ("cpu", "memory", "gpu", "dcgm", "utilization", "queue", "pending"),
    "drift": ("drift",),
}  # fmt: skip


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
    ("", "PersistentVolumeClaim"): _claim,
    ("", "PersistentVolume"): _volume,
    ("storage.k8s.io", "StorageClass"): _storage_class,
    ("autoscaling", "HorizontalPodAutoscaler"): _autoscaler,
    ("keda.sh", "ScaledObject"): _scaled_object,
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
