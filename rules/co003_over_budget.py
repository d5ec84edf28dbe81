"""The estimated monthly cost must not exceed the budget in the requirements.

## What it does
Adds up the offline estimate of every priced resource and compares it with
`requirements.budget.monthly_usd`. Above the budget even at the low end of the estimate is a
certain overrun; above it only at the high end is a possible one.

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
Without a budget in the requirements. Where much of the design has no price, the verdict is unknown.

## References
- https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/welcome.html
"""

from decimal import Decimal

from mlarchlint.api import Design, Hit, Hits, Severity, Value, rule_on_design

_BUDGET = "budget.monthly_usd"
_MUCH = Decimal("0.25")  # share of billable resources without a price above which a pass is not believed


@rule_on_design(id="MLA-CO003", severity=Severity.HIGH, since="0.1")
def over_budget(design: Design) -> Hits:
    budget = design.requirements.number(_BUDGET)
    if budget is None:
        return
    tolerance = design.requirements.number("budget.tolerance_pct") or Decimal(0)
    allowed = budget * (1 + tolerance / 100)
    monthly = design.estimate.monthly
    place = Value.known(budget, design.requirements.span(_BUDGET))
    limit = f"the budget of ${budget:,.0f}"
    fix = "see `mlarchlint cost` for what each resource adds"
    if monthly.low > allowed:
        claim = (
            f"the design costs ${_range(monthly.low, monthly.high)} a month, over {limit}{_largest(design)}"
        )
        yield Hit(place, claim, fix=fix)
    elif monthly.high > allowed:
        claim = f"the design may cost up to ${monthly.high:,.0f} a month, over {limit}{_largest(design)}"
        yield Hit(place, claim, severity=Severity.MEDIUM, fix=fix)
    elif _unpriced(design) > _MUCH:
        names = ", ".join(dict.fromkeys(gap.name for gap in design.estimate.gaps[:3]))
        claim = f"whether {limit} holds is not known: {len(design.estimate.gaps)} costs have no price ({names}, ...)"
        yield Hit(place, claim, certain=False)


def _range(low: Decimal, high: Decimal) -> str:
    return f"{low:,.0f}" if round(low) == round(high) else f"{low:,.0f} to {high:,.0f}"


def _largest(design: Design) -> str:
    """The resource that costs most, by its low figure; the first of several."""
    costs = [(estimate.monthly.low, key) for key, estimate in sorted(design.estimate.resources.items())]
    amount, key = max(costs, key=lambda cost: cost[0], default=(Decimal(0), ""))
    return f"; {key} alone ${amount:,.0f}" if amount > 0 else ""


def _unpriced(design: Design) -> Decimal:
    estimates = [
        estimate for estimate in design.estimate.resources.values() if estimate.items or estimate.gaps
    ]
    if not estimates:
        return Decimal(0)
    return Decimal(sum(1 for estimate in estimates if estimate.gaps)) / len(estimates)
