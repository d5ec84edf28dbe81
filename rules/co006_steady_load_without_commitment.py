"""Capacity that runs all month should be covered by reservations, savings plans or committed use.

## What it does
Adds up what the machines of a serving or shared workload cost on demand in any case (the least size
of groups, machines that never stop). From $200 a month on without a commitment it names the
saving that the price catalog knows.

## Why is this bad
On-demand prices pay for the freedom to stop at any time. Capacity that never stops has no use for
it, and the same machines cost a third to a half less for a promise of one or three years.

## Example
```hcl
resource "aws_instance" "inference" {
  count         = 4
  instance_type = "g5.xlarge"
}
```

## Use instead
A savings plan or reservations for the steady part (they belong to the account, not to the code), declared
in the requirements so that the estimate counts them:
```yaml
requirements:
  budget:
    commitments: {coverage: 0.8, term: 1y}
```
or, on Google Cloud, a `google_compute_region_commitment`.

## When it does not fire
With commitments in the requirements or in the code, on reserved or spot capacity, for the part of a group that only
exists under load, below $200 a month, in development and staging environments, on Kubernetes without nodes.

## References
- https://docs.aws.amazon.com/savingsplans/latest/userguide/what-is-savings-plans.html
- https://cloud.google.com/compute/docs/instances/signing-up-committed-use-discounts
- https://learn.microsoft.com/azure/cost-management-billing/savings-plan/savings-plan-compute-overview
"""

from collections.abc import Iterable
from decimal import Decimal

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Kind,
    Money,
    Related,
    Resource,
    Saving,
    Severity,
    Truth,
    dollars,
    rule,
    saved_by_commitment,
    steady_on_demand,
)

_LEAST = Decimal(200)
Steady = tuple[list[tuple[Resource, Decimal]], Decimal]
_KINDS = Kind("compute_instance", "compute_group", "model_endpoint")


@rule(id="MLA-CO006", severity=Severity.INFO, on=_KINDS, roles=("inference", "shared"), since="0.1")
def steady_load_without_commitment(node: Resource, design: Design) -> Hits:
    if not _counts(node, design):
        return
    steady, total = design.once(_steady_by_member).get(node.key) or _steady((node,), design)
    if total < _LEAST:
        kind = node["instance_type"]
        if kind.is_unknown and not kind.scenarios and not _committed(design):
            claim = (
                f"whether it costs {dollars(_LEAST)} a month without a commitment is not known: {kind.why}"
            )
            yield Hit(kind, claim, certain=False)
        return
    # One finding for the workload, at the dearest of its machines.
    if steady[0][0] is not node or _committed(design):
        return
    others = tuple(
        Related(f"{other.address}: {dollars(amount)} a month", other.span) for other, amount in steady[1:4]
    )
    saved, known = _saved(steady, design)
    part = " at least" if known < len(steady) else ""
    saving = f"; one of a year saves{part} {dollars(saved)} a month" if saved >= 1 else ""
    keys = tuple(one.key for one, _ in steady)
    yield Hit(
        node["instance_type"],
        f"capacity that never stops costs {dollars(total)} a month on demand, without a commitment{saving}",
        related=others,
        fix="cover the steady part with a savings plan, reservations or committed use, and declare it under budget.commitments",
        saving=Saving("commitment", Money(saved, saved), keys=keys) if saved >= 1 else None,
    )


def _steady_by_member(design: Design) -> dict[str, Steady]:
    found: dict[str, Steady] = {}
    for workload in design.workloads:
        steady = _steady([design.graph[key] for key in workload.members], design)
        found.update(dict.fromkeys(workload.members, steady))
    return found


def _steady(members: Iterable[Resource], design: Design) -> Steady:
    """The machines that run all month, the dearest first, and what they cost together."""
    found = []
    for member in members:
        amount = steady_on_demand(design.cost(member))
        if amount > 0 and _counts(member, design):
            found.append((member, amount))
    total = sum((amount for _, amount in found), Decimal(0))
    return sorted(found, key=lambda one: (-one[1], one[0].key)), total


def _counts(node: Resource, design: Design) -> bool:
    """Machines of production that no reservation and no spot market pays for."""
    reserved = node["capacity_reserved"].is_true() is Truth.YES or node["reservation"].is_known
    if node.kind not in _KINDS or node.provider == "kubernetes" or reserved:
        return False
    return node["spot"].text() != "all" and design.environment(node) not in ("dev", "staging")


def _committed(design: Design) -> bool:
    requirements = design.requirements
    if requirements.number("budget.commitments.coverage"):
        return True
    return design.once(_commitments)


def _commitments(design: Design) -> bool:
    return any("commitment" in other.type for other in design.graph)


def _saved(steady: list[tuple[Resource, Decimal]], design: Design) -> tuple[Decimal, int]:
    """What a year's promise saves, and of how many machines the catalog has its price."""
    found = [saved_by_commitment(design.cost(node), design.catalog) for node, _ in steady]
    known = [saved.low for saved in found if saved is not None]
    return sum(known, Decimal(0)), len(known)
