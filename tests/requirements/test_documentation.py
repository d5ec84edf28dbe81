"""docs/requirements.md: every worked example is computed again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlarchlint.analysis.availability_math import group_availability
from mlarchlint.analysis.load import instances_needed, needed_to_survive_a_zone
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
