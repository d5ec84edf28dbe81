"""Groups of nodes that pods may land on: Karpenter's pools, and node groups made in Terraform
or CloudFormation, with the labels and taints that their nodes carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mlarchlint.frontends.kubernetes.paths import field as member
from mlarchlint.frontends.kubernetes.selectors import label_text
from mlarchlint.model.resource import Format, Instance
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

CAPACITY = "karpenter.sh/capacity-type"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
ZONE = "topology.kubernetes.io/zone"


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """labels: label -> the values that its nodes may have; None for any (a key that Karpenter
    leaves open). cluster: which cluster it belongs to, as far as written ("" if not).
    accelerated: whether its nodes have accelerators."""

    key: str
    labels: Mapping[str, tuple[Value, ...] | None]
    taints: tuple[Value, ...] = ()
    cluster: str = ""
    accelerated: Truth = Truth.MAYBE
    provider: str = ""
    span: SourceSpan = field(default_factory=lambda: SourceSpan(""))


def karpenter_pool(instance: Instance) -> dict[str, Value]:
    """https://karpenter.sh/docs/concepts/nodepools/"""
    template = _template(instance)
    asked = {
        key: requirement for requirement in template.get("requirements").items()
        if (key := requirement.get("key").text()) is not None
    }  # fmt: skip
    traits = {
        "max_vcpus": member(instance, "spec.limits.cpu"),
        "consolidation": member(instance, "spec.disruption.consolidationPolicy"),
        "taints": template.get("taints"),
    }
    capacity = asked.get(CAPACITY)
    if capacity is None:  # the default is on-demand
        traits["spot"] = template.with_default("none", template.span)
    else:
        traits["spot"] = _spot(capacity)
    for key, trait in (
        (ZONE, "zones"),
        (INSTANCE_TYPE, "instance_types"),
        ("karpenter.k8s.aws/instance-family", "instance_families"),
        ("karpenter.k8s.aws/instance-category", "instance_categories"),
        ("karpenter.k8s.aws/instance-gpu-name", "accelerator.type"),
    ):
        if key in asked and asked[key].get("operator").text() == "In":
            values = asked[key].get("values")
            single = trait == "accelerator.type" and values.items()
            traits[trait] = values.items()[0] if single else values
    return traits


def _template(instance: Instance) -> Value:
    """v1 nests `spec.template.spec`; the old Provisioner has all in `spec`."""
    nested = member(instance, "spec.template.spec")
    return instance.get("spec") if nested.is_absent else nested


def _spot(requirement: Value) -> Value:
    values, operator = requirement.get("values"), requirement.get("operator").text()
    if values.is_unknown or any(not v.is_known for v in values.items()):
        hidden = next((v for v in values.items() if not v.is_known), values)
        return Value.unknown(hidden.why, hidden.span, refs=hidden.refs)
    named = {label_text(value) for value in values.items()}
    if operator == "NotIn":
        return Value.known("none" if "spot" in named else "mixed", requirement.span)
    if operator != "In" or "spot" not in named:
        return Value.known("none" if operator == "In" else "mixed", requirement.span)
    return Value.known("all" if named == {"spot"} else "mixed", requirement.span)


def node_group(key: str, instance: Instance) -> NodeGroup | None:
    """The node group that a resource is; None if it is none."""
    kind = instance.type.rpartition("/")[2]
    if instance.format is Format.KUBERNETES and kind in ("NodePool", "Provisioner"):
        return _karpenter_group(key, instance) if "karpenter" in instance.type else None
    make = _GROUPS.get(instance.type)
    return make(key, instance, _cluster_of(instance)) if make else None


def _cluster_of(instance: Instance) -> str:
    """Which cluster, as it is written: a reference, or a name."""
    for name in ("cluster_name", "ClusterName", "cluster", "kubernetes_cluster_id"):
        value = instance.get(name)
        refs = value.all_refs()
        if refs:
            return refs[0].rpartition(".")[0] or refs[0]
        if value.text():
            return value.text() or ""
    return ""


