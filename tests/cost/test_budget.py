"""Budgets of the design, its environments, workloads and training runs; and what would bring it down."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mlarchlint.config import Config
from mlarchlint.model.finding import Finding, Severity
from mlarchlint.model.truth import Truth
from mlarchlint.pipeline import scan
from mlarchlint.report.cost_budgets import budgets_of, complaint, differing_environments
from mlarchlint.requirements import frozen_requirements

MAIN = """
provider "aws" {
  region = "us-east-1"
}

resource "aws_instance" "inference" {
  count         = 2
  ami           = "ami-1"
  instance_type = "g5.xlarge"
  tags          = { environment = "prod" }

  root_block_device {
    volume_size = 10
    volume_type = "gp3"
  }
}

resource "aws_instance" "sandbox" {
  ami           = "ami-1"
  instance_type = "t3.medium"
  tags          = { environment = "dev" }

  root_block_device {
    volume_size = 10
    volume_type = "gp3"
  }
}

resource "aws_batch_compute_environment" "training" {
  type = "MANAGED"

  compute_resources {
    type          = "EC2"
    instance_type = ["g5.xlarge"]
    max_vcpus     = 4
  }
}
"""
UNPRICED = """
resource "aws_instance" "odd" {
  ami           = "ami-1"
  instance_type = var.size
}

variable "size" {
  type = string
}
"""
DISK = Decimal("0.8")
G5, T3 = Decimal("1.006"), Decimal("0.0416")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text(MAIN)
    return tmp_path


def scanned(folder: Path, **needs: Any) -> Any:
    config = Config(base=folder, requirements=frozen_requirements(needs, {}), select=("MLA-CO003",))
    return scan([folder], config)


def judged(folder: Path, **needs: Any) -> dict[str, tuple[Decimal, Truth]]:
    verdicts = budgets_of(scanned(folder, **needs))
    return {verdict.what: (verdict.judged, verdict.over) for verdict in verdicts}


def only(folder: Path, **needs: Any) -> Finding:
    (finding,) = scanned(folder, **needs).findings
    return finding


def test_the_whole_design(folder: Path) -> None:
    machines = 730 * (2 * G5 + T3) + 3 * DISK
    training = 96 * G5
    assert judged(folder, budget={"monthly_usd": 1000}) == {"the design": (machines + training, Truth.YES)}
    assert judged(folder, budget={"monthly_usd": 1600}) == {"the design": (machines + training, Truth.NO)}


def test_an_environment(folder: Path) -> None:
    found = judged(folder, budget={"environments": {"prod": 1000, "dev": 100}})
    assert found == {
        "the environment prod": (2 * (730 * G5 + DISK), Truth.YES),
        "the environment dev": (730 * T3 + DISK, Truth.NO),
    }


def test_environments_are_added_up_where_they_differ(folder: Path) -> None:
    totals = differing_environments(scanned(folder))
    assert list(totals) == ["prod", "dev", "unknown"]
    assert totals["dev"].high == 730 * T3 + DISK
    assert differing_environments(scanned(folder, environment="prod")) == {}


def test_a_workload_by_what_it_matches(folder: Path) -> None:
    entry = {"name": "api", "match": {"address": "aws_instance.inference*"}, "budget": {"monthly_usd": 1000}}
    assert judged(folder, workloads=[entry]) == {"the workload api": (2 * (730 * G5 + DISK), Truth.YES)}


def test_a_training_run(folder: Path) -> None:
    needs = {"training": {"max_run_hours": 10, "runs_per_month": 3}, "budget": {"training_run_usd": 10}}
    assert judged(folder, **needs) == {"a run of training": (10 * G5, Truth.YES)}
    finding = only(folder, **needs)
    assert finding.message.startswith("a run of training may cost up to $10, over the budget of $10")


def test_what_has_no_price_is_said_and_the_low_figure_judged(folder: Path) -> None:
    (folder / "odd.tf").write_text(UNPRICED)
    machines = 730 * (2 * G5 + T3) + 3 * DISK
    (verdict,) = budgets_of(scanned(folder, budget={"monthly_usd": 1000}))
    # the odd machine's root disk of 8 GiB gp2 is priced
    assert verdict.judged == machines + Decimal("0.8")
    assert complaint(verdict).startswith("over budget: the design: the low figure")
    finding = only(folder, budget={"monthly_usd": 1000})
    assert "at least $1,502" in finding.message
    assert "the low figure is judged: 1 cost has no price" in finding.message
    assert finding.severity is Severity.HIGH
    assert finding.certain


def test_between_the_figures_and_with_gaps_nothing_is_certain(folder: Path) -> None:
    (folder / "odd.tf").write_text(UNPRICED)
    finding = only(folder, budget={"monthly_usd": 1550})
    assert not finding.certain
    assert complaint(budgets_of(scanned(folder, budget={"monthly_usd": 1550}))[0]) == ""


def test_the_finding_names_what_costs_most_and_what_would_help(folder: Path) -> None:
    finding = only(folder, budget={"monthly_usd": 1100})
    assert [related.span.line for related in finding.related] == [6, 29, 18]
    assert finding.related[0].message == "aws_instance.inference (2 instances): $1,470 a month"
    # 730 h x 2 x (1.006 on demand - 0.634 reserved)
    assert finding.fix.startswith("a 1-year commitment for aws_instance.inference (2 instances) saves $543")


def test_forbidden_spot_is_no_advice(folder: Path) -> None:
    allowed = only(folder, budget={"monthly_usd": 800})
    forbidden = only(folder, budget={"monthly_usd": 800}, training={"spot": "forbidden"})
    assert "spot capacity for aws_batch_compute_environment.training" in allowed.fix
    assert "spot" not in forbidden.fix


def test_commitments_that_exist_are_no_advice(folder: Path) -> None:
    commitments = {"coverage": Decimal("0.5"), "term": "1y"}
    finding = only(folder, budget={"monthly_usd": 1000, "commitments": commitments})
    assert "commitment" not in finding.fix


PODS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: inference, namespace: ml}
spec:
  replicas: 3
  selector: {matchLabels: {app: inference}}
  template:
    metadata: {labels: {app: inference}}
    spec:
      containers:
        - name: server
          image: vllm/vllm-openai:v0.6
          resources: {requests: {cpu: "4", memory: 16Gi}, limits: {nvidia.com/gpu: "1"}}
"""


