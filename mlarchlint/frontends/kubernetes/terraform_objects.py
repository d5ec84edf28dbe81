"""Kubernetes objects declared in Terraform, as instances that look like manifests.

Argument names: https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs (2.38), which writes
the API's fields in snake case, repeated ones as blocks in the singular.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlarchlint.frontends.kubernetes.manifests import hidden, ignore_annotations
from mlarchlint.frontends.kubernetes.partial_text import objects_in
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Format, Instance, Mode
from mlarchlint.model.value import Value

_TYPES = {
    "deployment": "apps/v1/Deployment",
    "stateful_set": "apps/v1/StatefulSet",
    "daemonset": "apps/v1/DaemonSet",
    "daemon_set": "apps/v1/DaemonSet",
    "replication_controller": "v1/ReplicationController",
    "pod": "v1/Pod",
    "job": "batch/v1/Job",
    "cron_job": "batch/v1/CronJob",
    "service": "v1/Service",
    "ingress": "networking.k8s.io/v1/Ingress",
    "ingress_class": "networking.k8s.io/v1/IngressClass",
    "horizontal_pod_autoscaler": "autoscaling/v2/HorizontalPodAutoscaler",
    "pod_disruption_budget": "policy/v1/PodDisruptionBudget",
    "persistent_volume_claim": "v1/PersistentVolumeClaim",
    "persistent_volume": "v1/PersistentVolume",
    "storage_class": "storage.k8s.io/v1/StorageClass",
    "namespace": "v1/Namespace",
    "config_map": "v1/ConfigMap",
    "secret": "v1/Secret",
    "service_account": "v1/ServiceAccount",
    "network_policy": "networking.k8s.io/v1/NetworkPolicy",
    "role": "rbac.authorization.k8s.io/v1/Role",
    "cluster_role": "rbac.authorization.k8s.io/v1/ClusterRole",
    "role_binding": "rbac.authorization.k8s.io/v1/RoleBinding",
    "cluster_role_binding": "rbac.authorization.k8s.io/v1/ClusterRoleBinding",
    "limit_range": "v1/LimitRange",
    "resource_quota": "v1/ResourceQuota",
    "priority_class": "scheduling.k8s.io/v1/PriorityClass",
}
_VERSION = regex(r"_v\d+(?:(?:alpha|beta)\d+)?$")

# blocks that may repeat: the API's own name of the list
_LISTS = {
    "container": "containers", "init_container": "initContainers", "env": "env", "env_from": "envFrom",
    "volume": "volumes", "volume_mount": "volumeMounts", "volume_device": "volumeDevices",
    "toleration": "tolerations", "image_pull_secrets": "imagePullSecrets", "image_pull_secret": "imagePullSecrets",
    "host_aliases": "hostAliases", "topology_spread_constraint": "topologySpreadConstraints",
    "match_expressions": "matchExpressions", "match_fields": "matchFields", "rule": "rules", "tls": "tls",
    "ingress": "ingress", "egress": "egress", "from": "from", "to": "to", "ports": "ports", "metric": "metrics",
    "policy": "policies", "node_selector_term": "nodeSelectorTerms", "volume_claim_template": "volumeClaimTemplates",
    "items": "items", "sources": "sources", "http_header": "httpHeaders", "sysctl": "sysctls",
    "readiness_gate": "readinessGates", "subject": "subjects", "port": "ports", "limit": "limits",
    "preferred_during_scheduling_ignored_during_execution": "preferredDuringSchedulingIgnoredDuringExecution",
    "path": "paths",
}  # fmt: skip
# (the block it stands in, its name) -> name of the one object that it is there
_SINGLE = {
    ("service", "port"): "port",  # of an ingress backend
    ("node_affinity", "required_during_scheduling_ignored_during_execution"):
        "requiredDuringSchedulingIgnoredDuringExecution",
}  # fmt: skip
_REQUIRED = "required_during_scheduling_ignored_during_execution"
_WORDS = {
    "cluster_ip": "clusterIP", "cluster_ips": "clusterIPs", "external_ips": "externalIPs", "host_ip": "hostIP",
    "load_balancer_ip": "loadBalancerIP", "host_pid": "hostPID", "host_ipc": "hostIPC", "volume_id": "volumeID",
    "storage_provisioner": "provisioner", "non_resource_urls": "nonResourceURLs", "fs_group": "fsGroup",
    "disk_name": "diskName", "target_cpu_utilization_percentage": "targetCPUUtilizationPercentage",
    "ip_families": "ipFamilies", "pod_cidr": "podCIDR",
}  # fmt: skip


def from_terraform(instance: Instance) -> list[Instance]:
    """The Kubernetes objects that a Terraform resource declares; itself where it declares none, or
    where they are not known. The address stays Terraform's; type and body are the manifest's."""
    if instance.format is not Format.TERRAFORM or instance.mode is not Mode.MANAGED:
        return [instance]
    if instance.type == "kubernetes_manifest":
        return [_manifest(instance, instance.get("manifest"))]
    if instance.type in ("kubectl_manifest", "k8s_manifest"):
        return _from_yaml(instance)
    name = instance.type.removeprefix("kubernetes_")
    found = _TYPES.get(_VERSION.sub("", name)) if name != instance.type else None
    if found is None:
        return [instance]
    return [_converted(instance, found)]


def _converted(instance: Instance, type_: str) -> Instance:
    body = _members(instance.body, "service_account" if type_.endswith("/ServiceAccount") else "")
    version, _, kind = type_.rpartition("/")
    body["apiVersion"] = Value.known(version, instance.span)
    body["kind"] = Value.known(kind, instance.span)
    if kind == "Secret":
        body |= {name: hidden(body[name]) for name in ("data", "stringData") if name in body}
    return _object(instance, type_, body)


def _object(instance: Instance, type_: str, body: Mapping[str, Value]) -> Instance:
    """The instance in its new clothes; its name is the object's, where that is known."""
    metadata = body.get("metadata", Value.absent(instance.span))
    return replace(
        instance,
        type=type_,
        body=body,
        format=Format.KUBERNETES,
        name=metadata.get("name").text() or instance.name,
        ignores=(*instance.ignores, *ignore_annotations(metadata)),
    )


