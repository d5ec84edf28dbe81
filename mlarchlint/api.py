"""What a rule imports, and nothing else."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mlarchlint.analysis.accelerator_metrics import needs_gpu_agent
from mlarchlint.analysis.azure_regions import other_region, read_on, region_without_zones
from mlarchlint.analysis.budget import Part, Verdict
from mlarchlint.analysis.cloud_calls import cloud_call
from mlarchlint.analysis.consoles import consoles_on
from mlarchlint.analysis.copies import COPYING_KINDS
from mlarchlint.analysis.cost_advice import (
    saved_by_disk,
    saved_by_processors,
    saved_by_successor,
    saved_by_tiering,
    steady_on_demand,
    stored_gib,
)
from mlarchlint.analysis.cost_data import RUNS as RUNS_A_MONTH
from mlarchlint.analysis.cost_data import between_regions, cost_of_copy, reading_costs, saved_by_object_store
from mlarchlint.analysis.cost_generations import CARDS, DISKS, older_machine
from mlarchlint.analysis.cost_idle import (
    OF_A_PERSON,
    OF_PROCESSING,
    Work,
    idle_cost,
    instances_on_average,
    work_of_training,
)
from mlarchlint.analysis.cost_savings import saved_by_commitment, saved_by_spot
from mlarchlint.analysis.credential_kinds import CREDENTIAL_KINDS
from mlarchlint.analysis.data_distance import near
from mlarchlint.analysis.figures import milliseconds, minutes_down, percent, rate
from mlarchlint.analysis.fleet import SERVING_KINDS
from mlarchlint.analysis.gpu_nodes import all_accelerated, runs_pods
from mlarchlint.analysis.machine_offers import selling_regions, sold_in, unsold
from mlarchlint.analysis.passing_data import passes_by
from mlarchlint.analysis.residency import DATA_KINDS
from mlarchlint.analysis.role_signals import has_accelerator
from mlarchlint.analysis.roles import data_role
from mlarchlint.analysis.scripts import script_text
from mlarchlint.analysis.service_offers import lacking_service
from mlarchlint.analysis.variables import variables
from mlarchlint.analysis.zones import ZoneSpan
from mlarchlint.design import Design
from mlarchlint.model.edit import Edit
from mlarchlint.model.estimate import Money, Saving
from mlarchlint.model.finding import Related, Severity
from mlarchlint.model.graph import Relation
from mlarchlint.model.regex import regex
from mlarchlint.model.resource import Format, Mode, Resource
from mlarchlint.model.rule import Hit, Rule, Supersedes
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value

if TYPE_CHECKING:  # what rules name in annotations only: reading it costs start-up time
    from mlarchlint.analysis.availability import Component, PathAvailability
    from mlarchlint.analysis.capacity import Capacity
    from mlarchlint.analysis.entry_protection import Protection
    from mlarchlint.analysis.evictions import Evictions
    from mlarchlint.analysis.exposure import Exposure
    from mlarchlint.analysis.latency import UserLatency
    from mlarchlint.analysis.machine_offers import Unsold
    from mlarchlint.analysis.needs import Needs
    from mlarchlint.analysis.permission_width import Width
    from mlarchlint.analysis.scaling_signals import Signal
    from mlarchlint.analysis.service_offers import Lacking

_NAMED_ONLY = {
    "Capacity": "capacity",
    "Component": "availability",
    "Evictions": "evictions",
    "Exposure": "exposure",
    "Lacking": "service_offers",
    "Needs": "needs",
    "PathAvailability": "availability",
    "Protection": "entry_protection",
    "Signal": "scaling_signals",
    "Unsold": "machine_offers",
    "UserLatency": "latency",
    "Width": "permission_width",
}

Hits = Iterator[Hit]
SERVING = ("inference",)
TRAINING = ("training", "tuning")
Check = Callable[..., Hits]  # (node, design), and `params` where the rule has any
DesignCheck = Callable[[Design], Hits]

__all__ = [
    "CARDS",
    "COPYING_KINDS",
    "CREDENTIAL_KINDS",
    "DATA_KINDS",
    "DISKS",
    "OF_A_PERSON",
    "OF_PROCESSING",
    "RUNS_A_MONTH",
    "SERVING",
    "SERVING_KINDS",
    "TRAINING",
    "Capacity",
    "Component",
    "Design",
    "Edit",
    "Evictions",
    "Exposure",
    "Format",
    "Hit",
    "Hits",
    "Kind",
    "Lacking",
    "Mode",
    "Money",
    "Needs",
    "Part",
    "PathAvailability",
    "Protection",
    "Related",
    "Relation",
    "Resource",
    "Rule",
    "Saving",
    "Severity",
    "Signal",
    "Supersedes",
    "Truth",
    "Unsold",
    "UserLatency",
    "Value",
    "Verdict",
    "Width",
    "Work",
    "ZoneSpan",
    "all_accelerated",
    "between_regions",
    "cloud_call",
    "consoles_on",
    "cost_of_copy",
    "data_role",
    "dollars",
    "has_accelerator",
    "idle_cost",
    "instances_on_average",
    "lacking_service",
    "milliseconds",
    "minutes_down",
    "near",
    "needs_gpu_agent",
    "older_machine",
    "other_region",
    "passes_by",
    "percent",
    "rate",
    "read_on",
    "reading_costs",
    "regex",
    "region_without_zones",
    "rule",
    "rule_on_design",
    "runs_pods",
    "saved_by_commitment",
    "saved_by_disk",
    "saved_by_object_store",
    "saved_by_processors",
    "saved_by_spot",
    "saved_by_successor",
    "saved_by_tiering",
    "script_text",
    "selling_regions",
    "sold_in",
    "steady_on_demand",
    "stored_gib",
    "unsold",
    "variables",
    "work_of_training",
]


def __getattr__(name: str) -> Any:
    """For rules that import such a name after all."""
    if name not in _NAMED_ONLY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"mlarchlint.analysis.{_NAMED_ONLY[name]}"), name)


def dollars(amount: Decimal) -> str:
    """Whole dollars; cents below ten."""
    return f"${amount:,.0f}" if abs(amount) >= 10 else f"${amount:,.2f}"


def Kind(*names: str) -> tuple[str, ...]:
    """The kinds a rule is called with."""
    return names


def rule(
    *,
    id: str,
    severity: Severity,
    on: tuple[str, ...],
    since: str,
    roles: tuple[str, ...] = (),
    ignorable: bool = True,
    params: Mapping[str, Any] | None = None,
    supersedes: tuple[Supersedes, ...] = (),
) -> Callable[[Check], Rule]:
    """Makes a Rule of a check. Its name is the function's, its documentation the module's docstring.

    params: settings with their defaults, which the configuration and policies may change; the check
    then has an argument `params`. supersedes: whose findings its certain ones hide, being of the same cause.
    """

    def make(check: Check) -> Rule:
        bound = partial(check, params=params) if params else check
        return Rule(
            id,
            _name(check),
            severity,
            on,
            roles,
            since,
            _doc(check),
            bound,
            ignorable,
            check.__module__,
            params=params or {},
            supersedes=supersedes,
        )

    return make


def rule_on_design(
    *, id: str, severity: Severity, since: str, ignorable: bool = True
) -> Callable[[DesignCheck], Rule]:
    """A rule that is called once, with the whole design."""

    def make(check: DesignCheck) -> Rule:
        return Rule(
            id,
            _name(check),
            severity,
            (),
            (),
            since,
            _doc(check),
            lambda _, design: check(design),
            ignorable,
            check.__module__,
        )

    return make


def _name(check: Check | DesignCheck) -> str:
    name = check.__name__
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{name}: a rule is named in lower case")
    return name.replace("_", "-")


def _doc(check: Check | DesignCheck) -> str:
    doc = sys.modules[check.__module__].__doc__
    if not doc:
        raise ValueError(f"{check.__module__}: a rule's module docstring is its documentation")
    return doc.strip()
