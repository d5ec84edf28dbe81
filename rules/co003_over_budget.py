"""The estimated monthly cost must not exceed the budget in the requirements.

## What it does
Adds up the offline estimate of every priced resource and compares it with each budget of the
requirements: of the design (`budget.monthly_usd`), of its environments (`budget.environments`), of a
workload (`workloads[].budget.monthly_usd`) and of a training run (`budget.training_run_usd`). Above the
budget even at the low end of the estimate is an overrun; above it only at the high end is a possible
one (medium). Where something has no price, the low figure is judged, and the finding says so.

It names what costs most, and the changes that bring the cost down soonest, with what each saves at
the prices of the catalog: spot capacity for training, a commitment for what runs steadily, the next
smaller size.

## Why is this bad
A design that cannot be paid for is found out with the first invoice. Before the deployment it
is one line in a review.

## Example
```yaml
requirements:
  budget: {monthly_usd: 500}
```
with a fleet of six `g5.xlarge`.

## Use instead
Smaller or fewer instances, spot capacity for training, a commitment for the steady base, or a
larger budget.

## When it does not fire
Without a budget in the requirements. Where the priced part is within the budget and much has no price, the
verdict is unknown.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/welcome.html
"""

from collections.abc import Iterator
from decimal import Decimal

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Money,
    Part,
    Related,
    Severity,
    Truth,
    Value,
    Verdict,
    dollars,
    rule_on_design,
)

_SHOWN = 3


@rule_on_design(id="MLA-CO003", severity=Severity.HIGH, since="0.1")
def over_budget(design: Design) -> Hits:
    for verdict in design.budgets():
        place = Value.known(verdict.budget, design.requirements.span(verdict.path))
        match verdict.over:
            case Truth.YES:
                yield Hit(
                    place,
                    f"{_claim(verdict)}; {_drivers(verdict)}",
                    attribute=_attribute(verdict),
                    related=tuple(_related(design, verdict)),
                    fix=_fix(design, verdict),
                    severity=Severity.HIGH if verdict.certain_at_low else Severity.MEDIUM,
                )
            case Truth.MAYBE:
                names = ", ".join(dict.fromkeys(gap.name for gap in verdict.gaps[:_SHOWN]))
                claim = f"whether {_limit(verdict)} holds is not known: {_lacking(verdict)} ({names}), the rest costs {_span(verdict.cost)}"
                yield Hit(place, claim, certain=False, attribute=_attribute(verdict))


def _claim(verdict: Verdict) -> str:
    each = "" if verdict.run else " a month"
    if verdict.gaps:
        return f"{verdict.what} costs at least {dollars(verdict.cost.low)}{each}, over {_limit(verdict)} (the low figure is judged: {_lacking(verdict)})"
    if verdict.certain_at_low:
        return f"{verdict.what} costs {_span(verdict.cost)}{each}, over {_limit(verdict)}"
    return f"{verdict.what} may cost up to {dollars(verdict.cost.high)}{each}, over {_limit(verdict)}"


def _limit(verdict: Verdict) -> str:
    return f"the budget of {dollars(verdict.budget)}"


def _lacking(verdict: Verdict) -> str:
    count = len(verdict.gaps)
    return f"{count} cost{'s have' if count > 1 else ' has'} no price"


def _attribute(verdict: Verdict) -> str:
    """Two budgets may be over; that of the design is the finding's plain form. Runs share their budget's line."""
    if verdict.run:
        return f"{verdict.path} {verdict.what}"
    return "" if verdict.path == "budget.monthly_usd" else verdict.path


def _span(money: Money) -> str:
    low, high = dollars(money.low), dollars(money.high)
    return low if low == high else f"{low} to {high}"


def _top(verdict: Verdict) -> Iterator[tuple[Part, Decimal]]:
    """What costs most, in the figure that is judged."""
    for part in verdict.costs[:_SHOWN]:
        amount = part.cost.low if verdict.gaps else part.cost.high
        if amount >= 1:
            yield part, amount


def _drivers(verdict: Verdict) -> str:
    return "most of it: " + ", ".join(f"{part.label} {dollars(amount)}" for part, amount in _top(verdict))


def _related(design: Design, verdict: Verdict) -> Iterator[Related]:
    each = "a run" if verdict.run else "a month"
    for part, amount in _top(verdict):
        yield Related(f"{part.label}: {dollars(amount)} {each}", design.graph[part.keys[0]].span)


def _fix(design: Design, verdict: Verdict) -> str:
    """The changes with their dollars; those of a run are given for the month."""
    plan = design.cheaper(verdict)
    low = bool(verdict.gaps)
    if not plan.changes:
        return "see `mlarchlint cost` for what each resource adds"
    parts = [
        f"{change.words.format(change.name)} saves {dollars(change.saving.low if low else change.saving.high)}"
        for change in plan.changes
    ]
    sentence = f"{'; '.join(parts)} a month"
    if verdict.run:
        return sentence
    left = verdict.judged - plan.saved
    return f"{sentence}, which leaves {dollars(left)}{'' if left <= verdict.allowed else ', still over'}"
