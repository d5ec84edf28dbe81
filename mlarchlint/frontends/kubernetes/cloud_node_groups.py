"""Node groups that Terraform and CloudFormation declare: EKS, GKE, AKS."""

from __future__ import annotations

from mlarchlint.frontends.kubernetes.counts import or_default
from mlarchlint.frontends.kubernetes.node_groups import INSTANCE_TYPE, NodeGroup, accelerated
from mlarchlint.frontends.kubernetes.selectors import label_text
from mlarchlint.model.resource import Format, Instance, Mode
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value


def _named(**labels: Value) -> dict[str, tuple[Value, ...] | None]:
    return {name: (value,) for name, value in labels.items() if not value.is_absent}


def _eks(key: str, instance: Instance, cluster: str) -> NodeGroup:
    """https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html (labels that EKS adds)"""
    names = _EKS_CLOUDFORMATION if instance.format is Format.CLOUDFORMATION else _EKS_TERRAFORM
    names = _EKS_MODULE if instance.mode is Mode.MODULE else names
    name, capacity, types, written, taints = (instance.get(attribute) for attribute in names)
    labels = _named(**{
        "eks.amazonaws.com/capacityType": or_default(capacity, "ON_DEMAND", Value.absent(instance.span)),
        "eks.amazonaws.com/nodegroup": name,
    })  # fmt: skip
    if types.items():
        labels[INSTANCE_TYPE] = types.items()
    labels |= {label: (value,) for label, value in written.mapping().items()}
    machines = accelerated(label_text(value) or "" for value in types.items())
    marks = tuple(_taint(taint) for taint in taints.items() or taints.mapping().values())
    return NodeGroup(key, labels, marks, cluster, machines, "aws", instance.span)


_EKS_TERRAFORM = ("node_group_name", "capacity_type", "instance_types", "labels", "taint")
_EKS_MODULE = ("name", "capacity_type", "instance_types", "labels", "taints")
_EKS_CLOUDFORMATION = ("NodegroupName", "CapacityType", "InstanceTypes", "Labels", "Taints")


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
    machines = accelerated([config.get("machine_type").text() or ""])
    if not card.is_absent:
        machines = Truth.YES
        # GKE taints nodes with GPUs, and tolerates the taint for pods that ask for one
        gpu = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
        taints += (
            Value.known({name: Value.known(text, card.span) for name, text in gpu.items()}, card.span),
        )
    return NodeGroup(key, labels, taints, cluster, machines, "google", instance.span)


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
    machines = accelerated([read("vm_size").text() or ""])
    return NodeGroup(key, labels, tuple(taints), cluster or key, machines, "azure", instance.span)


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


CLOUD_GROUPS = {
    "aws_eks_node_group": _eks,
    "AWS::EKS::Nodegroup": _eks,
    "terraform-aws-modules/eks/aws//modules/eks-managed-node-group": _eks,
    "google_container_node_pool": _gke,
    "azurerm_kubernetes_cluster_node_pool": _aks,
    "azurerm_kubernetes_cluster": _aks,
}