def _karpenter_group(key: str, instance: Instance) -> NodeGroup:
    template = _template(instance)
    labels: dict[str, tuple[Value, ...] | None] = {}
    metadata = member(instance, "spec.template.metadata")
    written = metadata.get("labels") if not metadata.is_absent else member(instance, "spec.labels")
    for name, value in written.mapping().items():
        labels[name] = (value,)
    for requirement in template.get("requirements").items():
        key_text = requirement.get("key").text()
        if key_text is not None:
            given = requirement.get("values")
            labels[key_text] = given.items() if requirement.get("operator").text() == "In" else None
    labels.setdefault(CAPACITY, (Value.known("on-demand", template.span),))
    labels["karpenter.sh/nodepool"] = (Value.known(instance.name, instance.span),)
    labels["karpenter.sh/provisioner-name"] = (Value.known(instance.name, instance.span),)
    categories = [label_text(v) or "" for v in labels.get("karpenter.k8s.aws/instance-category") or ()]
    categories += [label_text(v) or "" for v in labels.get("karpenter.k8s.aws/instance-family") or ()]
    categories += [label_text(v) or "" for v in labels.get(INSTANCE_TYPE) or ()]
    accelerated = Truth.MAYBE
    if categories:
        accelerated = Truth.any(Truth.of(bool(_ACCELERATED.match(text))) for text in categories)
    return NodeGroup(key, labels, template.get("taints").items(), "", accelerated, "aws", instance.span)


# instance families and machine types with accelerators
_ACCELERATED = re.compile(
    r"^(p\d|p$|g\d|g$|gr\d|inf|trn|dl\d|a2-|a3-|a4|g2-|g4-|ct\d|tpu|Standard_N[CDV])", re.IGNORECASE
)


def _named(**labels: Value) -> dict[str, tuple[Value, ...] | None]:
    return {name: (value,) for name, value in labels.items() if not value.is_absent}


def _eks(key: str, instance: Instance, cluster: str) -> NodeGroup:
    """https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html (labels that EKS adds)"""
    names = _EKS_NAMES[instance.format is Format.CLOUDFORMATION]
    capacity = instance.get(names["capacity"])
    capacity = capacity.with_default("ON_DEMAND", instance.span) if capacity.is_absent else capacity
    types = instance.get(names["types"])
    labels = _named(**{
        "eks.amazonaws.com/capacityType": capacity,
        "eks.amazonaws.com/nodegroup": instance.get(names["name"]),
    })  # fmt: skip
    if types.items():
        labels[INSTANCE_TYPE] = types.items()
    labels |= {name: (value,) for name, value in instance.get("labels" if "name" in names and
               instance.format is Format.TERRAFORM else "Labels").mapping().items()}  # fmt: skip
    taints = instance.get("taint" if instance.format is Format.TERRAFORM else "Taints")
    texts = [label_text(value) or "" for value in types.items()]
    return NodeGroup(
        key,
        labels,
        tuple(_taint(t) for t in taints.items()),
        cluster,
        _accelerated(texts),
        "aws",
        instance.span,
    )


_EKS_NAMES = {
    False: {"capacity": "capacity_type", "types": "instance_types", "name": "node_group_name"},
    True: {"capacity": "CapacityType", "types": "InstanceTypes", "name": "NodegroupName"},
}


def _gke(key: str, instance: Instance, cluster: str) -> NodeGroup:
    """https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms (labels that GKE adds)"""
    config = _first(instance.get("node_config"))
    labels = _named(
        **{"cloud.google.com/gke-nodepool": instance.get("name"), INSTANCE_TYPE: config.get("machine_type")}
    )
    for attribute, label in (("spot", "gke-spot"), ("preemptible", "gke-preemptible")):
        if config.get(attribute).raw is True:
            labels[f"cloud.google.com/{label}"] = (config.get(attribute),)
    card = _first(config.get("guest_accelerator"))
    if not card.get("type").is_absent:
        labels["cloud.google.com/gke-accelerator"] = (card.get("type"),)
    labels |= {name: (value,) for name, value in config.get("labels").mapping().items()}
    taints = tuple(_taint(t) for t in config.get("taint").items())
    accelerated = _accelerated([config.get("machine_type").text() or ""])
    if not card.is_absent:
        accelerated = Truth.YES
        # GKE taints nodes with GPUs, and tolerates the taint for pods that ask for one
        gpu = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
        taints += (
            Value.known({name: Value.known(text, card.span) for name, text in gpu.items()}, card.span),
        )
    return NodeGroup(key, labels, taints, cluster, accelerated, "google", instance.span)