def _members(members: Mapping[str, Value], inside: str) -> dict[str, Value]:
    converted: dict[str, Value] = {}
    for name, value in members.items():
        if inside == "service_account" and name == "secret":
            converted["secrets"] = _elements(value, name)
        elif _is_blocks(value):
            key, as_list = _block_name(name, inside)
            converted[key] = _elements(value, name) if as_list else _only(value, name)
        else:
            converted[camel(name)] = value
    return converted


def _block_name(name: str, inside: str) -> tuple[str, bool]:
    """The API's name of a block, and whether it is a list there."""
    if (inside, name) in _SINGLE:
        return _SINGLE[inside, name], False
    if name == _REQUIRED:
        return "requiredDuringSchedulingIgnoredDuringExecution", True
    if name in _LISTS:
        return _LISTS[name], True
    return camel(name), False


def _is_blocks(value: Value) -> bool:
    """Whether a value is blocks: a list of objects, or an empty list of them."""
    items = value.items()
    return bool(items) and all(isinstance(item.raw, Mapping) or item.is_unknown for item in items)


def _elements(value: Value, name: str) -> Value:
    parts = tuple(_only_object(item, name) for item in value.items())
    return Value.known(parts, value.span, origin=value.origin, refs=value.refs)


def _only(value: Value, name: str) -> Value:
    return _only_object(value.items()[0], name)


def _only_object(item: Value, name: str) -> Value:
    if not item.is_known:
        return item
    members = _members(item.mapping(), name)
    return Value.known(members, item.span, origin=item.origin, refs=item.refs)


def camel(name: str) -> str:
    if name in _WORDS:
        return _WORDS[name]
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _manifest(instance: Instance, manifest: Value) -> Instance:
    """An object in HCL; what is not known of it stays Terraform's."""
    manifest = manifest if manifest.inside is None else manifest.inside
    version, kind = manifest.get("apiVersion").text(), manifest.get("kind").text()
    if not version or not kind or "metadata" not in manifest.mapping():
        return instance
    return _object(instance, f"{version}/{kind}", manifest.mapping())


def _from_yaml(instance: Instance) -> list[Instance]:
    found: list[Instance] = []
    for declared in objects_in(instance.get("yaml_body")):
        made = _manifest(instance, declared)
        if made is not instance:
            suffix = f"#{len(found) + 1}" if found else ""
            found.append(replace(made, address=made.address + suffix))
    return found or [instance]
