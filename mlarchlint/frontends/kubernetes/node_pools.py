"""Karpenter's pools of nodes, and the node group that a resource of any format is."""

from __future__ import annotations

from dataclasses import replace

from mlarchlint.frontends.kubernetes.cloud_node_groups import CLOUD_GROUPS
from mlarchlint.frontends.kubernetes.node_groups import CAPACITY, INSTANCE_TYPE, ZONE, NodeGroup, accelerated
from mlarchlint.frontends.kubernetes.paths import field as member
from mlarchlint.frontends.kubernetes.selectors import label_text
from mlarchlint.model.resource import Format, Instance
from mlarchlint.model.value import Value


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
    make = CLOUD_GROUPS.get(instance.type)
    return replace(make(key, instance, _cluster_of(instance)), scope=instance.scope) if make else None


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
    return NodeGroup(
        key, labels, template.get("taints").items(), "", accelerated(categories), "aws", instance.span
    )
