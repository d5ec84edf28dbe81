"""Fleets whose least size is committed to: bought apart from the code, so told to the estimate as usage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlarchlint.advise.candidate import Candidate
from mlarchlint.analysis.cost_hours import COMMITTED, ON_DEMAND
from mlarchlint.analysis.cost_savings import hourly
from mlarchlint.config import Config
from mlarchlint.prices import embedded
from mlarchlint.requirements import Requirements
from mlarchlint.usage import read_usage

# The type that machines are paid with; every fleet of a design is of one.
FLEETS = {
    "aws": "aws_autoscaling_group",
    "google": "google_compute_region_instance_group_manager",
    "azure": "azurerm_linux_virtual_machine_scale_set",
}
YEARS = {"1y": "one year", "3y": "three years"}
_USUAL = "1y"


def term_to_try(needs: Requirements) -> str:
    """Empty where commitments are not wanted (`term: none`, `coverage: 0`), or counted already."""
    if needs.number("budget.commitments.coverage") is not None:
        return ""
    term = needs.text("budget.commitments.term") or _USUAL
    return term if term in YEARS else ""


def costs_less_committed(cloud: str, region: str, machine: str, term: str) -> bool:
    """Only where the catalog has the price that providers publish for it."""
    service = COMMITTED.get((cloud, term))
    committed = embedded().price(cloud, region, service, machine) if service else None
    usual = embedded().price(cloud, region, ON_DEMAND[cloud], machine)
    return committed is not None and usual is not None and hourly(committed) < hourly(usual)


def usage_of(candidate: Candidate) -> Mapping[str, Mapping[str, Any]]:
    """As `usage:` of the configuration says it."""
    if not candidate.committed:
        return {}
    promised = {"committed_instances": candidate.least, "committed_term": candidate.committed}
    return {FLEETS[candidate.cloud]: promised}


def with_usage(candidate: Candidate, config: Config) -> Config:
    usage = usage_of(candidate)
    return replace(config, usage=read_usage(usage).over(config.usage)) if usage else config
