"""docs/requirements.md: every worked example is computed again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlarchlint.analysis.availability_math import group_availability
from mlarchlint.analysis.load import instances_needed, needed_to_survive_a_zone
from mlarchlint.model.truth import Truth
from tests.requirements.designs import CDN, NETWORK, design, fleet

PAGE = (Path(__file__).parents[2] / "docs" / "requirements.md").read_text("utf-8")
NEEDS = "model: {service_time_ms: {p95: 120}}\nslo: {latency_p95_ms: 500, availability: 99.9}\nusers:\n"


def table(heading: str) -> Iterator[list[str]]:
    lines = iter(PAGE.splitlines())
    for line in lines:
        if line.startswith(f"| {heading} "):
            next(lines)
            break
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_groups() -> None:
    rows = list(table("zones x instances"))
    assert len(rows) == 8
    for shape, needed, figure in rows:
        zones, each = map(int, shape.split(" x "))
        assert group_availability((each,) * zones, int(needed)) == pytest.approx(float(figure), abs=6e-7)


def test_latency_by_city(tmp_path: Path) -> None:
    rows = list(table("us-east-1, model 120 ms at p95, new connection"))
    assert len(rows) == 5
    cities = "".join(f"  - {{region: {city}}}\n" for city, _, _ in rows)
    for column, more in ((1, ""), (2, CDN)):
        users = design(tmp_path, NETWORK + fleet("ab", 4) + more, NEEDS + cities).latencies
        for row, user in zip(rows, users, strict=True):
            assert user.cold is not None
            assert f"{user.cold.lower:.0f} ms" == row[column]


def test_the_lesson_s_designs(tmp_path: Path) -> None:
    rows = list(table("the lesson's designs"))
    texts = (fleet("a", 2), fleet("ab", 4), fleet("ab", 4) + CDN)
    assert len(rows) == len(texts)
    for (_, contract, engineering), text in zip(rows, texts, strict=True):
        (path,) = design(tmp_path, NETWORK + text, NEEDS + "  - {region: london}").availabilities
        for bounds, cell in ((path.contract, contract), (path.model, engineering)):
            (figure,) = re.findall(r"([\d.]+) %", cell)
            assert bounds.low == bounds.high
            assert f"{bounds.low * 100:.3f}" == figure


def test_instances_for_a_million_predictions() -> None:
    assert "34.7 at the peak. At 25 a second an instance and 70 % use, two instances" in PAGE
    peak = 1_000_000 / 86_400 * 3
    assert instances_needed(peak, 25, 0.7) == 2
    assert [needed_to_survive_a_zone(peak, 25, zones, 0.7) for zones in (2, 3)] == [4, 3]


def test_planned_downtime() -> None:
    assert "four updates of ten minutes are 0.0926 %" in PAGE
    assert f"{4 * 10 / 43_200 * 100:.4f}" == "0.0926"


def test_instances_that_are_added_in_time(tmp_path: Path) -> None:
    from tests.requirements.test_scale_out import added

    two, sixty = added(tmp_path, ramp=2), added(tmp_path, ramp=60)
    assert (
        "nothing is added up to 35 a second, which leaves room for 50, and an instance serves after\n100 to 410 s"
        in PAGE
    )
    assert (two.low, two.high, two.base, two.full) == pytest.approx((100, 410, 35, 50))
    for found, words in ((two, "(52.1 more each minute)"), (sixty, "(1.7 more each minute)")):
        assert found.growth is not None
        assert f"({found.growth * 60:.1f} more each minute)" == words
        assert words in PAGE
    assert (two.in_time, sixty.in_time) == (Truth.NO, Truth.YES)


def test_quotas_and_cards(tmp_path: Path) -> None:
    from mlarchlint.analysis.quotas import demands

    assert "Three `g5.2xlarge` are\n  24 vCPU where a new account has none" in PAGE
    made = design(tmp_path, NETWORK + fleet("ab", 3, 3, "g5.2xlarge"), NEEDS + "  - {region: london}")
    (demand,) = demands(made.graph, made.capacities)
    assert (demand.amount, demand.quota.default) == (24, 0)
