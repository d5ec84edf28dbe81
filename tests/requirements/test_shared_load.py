"""Several fleets, one stated load, and nothing that says which of them carries it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlarchlint.config_layers import load_config
from mlarchlint.judgement import Judgement
from mlarchlint.judgements import judged
from mlarchlint.model.truth import Truth
from mlarchlint.pipeline import Result, scan


def deployment(name: str, replicas: int) -> str:
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}-inference
  labels: {{mlarchlint.dev/role: inference}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: model-server
          image: registry.example.com/ranker:1.4.2
          ports: [{{containerPort: 8080}}]
          readinessProbe: {{httpGet: {{path: /ready, port: 8080}}}}
"""


def result(folder: Path, replicas: dict[str, int], needs: str) -> Result:
    text = "---\n".join(deployment(name, count) for name, count in replicas.items())
    (folder / "serving.yaml").write_text(text, "utf-8")
    (folder / ".mlarchlint.yaml").write_text(f"requirements: {needs}\n", "utf-8")
    return scan([folder], load_config([folder]))


def rows(found: Result, requirement: str) -> list[Judgement]:
    return [row for row in judged(found) if row.requirement == requirement]


LOAD = "{traffic: {peak_rps: 100}, model: {throughput_rps: 25}, environment: prod}"


@pytest.mark.parametrize(
    ("replicas", "met", "computed", "margin"),
    [
        ({"a": 6, "b": 8}, Truth.YES, "105 requests a second, whichever of them is asked", "+5%"),
        ({"a": 1, "b": 2}, Truth.NO, "52.5 requests a second, all of them together", "-48%"),
        ({"a": 2, "b": 8}, Truth.MAYBE, "35 to 140 requests a second, one of them alone", ""),
        ({"a": 4, "b": 4}, Truth.MAYBE, "70 requests a second, one of them alone", ""),
    ],
)
def test_a_shared_load_is_one_row(
    tmp_path: Path, replicas: dict[str, int], met: Truth, computed: str, margin: str
) -> None:
    (row,) = rows(result(tmp_path, replicas, LOAD), "peak load")
    assert (row.met, row.computed, row.margin) == (met, computed, margin)
    assert row.subject == "Deployment/default/a-inference and 1 more"
    assert [text.split(":")[0] for text in row.arithmetic[1:]] == [
        "Deployment/default/a-inference",
        "Deployment/default/b-inference",
    ]


def test_what_is_too_little_for_all_together_is_a_finding(tmp_path: Path) -> None:
    found = result(tmp_path, {"a": 1, "b": 2}, LOAD)
    assert [one.subject.address for one in found.findings if one.rule == "MLA-SC002"] == [
        "Deployment/default/a-inference"
    ]


def test_what_cannot_be_told_of_many_for_one_reason_is_one_row(tmp_path: Path) -> None:
    needs: Any = LOAD.replace("environment", "resilience: {survive_zone_loss: true}, environment")
    alike = rows(result(tmp_path, {"a": 2, "b": 2, "c": 2}, needs), "loss of a zone")
    assert [row.subject for row in alike] == ["Deployment/default/a-inference and 2 more"]
    assert alike[0].computed == "2 instances, in zones that are not known"


def test_a_single_instance_is_lost_with_its_zone_and_told_so_by_the_rule_on_it(tmp_path: Path) -> None:
    needs = LOAD.replace("environment", "resilience: {survive_zone_loss: true}, environment")
    found = result(tmp_path, {"a": 1}, needs)
    (row,) = rows(found, "loss of a zone")
    assert (row.met, row.computed, row.rule) == (Truth.NO, "0 of 1 instance is left", "MLA-HA002")
    assert "MLA-HA002" in {one.rule for one in found.findings}
