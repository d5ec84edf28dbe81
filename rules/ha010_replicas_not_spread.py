"""Serving pods must be spread over zones and nodes.

## What it does
Looks at serving workloads with two or more replicas and asks whether anything spreads them: a
topology spread constraint or an anti-affinity of the pods, the placement strategy of a service on
ECS, the target shape of a regional instance group.

## Why is this bad
Redundancy counts only if the replicas fail apart. A scheduler that is not asked packs pods where
there is room: three replicas on one machine, or in one zone, are gone at once.

## Example
```yaml
spec:
  replicas: 3
  template:
    spec:
      containers: [{name: ranker, image: ranker:3}]
```

## Use instead
```yaml
spec:
  replicas: 3
  template:
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: ranker}}
      containers: [{name: ranker, image: ranker:3}]
```

## When it does not fire
Daemon sets, replicas of several pods (LeaderWorkerSet, multi-node serving, Ray), services on Fargate,
and what runs in one zone anyway (MLA-HA001 tells that).

## References
- https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
- https://cloud.google.com/compute/docs/instance-groups/regional-mig-distribution-shape
"""

from mlarchlint.api import SERVING, Design, Edit, Hit, Hits, Kind, Resource, Severity, Truth, Value, rule

_POD_FIX = "spread the pods over topology.kubernetes.io/zone with topologySpreadConstraints"
_SHAPE = "google_compute_region_instance_group_manager"
_EDITS = (Edit("spread_zones", True, note="a zone without room for its share holds a rollout up"),)


@rule(
    id="MLA-HA010",
    severity=Severity.MEDIUM,
    on=Kind("container_service", "compute_group", "model_endpoint"),
    roles=SERVING,
    since="0.1",
)
def replicas_not_spread(node: Resource, design: Design) -> Hits:
    spread = node["spread_zones"]
    pods = node.provider == "kubernetes"
    if spread.is_absent or spread.is_true() is Truth.YES or _placed_otherwise(node, design):
        return
    least = design.replicas(node).least
    if least.at_least(2) is not Truth.YES or design.zones(node).multi is Truth.NO:
        return
    fix = _POD_FIX if pods else "spread them over the zones first, and pack them after that"
    if spread.is_unknown:
        yield Hit(
            spread, f"whether its replicas are spread is not known: {spread.why}", certain=False, fix=fix
        )
    elif pods:
        yield _of_pods(node, spread, f"{least.number():g}")
    else:
        edits = _EDITS if node.type == _SHAPE else ()
        claim = f"nothing spreads its {least.number():g} replicas over zones: all may land in one"
        yield Hit(spread, claim, fix=fix, edits=edits)


def _of_pods(node: Resource, spread: Value, count: str) -> Hit:
    if node["spread_hosts"].is_true() is Truth.YES:
        claim = f"its {count} replicas are kept on different machines, which may all be in one zone"
        return Hit(spread, claim, fix=_POD_FIX, severity=Severity.LOW)
    claim = f"nothing spreads its {count} replicas: all may land in one zone, or on one machine"
    return Hit(spread, claim, fix=_POD_FIX)


def _placed_otherwise(node: Resource, design: Design) -> bool:
    """One pod on each machine, pods that belong together, or nodes of pods."""
    if node.kind == "model_endpoint" and node.provider != "kubernetes":
        return True
    if node["schedule"].equals("DAEMON") is Truth.YES or node["gang"].is_true() is Truth.YES:
        return True
    if node.type.startswith("ray.io/"):
        return True  # whether its workers are replicas or parts of one model, the program says
    return node["group_size"].at_least(2) is Truth.YES or design.hosts_others(node)
