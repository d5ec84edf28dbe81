"""`mlarchlint scan --fix` and `--diff` on files."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.runner import run, said

TF = """resource "aws_db_instance" "features" {
  engine            = "postgres"
  storage_encrypted = false # in the clear
  tags              = { owner = "ä" }
}

resource "aws_db_instance" "labels" {
  engine = "postgres"
}
"""
CFN = """# a template
Resources:
  Labels:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: "postgres"
  Features:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      StorageEncrypted: false   # in the clear
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scan(*args: str) -> tuple[int, str, str]:
    found = run("scan", ".", "--select", "MLA-SE003", *args)
    return found.exit_code, found.stdout, found.stderr


def test_an_unsafe_edit_is_named_and_not_made(here: Path) -> None:
    (here / "main.tf").write_text(TF)
    code, _, told = scan("--fix")
    assert code == 1
    assert (here / "main.tf").read_text() == TF
    assert "2 more with --unsafe-fixes (encryption of an existing store replaces it" in told


def test_terraform_is_mended_by_place(here: Path) -> None:
    (here / "main.tf").write_text(TF, newline="")
    code, out, told = scan("--fix", "--unsafe-fixes")
    assert (code, told.splitlines()[0]) == (0, "Mended 2 findings in 1 files.")
    assert "No findings" in out
    wanted = TF.replace("= false #", "= true #").replace(
        'labels" {\n  engine = "postgres"\n',
        'labels" {\n  engine = "postgres"\n\n  storage_encrypted = true\n',
    )
    assert (here / "main.tf").read_text() == wanted


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_template_is_mended_in_yaml(here: Path, newline: str) -> None:
    text = CFN.replace("\n", newline)
    (here / "t.yaml").write_bytes(text.encode())
    assert scan("--fix", "--unsafe-fixes")[0] == 0
    wanted = text.replace("false   #", "true   #").replace(
        'Engine: "postgres"', f'StorageEncrypted: true{newline}      Engine: "postgres"'
    )
    assert (here / "t.yaml").read_bytes().decode() == wanted


def test_a_template_is_mended_in_json(here: Path) -> None:
    template = {
        "Resources": {
            name: {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres", **extra}}
            for name, extra in (("A", {"StorageEncrypted": False}), ("B", {}))
        }
    }
    (here / "t.json").write_text(json.dumps(template, indent=4))
    assert scan("--fix", "--unsafe-fixes")[0] == 0
    after = json.loads((here / "t.json").read_text())
    assert [r["Properties"]["StorageEncrypted"] for r in after["Resources"].values()] == [True, True]


def test_a_diff_is_shown_and_applies(here: Path) -> None:
    (here / "main.tf").write_text(TF)
    (here / "t.yaml").write_text(CFN)
    code, diff, _ = scan("--diff", "--unsafe-fixes")
    assert code == 1
    assert (here / "main.tf").read_text() == TF
    subprocess.run(["git", "init", "-q"], check=True, cwd=here)
    subprocess.run(["git", "apply", "-"], input=diff, text=True, check=True, cwd=here)
    assert scan()[0] == 0


def test_what_a_variable_decides_is_left(here: Path) -> None:
    text = 'variable "on" { default = false }\nresource "aws_db_instance" "a" {\n  storage_encrypted = var.on\n}\n'
    (here / "main.tf").write_text(text)
    assert scan("--fix", "--unsafe-fixes")[0] == 1
    assert (here / "main.tf").read_text() == text


def test_what_a_parameter_decides_is_left(here: Path) -> None:
    text = CFN.replace("StorageEncrypted: false", "StorageEncrypted: !Ref On")
    text = 'Parameters:\n  On: {Type: String, Default: "false"}\n' + text.replace(
        text[text.index("  Labels") : text.index("  Features")], ""
    )
    (here / "t.yaml").write_text(text)
    assert scan("--fix", "--unsafe-fixes")[0] == 1
    assert (here / "t.yaml").read_text() == text


def test_what_is_accepted_is_left(here: Path) -> None:
    text = "# mlarchlint: ignore[MLA-SE003] a demo\n" + TF.partition("\n\n")[0] + "\n"
    (here / "main.tf").write_text(text)
    assert scan("--fix", "--unsafe-fixes")[0] == 0
    assert (here / "main.tf").read_text() == text


def test_a_module_without_its_caller_is_left_inside(here: Path) -> None:
    (here / "m").mkdir()
    (here / "m" / "main.tf").write_text('resource "aws_db_instance" "a" {\n  engine = "postgres"\n}\n')
    (here / "main.tf").write_text('module "m" {\n  source = "./m"\n}\n')
    before = (here / "m" / "main.tf").read_text()
    scan("--fix", "--unsafe-fixes")
    assert (here / "m" / "main.tf").read_text() == before


def test_instances_of_one_declaration_are_mended_once(here: Path) -> None:
    text = 'resource "aws_db_instance" "a" {\n  count             = 3\n  storage_encrypted = false\n}\n'
    (here / "main.tf").write_text(text)
    assert scan("--fix", "--unsafe-fixes")[0] == 0
    assert (here / "main.tf").read_text() == text.replace("false", "true")


def test_the_mode_of_the_file_stays(here: Path) -> None:
    place = here / "main.tf"
    place.write_text(TF)
    place.chmod(0o640)
    scan("--fix", "--unsafe-fixes")
    assert os.stat(place).st_mode & 0o777 == 0o640
    assert [path.name for path in here.iterdir()] == ["main.tf"]


def test_a_file_with_errors_is_not_touched(here: Path) -> None:
    text = TF + 'resource "broken" {\n'
    (here / "main.tf").write_text(text)
    assert scan("--fix", "--unsafe-fixes")[0] == 3
    assert (here / "main.tf").read_text() == text


def test_fix_and_diff_are_two_things(here: Path) -> None:
    found = run("scan", ".", "--fix", "--diff")
    assert found.exit_code == 2
    assert "give one of the two" in said(found)


def test_a_block_that_is_not_written_is_added_where_the_edit_is_safe(here: Path) -> None:
    text = (Path(__file__).parents[2] / "fixtures/MLA-OB003/terraform-aws/main.tf").read_text("utf-8")
    (here / "main.tf").write_text(text)
    found = run("scan", ".", "--select", "MLA-OB003", "--fix")
    mended = (here / "main.tf").read_text()
    assert 'tracing_config {\n    mode = "Active"\n  }' in mended
    assert "xray_tracing_enabled = true" in mended
    assert "mode = var.mode" in mended
    assert found.stderr.startswith("Mended 2 findings")
