"""A module without its code is said, in the text and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

from mlarchlint.pipeline import scan
from mlarchlint.report.json import render_json
from mlarchlint.report.text import render_text


def test_modules_that_were_not_read_are_named(tmp_path: Path) -> None:
    calls = [f'module "m{n}" {{\n  source = "acme/thing/aws"\n}}\n' for n in range(7)]
    (tmp_path / "main.tf").write_text("".join(calls))
    result = scan([tmp_path])
    assert "Modules not read, run `terraform init` to have them: module.m0 (acme/thing/aws)" in render_text(
        result
    )
    assert "2 more." in render_text(result)
    unread = json.loads(render_json(result))["summary"]["unread_modules"]
    assert unread[6] == {"address": "module.m6", "source": "acme/thing/aws"}


def test_modules_that_were_read_are_not(tmp_path: Path) -> None:
    (tmp_path / "child").mkdir()
    (tmp_path / "child" / "main.tf").write_text('resource "aws_s3_bucket" "b" {}\n')
    (tmp_path / "main.tf").write_text('module "m" {\n  source = "./child"\n}\n')
    result = scan([tmp_path])
    assert "not read" not in render_text(result)
    assert json.loads(render_json(result))["summary"]["unread_modules"] == []
