"""Every serving, training and pipeline component ships logs to a central sink with retention.

## What it does
Reports what serves, trains or moves data and keeps its logs to itself: containers and clusters of data jobs
without a log configuration, orchestrators whose logging is off, clusters of Kubernetes on which nothing collects
what pods write, and machines whose start-up script installs no agent.

## Why is this bad
The log of a container or a machine goes with it. A training run on spot machines that failed last night has left
nothing behind to say why, and of a replica that was replaced nobody will know what it answered wrong.

## Example
```hcl
resource "aws_ecs_task_definition" "model" {
  family                = "model"
  container_definitions = jsonencode([{ name = "model", image = "registry.example.com/model-server:4" }])
}
```

## Use instead
```hcl
resource "aws_cloudwatch_log_group" "model" {
  name              = "/ml/model"
  retention_in_days = 30
}

resource "aws_ecs_task_definition" "model" {
  family = "model"
  container_definitions = jsonencode([{
    name  = "model"
    image = "registry.example.com/model-server:4"
    logConfiguration = {
      logDriver = "awslogs"
      options   = { awslogs-group = aws_cloudwatch_log_group.model.name, awslogs-region = "eu-west-1", awslogs-stream-prefix = "model" }
    }
  }])
}
```

## When it does not fire
Services that keep logs by themselves (SageMaker, Vertex AI, Lambda, Batch, Cloud Run, Glue, GKE, ...); log agents and
services of other makers that images, add-ons, scripts or policies name; machines whose start-up script is not in the
code; pods whose nodes are not in the code either.

## References
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
- https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-debugging.html
- https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-setup-EKS-addon.html
- https://learn.microsoft.com/azure/container-apps/log-options
- https://cloud.google.com/monitoring/agent/ops-agent
- https://kubernetes.io/docs/concepts/cluster-administration/logging/
"""

from mlarchlint.api import Design, Hit, Hits, Kind, Mode, Relation, Resource, Severity, Truth, Value, rule

_ML = ("inference", "inference-batch", "training", "tuning", "pipeline")
_MACHINES = ("compute_group", "compute_instance")
_PODS = (
    "container_service",
    "batch_job",
    "training_cluster",
    "model_endpoint",
    "data_processor",
    "orchestrator",
)
_WORKLOADS = (*_PODS, *_MACHINES, "serverless_container")
# They record every execution without being asked.
_RECORDED = ("google_workflows_workflow", "azurerm_logic_app_workflow", "azurerm_data_factory")
_LEAST, _SURE = 0.6, 0.8
_FIX = "send its logs to a log group or workspace with a retention"


@rule(id="MLA-OB002", severity=Severity.MEDIUM, on=Kind("cluster", *_WORKLOADS), since="0.1")
def logs_missing(node: Resource, design: Design) -> Hits:
    if node.kind == "cluster":
        yield from _cluster(node, design)
    elif not _of_ml(node, design):
        return
    elif node.provider == "kubernetes":
        yield from _pods(node, design)
    elif node.kind in _MACHINES:
        yield from _machine(node, design)
    else:
        yield from _service(node, design)


def _of_ml(node: Resource, design: Design) -> bool:
    role = design.role_of(node)
    if role is not None and role.role in _ML:
        return role.confidence >= _LEAST
    steps = design.targets(node, Relation.TRIGGERS) if node.kind == "orchestrator" else ()
    return any(_of_ml(step, design) for step in steps if step.kind != "orchestrator")


def _service(node: Resource, design: Design) -> Hits:
    """A setting of its own decides, or an agent beside its containers."""
    logging = node["logging"]
    if logging.is_absent or node.type in _RECORDED or design.targets(node, Relation.LOGS_TO):
        return
    match logging.is_true() | node["logs_default"].is_true() | design.agents(node).logs:
        case Truth.NO:
            yield Hit(logging, "sends its logs nowhere", fix=_FIX, severity=_severity(node, design))
        case Truth.MAYBE:
            claim = f"whether its logs are kept is not known: {logging.why or 'an input decides what runs beside it'}"
            yield Hit(logging, claim, certain=False, severity=_severity(node, design))


