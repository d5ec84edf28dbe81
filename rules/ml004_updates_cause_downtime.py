"""When requirements ask for zero-downtime updates, models must be replaced without losing capacity.

## What it does
With `updates.zero_downtime: true` it reports serving workloads

- for which no rolling update, blue-green or canary is configured, or that stop everything first,
- of which a step of the update may take away every replica, or too many to carry the peak,
- that go on with an update although nothing says when a new replica answers,
- whose new version Terraform or a stack can only make after the one in use is gone, or under a name that
  never tells of it (launch configurations, instance templates, endpoint configurations),
- that cut off requests under way (no draining at the load balancer, no time to stop, or less than a request takes),
- that move all requests to a new model in one step: nothing is down by this alone.

Nodes are upgraded as well: MLA-HA011 tells which replicas nothing protects from that.

[The requirements page](../requirements.md#updates) tells what is read on each platform. Without the requirement
only a strategy that stops everything first is mentioned.

## Why is this bad
Models are updated far more often than machines fail. If each update stops the service for as
long as the new model takes to load, the error budget of a month is gone after a few of them.

## Example
```yaml
spec:
  replicas: 4
  strategy: {type: Recreate}
```

## Use instead
```yaml
spec:
  replicas: 4
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
```

## When it does not fire
Without the requirement (but for `Recreate`, as a hint), with `updates.zero_downtime: false`, on serverless
revisions and functions (the old one answers until the new one is ready), endpoints with several variants (their
weights move the traffic), and rolling updates that keep replicas: where accelerators are scarce and
a surge finds no machine, one replica at a time is the right choice.

## References
- https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
- https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
- https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
- https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html
- https://cloud.google.com/compute/docs/instance-groups/updating-migs
- https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-upgrade-policy
- https://learn.microsoft.com/azure/app-service/deploy-best-practices
"""

from mlarchlint.api import SERVING, SERVING_KINDS, Design, Hit, Hits, Kind, Resource, Severity, Truth, rule

_WANTED = "updates.zero_downtime"


@rule(
    id="MLA-ML004",
    severity=Severity.HIGH,
    on=Kind(*SERVING_KINDS),
    roles=SERVING,
    since="0.1",
)
def updates_cause_downtime(node: Resource, design: Design) -> Hits:
    wanted = design.needs(node).flag(_WANTED)
    if wanted is False or design.hosts_others(node) or not design.takes_requests(node):
        return
    if node.kind == "compute_instance" and design.machines(node)[0] is not node:
        return  # told of the first of them
    for fault in design.update(node).faults:
        if fault.attribute == "disruption_budget":
            continue  # told by MLA-HA011, whether updates are required or not
        stops_first = node["strategy"].equals("recreate") is not Truth.NO and fault.attribute == "strategy"
        if wanted or stops_first:
            severity = Severity.HIGH if fault.grave else Severity.MEDIUM
            yield Hit(
                fault.at,
                fault.claim,
                certain=fault.certain,
                attribute=fault.attribute,
                severity=severity if wanted else Severity.LOW,
                missing=fault.missing,
                fix=fault.fix,
            )
