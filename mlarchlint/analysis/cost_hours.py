"""Hours of machines: on demand, spot, committed, managed, custom, with their accelerators."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger
from mlarchlint.analysis.cost_options import dedicated, ebs_optimized, reserved
from mlarchlint.analysis.cost_usage import HOURS
from mlarchlint.model.estimate import PriceRow
from mlarchlint.model.regex import regex
from mlarchlint.model.value import Value

ON_DEMAND = {"aws": "ec2", "google": "gce", "azure": "vm"}
SPOT = {"aws": "ec2-spot", "google": "gce-spot", "azure": "vm-spot"}
MANAGED = {"aws": "sagemaker", "google": "vertex", "azure": "azure-ml"}
COMMITTED = {
    ("aws", "1y"): "ec2-reserved",
    ("google", "1y"): "gce-commit-1y",
    ("google", "3y"): "gce-commit-3y",
    ("azure", "1y"): "vm-savings-1y",
}
# https://cloud.google.com/compute/docs/instances/creating-instance-with-custom-machine-type
# Families of custom types that cost less where they run all month.
SUSTAINED = frozenset({"n1", "n2", "n2d"})
CUSTOM = regex(r"(?:(?P<family>[a-z]\w+)-)?custom-(?P<vcpu>\d+)-(?P<mib>\d+)$")

# https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html: instanceTypes
USUAL = {"aws_eks_node_group": "t3.medium", "AWS::EKS::Nodegroup": "t3.medium"}
WINDOWS = {"aws": "ec2-windows", "azure": "vm-windows"}


def windows(ledger: Ledger) -> bool:
    """Whether the machine pays for Windows; an own licence (hybrid benefit) costs nothing here."""
    body = ledger.resource.instance
    if (body.get("license_type").text() or "").lower().startswith("windows"):
        return False
    said = str(ledger.stated("operating_system") or ledger.stated("os") or "").lower()
    if said:
        return said.startswith("windows")
    disk, pool = body.get("storage_os_disk").items(), body.get("default_node_pool").items()
    named = (
        ledger.resource.type if "windows" in ledger.resource.type else "",
        body.get("os_type").text(),
        body.get("os_sku").text(),
        disk[0].get("os_type").text() if disk else "",
        pool[0].get("os_sku").text() if pool else "",
        "windows" if body.get("os_profile_windows_config").items() else "",
    )
    return any("windows" in (name or "").lower() for name in named)


def machine_type(ledger: Ledger) -> str:
    """The type, or the first of several."""
    found = ledger.text("instance_type")
    if found:
        return found
    several = next((text for one in ledger.resource["instance_types"].items() if (text := one.text())), "")
    usual = USUAL.get(ledger.resource.type, "")
    if several or not usual or not ledger.resource["instance_type"].is_absent:
        return several
    ledger.note(f"no instance type is given: {usual}, the provider's default")
    return usual


def machines(
    ledger: Ledger,
    hours: Bounds,
    factor: Decimal,
    *assumptions: str,
    count: Bounds | None = None,
    managed: bool = False,
) -> None:
    """Charges hours of the resource's machine type, on demand, spot or committed."""
    value = ledger.resource["instance_type"]
    choices = [(name, text) for name, one in value.scenarios if (text := one.text())]
    name = machine_type(ledger)
    number = count or Bounds(ONE, ONE)
    if not name and choices and len(choices) == len(value.scenarios):
        _either(ledger, choices, hours, number, managed)
        return
    if not name:
        if value.is_unknown:
            ledger.gap("machine", f"the instance type is not known: {value.why}", value)
        elif number.high or hours.high:
            ledger.gap("machine", "no instance type is given", value)
        return
    spec = ledger.costing.catalog.spec(ledger.provider, name.removeprefix("ml."))
    if spec is not None and spec.retired:
        ledger.note(f"{name} is retired: its last price is counted, but it can no longer be launched")
    low, high = hours.low * number.low * factor, hours.high * number.high * factor
    if managed:
        if ledger.text("spot") in ("all", "mixed"):
            assumptions = (*assumptions, "the price without managed spot, of which none is known")
        _charge(ledger, f"{name}, managed", MANAGED[ledger.provider], name, low, high, assumptions, value)
        accelerators(ledger, name, low, high, "vertex-gpu")
        _several(ledger, name)
        return
    shares = spot_shares(ledger, number)
    _on_demand(ledger, name, Bounds(hours.low * factor, hours.high * factor), shares[0], assumptions, value)
    _spot(ledger, name, Bounds(hours.low * factor, hours.high * factor), shares[1], assumptions, value)
    accelerators(ledger, name, low, high)
    if ledger.provider == "aws":
        ebs_optimized(ledger, name, Bounds(low, high))
    _several(ledger, name)