def _severity(node: Resource, design: Design) -> Severity:
    """Standard state machines keep the history of each run for 90 days."""
    role = design.role_of(node)
    history = node.kind == "orchestrator" and node["type"].equals("STANDARD") is Truth.YES
    sure = role is None or role.role is None or role.confidence >= _SURE
    return Severity.MEDIUM if sure and not history else Severity.LOW


def _cluster(node: Resource, design: Design) -> Hits:
    """Clusters that do not collect what their pods write unless something is installed."""
    if not _has_pods_of_ml(node, design) or node.provider == "google" or _managed_containers(node):
        return
    match node["logging"].is_true() | design.agents(node).logs:
        case Truth.NO:
            yield Hit(_place(node), _UNCOLLECTED, missing=("log_sink", "addon"), fix=_COLLECT)
        case Truth.MAYBE:
            why = node["logging"].why or "an input decides what runs on each node"
            yield Hit(
                _place(node), f"whether the logs of its pods are collected is not known: {why}", certain=False
            )


_UNCOLLECTED = "runs models or training, and nothing collects the logs of its pods: they stay on the node"
_COLLECT = "run a log agent on each node (Fluent Bit, Vector, the add-on of the provider)"


def _place(node: Resource) -> Value:
    return node["logging"] if not node["logging"].is_absent else Value.absent(node.span)


def _managed_containers(node: Resource) -> bool:
    """Clusters of ECS and Batch have no nodes of their own to collect from: their tasks say where logs go."""
    return "eks" not in node.type.lower() and "kubernetes" not in node.type.lower()


def _has_pods_of_ml(node: Resource, design: Design) -> bool:
    """On its node groups, or deployed by the same code."""
    groups = design.targets(node, Relation.CONTAINS)
    guests = {guest for group in (node, *groups) for guest in design.sources(group, Relation.PLACED_IN)}
    beside = node.instance.scope in design.once(_stacks_with_pods)
    return beside or any(_of_ml(other, design) for other in (*groups, *guests))


def _stacks_with_pods(design: Design) -> frozenset[str]:
    """Where pods of the ML system are deployed."""
    pods = (other for other in design.graph.of_kind(*_PODS) if other.provider == "kubernetes")
    return frozenset(other.instance.scope for other in pods if _of_ml(other, design))


def _pods(node: Resource, design: Design) -> Hits:
    """Told once, of the first workload, where the code declares the nodes it runs on but no cluster."""
    if node.kind not in _PODS or node is not design.once(_first_pods):
        return
    pools = [other for other in design.graph.of_kind("compute_group") if other.provider == "kubernetes"]
    if not pools or design.graph.of_kind("cluster"):
        return
    match design.agents(node).logs:
        case Truth.NO:
            claim = f"writes logs that nothing collects: the code declares the nodes ({pools[0].address}) and no log agent"
            yield Hit(Value.absent(node.span), claim, missing=("log_sink",), fix=_COLLECT)
        case Truth.MAYBE:
            claim = "whether its logs are collected is not known: an input decides what runs on each node"
            yield Hit(Value.absent(node.span), claim, certain=False)


def _first_pods(design: Design) -> Resource | None:
    found = (
        other
        for other in design.graph.of_kind(*_PODS)
        if other.provider == "kubernetes" and _of_ml(other, design)
    )
    return next(
        (other for other in found if other.part_of is None and other.instance.mode is Mode.MANAGED), None
    )


def _stacks_with_sinks(design: Design) -> frozenset[str]:
    return frozenset(sink.instance.scope for sink in design.graph.of_kind("log_sink"))


def _machine(node: Resource, design: Design) -> Hits:
    """Machines that a script sets up, as far as it is known; their cluster answers for nodes."""
    script = node["user_data"]
    if script.text() is None or design.hosts_others(node) or design.sources(node, Relation.CONTAINS):
        return
    match design.agents(node).logs | Truth.of(node.instance.scope in design.once(_stacks_with_sinks)):
        case Truth.NO:
            claim = (
                "sends its logs nowhere: its start-up script installs no agent, and they go with the machine"
            )
            yield Hit(script, claim, missing=("log_sink",), severity=_severity(node, design), fix=_FIX)
