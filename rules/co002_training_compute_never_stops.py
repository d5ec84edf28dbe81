"""Training clusters, training machines and notebooks must stop or scale to zero when idle or done.

## What it does
Reports training clusters and node groups that keep machines when nothing trains, notebooks without an
idle shutdown, training machines that nothing stops, data processing clusters without
auto-termination, and Ray jobs that leave their cluster behind.

## Why is this bad
Training runs for hours and is paid for the month. A GPU machine that waits for the next run, or a
notebook left open on Friday, costs as much as one that works, and it is often the most expensive
machine of the design. The finding says what it costs, and how much of that is for hours without work.

## Example
```hcl
resource "azurerm_machine_learning_compute_cluster" "training" {
  vm_size = "Standard_NC24ads_A100_v4"
  scale_settings {
    min_node_count                       = 2
    max_node_count                       = 4
    scale_down_nodes_after_idle_duration = "PT15M"
  }
}
```

## Use instead
```hcl
resource "azurerm_machine_learning_compute_cluster" "training" {
  vm_size = "Standard_NC24ads_A100_v4"
  scale_settings {
    min_node_count                       = 0
    max_node_count                       = 4
    scale_down_nodes_after_idle_duration = "PT15M"
  }
}
```

## When it does not fire
Reserved capacity, which is paid for either way; what serves; node groups without accelerators; what is
shared around the clock on purpose, with the tag `mlarchlint.dev/always-on`; machines whose start-up
script, schedule or alarm stops them; notebooks with a start-up script that stops an idle one. A finished
Kubernetes Job holds no machine.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/machine-learning-lens/design-principles.html
- https://learn.microsoft.com/azure/machine-learning/how-to-manage-optimize-cost
- https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-auto-termination-policy.html
- https://cloud.google.com/dataproc/docs/concepts/configuring-clusters/scheduled-deletion
- https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayjob-quick-start.html
"""

from mlarchlint.api import (
    OF_A_PERSON,
    OF_PROCESSING,
    TRAINING,
    Design,
    Hit,
    Hits,
    Kind,
    Money,
    Resource,
    Saving,
    Severity,
    Truth,
    Value,
    Work,
    dollars,
    has_accelerator,
    idle_cost,
    rule,
    work_of_training,
)

_ALWAYS_ON = "mlarchlint.dev/always-on"


@rule(
    id="MLA-CO002",
    severity=Severity.MEDIUM,
    on=Kind(
        "training_cluster", "notebook", "compute_instance", "compute_group", "data_processor", "batch_job"
    ),
    roles=(*TRAINING, "notebook", "pipeline"),
    since="0.1",
)
def training_compute_never_stops(node: Resource, design: Design) -> Hits:
    reserved = node["capacity_reserved"].is_true() | node["reservation"].is_set()
    if _ALWAYS_ON in node.tags or reserved is Truth.YES:
        return
    if node.kind == "notebook":
        yield from _notebook(node, design)
    elif node.kind == "data_processor":
        yield from _processor(node, design)
    elif node["type"].equals("ComputeInstance") is Truth.YES:
        yield from _idle(node["idle_shutdown_s"], node, design)
    elif design.role(node) not in TRAINING:
        return
    elif node.kind == "batch_job":
        yield from _job(node)
    elif node.kind == "compute_instance":
        yield from _machine(node, design)
    else:
        yield from _pool(node, design)


def _pool(node: Resource, design: Design) -> Hits:
    """Clusters and node groups, by the machines that are always there."""
    if (node.kind == "compute_group" or node.provider == "kubernetes") and has_accelerator(node) is None:
        return
    least = node["min_nodes"] if node.kind == "training_cluster" else design.replicas(node).least
    match least.more_than(0):
        case Truth.YES:
            work = _training(node, design)
            claim = f"keeps {_machines(least)} when nothing trains{_cost(node, design, work)}"
            fix = "let it scale to zero machines when there is no work"
            yield Hit(least, claim, fix=fix, saving=_saving(node, design, work))
        case Truth.MAYBE:
            claim = f"how many machines it keeps when nothing trains is not known: {least.why}"
            yield Hit(least, claim, certain=False)


def _machines(least: Value) -> str:
    number = least.number()
    return "a machine" if number == 1 or least.default else f"{number} machines"