def _either(
    ledger: Ledger, choices: list[tuple[str, str]], hours: Bounds, count: Bounds, managed: bool
) -> None:
    """The type depends on an unknown condition: the cheapest makes the low figure, the dearest the high."""
    service = (MANAGED if managed else ON_DEMAND)[ledger.provider]
    rows = [(row, name) for name, text in choices if (row := ledger.row(service, text)) is not None]
    if len(rows) < len(choices):
        known = {row.sku for row, _ in rows}
        lacking = ", ".join(text for _, text in choices if text not in known)
        ledger.missing("machine", f"{service} {lacking}", ledger.resource["instance_type"])
        return
    rows.sort(key=lambda found: found[0].price)
    for (row, name), low, high in (
        (rows[0], hours.low * count.low, ZERO),
        (rows[-1], ZERO, hours.high * count.high),
    ):
        ledger.charge(f"{row.sku}, on demand", row, low, high, (f"if {name}",))


def spot_shares(ledger: Ledger, count: Bounds) -> tuple[Bounds, Bounds]:
    """(machines on demand, machines on spot)."""
    spot = ledger.text("spot")
    none = Bounds(ZERO, ZERO)
    if spot == "all" or spot == "mixed":
        base = ledger.number("on_demand_base") or ZERO
    else:
        return count, none
    percent = ledger.number("on_demand_percent")
    share = (percent if percent is not None else ZERO) / 100 if spot == "mixed" else ZERO
    if spot == "mixed" and percent is None:
        share = Decimal("0.5")
        ledger.note("half of the mixed capacity is assumed to be spot")
    on_demand = [min(n, base) + max(ZERO, n - base) * share for n in (count.low, count.high)]
    return Bounds(*on_demand), Bounds(count.low - on_demand[0], count.high - on_demand[1])


def _on_demand(
    ledger: Ledger, name: str, hours: Bounds, count: Bounds, assumptions: tuple[str, ...], at: Value
) -> None:
    if not count.high and not count.low:
        return
    count = _without_promised(ledger, name, count)
    if not count.high:
        return
    covered = _commitment(ledger, name)
    if covered is not None:
        row, share = covered
        unit = HOURS if row.unit == "month" else ONE
        low, high = hours.low * count.low * share / unit, hours.high * count.high * share / unit
        ledger.charge(f"{name}, committed", row, low, high, (f"{share * 100:f} % is covered by commitments",))
        count = Bounds(count.low * (1 - share), count.high * (1 - share))
    if ledger.provider == "google" and hours.low >= HOURS:
        row_month = ledger.row("gce-sustained", name)
        if row_month is not None:
            low, high = hours.low * count.low / HOURS, hours.high * count.high / HOURS
            ledger.charge(f"{name}, on demand all month", row_month, low, high, assumptions)
            return
    low, high = hours.low * count.low, hours.high * count.high
    if ledger.provider == "aws" and (term := str(ledger.stated("reserved_instance_term") or "")):
        bought = reserved(ledger, name, term)
        if bought is not None:
            ledger.charge(f"{name}, reserved", bought, low, high, assumptions)
            return
        ledger.gap(f"{name}, reserved", f"the catalog has no price of this reservation ({term})", at)
        low, assumptions = ZERO, (*assumptions, "on demand at most: it is reserved")
    if ledger.provider == "aws" and (own := dedicated(ledger, name)) is not None:
        ledger.charge(f"{name}, dedicated", own, low, high, assumptions)
        return
    if ledger.provider in WINDOWS and windows(ledger):
        licensed = ledger.row(WINDOWS[ledger.provider], name)
        if licensed is not None:
            ledger.charge(f"{name}, Windows", licensed, low, high, assumptions)
            return
        ledger.gap("Windows licence", f"the catalog has only the Linux price of {name}", at)
    _charge(ledger, f"{name}, on demand", ON_DEMAND[ledger.provider], name, low, high, assumptions, at)


def _spot(
    ledger: Ledger, name: str, hours: Bounds, count: Bounds, assumptions: tuple[str, ...], at: Value
) -> None:
    if not count.high:
        return
    low, high = hours.low * count.low, hours.high * count.high
    row = ledger.row(SPOT[ledger.provider], name)
    if row is not None:
        ledger.charge(f"{name}, spot", row, low, high, assumptions)
        return
    service = ON_DEMAND[ledger.provider]
    if ledger.provider == "google" and _custom(ledger, name, low, high, assumptions, "gce-custom-spot"):
        return
    known = ledger.row(service, name)
    if known is None:
        ledger.missing(f"{name}, spot", f"{service} {name}", at)
        return
    # On demand is the most that spot can cost; the low figure stays open.
    ledger.gap(f"{name}, spot", f"no spot price is known in {ledger.region}: the low figure lacks it", at)
    ledger.charge(f"{name}, spot at most", known, ZERO, high, ("the on-demand price stands for the most",))


