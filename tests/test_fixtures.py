"""Every fixture says on the line what is found there; the sets must agree both ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.config_layers import load_config
from mlarchlint.expectations import Expectation, expected_in, found_in
from mlarchlint.pipeline import Result, scan

FIXTURES = Path(__file__).parent.parent / "fixtures"


def _cases() -> Iterator[tuple[Path, str]]:
    """A case is scanned by itself: fixtures/MLA-XX000/CASE with that rule, designs/**/FORMAT with all."""
    for folder in sorted(FIXTURES.glob("MLA-*/*")):
        if folder.is_dir():
            yield folder, folder.parent.name
    for folder in sorted(designs()):
        yield folder, ""


def designs() -> Iterator[Path]:
    """Folders of whole designs: image-classifier/terraform-aws, image-classifier/naive/terraform-aws."""
    for folder in FIXTURES.glob("designs/*/*"):
        if folder.name == "naive":
            yield from (twin for twin in folder.iterdir() if twin.is_dir())
        elif folder.is_dir():
            yield folder


def scanned(folder: Path, rule: str = "") -> Result:
    config = load_config([folder])
    if rule:
        config = Config(**{**_fields(config), "select": (rule,)})
    return scan([folder], config, today=date(2026, 11, 1))


def _fields(config: Config) -> dict[str, object]:
    return {name: getattr(config, name) for name in config.__slots__}


def expected(folder: Path) -> set[Expectation]:
    """By file name: the folder of a case is shown in several ways."""
    return {(Path(file).name, line, rule) for file, line, rule in expected_in(folder)}


def actual(result: Result) -> set[Expectation]:
    return {(Path(file).name, line, rule) for file, line, rule in found_in(result.findings, "")}


@pytest.mark.parametrize(("folder", "rule"), list(_cases()), ids=lambda value: _name(value))
def test_findings_stand_where_the_fixture_expects_them(folder: Path, rule: str) -> None:
    result = scanned(folder, rule)
    assert [d for d in result.diagnostics if d.level.value == "error"] == []
    assert len(result.graph) > 0
    assert actual(result) == expected(folder)


def _name(value: object) -> str:
    return value.relative_to(FIXTURES).as_posix() if isinstance(value, Path) else str(value)
