"""Whatever lies in the folder, a scan ends with a result: never a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlarchlint.pipeline import scan
from mlarchlint.report.json import render_json
from mlarchlint.report.sarif import render_sarif
from mlarchlint.report.text import render_text

_NAMES = (
    "main.tf",
    "main.tf.json",
    "stack.yaml",
    "stack.json",
    "deploy.yml",
    "terraform.tfvars",
    "x.auto.tfvars.json",
)
_PIECES = (
    'resource "aws_instance" "a" {', "}", "count = 2", "for_each = var.x", 'variable "x" {}', "Resources:", "  A:",
    "    Type: AWS::EC2::Instance", "    Properties: {Encrypted: !If [X, true, false]}", "apiVersion: apps/v1",
    "kind: Deployment", "spec: {template: {spec: {containers: [{}]}}}", "---", "metadata: {name: a}", "[", "{", '"',
    "x = aws_instance.a[0].id", "${", "<<EOT", "!Ref A", "&a [*a]", "null", "- 1", ": :", "é\u2028\x1b[31m", "\t",
    '{"resource": {"aws_instance": {"a": [{"count": 1}]}}}', "dynamic \"d\" {", "module \"m\" { source = \"./m\" }",
)  # fmt: skip
_TEXT = st.one_of(
    st.lists(st.sampled_from(_PIECES), max_size=14).map("\n".join).map(lambda text: text.encode("utf-8")),
    st.binary(max_size=200),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(_NAMES), _TEXT, min_size=1, max_size=3))
def test_any_files_give_reports(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as place:
        for name, content in files.items():
            (Path(place) / name).write_bytes(content)
        result = scan([Path(place)])
    assert [d for d in result.diagnostics if d.code == "rule-crashed"] == []
    for render in (render_text, render_json, render_sarif):
        assert "\x1b[31m" not in render(result)
