"""Serving workloads with several replicas need a PodDisruptionBudget that allows progress.

## What it does
Looks for a PodDisruptionBudget that selects the pods of a serving workload which keeps two or more
replicas. It reports pods without one, a budget that lets all of them go at once, and one that lets
none go while the workload is at its lower bound.

## Why is this bad
Upgrades of nodes, scale-in of node pools and consolidation by Karpenter evict pods. Without a budget nothing keeps them
from taking every replica at once, and a model takes minutes to load again. A budget
that allows no eviction is as bad: the upgrade waits, gives up, or goes on by force.

## Example
```yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: ranker}
spec:
  replicas: 3
```

## Use instead
```yaml
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: ranker}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: ranker}}
```

## When it does not fire
A single replica (MLA-HA002 tells that), daemon sets and bare pods, pods without a port that nothing leads to, jobs, and
services whose replicas the cloud replaces (ECS, App Service). Where unread charts or modules could hold the budget, it is not known.

## References
- https://kubernetes.io/docs/tasks/run-application/configure-pdb/
- https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
- https://karpenter.sh/docs/concepts/disruption/
"""

from mlarchlint.api import (
    SERVING,
    Design,
    Evictions,
    Hit,
    Hits,
    Kind,
    Related,
    Resource,
    Severity,
    Truth,
    rule,
)

_EVICTABLE = ("Deployment", "StatefulSet", "Rollout", "ReplicaSet", "ReplicationController")
_FIX = "add a PodDisruptionBudget with maxUnavailable: 1 that selects its pods"
_ONE = "let one go at a time: maxUnavailable: 1"


@rule(
    id="MLA-HA011",
    severity=Severity.MEDIUM,
    on=Kind("container_service"),
    roles=SERVING,
    since="0.1",
)
def no_disruption_budget(node: Resource, design: Design) -> Hits:
    if node.provider != "kubernetes" or node.type.rpartition("/")[2] not in _EVICTABLE:
        return
    least = design.replicas(node).least.number()
    if least is None or least < 2 or not design.takes_requests(node):
        return
    found = design.evictions(node, least)
    if not found:
        claim = f"nothing keeps a drain of nodes from evicting all {least} replicas at once: no PodDisruptionBudget"
        yield Hit(node["replicas"], claim, attribute="missing", missing=("disruption_budget",), fix=_FIX)
    for one in found:
        related = (Related("its PodDisruptionBudget", one.budget.span),)
        name = one.budget.address
        if one.at.is_unknown:
            claim = f"how many of its {least} replicas {name} lets go is not known: {one.at.why}"
            yield Hit(one.at, claim, certain=False, attribute="budget", related=related)
        elif one.away is not None and one.away >= least:
            claim = f"{name} lets all of its {least} replicas go at once"
            yield Hit(one.at, claim, attribute="open", related=related, fix=_ONE)
        elif one.away == 0:
            yield _blocked(node, design, one, f"{least:g}", related)


def _blocked(node: Resource, design: Design, one: Evictions, count: str, related: tuple[Related, ...]) -> Hit:
    """For ever, or while the load is low: an autoscaler adds replicas, which may go."""
    at_times = design.replicas(node).fixed is not Truth.YES and one.at is one.budget["min_available"]
    of = f"while there are {count} replicas" if at_times else f"of its {count} replicas"
    claim = f"{one.budget.address} lets none go {of}: a drain of their nodes waits until it gives up"
    return Hit(
        one.at,
        claim,
        attribute="blocked",
        related=related,
        severity=Severity.LOW if at_times else None,
        fix=_ONE,
    )
