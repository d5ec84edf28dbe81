"""Calls between serving components should be bounded: timeout, retries, outlier ejection or circuit breaker.

## What it does
Finds serving components that other components of the request path call, and reports those whose
calls nothing in the code bounds: no outlier ejection, no connection limits, no timeout with
retries on the route, no circuit breaker of the deployment.

## Why is this bad
A model server that hangs holds every caller that waits for it. Their queues fill, they stop
answering as well, and one slow replica at the end of the chain takes the whole path down. A limit
or a breaker turns the same fault into a few fast errors.

## Example
A gateway that calls a Deployment `ranker` by its Service, and no policy for that Service.

## Use instead
```yaml
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ranker}
spec:
  host: ranker
  trafficPolicy:
    outlierDetection: {consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s}
    connectionPool:
      http: {http1MaxPendingRequests: 64, maxRequestsPerConnection: 100}
```

## When it does not fire
Paths with a single component, managed endpoints and containers whose platform bounds requests,
callers outside the scanned code, and jobs that call a model. Limits inside the callers' own
code cannot be seen.

## References
- https://istio.io/latest/docs/tasks/traffic-management/circuit-breaking/
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
- https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#automatic-target-weights
- https://cloud.google.com/load-balancing/docs/https/setting-up-global-traffic-mgmt#outlier-detection
- https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker
"""

from collections.abc import Iterator

from mlarchlint.api import (
    SERVING,
    Design,
    Hit,
    Hits,
    Kind,
    Related,
    Relation,
    Resource,
    Severity,
    Truth,
    rule,
)

_CALLERS = (
    "compute_group",
    "compute_instance",
    "container_service",
    "serverless_container",
    "serverless_function",
)
_TEMPLATES = ("compute_template", "container_template")
_NAMING = (Relation.USES, Relation.READS, Relation.DEPENDS_ON)


@rule(
    id="MLA-HA006",
    severity=Severity.MEDIUM,
    on=Kind("container_service", "compute_group"),
    roles=SERVING,
    since="0.1",
)
def no_circuit_breaker(node: Resource, design: Design) -> Hits:
    fronts = (node, *design.graph.reach(node, Relation.ROUTES_TO, backwards=True))
    callers = list(dict.fromkeys(_callers(node, fronts, design)))
    if not callers:
        return
    fix = "bound the calls: a timeout, few retries, and ejection of instances that fail"
    match _bounded(node, fronts, design):
        case Truth.NO:
            yield Hit(
                node["outlier_detection"],
                f"{callers[0].address} calls it, and nothing bounds the calls when it hangs",
                missing=("other", "url_map") if node.provider == "kubernetes" else (),
                related=tuple(Related(f"{caller.address} calls it", caller.span) for caller in callers),
                fix=fix,
            )
        case Truth.MAYBE:
            claim = f"whether calls of {callers[0].address} are bounded is not known: an input decides"
            yield Hit(node["outlier_detection"], claim, certain=False, fix=fix)


def _callers(node: Resource, fronts: tuple[Resource, ...], design: Design) -> Iterator[Resource]:
    """Other components of the request path that name it, or what leads to it."""
    for front in fronts:
        led = design.targets(front, Relation.ROUTES_TO)
        for source in design.sources(front, *_NAMING):
            users = design.sources(source, Relation.USES) if source.kind in _TEMPLATES else (source,)
            for user in users:
                if user.kind in _CALLERS and user is not node and user not in led and _on_path(user, design):
                    yield user


def _on_path(caller: Resource, design: Design) -> bool:
    role = design.role(caller)
    return role in SERVING or (role is None and bool(design.entries(caller)))


def _bounded(node: Resource, fronts: tuple[Resource, ...], design: Design) -> Truth:
    """Something on the way from the callers sets a limit."""
    verdict = node["update.circuit_breaker"].is_true()
    if node.provider == "azure":
        # Azure's own means for machines: what its probe finds dead is taken out and replaced.
        verdict = verdict | node["health_check.source"].equals("lb")
    for front in fronts:
        for part in (front, *design.sources(front, Relation.PROTECTS)):
            verdict = verdict | part["outlier_detection"].is_true() | part["connection_limits"].is_true()
        verdict = verdict | (front["timeout_s"].is_set() & front["retries"].is_set())
        if front.kind == "api_gateway":
            verdict = verdict | front["rate_limit"].is_set()
    return verdict
