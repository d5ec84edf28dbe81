"""Namespaces with ML workloads restrict traffic with NetworkPolicy.

## What it does
Reports namespaces in which workloads of the ML system run that no NetworkPolicy restricts, once for each
namespace, and clusters beside ML workloads that do not enforce network policies.

## Why is this bad
In a cluster every pod may talk to every other. Who gets into one, through a notebook or a model file that runs
code, finds the feature store, the tracking server and the metadata service open.

## Example
```yaml
apiVersion: v1
kind: Namespace
metadata:
  name: ray
```

## Use instead
```yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: ray
spec:
  podSelector: {}
  policyTypes: [Ingress]
```

## When it does not fire
Namespaces where only jobs run that listen on no port; pods that a policy of a service mesh, of Cilium or of Calico covers; pods on the network of their node, where
policies do not hold; clusters whose policies an add-on enforces, as on EKS.

## References
- https://kubernetes.io/docs/concepts/services-networking/network-policies/
- https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy
- https://learn.microsoft.com/azure/aks/use-network-policies
"""

import re

from mlarchlint.api import Design, Hit, Hits, Kind, Relation, Resource, Severity, Truth, Value, rule

_LEAST = 0.6
_PODS = (
    "container_service",
    "batch_job",
    "training_cluster",
    "notebook",
    "model_endpoint",
    "serverless_container",
    "data_processor",
    "experiment_tracker",
)
# What ends, and listens to nobody, has nothing to be reached by.
_FINITE = ("batch_job", "data_processor")
# Policies that select pods in terms this graph does not have.
_OTHERS = re.compile(
    r"^(cilium\.io|(crd\.)?projectcalico\.org|security\.istio\.io|policy\.linkerd\.io)/.*Policy$"
)


@rule(id="MLA-SE017", severity=Severity.LOW, on=Kind("cluster", *_PODS), since="0.1")
def namespace_without_network_policy(node: Resource, design: Design) -> Hits:
    if node.kind == "cluster":
        yield from _not_enforced(node, design)
    elif node.provider == "kubernetes" and _open(node, design) and _first(node, design):
        namespace = node["namespace"].text() or "default"
        others = [other for other in _open_in(node, design) if other.address != node.address]
        more = f" and {len(others)} other workloads" if len(others) > 1 else ""
        more = f" and {others[0].address}" if len(others) == 1 else more
        claim = f"in namespace {namespace} any pod may talk to it{more}: no NetworkPolicy covers it"
        fix = "deny all traffic in the namespace, and allow what is needed"
        yield Hit(
            Value.absent(node.span), claim, missing=("security_group",), attribute="network_policy", fix=fix
        )


def _has_role(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    return role is not None and role.role not in (None, "shared") and role.confidence >= _LEAST


def _open(node: Resource, design: Design) -> bool:
    if node.kind not in _PODS or not _has_role(node, design) or node["host_network"].is_true() is Truth.YES:
        return False
    if node.kind in _FINITE and not node["ports"].items():
        return False
    guards = design.sources(node, Relation.PROTECTS)
    return not any(
        guard["isolates_ingress"].is_true() is not Truth.NO or _OTHERS.search(guard.type) for guard in guards
    ) and not any(_OTHERS.search(other.type) and _holds(other, node) for other in design.graph)


def _holds(policy: Resource, node: Resource) -> bool:
    """A policy of the whole cluster has no namespace."""
    where = policy.instance.get("metadata").get("namespace")
    return where.is_absent or where.text() == node["namespace"].text()


def _open_in(node: Resource, design: Design) -> tuple[Resource, ...]:
    namespace = node["namespace"].text()
    return tuple(
        other
        for other in design.graph.of_kind(*_PODS)
        if other.provider == "kubernetes" and other["namespace"].text() == namespace and _open(other, design)
    )


def _first(node: Resource, design: Design) -> bool:
    return _open_in(node, design)[0] is node


def _not_enforced(node: Resource, design: Design) -> Hits:
    enforced = node["network_policy"]
    near = any(
        _has_role(other, design) for other in design.graph if other.instance.scope == node.instance.scope
    )
    if enforced.is_absent or not near:
        return
    match enforced.is_true():
        case Truth.NO:
            claim = (
                "does not enforce network policies: its pods may all talk to each other, whatever they say"
            )
            fix = "turn on network policies (Dataplane V2 or Calico on GKE, Cilium on AKS)"
            yield Hit(enforced, claim, attribute="network_policy", fix=fix)
        case Truth.MAYBE:
            claim = f"whether it enforces network policies is not known: {enforced.why}"
            yield Hit(enforced, claim, attribute="network_policy", certain=False)
