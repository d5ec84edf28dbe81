"""A whole scan of a chart and of an overlay: findings stand in what people edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.config import Config
from mlarchlint.pipeline import Result, scan
from mlarchlint.rendering_options import Rendering
from tests.kubernetes.test_charts import CHART, empty_path, program, tree

__all__ = ["empty_path"]

TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-inference
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        # mlarchlint: ignore[MLA-SE004] unrelated
        - name: server
          image: nvcr.io/nvidia/tritonserver:24.08-py3
          ports: [{containerPort: 8000}]
"""
HELM = """
import pathlib
text = (pathlib.Path(sys.argv[3]) / "templates/api.yaml").read_text()
text = text.replace("{{ .Release.Name }}", sys.argv[2]).replace("{{ .Values.replicas }}", "3")
print("---\\n# Source: ranker/templates/api.yaml\\n" + text)
"""


def scanned(root: Path, rendering: Rendering) -> Result:
    return scan([root], Config(base=root, select=("MLA-HA003",), rendering=rendering))


def test_a_finding_of_a_chart_stands_in_its_template(
    tmp_path: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(empty_path, "helm", HELM)
    root = tree(tmp_path / "root", CHART | {"templates/api.yaml": TEMPLATE})
    monkeypatch.chdir(root)
    result = scanned(root, Rendering(namespace="ml"))
    [finding] = result.findings
    assert (finding.span.file, finding.span.line) == ("templates/api.yaml", 11)
    assert finding.subject.address == "Deployment/ml/ranker-inference"
    assert result.counts.files_failed == 0
    assert result.sources.texts.lines(finding.span.file)[finding.span.line - 1] == "        - name: server"


def test_without_rendering_its_templates_are_read_as_far_as_they_are_yaml(
    tmp_path: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(
        tmp_path / "root",
        CHART | {"templates/api.yaml": TEMPLATE, "templates/if.yaml": "{{ if x }}\n" + TEMPLATE},
    )
    monkeypatch.chdir(root)
    result = scanned(root, Rendering(helm=False))
    assert [d.code for d in result.diagnostics] == ["helm-not-rendered"]
    assert result.diagnostics[0].span.file == "Chart.yaml"
