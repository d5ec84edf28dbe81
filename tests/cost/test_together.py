"""What the findings of a design save together, and the section of `mlarchlint cost` that says so."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.analysis.cost_together import options_of, saved_together
from mlarchlint.cli import cli
from mlarchlint.model.estimate import WAYS, Money, Saving
from mlarchlint.model.finding import Finding, Severity, Subject, Suppression
from mlarchlint.model.span import SourceSpan

SCHEMA = Path(__file__).parents[2] / "mlarchlint" / "data" / "schema" / "cost.json"
G5, SPOT = Decimal("1.006"), Decimal("0.4536")
MAIN = """
provider "aws" {
  region = "us-east-1"
}

resource "aws_batch_compute_environment" "training" {
  type = "MANAGED"

  compute_resources {
    type          = "EC2"
    instance_type = ["g5.xlarge"]
    min_vcpus     = 8
    max_vcpus     = 8
  }
}

resource "aws_s3_bucket" "checkpoints" {
  bucket = "acme-training-checkpoints"
}
"""


def finding(
    way: str, high: int, *keys: str, part: str = "machines", certain: bool = True, how: str = ""
) -> Finding:
    saving = Saving(way, Money(Decimal(0), Decimal(high)), part, keys)
    suppressed = Suppression(how, "why") if how else None
    span = SourceSpan("main.tf", 1, 1, 1, 2)
    return Finding(
        f"MLA-{way}", way, "cost", Severity.LOW, certain, "", Subject(keys[0], "x", "x"), span, way,
        suppressed=suppressed, keys=keys, saving=saving,
    )  # fmt: skip


def test_of_alternatives_the_largest_is_added_up() -> None:
    spot, size = finding("spot", 50, "a"), finding("size", 80, "a")
    options = options_of([size, spot])
    assert [(one.way, one.counted) for one in options] == [("spot", False), ("size", True)]
    assert options[0].instead_of == (size,)
    assert options[1].others == (spot,)
    assert saved_together(options).high == 80


def test_another_part_of_the_same_machine_is_no_alternative() -> None:
    options = options_of([finding("size", 80, "a"), finding("size", 5, "a", part="disks")])
    assert saved_together(options).high == 85


def test_what_covers_several_machines_excludes_what_is_about_one_of_them() -> None:
    options = options_of([finding("commitment", 100, "a", "b"), finding("scaling", 90, "b")])
    assert saved_together(options).high == 100


def test_accepted_and_open_findings_save_nothing() -> None:
    found = [finding("spot", 50, "a", how="comment"), finding("spot", 50, "b", certain=False)]
    assert options_of(found) == ()
    assert len(options_of([finding("spot", 50, "a", how="baseline")])) == 1


SOME = st.builds(
    lambda way, high, keys, part: finding(way, high, *sorted(keys), part=part),
    st.sampled_from(WAYS),
    st.integers(1, 1000),
    st.sets(st.sampled_from("abcde"), min_size=1),
    st.sampled_from(("machines", "disks")),
)


@given(st.lists(SOME, max_size=8))
def test_nothing_is_saved_twice_and_each_that_is_left_out_names_what_counts(found: list[Finding]) -> None:
    options = options_of(found)
    taken = [
        (key, one.finding.saving.part)
        for one in options
        if one.counted and one.finding.saving
        for key in one.finding.keys
    ]
    assert len(taken) == len(set(taken))
    assert len(options) == len(found)
    assert [WAYS.index(one.way) for one in options] == sorted(WAYS.index(one.way) for one in options)
    counted = [one.finding for one in options if one.counted]
    for one in options:
        assert all(other in counted for other in one.instead_of)
        assert all(other in one.others for other in one.instead_of)


def run(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["cost", str(folder), *options])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(MAIN)
    return tmp_path


def test_the_json_has_each_saving_with_its_finding(folder: Path) -> None:
    report = json.loads(run(folder, "--format", "json").stdout)
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    found = {one["rule"]: one for one in report["savings"]["options"]}
    assert list(found) == ["MLA-CO001", "MLA-CO002", "MLA-CO004"]
    # two machines all month, of which 4 runs of 24 hours are work
    assert found["MLA-CO002"]["monthly"]["high"] == pytest.approx(float(2 * (730 - 96) * G5))
    assert found["MLA-CO001"]["counted"] is False
    assert found["MLA-CO001"]["alternatives"] == [found["MLA-CO002"]["fingerprint"]]
    assert found["MLA-CO001"]["address"] == "aws_batch_compute_environment.training"
    # 100 GiB x (0.023 - 0.0125)
    assert report["savings"]["together"]["high"] == pytest.approx(float(2 * (730 - 96) * G5) + 1.05)
    scan = json.loads(CliRunner().invoke(cli, ["scan", str(folder), "--format", "json"]).stdout)
    assert {one["fingerprint"] for one in found.values()} <= {one["fingerprint"] for one in scan["findings"]}


def test_the_text_and_the_markdown_name_them_in_the_order_of_the_ways(folder: Path) -> None:
    text = run(folder).stdout
    section = text[text.index("Savings, USD a month:") :].splitlines()
    assert section[1] == "  spot capacity for what may be interrupted"
    assert "instead of MLA-CO002 aws_batch_compute_environment.training" in section[2]
    assert section[-1].startswith("  Together: 1,275.61 to 1,276.66")
    markdown = run(folder, "--format", "markdown").stdout
    assert "### Savings" in markdown
    assert "| lifecycles of what is stored | MLA-CO004 aws\\_s3\\_bucket.checkpoints" in markdown


def test_an_accepted_finding_is_no_saving(folder: Path) -> None:
    text = MAIN.replace(
        'resource "aws_s3_bucket" "checkpoints" {',
        '# mlarchlint: ignore[MLA-CO004] read every day\nresource "aws_s3_bucket" "checkpoints" {',
    )
    (folder / "main.tf").write_text(text)
    report = json.loads(run(folder, "--format", "json").stdout)
    assert "MLA-CO004" not in {one["rule"] for one in report["savings"]["options"]}


def test_without_savings_there_is_no_section(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_kms_key" "a" {}\n')
    assert "Savings" not in run(tmp_path).stdout
    assert "Savings" not in run(tmp_path, "--format", "markdown").stdout
    report = json.loads(run(tmp_path, "--format", "json").stdout)
    assert report["savings"] == {"together": {"low": 0.0, "high": 0.0}, "options": []}
