"""Whatever is required: what is advised passes the checks of the tool, read back from a folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

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
