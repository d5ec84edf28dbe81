"""Whole scans through the command line: bad input, untrusted input, and the same bytes every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.runner import run, said

ROOT = Path(__file__).resolve().parent.parent.parent
DESIGNS = ROOT / "fixtures" / "designs" / "image-classifier"
FLAWED = """\
resource "aws_lb" "front" {
  load_balancer_type = "application"
}
resource "aws_lb_listener" "front" {
  load_balancer_arn = aws_lb.front.arn
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = "x"
  }
}
"""
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME}\nspec: {replicas: 2}\n"


def report(*args: str) -> dict[str, Any]:
    found = run("scan", *args, "--format", "json")
    data: dict[str, Any] = json.loads(found.stdout)
    text = (resources.files("mlarchlint.data") / "schema" / "report.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(json.loads(text)).validate(data)
    assert data["summary"]["exit_code"] == found.exit_code
    return data


def errors(data: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(d["code"], d["file"]) for d in data["diagnostics"] if d["severity"] == "error"]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_finding_stands_on_the_deciding_value(tree: Path) -> None:
    (tree / "main.tf").write_text(FLAWED)
    data = report(".")
    (found,) = [f for f in data["findings"] if f["rule"] == "MLA-SE004"]
    assert (found["file"], found["line"], found["column"]) == ("main.tf", 6, 23)
    assert data["summary"]["exit_code"] == 1


def test_a_comment_suppresses_with_a_reason(tree: Path) -> None:
    marked = '# mlarchlint: ignore[MLA-SE004] behind a VPN\nresource "aws_lb_listener"'
    (tree / "main.tf").write_text(FLAWED.replace('resource "aws_lb_listener"', marked))
    data = report(".")
    assert [f["suppression"]["reason"] for f in data["findings"] if f["suppressed"]] == ["behind a VPN"]
    assert data["summary"]["exit_code"] == 0


MODULES = {
    "main.tf": """
# mlarchlint: ignore[MLA-SE004] behind a VPN
module "accepted" {
  source = "./front"
}
module "open" {
  source = "./front"
}
module "each" {
  for_each = toset(["a", "b"])
  source   = "./front"
}
""",
    ".mlarchlint.yaml": """
