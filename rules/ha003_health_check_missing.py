"""Every serving backend must have an application health check, and dead replicas must be replaced.

## What it does
Looks at each hop that serves predictions: the backend pool of a load balancer, the group that
replaces instances, and the probes of serving pods. It reports a hop on which nothing would
notice that the model server no longer answers.

## Why is this bad
A process that hangs still looks alive to the hypervisor. Without a check of the application,
the load balancer goes on sending requests to a dead replica, and nothing replaces it.

## Example
```yaml
containers:
  - name: model-server
    ports: [{containerPort: 8080}]
```

## Use instead
```yaml
containers:
  - name: model-server
    ports: [{containerPort: 8080}]
    readinessProbe: {httpGet: {path: /health/ready, port: 8080}}
    livenessProbe: {httpGet: {path: /health/live, port: 8080}}
```

## When it does not fire
Managed endpoints (SageMaker, Vertex AI, Azure ML: the service pings the container itself),
KServe's built-in runtimes, Lambda targets, jobs, and sidecars without ports.

## References
- https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-checks-overview.html
- https://cloud.google.com/compute/docs/instance-groups/autohealing-instances-in-migs
- https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-automatic-instance-repairs
- https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
"""

from mlarchlint.api import (
    SERVING,
    Design,
    Hit,
    Hits,
    Kind,
    Relation,
    Resource,
    Severity,
    Supersedes,
    Truth,
    rule,
)


@rule(
    id="MLA-HA003",
    severity=Severity.HIGH,
    on=Kind("backend_pool", "compute_group", "container_service", "serverless_container"),
    roles=SERVING,
    since="0.1",
    # An update that waits for no answer has the same cause.
    supersedes=tuple(
        Supersedes("MLA-ML004", "readiness", anywhere=True, by=part)
        for part in ("probes", "health_check.source", "healing")
    ),
)
def health_check_missing(node: Resource, design: Design) -> Hits:
    if node.kind == "backend_pool":
        yield from _pool(node, design)
    elif node.kind == "compute_group":
        yield from _group(node, design)
    elif _answers(node, design):
        yield from _probes(node)


def _pool(node: Resource, design: Design) -> Hits:
    # A Kubernetes Service has no check of its own: it follows the pods' readiness.
    if node.provider == "kubernetes" or _only_functions(node, design):
        return
    enabled = node["health_check.enabled"]
    fix = "give the backend a health check on a path that exercises the model"
    match enabled.is_true():
        case Truth.NO:
            missing = ("health_check",) if enabled.default or enabled.is_absent else ()
            yield Hit(enabled, "requests go to a backend without a health check", missing=missing, fix=fix)
        case Truth.MAYBE:
            yield Hit(enabled, f"health check is not known: {enabled.why}", certain=False, fix=fix)


def _only_functions(node: Resource, design: Design) -> bool:
    targets = design.targets(node, Relation.ROUTES_TO)
    return bool(targets) and all(
        target.kind in ("serverless_function", "serverless_container") for target in targets
    )


def _group(node: Resource, design: Design) -> Hits:
    """A group behind a load balancer must replace what the balancer's check reports dead."""
    if not design.sources(node, Relation.ROUTES_TO):
        return
    source, enabled = node["health_check.source"], node["health_check.enabled"]
    if not source.is_absent:
        fix = "let the group use the load balancer's health check"
        match source.equals("lb"):
            case Truth.NO if enabled.default or enabled.is_true() is not Truth.YES:
                yield Hit(
                    source,
                    "replaces only instances that the hypervisor reports dead, not those whose model server hangs",
                    attribute="health_check.source",
                    fix=fix,
                )
            case Truth.MAYBE:
                yield Hit(source, f"source of health is not known: {source.why}", certain=False, fix=fix)
    elif enabled.is_true() is Truth.NO and (enabled.is_known or enabled.default):
        fix = "let the group heal itself by an application health check"
        yield Hit(
            enabled, "nothing replaces an instance whose model server hangs", attribute="healing", fix=fix
        )
    elif enabled.is_unknown:
        yield Hit(enabled, f"health check is not known: {enabled.why}", certain=False, attribute="healing")


def _answers(node: Resource, design: Design) -> bool:
    """Requests reach it: it opens a port, or something routes to it."""
    if node.provider == "kubernetes" and node.kind == "container_service":
        return design.takes_requests(node)
    return bool(node["ports"].items()) or bool(design.sources(node, Relation.ROUTES_TO))


def _probes(node: Resource) -> Hits:
    readiness, liveness = node["probes.readiness"], node["probes.liveness"]
    ready, alive = readiness.is_true(), liveness.is_true()
    if readiness.is_absent:
        return
    match ready:
        case Truth.NO if alive is Truth.NO and not liveness.is_absent:
            fix = "add a readiness and a liveness probe to the serving container"
            claim = "has no readiness and no liveness probe: requests reach replicas that cannot answer"
            yield Hit(readiness, claim, attribute="probes", fix=fix)
            return
        case Truth.NO:
            fix = "add a readiness probe to the serving container"
            claim = "has no readiness probe: requests reach replicas that cannot answer yet"
            yield Hit(readiness, claim, attribute="probes", fix=fix)
        case Truth.MAYBE:
            yield Hit(
                readiness, f"readiness probe is not known: {readiness.why}", certain=False, attribute="probes"
            )
    if alive is Truth.NO and not liveness.is_absent:
        fix = "add a liveness probe to the serving container"
        claim = "has no liveness probe: a replica that hangs is never restarted"
        yield Hit(liveness, claim, attribute="probes", severity=Severity.MEDIUM, fix=fix)