def _training(node: Resource, design: Design) -> Work:
    return work_of_training(design.cost(node), design.needs(node))


def _cost(node: Resource, design: Design, work: Work) -> str:
    """What is paid in any case, and the part of it for which nothing is done."""
    low = design.cost(node).monthly.low
    idle = idle_cost(design.cost(node), work, design.catalog)
    part = f", {dollars(idle)} of it beyond {work.hours:,.0f} hours of work ({work.how})" if idle >= 1 else ""
    return f"; it costs at least {dollars(low)} a month{part}" if low >= 1 else ""


def _saving(node: Resource, design: Design, work: Work) -> Saving | None:
    idle = idle_cost(design.cost(node), work, design.catalog)
    return Saving("scaling", Money(idle, idle)) if idle >= 1 else None


def _notebook(node: Resource, design: Design) -> Hits:
    if node["auto_stop"].is_true() is Truth.NO and not node["auto_stop"].is_absent:
        yield from _idle(node["auto_stop"].with_raw(0), node, design)
        return
    minutes = node["idle_shutdown_minutes"]
    if not minutes.is_absent:
        yield from _idle(minutes, node, design)
        return
    subject = "the notebooks in it run" if node["workspace"].is_true() is Truth.YES else "runs"
    match design.stops(node):
        case Truth.NO:
            cost = _cost(node, design, OF_A_PERSON)
            claim = f"{subject} until somebody stops it: there is no idle shutdown{cost}"
            saving = _saving(node, design, OF_A_PERSON)
            yield Hit(minutes, claim, fix="set an idle shutdown", saving=saving)
        case Truth.MAYBE:
            yield Hit(minutes, "whether something stops it when idle is not known", certain=False)


def _idle(bound: Value, node: Resource, design: Design) -> Hits:
    """A time after which it stops; none, or zero, is never."""
    if bound.is_unknown and bound.is_set() is not Truth.YES:
        claim = f"whether it stops when idle is not known: {bound.why}"
        yield Hit(bound, claim, certain=False)
    elif bound.is_absent or (bound.is_known and bound.more_than(0) is not Truth.YES):
        claim = f"runs until somebody stops it: idle shutdown is off{_cost(node, design, OF_A_PERSON)}"
        yield Hit(bound, claim, fix="set an idle shutdown", saving=_saving(node, design, OF_A_PERSON))


def _machine(node: Resource, design: Design) -> Hits:
    stop = node["auto_stop"]
    match design.stops(node):
        case Truth.NO:
            work = _training(node, design)
            cost = _cost(node, design, work)
            claim = f"trains on a machine that nothing stops when the training is done{cost}"
            fix = "end the training script with a shutdown, stop the machine on a schedule, or train in jobs"
            saving = _saving(node, design, work)
            yield Hit(stop, claim, missing=("trigger", "alarm", "autoscaler"), fix=fix, saving=saving)
        case Truth.MAYBE:
            why = stop.why or "its start-up script is decided by an input"
            yield Hit(stop, f"whether something stops the machine is not known: {why}", certain=False)


def _processor(node: Resource, design: Design) -> Hits:
    """Clusters that are made for their steps, or for people, and end with them."""
    ends, idle = node["auto_termination"], node["auto_termination_s"]
    if ends.is_absent or not idle.is_absent:
        return
    match ends.is_true():
        case Truth.NO:
            cost = _cost(node, design, OF_PROCESSING)
            claim = f"runs when its work is done: the cluster has no auto-termination{cost}"
            saving = _saving(node, design, OF_PROCESSING)
            yield Hit(ends, claim, fix="set an idle time after which the cluster ends", saving=saving)
        case Truth.MAYBE:
            yield Hit(ends, f"whether the cluster ends by itself is not known: {ends.why}", certain=False)


def _job(node: Resource) -> Hits:
    """A Ray job that leaves its cluster behind. What other jobs run on goes with them."""
    ends = node["shutdown_after_finish"]
    if ends.is_absent:
        return
    match ends.is_true():
        case Truth.NO:
            claim = "leaves its cluster running when the job has ended"
            fix = "set shutdownAfterJobFinishes: true and ttlSecondsAfterFinished"
            yield Hit(ends, claim, fix=fix)
        case Truth.MAYBE:
            yield Hit(ends, f"whether its cluster ends with the job is not known: {ends.why}", certain=False)
