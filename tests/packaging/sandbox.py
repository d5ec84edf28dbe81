"""A folder in which the commands of the documentation work as they are written."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.packaging.documents import ROOT, blocks

DESIGNS = ROOT / "fixtures" / "designs" / "image-classifier"
PLAN = {"format_version": "1.2", "planned_values": {"root_module": {}}, "configuration": {"root_module": {}}}
NAT = """
resource "aws_nat_gateway" "egress" {
  subnet_id = aws_subnet.public[0].id
}
"""


def make_sandbox(folder: Path) -> None:
    """The sample design as infra/, and beside it what else the pages name."""
    shutil.copytree(DESIGNS / "terraform-aws", folder / "infra")
    shutil.copytree(ROOT / "examples", folder / "examples")
    for name in ("prod.tfvars", "infra/prod.tfvars"):
        (folder / name).write_text("", encoding="utf-8")
    with (folder / "infra" / ".mlarchlint.yaml").open("a", encoding="utf-8") as file:
        file.write("environments: {prod: {var_files: [prod.tfvars]}}\n")
    shutil.copy(ROOT / "tests" / "advise" / "lesson.yaml", folder / "requirements.yaml")
    _write(folder / "infracost-usage.yml", "version: 0.1\n")
    policy = next(block.text for block in blocks("docs/policies.md", "yaml") if "ACME-001" in block.text)
    _write(folder / "policies" / "buckets.yaml", policy)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def commit(folder: Path) -> None:
    """Makes the folder a repository whose branch main is also that of its origin."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "--message=design"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ):
        subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def grow(folder: Path) -> None:
    """A change that costs: the next larger machines, and a NAT gateway."""
    commit(folder)
    code = folder / "examples" / "image-classifier" / "main.tf"
    code.write_text(code.read_text("utf-8").replace("g5.xlarge", "g5.2xlarge") + NAT, encoding="utf-8")


# What a block needs besides, by what stands in it.
PREPARED: dict[str, Callable[[Path], None]] = {
    "mlarchlint cost diff": grow,
    "--changed-since": commit,
}
# What the first half of a pipe gives to the second.
PIPED: dict[str, Callable[[], bytes]] = {
    r"helm template |kustomize build ": lambda: (DESIGNS / "kubernetes" / "serving.yaml").read_bytes(),
    r"terraform show -json ": lambda: json.dumps(PLAN).encode(),
}


def prepare(folder: Path, text: str) -> None:
    make_sandbox(folder)
    for sign, action in PREPARED.items():
        if sign in text:
            action(folder)


def piped(source: str) -> bytes:
    for pattern, give in PIPED.items():
        if re.match(pattern, source):
            return give()
    raise AssertionError(f"nothing says what this prints: {source}")
