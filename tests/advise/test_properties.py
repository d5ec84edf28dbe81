"""Whatever is required: what is advised passes the checks of the tool, read back from a folder."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mlarchlint.advise.assessment import assess
from mlarchlint.advise.candidate import Candidate
from mlarchlint.advise.commitments import usage_of
from mlarchlint.advise.folder import files_to_write, write_into
from mlarchlint.advise.search import advise
from mlarchlint.config_layers import config_for, load_config
from mlarchlint.design import Design
from mlarchlint.judgements import judgements
from mlarchlint.model.truth import Truth
from mlarchlint.pipeline import scan
from mlarchlint.report.summary import summarise

USERS = ("us-east", "eu-west", "apac-se", "tokyo", "sao-paulo", "sydney")


@st.composite
def requirements(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {
        "service": "ranker",
        "environment": "prod",
        "traffic": {
            "predictions_per_day": draw(st.sampled_from([20_000, 1_000_000, 30_000_000])),
            "method": draw(st.sampled_from(["GET", "POST"])),
        },
        "model": {
            "size_gib": draw(st.sampled_from([0.1, 3, 12])),
            "service_time_ms": {"p50": 30, "p95": 80},
            "cpu_time_ms": draw(st.sampled_from([5, 60])),
        },
        "slo": {
            "availability": draw(st.sampled_from([99, 99.9, 99.95])),
            "latency_p95_ms": draw(st.sampled_from([200, 500, 1000])),
        },
        "budget": {"monthly_usd": draw(st.sampled_from([150, 500, 5000]))},
        "users": [
            {"region": name}
            for name in draw(st.lists(st.sampled_from(USERS), min_size=1, max_size=2, unique=True))
        ],
        "updates": {"zero_downtime": draw(st.booleans())},
    }
    if draw(st.booleans()):
        found["traffic"]["cacheable"] = 0.3
    if draw(st.booleans()):
        found["budget"]["commitments"] = {"term": "none"}
    survive = draw(st.sampled_from([None, True, False]))
    if survive is not None:
        found["resilience"] = {"survive_zone_loss": survive}
    return found


@st.composite
def beyond_a_region(draw: st.DrawFn) -> dict[str, Any]:
    """What only designs over two regions can give, or nothing can."""
    found = draw(requirements())
    found["budget"] = {"monthly_usd": 50_000}
    if draw(st.booleans()):
        found["resilience"] = {**found.get("resilience", {}), "survive_region_loss": True}
    else:
        found["slo"] = {**found["slo"], "availability": draw(st.sampled_from([99.99, 99.995]))}
    return found


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],  # to make it smaller takes minutes
)
@given(requirements() | beyond_a_region(), st.sampled_from(["google", "azure", "aws"]))
def test_advice_passes_its_own_checks(needs: dict[str, Any], cloud: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = folder / "needs.yaml"
        place.write_text(yaml.safe_dump(needs), "utf-8")
        advice = advise(cloud, config_for(place), top=1)
        assert bool(advice.best) != (advice.closest is not None)
        for number, one in enumerate(advice.best):
            if "commitments" in needs["budget"]:
                assert not one.candidate.committed
            written = folder / str(number)
            write_into(written, files_to_write(one.files, place, usage_of(one.candidate)))
            config = load_config([written])
            result = scan([written], config)
            assert summarise(result).exit_code == 0
            assert result.estimate.monthly == one.cost
            design = Design(
                result.graph, result.roles, result.workloads, result.estimate, config.requirements
            )
            verdicts = judgements(design)
            assert [each.requirement for each in verdicts if each.binding and each.met is Truth.NO] == []
            # Where something has no price, the budget is left open.
            met = [each for each in verdicts if each.binding and each.met is Truth.YES]
            assert len(met) >= (3 if one.gaps else 4)


# One of each form, and of each way to pay.
DESIGNS = (
    Candidate("aws", "us-east-1", "ml.m5.large", 2, 2, 4, "api", form="endpoints"),
    Candidate("aws", "us-east-1", "ml.c7i.xlarge", 3, 2, 4, "api-cdn-failover", form="endpoints"),
    Candidate("aws", "us-east-1", "t3.medium", 2, 2, 4, "cdn-failover", "spot", committed="1y"),
    Candidate("google", "us-east4", "e2-standard-2", 2, 2, 4, "global", committed="1y"),
    Candidate("google", "us-central1", "c4a-standard-2", 3, 2, 4, "global", committed="3y"),
    Candidate("azure", "westeurope", "Standard_D2ps_v5", 3, 2, 4, "gateway", committed="1y"),
    Candidate("azure", "eastus", "Standard_D2pls_v6", 2, 2, 4, "frontdoor"),
    Candidate("azure", "eastus", "2 vCPU, 4 GiB", 3, 2, 4, "gateway", cache=True, form="containers"),
    Candidate("azure", "westeurope", "1 vCPU, 2 GiB", 3, 2, 4, "frontdoor", form="containers"),
)


@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.sampled_from(DESIGNS), st.integers(2, 9), st.integers(1, 9), requirements())
def test_a_design_of_any_form_reads_back_as_it_was_judged(
    design: Candidate, least: int, more: int, needs: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = folder / "needs.yaml"
        place.write_text(yaml.safe_dump(needs), "utf-8")
        one = assess(replace(design, least=least, most=least + more), config_for(place))
        (fleet,) = one.judged.design.fleets
        assert (fleet.count.least, fleet.count.most) == (one.candidate.least, one.candidate.most)
        write_into(folder / "design", files_to_write(one.files, place, usage_of(one.candidate)))
        config = load_config([folder / "design"])
        result = scan([folder / "design"], config)
        assert result.diagnostics == ()
        assert result.estimate.monthly == one.cost
        # A design may miss what is required of it. It has no other faults.
        found = {(each.rule, each.message) for each in result.findings if each.certain}
        assert found == {(each.rule, each.message) for each in one.judged.findings}
        committed = [
            each
            for each in one.judged.result.estimate.resources.values()
            for item in each.items
            if "committed" in item.name
        ]
        assert len(committed) == bool(one.candidate.committed)