def test_pods_without_nodes_are_judged_by_the_dearer_card(tmp_path: Path) -> None:
    """Which card it is decides; a ceiling on their number would change nothing."""
    (tmp_path / "pods.yaml").write_text(PODS)
    a100 = 3 * 730 * Decimal("21.9576") / 8
    assert judged(tmp_path, budget={"monthly_usd": 2000}) == {"the design": (a100, Truth.YES)}
    finding = only(tmp_path, budget={"monthly_usd": 2000})
    assert finding.severity is Severity.MEDIUM
    assert "may cost up to $6,011" in finding.message
    assert "ceiling" not in finding.fix
    named = PODS.replace(
        "      containers:", "      nodeSelector: {nvidia.com/gpu.product: Tesla-T4}\n      containers:"
    )
    (tmp_path / "pods.yaml").write_text(named)
    t4 = 3 * 730 * Decimal("0.526")
    assert judged(tmp_path, budget={"monthly_usd": 2000}) == {"the design": (t4, Truth.NO)}


POOL = """
resource "google_container_cluster" "main" {
  name                     = "main"
  location                 = "us-central1-a"
  remove_default_node_pool = true
  initial_node_count       = 1
}

resource "google_container_node_pool" "serving" {
  cluster  = google_container_cluster.main.name
  location = "us-central1-a"

  autoscaling {
    min_node_count = 1
    max_node_count = 1000
  }

  node_config {
    machine_type = "g2-standard-8"
  }
}
"""


def test_a_huge_ceiling_is_no_plan_to_pay_for(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(POOL)
    verdict = budgets_of(scanned(tmp_path, budget={"monthly_usd": 1000}))[0]
    assert verdict.over is Truth.NO
    assert verdict.cost.low == verdict.cost.high
    pool = next(one for one in scanned(tmp_path).estimate.resources.values() if "node_pool" in one.key)
    assert "may grow to 1000 machines: 1 machine is priced at most, its usual size" in pool.assumptions
    scaled = PODS.replace('cpu: "4"', 'cpu: "6"').replace("replicas: 3", "replicas: 20")
    (tmp_path / "pods.yaml").write_text(scaled)
    assert budgets_of(scanned(tmp_path, budget={"monthly_usd": 1000}))[0].over is Truth.YES
