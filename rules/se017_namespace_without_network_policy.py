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

from mlarchlint.api import Design, Hit, Hits, Kind, Relation, Resource, Severity, Truth, Value, regex, rule

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
_OTHERS = regex(r"^(cilium\.io|(crd\.)?projectcalico\.org|security\.istio\.io|policy\.linkerd\.io)/.*Policy$")


@rule(id="MLA-SE017", severity=Severity.LOW, on=Kind("cluster", *_PODS), since="0.1")
def namespace_without_network_policy(node: Resource, design: Design) -> Hits:
    if node.kind == "cluster":
        yield from _not_enforced(node, design)
    elif node.provider == "kubernetes" and next(iter(_open_in(node, design)), None) is node:
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
    ) and not _held(node, design)


def _held(node: Resource, design: Design) -> bool:
    """A policy of the whole cluster has no namespace."""
    everywhere, namespaces = design.once(_held_by_others)
    return everywhere or node["namespace"].text() in namespaces


def _held_by_others(design: Design) -> tuple[bool, frozenset[str | None]]:
    places = [
        policy.instance.get("metadata").get("namespace")
        for policy in design.graph
        if _OTHERS.search(policy.type)
    ]
    return any(where.is_absent for where in places), frozenset(where.text() for where in places)


def _open_in(node: Resource, design: Design) -> list[Resource]:
    return design.once(_open_by_namespace).get(node["namespace"].text(), [])


def _open_by_namespace(design: Design) -> dict[str | None, list[Resource]]:
    found: dict[str | None, list[Resource]] = {}
    for node in design.graph.of_kind(*_PODS):
        if node.provider == "kubernetes" and _open(node, design):
            found.setdefault(node["namespace"].text(), []).append(node)
    return found


def _stacks_of_ml(design: Design) -> frozenset[str]:
    return frozenset(node.instance.scope for node in design.graph if _has_role(node, design))


def _not_enforced(node: Resource, design: Design) -> Hits:
    enforced = node["network_policy"]
    if enforced.is_absent or node.instance.scope not in design.once(_stacks_of_ml):
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
