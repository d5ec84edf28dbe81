"""A design with a budget in its requirements needs a budget in its code that tells somebody.

## What it does
Where the requirements state a monthly budget, looks for a budget in the scanned code that sends notifications, in a
design that has resources of a cloud. Budgets that notify nobody do not count.

## Why is this bad
The estimate of a design is right on the day it is made. Traffic, experiments and forgotten machines decide what the
month costs, and the invoice comes weeks later. A budget with an alert at 80 percent of the forecast tells in time.

## Example
```yaml
requirements:
  budget: {monthly_usd: 500}
```
and no budget in the code.

## Use instead
```hcl
resource "aws_budgets_budget" "monthly" {
  budget_type  = "COST"
  limit_amount = "500"
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  notification {
    comparison_operator        = "GREATER_THAN"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    notification_type          = "FORECASTED"
    subscriber_email_addresses = ["ml-platform@example.com"]
  }
}
```

## When it does not fire
Without a budget in the requirements, and where only objects of Kubernetes are scanned. A budget of the organisation
that lies in other code is said with a suppression.

## References
- https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
- https://cloud.google.com/billing/docs/how-to/budgets
- https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-acm-create-budgets
"""

from mlarchlint.api import (
    Design,
    Hit,
    Hits,
    Mode,
    Related,
    Resource,
    Severity,
    Truth,
    Value,
    dollars,
    rule_on_design,
)

_CLOUDS = ("aws", "google", "azure")
_BUDGET = "budget.monthly_usd"
_ANOMALIES = "anomaly"  # they tell of what is unusual, not of what is too much


@rule_on_design(id="MLA-CO008", severity=Severity.LOW, since="0.1")
def no_budget_guard(design: Design) -> Hits:
    amount = design.requirements.number(_BUDGET)
    billed = [one for one in design.graph if _is_billed(one)]
    if amount is None or not billed:
        return
    budgets = [one for one in design.graph.of_kind("budget") if one["period"].text() != _ANOMALIES]
    told = [one["notified"].is_true() for one in budgets]
    if Truth.YES in told:
        return
    place = Value.known(amount, design.requirements.span(_BUDGET))
    fix = f"add a budget of {dollars(amount)} with an alert at 80 percent of the forecast"
    if Truth.MAYBE in told:
        mute = budgets[told.index(Truth.MAYBE)]
        why = mute["notified"].why
        yield Hit(place, f"whether {mute.address} tells anybody is not known: {why}", certain=False, fix=fix)
    elif budgets:
        related = (Related("this budget notifies nobody", budgets[0].span),)
        claim = f"no budget in the code tells anybody when {dollars(amount)} a month are in danger"
        yield Hit(place, claim, related=related, fix="add a notification to the budget")
    else:
        unread = _unread(design)
        claim = f"nothing in the scanned code tells anybody when the {dollars(amount)} a month are in danger: there is no budget"
        yield Hit(
            place, f"{claim}; {unread} could hold one" if unread else claim, certain=not unread, fix=fix
        )


def _is_billed(node: Resource) -> bool:
    return node.provider in _CLOUDS and node.instance.mode is Mode.MANAGED and node.kind != "budget"


def _unread(design: Design) -> str:
    """What was not read and may hold a budget. A budget lies beside nothing: images and zones hold none."""
    if design.requirements.flag("assume.closed_world"):
        return ""
    for one in design.graph:
        opaque = one.instance.mode is Mode.MODULE and one.kind in ("other", "budget")
        if opaque or one.type.endswith("terraform_remote_state"):
            return one.address
    return "" if all(one.instance.whole for one in design.graph) else "code outside the scanned files"
