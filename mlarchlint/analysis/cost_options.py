"""What EC2 machines are bought with besides their type: reservations, tenancy, EBS optimisation, credits."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_bodies import bodies
from mlarchlint.analysis.cost_ledger import Bounds, Ledger
from mlarchlint.model.estimate import PriceRow
from mlarchlint.model.resource import Instance
from mlarchlint.model.value import Value

ONE_YEAR, THREE_YEARS = ("1_year", "1yr"), ("3_year", "3yr")


def reserved(ledger: Ledger, name: str, term: str) -> PriceRow | None:
    """A reservation that the usage file states; only those without payment ahead have prices."""
    kind, paid = (
        str(ledger.stated(f"reserved_instance_{word}") or "") for word in ("type", "payment_option")
    )
    if kind not in ("", "standard", "convertible") or paid not in ("", "no_upfront"):
        return None
    if term not in ONE_YEAR + THREE_YEARS:
        return None
    service = f"ec2-reserved{'-convertible' if kind == 'convertible' else ''}"
    return ledger.row(f"{service}-3y" if term in THREE_YEARS else service, name)


def dedicated(ledger: Ledger, name: str) -> PriceRow | None:
    """The price of hardware of one's own; a gap where it is wanted and has none."""
    said = _first(ledger, "tenancy", "placement_tenancy")
    if said is None:
        blocks = [one for body in bodies(ledger.costing.graph, ledger.resource) for one in _placement(body)]
        said = next((found for one in blocks if (found := one.get("tenancy")).is_known), None)
    if said is None or said.text() != "dedicated":
        return None
    row = ledger.row("ec2-dedicated", name)
    if row is None:
        ledger.gap("dedicated tenancy", f"the catalog has only the shared price of {name}", said)
    return row


def _placement(body: Instance) -> tuple[Value, ...]:
    return tuple(body.get("placement").items())


def ebs_optimized(ledger: Ledger, name: str, hours: Bounds) -> None:
    """Older types pay for it; newer ones have it in their price."""
    said = _first(ledger, "ebs_optimized")
    row = ledger.row("ec2-ebs-optimized", name)
    if row is not None and said is not None and said.raw is True:
        ledger.charge("EBS optimisation", row, hours.low, hours.high)


def credits(ledger: Ledger, count: Bounds) -> None:
    """Bursts beyond what a type earns; in standard mode it is slowed down instead."""
    used = ledger.used("monthly_cpu_credit_hrs")
    blocks = (
        one
        for body in bodies(ledger.costing.graph, ledger.resource)
        for one in body.get("credit_specification").items()
    )
    mode = next((found for one in blocks if (found := one.get("cpu_credits").text())), "")
    if used and mode != "standard":
        vcpus = used * (ledger.used("vcpu_count") or Decimal(2))
        ledger.add("CPU credits", "ec2-cpu-credits", "t3", vcpus * count.low, vcpus * count.high)


def _first(ledger: Ledger, *names: str) -> Value | None:
    """What the machine says, else its template."""
    for body in bodies(ledger.costing.graph, ledger.resource):
        for name in names:
            if body.get(name).is_known:
                return body.get(name)
    return None