def _aks(key: str, instance: Instance, cluster: str) -> NodeGroup:
    """https://learn.microsoft.com/azure/aks/spot-node-pool (label and taint that AKS adds)"""
    pool = (
        _first(instance.get("default_node_pool")) if instance.type == "azurerm_kubernetes_cluster" else None
    )

    def read(name: str) -> Value:
        return instance.get(name) if pool is None else pool.get(name)

    labels = _named(**{
        "agentpool": read("name"), "kubernetes.azure.com/agentpool": read("name"), INSTANCE_TYPE: read("vm_size"),
    })  # fmt: skip
    taints = [_split_taint(text) for text in read("node_taints").items()]
    if (read("priority").text() or "").lower() == "spot":
        labels["kubernetes.azure.com/scalesetpriority"] = (Value.known("spot", read("priority").span),)
        taints.append(
            _split_taint(Value.known("kubernetes.azure.com/scalesetpriority=spot:NoSchedule", instance.span))
        )
    labels |= {name: (value,) for name, value in read("node_labels").mapping().items()}
    accelerated = _accelerated([read("vm_size").text() or ""])
    return NodeGroup(key, labels, tuple(taints), cluster or key, accelerated, "azure", instance.span)


def _accelerated(texts: list[str]) -> Truth:
    known = [text for text in texts if text]
    if not known:
        return Truth.MAYBE
    return Truth.any(Truth.of(_ACCELERATED.match(text) is not None) for text in known)


def _taint(block: Value) -> Value:
    """CloudFormation's names and Terraform's are one but for the case."""
    lowered = {name.lower(): value for name, value in block.mapping().items()}
    return Value.known(lowered, block.span) if lowered else block


def _split_taint(value: Value) -> Value:
    """`key=value:effect` as an object."""
    text = value.text()
    if text is None:
        return value
    left, _, effect = text.partition(":")
    key, _, own = left.partition("=")
    parts = {"key": key, "value": own, "effect": effect}
    return Value.known({name: Value.known(part, value.span) for name, part in parts.items()}, value.span)


def _first(value: Value) -> Value:
    """The one block of a list of blocks."""
    return value.items()[0] if value.items() else value


_GROUPS = {
    "aws_eks_node_group": _eks,
    "AWS::EKS::Nodegroup": _eks,
    "google_container_node_pool": _gke,
    "azurerm_kubernetes_cluster_node_pool": _aks,
    "azurerm_kubernetes_cluster": _aks,
}


def requirement_matches(requirement: Value, group: NodeGroup) -> Truth:
    """Whether nodes of a group can satisfy one requirement of a node affinity."""
    key, operator = requirement.get("key").text(), requirement.get("operator").text()
    if key is None:
        return Truth.MAYBE
    if key not in group.labels:
        return _undeclared(key, operator or "In", group)
    options = group.labels[key]
    if operator in ("Exists", "DoesNotExist"):
        return Truth.of(operator == "Exists")
    if options is None or requirement.get("values").is_unknown:
        return Truth.MAYBE
    wanted = requirement.get("values").items()
    among = [_same(option, value) for option in options for value in wanted]
    if operator == "In":
        return Truth.any(among)
    if operator == "NotIn":
        excluded = [Truth.any(_same(option, value) for value in wanted) for option in options]
        return Truth.any(~one for one in excluded)
    return Truth.MAYBE


def label_matches(key: str, wanted: Value, group: NodeGroup) -> Truth:
    if key not in group.labels:
        return _undeclared(key, "In", group)
    options = group.labels[key]
    return Truth.MAYBE if options is None else Truth.any(_same(option, wanted) for option in options)


# labels that every node gets, or that the cloud adds, whether or not a group writes them
_GIVEN = re.compile(
    r"^(kubernetes\.io/(hostname|os|arch)|node\.kubernetes\.io/|topology\.|failure-domain\.|beta\.kubernetes\.io/|"
    r"karpenter\.k8s\.aws/|nvidia\.com/|feature\.node\.)"
)


def _undeclared(key: str, operator: str, group: NodeGroup) -> Truth:
    """A label that the group does not write: the kubelet or the cloud may add it; others are not there."""
    if operator in ("NotIn", "DoesNotExist"):
        return Truth.YES if not _GIVEN.match(key) else Truth.MAYBE
    return Truth.MAYBE if _GIVEN.match(key) else Truth.NO


def _same(option: Value, wanted: Value) -> Truth:
    left, right = label_text(option), label_text(wanted)
    return Truth.MAYBE if left is None or right is None else Truth.of(left == right)
