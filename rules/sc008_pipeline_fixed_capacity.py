"""Spark/stream capacity should scale with input instead of being sized for the worst day.

## What it does
Looks at the clusters, jobs and streams that move and prepare data. It reports those that keep a
fixed number of workers, shards or throughput units and that nothing scales.

## Why is this bad
Input comes in waves: a nightly batch, a campaign, a backfill. A fixed number is either paid for
while it idles, or too small on the day that matters, and then the data that models are trained
on arrives late.

## Example
```hcl
resource "google_dataproc_cluster" "features" {
  name = "features"
  cluster_config {
    worker_config { num_instances = 20 }
  }
}
```

## Use instead
```hcl
resource "google_dataproc_cluster" "features" {
  name = "features"
  cluster_config {
    worker_config { num_instances = 2 }
    autoscaling_config { policy_uri = google_dataproc_autoscaling_policy.features.id }
  }
}
```

## When it does not fire
Services that scale by themselves (EMR Serverless, Dataproc Serverless, Dataflow, streams on
demand), clusters that end with their work, and small ones.

## Parameters
`most_fixed` (3): up to so many workers, shards or units may be fixed.

## References
- https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-scaling.html
- https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
- https://cloud.google.com/dataproc/docs/concepts/configuring-clusters/autoscaling
- https://learn.microsoft.com/azure/event-hubs/event-hubs-auto-inflate
"""

from collections.abc import Mapping

from mlarchlint.api import Design, Hit, Hits, Kind, Relation, Resource, Severity, Truth, Value, rule

_CLUSTERS = ("aws_emr_cluster", "AWS::EMR::Cluster", "google_dataproc_cluster")
_FIX = "let it scale between a lower and a higher bound"


@rule(
    id="MLA-SC008",
    severity=Severity.LOW,
    on=Kind("data_processor", "stream"),
    roles=("pipeline",),
    since="0.1",
    params={"most_fixed": 3},
)
def pipeline_fixed_capacity(node: Resource, design: Design, params: Mapping[str, int]) -> Hits:
    if _ends_with_its_work(node) or design.sources(node, Relation.SCALES):
        return
    scaled, size, unit = _capacity(node)
    large = size.at_least(params["most_fixed"] + 1)
    if size.is_absent or scaled is None or scaled.is_true() is Truth.YES or large is Truth.NO:
        return
    missing = ("part",) if node.type == "aws_emr_cluster" else ()
    if scaled.is_unknown:
        yield Hit(scaled, f"whether its {unit} follow the input is not known: {scaled.why}", certain=False)
    elif size.is_unknown:
        claim = f"has a fixed number of {unit}; how many is not known: {size.why}"
        yield Hit(size, claim, certain=False, missing=missing, fix=_FIX)
    else:
        claim = f"has {size.number():g} {unit} whatever the input: sized for the worst day, every day"
        # An application that nothing schedules is sized by hand for its one run.
        once = node.provider == "kubernetes" and node["schedule"].is_absent
        yield Hit(size, claim, missing=missing, fix=_FIX, severity=Severity.INFO if once else None)


def _capacity(node: Resource) -> tuple[Value | None, Value, str]:
    """Whether it scales (None: the service has no such choice), how much there is, and of what."""
    if node.kind == "data_processor":
        workers = node["workers.max"] if not node["workers.max"].is_absent else node["workers.min"]
        return None if node["autoscale"].is_absent else node["autoscale"], workers, "workers"
    mode = node["capacity.mode"]
    if mode.one_of("on_demand") is Truth.YES or node["tier"].one_of("Premium", "Dedicated") is Truth.YES:
        return None, Value.absent(node.span), ""
    if node["autoscale"].is_absent:
        fixed = Value.known(False, mode.span) if mode.equals("provisioned") is Truth.YES else mode
        return fixed, node["capacity.units"], "shards"
    return node["autoscale"], node["capacity.units"], "throughput units"


def _ends_with_its_work(node: Resource) -> bool:
    """A cluster that is made for a run is sized for that run."""
    made_by_another = "/" in node.address and node.provider != "kubernetes"
    return made_by_another or (node.type in _CLUSTERS and node["auto_termination"].is_true() is Truth.YES)
