"""What charts and overlays were rendered with is said, in the text and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlarchlint.pipeline import scan
from mlarchlint.report.json import render_json
from mlarchlint.report.text import render_text
from tests.kubernetes.test_charts import CHART, SDK, empty_path, tree

__all__ = ["empty_path"]
BROKEN = {
    "charts/b/Chart.yaml": "apiVersion: v2\nname: b\nversion: 1.0.0\n",
    "charts/b/templates/x.yaml": "{{ fail 1 }}",
}


@SDK
@pytest.mark.usefixtures("empty_path")
def test_rendered_and_not_rendered_charts_are_counted(tmp_path: Path) -> None:
    folder = tree(tmp_path / "root", {f"charts/ranker/{name}": text for name, text in CHART.items()} | BROKEN)
    result = scan([folder])
    assert "Charts and overlays: 1 rendered by helm-python-sdk, 1 not rendered." in render_text(result)
    assert json.loads(render_json(result))["summary"]["renderers"] == {"none": 1, "helm-python-sdk": 1}


def test_nothing_is_said_of_renderers_where_nothing_is_to_be_rendered(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "b" {}\n')
    result = scan([tmp_path])
    assert "Charts and overlays" not in render_text(result)
    assert "renderers" not in json.loads(render_json(result))["summary"]