suppressions: [{rule: MLA-SE004, address: 'module.each["a"].*', reason: internal}]
""",
}


def test_a_suppression_on_one_call_of_a_module_leaves_the_others(tree: Path) -> None:
    (tree / "front").mkdir()
    (tree / "front" / "main.tf").write_text(FLAWED)
    for name, text in MODULES.items():
        (tree / name).write_text(text)
    found = {f["subject"]["address"]: (f["suppressed"], f["instances"]) for f in report(".")["findings"]}
    assert found == {
        "module.accepted.aws_lb_listener.front": (True, 1),
        'module.each["a"].aws_lb_listener.front': (True, 1),
        'module.each["b"].aws_lb_listener.front': (False, 2),  # and that of module.open
    }


def test_a_syntax_error_costs_its_file_only_and_exits_with_3(tree: Path) -> None:
    (tree / "good").mkdir()
    (tree / "bad").mkdir()
    (tree / "good" / "main.tf").write_text(FLAWED)
    (tree / "bad" / "main.tf").write_text('resource "aws_lb" "x" {\n  a = [1,\n')
    data = report(".")
    assert [f["rule"] for f in data["findings"]] == ["MLA-SE004"]
    ((_, file),) = errors(data)
    assert file == "bad/main.tf"
    assert all(d["line"] and d["summary"] for d in data["diagnostics"])
    assert (data["summary"]["exit_code"], data["summary"]["files_failed"]) == (3, 1)


def test_a_broken_document_costs_only_itself(tree: Path) -> None:
    parts = [
        DEPLOYMENT.replace("NAME", "a"),
        "kind: [broken\napiVersion: v1\n",
        DEPLOYMENT.replace("NAME", "b"),
    ]
    (tree / "all.yaml").write_text("---\n".join(parts))
    graph = json.loads(run("graph", ".").stdout)
    assert [r["address"].rpartition("/")[2] for r in graph["resources"]] == ["a", "b"]
    assert len(errors(report("."))) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"\xff\xfe\xfa resource", "not-utf8"), (b"\x7fELF\0\0\1\2", "not-text")],
)
@pytest.mark.parametrize("name", ["bad.yaml", "bad.json"])
def test_a_file_that_is_no_text_is_said_and_the_rest_is_scanned(
    tree: Path, data: bytes, code: str, name: str
) -> None:
    (tree / name).write_bytes(data)
    (tree / "main.tf").write_text(FLAWED)
    found = report(".")
    assert errors(found) == [(code, name)]
    assert len(found["findings"]) == 1
    assert found["summary"]["exit_code"] == 3


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\xfa resource", b"\x7fELF\0\0\1\2", b"{" * 5000, b"a = " + b"(" * 5000]
)
@pytest.mark.parametrize("name", ["bad.tf", "bad.tf.json"])
def test_terraform_that_is_no_text_is_said_and_the_rest_is_scanned(
    tree: Path, data: bytes, name: str
) -> None:
    (tree / "bad").mkdir()
    (tree / "bad" / name).write_bytes(data)
    (tree / "main.tf").write_text(FLAWED)
    found = report(".")
    assert {file for _, file in errors(found)} == {f"bad/{name}"}
    assert len(found["findings"]) == 1


def test_a_huge_file_is_not_read(tree: Path) -> None:
    (tree / ".mlarchlint.yaml").write_text("limits: {file_mib: 0.001}\n")
    (tree / "huge.yaml").write_text(DEPLOYMENT + "#" * 2000)
    (tree / "huge.tf").write_text("#" * 2000)
    assert {file for _, file in errors(report("."))} == {"huge.yaml", "huge.tf"}


@pytest.mark.parametrize("limit", ["instances: 3", "total: 3", "blocks: 3"])
def test_limits_of_the_configuration_reach_the_evaluator(tree: Path, limit: str) -> None:
    (tree / "main.tf").write_text(
        'resource "aws_sqs_queue" "q" {\n  count = 10\n'
        '  dynamic "tag" {\n    for_each = range(10)\n    content {\n      key = tag.value\n    }\n  }\n}\n'
    )
    (tree / ".mlarchlint.yaml").write_text(f"limits: {{{limit}}}\n")
    assert report(".")["diagnostics"]
    (tree / ".mlarchlint.yaml").unlink()
    assert report(".")["diagnostics"] == []


def test_nothing_to_scan_is_said_and_exits_with_3(tree: Path) -> None:
    (tree / "readme.md").write_text("hello")
    found = run("scan", ".")
    assert found.exit_code == 3
    assert "error: there is nothing to scan [nothing-to-scan]" in said(found)


def test_a_link_out_of_the_root_is_said(tree: Path) -> None:
    outside = tree.parent / f"{tree.name}-outside"
    outside.mkdir()
    (outside / "main.tf").write_text(FLAWED)
    (tree / "main.tf").write_text(FLAWED)
    (tree / "link").symlink_to(outside)
    data = report(".")
    assert errors(data) == [("link-leaves-root", "link")]
    assert len(data["findings"]) == 1


def test_a_module_that_includes_itself_is_said(tree: Path) -> None:
    (tree / "main.tf").write_text(FLAWED + 'module "again" {\n  source = "./"\n}\n')
    data = report(".")
    assert len(errors(data)) >= 1
    assert data["summary"]["exit_code"] == 3


def test_an_alias_bomb_ends_in_a_diagnostic(tree: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (tree / "bomb.yaml").write_text(DEPLOYMENT.replace("NAME", "x") + "\n".join(lines) + "\n")
    assert errors(report("."))


def test_escapes_and_controls_in_the_code_are_inert_in_every_report(tree: Path) -> None:
    evil = "\\u001b]0;owned\\u0007\\u202e"
    (tree / "k.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        f'metadata: {{name: "{evil}", annotations: {{mlarchlint.dev/role: inference}}}}\n'
        "spec: {defaultBackend: {service: {name: x, port: {number: 80}}}}\n"
    )
    for args in (("scan",), ("scan", "--format", "json"), ("scan", "--format", "sarif"), ("scan", "--uncertain"),
                 ("graph",), ("graph", "--format", "dot"), ("graph", "--format", "mermaid")):  # fmt: skip
        text = said(run(*args, "."))
        assert not {char for char in text if char != "\n" and not char.isprintable()}


def test_a_sensitive_variable_is_nowhere_in_any_report(tree: Path) -> None:
    (tree / "main.tf").write_text(
        'variable "pw" {\n  sensitive = true\n  default = "hunter2hunter2"\n}\n'
        'resource "aws_db_instance" "a" {\n  password = var.pw\n  username = "u-${var.pw}"\n  multi_az = false\n}\n'
        'resource "aws_lb" "b" {\n  name = var.pw\n}\n'
    )
    for args in (("scan",), ("scan", "--format", "json"), ("scan", "--format", "sarif"),
                 ("graph",), ("graph", "--format", "dot"), ("graph", "--format", "mermaid")):  # fmt: skip
        assert "hunter2" not in said(run(*args, "."))


@pytest.mark.skipif(not DESIGNS.is_dir(), reason="the designs are not beside the tests")
@pytest.mark.parametrize(
    "args", [("scan",), ("scan", "--format", "json"), ("scan", "--format", "sarif"), ("graph",)]
)
def test_the_same_bytes_come_out_whatever_the_hash_seed(args: tuple[str, ...]) -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-m", "mlarchlint", *args, "naive"],
            cwd=DESIGNS, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=False,
        ).stdout
        for seed in ("1", "77")
    }  # fmt: skip
    assert len(outputs) == 1
    assert len(outputs.pop()) > 500


def test_the_graph_of_a_design_keeps_to_its_schema() -> None:
    text = (resources.files("mlarchlint.data") / "schema" / "graph.json").read_text(encoding="utf-8")
    for folder in ("terraform-aws", "kubernetes"):
        data = json.loads(run("graph", str(DESIGNS / folder)).stdout)
        jsonschema.Draft202012Validator(json.loads(text)).validate(data)
        assert len(data["resources"]) > 3
