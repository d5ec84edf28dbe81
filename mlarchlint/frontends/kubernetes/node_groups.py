"""A group of nodes: the labels and taints that its nodes carry, and what matches them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field

from mlarchlint.frontends.kubernetes.selectors import label_text
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

CAPACITY = "karpenter.sh/capacity-type"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
ZONE = "topology.kubernetes.io/zone"


@record(frozen=True, slots=True)
class NodeGroup:
    """labels: label -> the values that its nodes may have; None for any (a key that Karpenter
    leaves open). cluster: which cluster it belongs to, as far as written ("" if not), and scope:
    in which stack.
    accelerated: whether its nodes have accelerators."""

    key: str
    labels: Mapping[str, tuple[Value, ...] | None]
    taints: tuple[Value, ...] = ()
    cluster: str = ""
    accelerated: Truth = Truth.MAYBE
    provider: str = ""
    span: SourceSpan = field(default_factory=lambda: SourceSpan(""))
    scope: str = ""


# instance families and machine types with accelerators
ACCELERATED = regex(
    r"^(p\d|p$|g\d|g$|gr\d|inf|trn|dl\d|a2-|a3-|a4|g2-|g4-|ct\d|tpu|Standard_N[CDV])", re.IGNORECASE
)


def accelerated(texts: Iterable[str]) -> Truth:
    """Whether machines of these types, families or categories have accelerators; MAYBE if some have."""
    found = {ACCELERATED.match(text) is not None for text in texts if text}
    return Truth.of(found == {True}) if len(found) == 1 else Truth.MAYBE


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
_GIVEN = regex(
    r"^(kubernetes\.io/(hostname|os|arch)|node\.kubernetes\.io/|topology\.|failure-domain\.|beta\.kubernetes\.io/|"
    r"karpenter\.k8s\.aws/|nvidia\.com/|feature\.node\.)"
)


# labels in the words of Kubernetes, a cloud or a vendor: clusters that have nothing to do with each other share them
_COMMON = regex(
    r"^([\w-]+\.)*(kubernetes\.io|k8s\.io|google\.com|karpenter\.sh|k8s\.aws|amazonaws\.com|azure\.com|nvidia\.com|amd\.com)/"
    r"(?!gke-nodepool$|nodegroup$|nodepool$|agentpool$|provisioner-name$)"
)


def is_common_label(key: str) -> bool:
    """Whether a label is one that any cluster may have, and not a name that somebody chose for a group."""
    return _COMMON.match(key) is not None


def _undeclared(key: str, operator: str, group: NodeGroup) -> Truth:
    """A label that the group does not write: the kubelet or the cloud may add it; others are not there."""
    if operator in ("NotIn", "DoesNotExist"):
        return Truth.YES if not _GIVEN.match(key) else Truth.MAYBE
    return Truth.MAYBE if _GIVEN.match(key) else Truth.NO


def _same(option: Value, wanted: Value) -> Truth:
    left, right = label_text(option), label_text(wanted)
    return Truth.MAYBE if left is None or right is None else Truth.of(left == right)
