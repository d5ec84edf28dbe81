"""Jobs: how often and how long they run, on machines of their own or on the nodes of a cluster."""

from __future__ import annotations

from decimal import Decimal

from mlarchlint.analysis import cost_containers
from mlarchlint.analysis.cost_cards import with_cards
from mlarchlint.analysis.cost_containers import cards_of, nodes_are_priced, on_assumed_nodes
from mlarchlint.analysis.cost_hours import machine_type, machines
from mlarchlint.analysis.cost_ledger import ONE, ZERO, Bounds, Ledger
from mlarchlint.analysis.cost_machines import managed_machines, training_hours
from mlarchlint.analysis.cost_machines import training_cluster as machines_of_cluster
from mlarchlint.analysis.cost_usage import DAYS, HOURS
from mlarchlint.analysis.roles import ends_by_itself
from mlarchlint.model.truth import Truth

TRAINING = ("training", "tuning")
# What a job of a cluster that is no training takes where nothing says it.
JOB_HOURS = ONE
# (least, largest) of the fields of a schedule: minutes, hours, days of the month, months, days of the week.
FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def job(ledger: Ledger) -> None:
    """A training or batch job: its machines for the hours of its runs."""
    if ledger.resource.provider == "kubernetes":
        _pods(ledger)
        return
    if not machine_type(ledger):
        return
    hours, why = training_hours(ledger)
    nodes = ledger.number("nodes") or ONE
    trials = ledger.number("max_jobs") if ledger.resource["tuning"].is_true() is Truth.YES else None
    total = hours * nodes * (trials or ONE)
    machines(ledger, Bounds(ZERO, total), ONE, why, managed=managed_machines(ledger))


def container_service(ledger: Ledger) -> None:
    """What serves runs all month; a pod that is not started again runs once, as a job does."""
    if ledger.resource.provider == "kubernetes" and ends_by_itself(ledger.resource):
        _pods(ledger)
    else:
        cost_containers.service(ledger)


def training_cluster(ledger: Ledger) -> None:
    """Of Kubernetes (a Ray cluster) the pods that it keeps, and the rest while training runs."""
    if ledger.resource.provider != "kubernetes":
        machines_of_cluster(ledger)
        return
    least, most = ledger.number("min_nodes") or ZERO, ledger.number("max_nodes")
    if most is None:
        return
    if nodes_are_priced(ledger):
        ledger.note("runs on the nodes of this scan, which are priced on their own")
        return
    steady = least * HOURS
    if most <= least:
        _on_nodes(ledger, Bounds(steady, steady))
        return
    hours, why = training_hours(ledger)
    total = Bounds(steady, steady + (most - least) * min(HOURS, hours))
    _on_nodes(ledger, total, f"{least:f} always, up to {most:f} for {min(HOURS, hours):f} hours", why)


def _on_nodes(ledger: Ledger, hours: Bounds, *assumptions: str) -> None:
    gpus = cards_of(ledger)
    if gpus:
        with_cards(ledger, gpus, hours, *assumptions)
    else:
        on_assumed_nodes(ledger, hours, *assumptions)


def _pods(ledger: Ledger) -> None:
    """Where the scan has no nodes, the share of an assumed node while the pods run."""
    if nodes_are_priced(ledger):
        ledger.note("runs on the nodes of this scan, which are priced on their own")
        return
    if ledger.resource["suspended"].is_true() is Truth.YES:
        return
    at_once = ledger.number("nodes") or ONE
    role = ledger.costing.role(ledger.resource)
    hours, why = training_hours(
        ledger,
        runs=runs_of(ledger.text("schedule")),
        hours=None if role in TRAINING else JOB_HOURS,
    )
    total = Bounds(ZERO, min(hours, HOURS) * at_once)
    why = f"{why}, {at_once:f} pods at once" if at_once != 1 else why
    _on_nodes(ledger, total, why)


def runs_of(schedule: str) -> Decimal | None:
    """Runs a month of a cron schedule; None for what is no plain one."""
    schedule = {
        "@hourly": "0 * * * *",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
    }.get(schedule, schedule)
    fields = schedule.split()
    if len(fields) != len(FIELDS):
        return None
    counts = [_count(field, *limits) for field, limits in zip(fields, FIELDS, strict=True)]
    if None in counts:
        return None
    minutes, hours, days, months, weekdays = (Decimal(count or 0) for count in counts)
    share = ONE
    if fields[2] != "*":
        share = days / 31
    if fields[4] != "*":
        share = weekdays / 7 if fields[2] == "*" else min(ONE, share + weekdays / 7)
    return minutes * hours * DAYS * share * months / 12


def _count(field: str, least: int, most: int) -> int | None:
    """How many values a field of a schedule stands for."""
    total = 0
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            size = most - least + 1
        elif first.isdigit() and (not dash or last.isdigit()):
            size = int(last) - int(first) + 1 if dash else (most - int(first) + 1 if step else 1)
        else:
            return None
        if step and (not step.isdigit() or not int(step)):
            return None
        total += -(-size // int(step)) if step else size
    return total if total > 0 else None