def _charge(
    ledger: Ledger,
    label: str,
    service: str,
    sku: str,
    low: Decimal,
    high: Decimal,
    assumptions: tuple[str, ...],
    at: Value,
) -> None:
    row = ledger.row(service, sku)
    spec = ledger.costing.catalog.spec(ledger.provider, sku.removeprefix("ml."))
    if row is None and service == ON_DEMAND["google"] and _custom(ledger, sku, low, high, assumptions):
        return
    if row is not None:
        ledger.charge(label, row, low, high, assumptions)
        return
    if spec is None:
        ledger.gap(label, f"{sku} is no instance type that the catalog knows", at)
    elif spec.retired:
        ledger.gap(label, f"{sku} is retired and no longer sold", at)
    else:
        ledger.missing(label, f"{service} {sku}", at)


def _custom(
    ledger: Ledger,
    name: str,
    low: Decimal,
    high: Decimal,
    assumptions: tuple[str, ...],
    service: str = "gce-custom",
) -> bool:
    """`n2-custom-4-16384`: four vCPU and 16 GiB, each with a price."""
    found = CUSTOM.match(name)
    if found is None:
        return False
    family = found["family"] or "n1"
    if service == "gce-custom" and low >= HOURS and family in SUSTAINED:
        service = "gce-custom-sustained"
    vcpu, memory = ledger.row(service, f"{family}-vcpu"), ledger.row(service, f"{family}-memory")
    if vcpu is None or memory is None:
        return False
    if service != "gce-custom-spot":
        ledger.note("one price for all regions")
    cpus, gib = Decimal(found["vcpu"]), Decimal(found["mib"]) / 1024
    ledger.charge(f"{name}, vCPU", vcpu, low * cpus, high * cpus, assumptions)
    ledger.charge(f"{name}, memory", memory, low * gib, high * gib, assumptions)
    return True


def _without_promised(ledger: Ledger, name: str, count: Bounds) -> Bounds:
    """Charges the machines that the usage says are committed to, which are paid whether they run or not."""
    promised = ledger.used("committed_instances") or ZERO
    if not promised:
        return count
    term = str(ledger.stated("committed_term") or "1y")
    service = COMMITTED.get((ledger.provider, term))
    row = ledger.row(service, name) if service is not None else None
    if row is None:
        ledger.note(f"no price of {name} with a commitment of {term} is known: on demand is counted")
        return count
    hours = HOURS * promised / (HOURS if row.unit == "month" else ONE)
    ledger.charge(f"{name}, committed", row, hours, hours, (f"{promised:f} committed to ({term})",))
    return Bounds(max(ZERO, count.low - promised), max(ZERO, count.high - promised))


def _commitment(ledger: Ledger, name: str) -> tuple[PriceRow, Decimal] | None:
    share = ledger.need("budget.commitments.coverage")
    term = ledger.wanted("budget.commitments.term")
    service = COMMITTED.get((ledger.provider, str(term)))
    if not share or service is None:
        return None
    row = ledger.row(service, name)
    if row is None:
        ledger.note(f"no committed price of {name} is known: on demand is counted")
        return None
    return row, min(ONE, share)


def accelerators(ledger: Ledger, name: str, low: Decimal, high: Decimal, service: str = "gce-gpu") -> None:
    """Cards attached to a Google machine; other types have theirs in the price."""
    kind, count = ledger.text("accelerator.type"), ledger.number("accelerator.count")
    if ledger.provider != "google" or not count or not kind:
        return
    spec = ledger.costing.catalog.spec("google", name)
    if spec is not None and spec.accelerator:
        return
    if service == "gce-gpu" and ledger.text("spot") == "all":
        service = "gce-gpu-spot"
    elif service == "gce-gpu" and low >= HOURS:
        service = "gce-gpu-sustained"
    card = kind.rpartition("/")[2].lower().replace("_", "-")
    ledger.add(f"{count:f} x {card}", service, card, low * count, high * count)


def _several(ledger: Ledger, name: str) -> None:
    others = [
        text for one in ledger.resource["instance_types"].items() if (text := one.text()) and text != name
    ]
    if others:
        ledger.note(f"of several instance types the first, {name}, is priced")
