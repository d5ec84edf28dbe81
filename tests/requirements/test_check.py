"""`mlarchlint check`: the lesson's exercise judged against its own requirements, formats and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlarchlint.cli import cli
from mlarchlint.config_layers import load_config
from mlarchlint.design import Design
from mlarchlint.judgements import judgements
from mlarchlint.model.truth import Truth
from mlarchlint.pipeline import scan
from mlarchlint.requirements import frozen_requirements
from tests.requirements.designs import CDN, NETWORK, design, fleet, refreshed
from tests.test_fixtures import FIXTURES

SCHEMA = Path(__file__).parents[2] / "mlarchlint" / "data" / "schema" / "check.json"
EXERCISE = """
service: image-classifier
environment: prod
traffic: {predictions_per_day: 1_000_000, peak_factor: 3, method: POST}
slo: {availability: 99.9, latency_p95_ms: 500}
model: {service_time_ms: {p50: 60, p95: 120}, throughput_rps: 25}
users: [{region: us-east, share: 0.5}, {region: london, share: 0.3}, {region: singapore, share: 0.2}]
budget: {monthly_usd: 500}
updates: {zero_downtime: true}
"""


def run(folder: Path, *options: str, command: str = "check") -> Result:
    return CliRunner().invoke(cli, [command, str(folder), *options])


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    outcome = run(folder, "--format", "json")
    report = json.loads(outcome.stdout)
    jsonschema.validate(report, json.loads(SCHEMA.read_text("utf-8")))
    return {row["requirement"]: row for row in report["requirements"]}


def sample(folder: Path, needs: str = EXERCISE) -> Design:
    """The sample solution: CDN, load balancer, two machines in each of two zones, replaced in turn."""
    return design(folder, NETWORK + refreshed(fleet("ab", 4, 10, "t3.medium")) + CDN, needs)


def test_the_sample_solution_against_its_own_requirements(tmp_path: Path) -> None:
    sample(tmp_path)
    found = rows(tmp_path)
    verdicts = {name: (row["verdict"], row["enforced"]) for name, row in found.items()}
    assert verdicts == {
        "availability (engineering)": ("met", True),
        "availability (contract)": ("not met", False),
        "peak load": ("met", True),
        "loss of a zone": ("met", False),
        "latency p95 from us-east": ("met", True),
        "latency p95 from london": ("met", True),
        "latency p95 from singapore": ("met", True),
        "budget of the design": ("met", True),
        "updates without downtime": ("met", True),
    }
    assert found["availability (engineering)"]["computed"] == "99.979 %"
    assert found["availability (contract)"]["computed"] == "99.88 %"
    assert found["availability (contract)"]["margin"].startswith("52 minutes")
    assert found["peak load"]["required"].startswith("34.7 requests a second at the peak (11.6 on average)")
    assert found["peak load"]["computed"] == "175 requests a second"
    assert found["loss of a zone"]["computed"] == "2 of 4 instances are left"
    assert "411 ms at best" in found["latency p95 from singapore"]["computed"]
    assert any("POST do not profit" in text for text in found["latency p95 from london"]["arithmetic"])


def test_without_the_cdn_singapore_is_too_far(tmp_path: Path) -> None:
    design(tmp_path, NETWORK + fleet("ab", 4, 10, "t3.medium"), EXERCISE)
    found = rows(tmp_path)
    assert found["latency p95 from singapore"]["verdict"] == "not met"
    assert "ap-southeast-1 brings 137 ms" in found["latency p95 from singapore"]["closes"]
    assert found["availability (contract)"]["verdict"] == "met"
    assert run(tmp_path).exit_code == 1


def test_one_zone_fails_and_says_what_closes_the_gap(tmp_path: Path) -> None:
    design(tmp_path, NETWORK + fleet("a", 2), "slo: {availability: 99.9}")
    row = rows(tmp_path)["availability (engineering)"]
    assert row["verdict"] == "not met"
    assert row["rule"] == "MLA-HA004"
    assert row["closes"].endswith("instances in a second zone, enough without the other gives 99.98 %")
    assert run(tmp_path).exit_code == 1


def test_what_is_missing_is_named_and_no_failure(tmp_path: Path) -> None:
    needs = "slo: {latency_p95_ms: 500}\ntraffic: {predictions_per_day: 1000}"
    design(tmp_path, NETWORK + fleet("ab", 4), needs)
    found = rows(tmp_path)
    assert "model.throughput_rps" in found["peak load"]["missing"]
    assert "users" in found["latency p95"]["missing"]
    assert run(tmp_path).exit_code == 0


def test_without_requirements_there_is_nothing_to_check(tmp_path: Path) -> None:
    design(tmp_path, NETWORK + fleet("ab", 4))
    outcome = run(tmp_path)
    assert outcome.exit_code == 0
    assert "nothing to check" in outcome.stdout


def test_both_names_of_the_command_and_all_formats(tmp_path: Path) -> None:
    sample(tmp_path)
    text = run(tmp_path).stdout
    assert run(tmp_path, command="check-requirements").stdout == text
    assert "MET      availability (engineering): 99.9 %  [MLA-HA004]" in text
    assert text.endswith("image-classifier: 7 met, 0 not met, 0 unknown.\n")
    table = run(tmp_path, "--format", "markdown").stdout.splitlines()
    assert table[2].startswith("| Requirement | Required | Computed | Verdict |")
    assert sum(line.startswith("|") for line in table) == 2 + len(rows(tmp_path))


def test_names_from_the_code_are_inert_in_tables(tmp_path: Path) -> None:
    needs = "slo: {availability: 99.9}\nusers: [{region: 'x|<b>y</b>'}]\nmodel: {service_time_ms: {p95: 120}}"
    design(tmp_path, NETWORK + fleet("ab", 4), needs.replace("99.9}", "99.9, latency_p95_ms: 500}"))
    table = run(tmp_path, "--format", "markdown").stdout
    assert "<b>" not in table
    assert "x|" not in table


@pytest.mark.parametrize(
    "form", ["terraform-aws", "cloudformation", "terraform-google", "terraform-azure", "kubernetes"]
)
def test_the_secure_designs_miss_nothing_that_is_enforced(form: str) -> None:
    assert run(FIXTURES / "designs" / "image-classifier" / form).exit_code == 0


def test_an_update_that_stops_everything_first_is_not_met(tmp_path: Path) -> None:
    (tmp_path / "ranker.yaml").write_text(_RECREATED, "utf-8")
    (tmp_path / ".mlarchlint.yaml").write_text("requirements: {updates: {zero_downtime: true}}\n", "utf-8")
    row = rows(tmp_path)["updates without downtime"]
    assert (row["verdict"], row["rule"], row["line"]) == ("not met", "MLA-ML004", 8)
    assert run(tmp_path).exit_code == 1


def test_a_new_model_that_gets_all_requests_at_once_is_a_finding_and_no_downtime(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(_ENDPOINT, "utf-8")
    (tmp_path / ".mlarchlint.yaml").write_text("requirements: {updates: {zero_downtime: true}}\n", "utf-8")
    assert rows(tmp_path)["updates without downtime"]["verdict"] == "met"
    assert "MLA-ML004" in {found.rule for found in scan([tmp_path], load_config([tmp_path])).findings}


_ENDPOINT = """resource "aws_sagemaker_endpoint_configuration" "ranker" {
  name = "ranker"
  production_variants {
    model_name             = "ranker"
    initial_instance_count = 2
    instance_type          = "ml.c6i.xlarge"
  }
}
"""
_RECREATED = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: ranker-inference
  labels: {mlarchlint.dev/role: inference}
spec:
  replicas: 3
  strategy: {type: Recreate}
  selector: {matchLabels: {app: ranker}}
  template:
    metadata: {labels: {app: ranker}}
    spec:
      containers:
        - {name: model-server, image: 'registry.example.com/ranker:1', ports: [{containerPort: 8080}]}
"""


