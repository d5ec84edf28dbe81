"""`mlarchlint advise`: formats, exit codes, and what is written."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from mlarchlint.advise.candidate import ACROSS, EDGES, FORMS
from tests.advise.requirements import LESSON, lesson_with
from tests.cli.runner import run, said

SCHEMA = Path(__file__).parents[2] / "mlarchlint" / "data" / "schema" / "advise.json"
GOOGLE = ("--cloud", "google", "--region", "us-central1")


def test_designs_stand_side_by_side_with_the_one_that_fails() -> None:
    found = run("advise", "--requirements", str(LESSON), *GOOGLE)
    assert found.exit_code == 0
    lines = found.stdout.splitlines()
    assert lines[0] == "Google Cloud: the best 3 of 16 designs (us-central1)"
    assert lines[2].split() == ["design", "1", "design", "2", "design", "3"]
    for name in ("a month", "availability", "p95 from apac-se", "without a zone", "left of $500"):
        assert any(line.strip().startswith(name) for line in lines), name
    assert any(line.strip().startswith("The next cheaper one") for line in lines)
    assert any(line.startswith("Design 1 costs least") for line in lines)
    assert max(map(len, lines)) <= 140


def test_the_json_report_follows_its_schema(tmp_path: Path) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    report = json.loads(run("advise", "--requirements", str(LESSON), *GOOGLE, "--format", "json").stdout)
    jsonschema.validate(report, schema)
    (cloud,) = report["clouds"]
    assert [design["number"] for design in cloud["designs"]] == [1, 2, 3]
    assert cloud["next_cheaper"]["number"] is None
    poor = tmp_path / "poor.yaml"
    poor.write_text(lesson_with(budget={"monthly_usd": 10}), "utf-8")
    none = run("advise", "--requirements", str(poor), *GOOGLE, "--format", "json")
    assert none.exit_code == 1
    report = json.loads(none.stdout)
    jsonschema.validate(report, schema)
    assert report["clouds"][0]["closest"]["obstacles"][0]["rule"] == "MLA-CO003"


def test_the_schema_knows_every_form_and_entry() -> None:
    text = json.loads(SCHEMA.read_text("utf-8"))
    design = next(part for part in text["$defs"].values() if "entry" in part.get("properties", {}))
    assert set(design["properties"]["entry"]["enum"]) == {
        edge for table in (EDGES, ACROSS) for edges in table.values() for edge in edges
    }
    assert set(design["properties"]["form"]["enum"]) == {form for forms in FORMS.values() for form in forms}


def test_markdown_has_a_table_and_an_output_file_is_written(tmp_path: Path) -> None:
    place = tmp_path / "advice.md"
    found = run("advise", "--requirements", str(LESSON), *GOOGLE, "--format", "markdown", "-o", str(place))
    assert (found.exit_code, found.stdout) == (0, "")
    text = place.read_text("utf-8")
    assert "| | design 1 | design 2 | design 3 |" in text
    assert "The next cheaper one, " in text


def test_what_is_written_scans_clean_and_meets_what_is_required(tmp_path: Path) -> None:
    folder = tmp_path / "infra"
    found = run("advise", "--requirements", str(LESSON), *GOOGLE, "--write", str(folder), "--choose", "2")
    assert found.exit_code == 0
    assert "Design 2: " in found.stderr
    for command in ("scan", "check"):
        done = run(command, str(folder))
        assert done.exit_code == 0, done.stdout
    assert "No findings." in run("scan", str(folder), "--uncertain").stdout
    assert run("check", str(folder), "--requirements", str(LESSON)).exit_code == 0


def test_where_nothing_is_enough_the_obstacle_is_said_and_nothing_written(tmp_path: Path) -> None:
    poor, folder = tmp_path / "poor.yaml", tmp_path / "infra"
    poor.write_text(lesson_with(budget={"monthly_usd": 10}), "utf-8")
    found = run("advise", "--requirements", str(poor), *GOOGLE, "--write", str(folder))
    assert found.exit_code == 1
    assert "What stands in the way: budget of the design" in found.stdout
    assert found.stdout.endswith("No design meets everything.\n")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--region", "us-esat4"), "us-east4"),
        (("--cloud", "google", "--region", "us-east-1"), "no designs are known for the region 'us-east-1'"),
        (("--choose", "2"), "add --write DIR"),
        (("--force",), "add --write DIR"),
        ((*GOOGLE, "--write", "new", "--choose", "9"), "there is no design 9"),
    ],
)
def test_wrong_usage_is_said(
    options: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = run("advise", "--requirements", str(LESSON), *options)
    assert found.exit_code == 2
    assert message in said(found)
    assert list(tmp_path.iterdir()) == []


def test_mistakes_in_the_requirements_are_all_said(tmp_path: Path) -> None:
    place = tmp_path / "needs.yaml"
    place.write_text("slo: {availability: 200, latncy: 5}\n", "utf-8")
    found = run("advise", "--requirements", str(place))
    assert found.exit_code == 2
    assert "latncy" in found.stderr
    assert "needs.yaml:1" in found.stderr


def test_a_taken_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("mine")
    found = run("advise", "--requirements", str(LESSON), *GOOGLE, "--write", str(tmp_path))
    assert found.exit_code == 2
    assert "already holds main.tf" in said(found)
    assert (tmp_path / "main.tf").read_text() == "mine"
