"""A serving tier needs two or more instances, with a load balancer in front when it has more than one.

## What it does
Works out the least number of instances that a serving tier keeps: its own lower bound, or that of
the autoscaler that moves it. It reports a tier that may be down to one, a machine that serves
alone, and a tier of several instances to which nothing spreads requests.

## Why is this bad
A single instance is out of service whenever it fails, is patched, or is replaced by a new version,
and a model server takes minutes to load its model again. With two, the other one answers.

## Example
```hcl
resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    instance_type          = "ml.g5.xlarge"
    initial_instance_count = 1
    model_name             = aws_sagemaker_model.ranker.name
  }
}
```

## Use instead
```hcl
resource "aws_sagemaker_endpoint_configuration" "ranker" {
  production_variants {
    instance_type          = "ml.g5.xlarge"
    initial_instance_count = 2
    model_name             = aws_sagemaker_model.ranker.name
  }
}
```

## When it does not fire
Serverless endpoints, functions and containers that the provider spreads itself, asynchronous
endpoints, node pools (their pods decide), services that scale to zero by default, several
services behind one backend pool, pods without a port that nothing leads to, development environments and singletons by annotation.

## References
- https://docs.aws.amazon.com/config/latest/developerguide/sagemaker-endpoint-config-prod-instance-count.html
- https://docs.aws.amazon.com/sagemaker/latest/dg/best-practices-endpoints.html
- https://learn.microsoft.com/azure/well-architected/reliability/redundancy
- https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
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
    Value,
    rule,
)

_FIX = "keep at least two, in different zones"
_BALANCERS = ("load_balancer", "backend_pool", "api_gateway")


@rule(
    id="MLA-HA002",
    severity=Severity.HIGH,
    on=Kind(
        "compute_group", "compute_instance", "container_service", "serverless_container", "model_endpoint"
    ),
    roles=SERVING,
    since="0.1",
    supersedes=(Supersedes("MLA-SC004"), Supersedes("MLA-ML004", "only one", anywhere=True)),
)
def inference_not_redundant(node: Resource, design: Design) -> Hits:
    if _spread_by_provider(node) or design.hosts_others(node) or not design.takes_requests(node):
        return
    if node.kind == "compute_instance":
        yield from _machine(node, design)
        return
    replicas = design.replicas(node)
    least = replicas.least
    match least.at_least(2):
        case Truth.YES:
            yield from _unbalanced(node, design)
        case Truth.NO if least.number() is not None and not _idle(node, design, least):
            if not _others_serve(node, design):
                yield Hit(least, _claim(node, design, least), certain=not replicas.loose, fix=_FIX)
        case Truth.MAYBE:
            yield Hit(
                least, f"the least number of instances is not known: {least.why}", certain=False, fix=_FIX
            )


def _spread_by_provider(node: Resource) -> bool:
    """No instances of its own to count, or calls that may wait."""
    if node["serverless"].is_true() is Truth.YES and node.kind == "model_endpoint":
        return True
    if node["method"].equals("async") is Truth.YES or node["schedule"].equals("DAEMON") is Truth.YES:
        return True
    return node.kind != "model_endpoint" and node["zone_redundancy"].one_of("managed") is Truth.YES


def _idle(node: Resource, design: Design, least: Value) -> bool:
    """Nothing is deployed, or the service starts from zero unless told otherwise."""
    if least.number() != 0:
        return False
    return least.default or design.replicas(node).most.at_least(1) is Truth.NO


def _others_serve(node: Resource, design: Design) -> bool:
    """Two services of one instance each behind the same pool are two instances."""
    pools = [pool for pool in design.sources(node, Relation.ROUTES_TO) if pool.kind == "backend_pool"]
    members = {other for pool in pools for other in design.targets(pool, Relation.ROUTES_TO)} - {node}
    return any(
        design.replicas(other).least.at_least(1) is not Truth.NO or other.kind == "compute_instance"
        for other in members
        if other.kind in ("compute_group", "compute_instance", "container_service", "model_endpoint")
    )


def _claim(node: Resource, design: Design, least: Value) -> str:
    what = "replica" if node.provider == "kubernetes" or "container" in node.kind else "instance"
    if least.number() == 0:
        return f"may be without any {what}: the first request after a pause finds nobody"
    replicas = design.replicas(node)
    grows = replicas.most.at_least(2)
    by_itself = node.provider == "kubernetes" and node.kind == "model_endpoint"  # its operator scales it
    alone = grows is Truth.NO or (replicas.fixed is Truth.YES and not (by_itself and grows is Truth.YES))
    verb = "serves from a single" if alone else "may be down to a single"
    return f"{verb} {what}: when it fails or is replaced, nothing answers"


def _machine(node: Resource, design: Design) -> Hits:
    if len(design.machines(node)) > 1:
        return
    if node.instance.symbolic:
        claim = "how many machines serve is not known: an input decides"
        yield Hit(node["min_count"], claim, certain=False, fix=_FIX)
        return
    claim = "one machine serves alone: when it fails or is replaced, nothing answers"
    yield Hit(node["min_count"], claim, fix=_FIX)


def _unbalanced(node: Resource, design: Design) -> Hits:
    """Several replicas that open a port, and nothing that spreads requests over them."""
    if node.kind != "container_service" or node.provider != "kubernetes" or not node["ports"].items():
        return
    if design.sources(node, Relation.ROUTES_TO, Relation.RESOLVES_TO, Relation.USES, Relation.DEPENDS_ON):
        return
    # Services may come from a chart beside the manifests, unless the manifests have their own.
    yield Hit(
        node["replicas"],
        "no Service selects its pods, so nothing spreads requests over the replicas",
        certain=_folder(node) in design.once(_folders_with_pools),
        missing=_BALANCERS,
        attribute="balancer",
        severity=Severity.MEDIUM,
        fix="select the pods with a Service",
    )


def _folder(node: Resource) -> str:
    return node.span.file.rpartition("/")[0]


def _folders_with_pools(design: Design) -> frozenset[str]:
    return frozenset(_folder(pool) for pool in design.graph.of_kind("backend_pool", "load_balancer"))