_SHARED: dict[str, Design] = {}


@given(
    st.floats(90, 99.999),
    st.floats(0, 9),
    st.integers(1, 10**7),
    st.integers(1, 10**6),
    st.floats(50, 2000),
    st.floats(0, 1),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_tighter_requirement_never_turns_unmet_into_met(
    tmp_path: Path, share: float, more: float, daily: int, extra: int, target: float, factor: float
) -> None:
    base = _SHARED.setdefault("sample", sample(tmp_path))

    def judged(share: float, daily: int, target: float) -> dict[str, Truth]:
        from decimal import Decimal

        needs = frozen_requirements(
            {
                "traffic": {"predictions_per_day": daily},
                "slo": {"availability": Decimal(share), "latency_p95_ms": Decimal(target)},
                "model": {"service_time_ms": {"p95": 120}, "throughput_rps": 25},
                "users": [{"region": "london"}, {"region": "singapore"}],
            },
            {},
        )
        one = Design(base.graph, base.roles, base.workloads, base.estimate, needs)
        return {row.requirement: row.met for row in judgements(one)}

    loose = judged(share, daily, target)
    tight = judged(min(100.0, share + more * (100 - share) / 9), daily + extra, target * factor)
    for name, met in loose.items():
        assert tight[name].value <= met.value


def test_the_text_ends_with_a_row_for_each_requirement() -> None:
    text = run(FIXTURES / "designs" / "image-classifier" / "naive" / "terraform-aws").stdout
    table = text[text.index("requirement  ") :].splitlines()
    found = {line.split("  ")[0]: line for line in table[2:5]}
    assert list(found) == ["availability (engineering)", "availability (contract)", "budget of the design"]
    assert "not met (not enforced)" in found["availability (contract)"]
    assert found["availability (engineering)"].endswith("main.tf:49")
