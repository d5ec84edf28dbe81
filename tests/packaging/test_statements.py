"""Tables of the documentation against the code: what is listed exists, and what exists is listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

import click
import pytest
import yaml

from mlarchlint.cli import cli
from mlarchlint.config import Config
from mlarchlint.design import Design
from mlarchlint.interop import checkov
from mlarchlint.model.graph import Relation
from mlarchlint.policy_conditions import OPERATORS
from mlarchlint.profiles import PROFILES
from tests.packaging.documents import PAGES, ROOT, blocks, page, requirement

PACKAGE = ROOT / "mlarchlint"


def table(name: str, header: str) -> list[list[str]]:
    """The rows of the tables of a page whose header begins so."""
    found: list[list[str]] = []
    reading = False
    for line in page(name).splitlines():
        if line.startswith(f"| {header} |"):
            reading = True
        elif not line.startswith("|"):
            reading = False
        elif reading and not line.startswith("|---"):
            found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    assert found, f"{name} has no table {header}"
    return found


def quoted(cells: Iterator[str] | list[str]) -> set[str]:
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


@lru_cache(maxsize=1)
def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))


def vocabulary() -> dict[str, dict[str, object]]:
    loaded: dict[str, dict[str, object]] = yaml.load(
        (files("mlarchlint.data") / "vocabulary.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return loaded


def test_profiles() -> None:
    rows = {
        row[0].strip("`"): [cell.strip("`") for cell in row[1:]] for row in table("docs/config.md", "profile")
    }
    assert rows == {
        name: [profile.fail_on.value, profile.min_severity.value, str(profile.uncertain).lower()]
        for name, profile in PROFILES.items()
    }


def test_limits() -> None:
    limits = Config().limits
    (row,) = [row for row in table("docs/config.md", "key") if row[0] == "`limits`"]
    told = [int(number.replace(",", "")) for number in row[2].split("; ")]
    assert told == [
        limits.file_bytes // 2**20, limits.instances, limits.total, limits.modules, limits.depth, limits.blocks,
    ]  # fmt: skip
    for number in told[1:]:
        assert f"{number:,}" in page("docs/evaluation.md")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("docs/suppressions.md", "code"),
        ("docs/rendering.md", "diagnostic"),
    ],
)
def test_codes_of_diagnostics_exist(name: str, header: str) -> None:
    for code in quoted([row[0] for row in table(name, header)]):
        assert f'"{code}"' in sources(), code


def test_facts_of_the_graph_have_their_module_and_their_question() -> None:
    for _, modules, asked in table("docs/kinds.md", "fact"):
        for module in quoted([modules]):
            assert (PACKAGE / "analysis" / module.removeprefix("analysis/")).exists(), module
        for question in re.findall(r"design\.(\w+)", asked):
            assert hasattr(Design, question), question


def test_traits_that_are_listed_are_in_the_vocabulary() -> None:
    known = vocabulary()
    for row in table("docs/kinds.md", "trait"):
        first = ""
        for name in re.findall(r"`([^`]+)`", row[0]):
            name = first.rpartition(".")[0] + name if name.startswith(".") else name
            first = first or name
            assert name in known["traits"] or name == "labels", name


def test_operators_of_policies_are_all_listed() -> None:
    assert quoted([row[0] for row in table("docs/policies.md", "operator")]) == set(OPERATORS)


def test_formats_of_a_report_are_all_listed() -> None:
    (row,) = [row for row in table("docs/usage.md", "option") if row[0] == "`--format NAME`"]
    command = cli.get_command(click.Context(cli), "scan")
    assert command is not None
    (option,) = [one for one in command.params if "--format" in one.opts]
    assert isinstance(option.type, click.Choice)
    assert set(option.type.choices) == quoted([row[1]])


def test_edges_of_kubernetes_are_relations() -> None:
    known = {relation.value for relation in Relation}
    assert quoted([row[0] for row in table("docs/kubernetes.md", "edge")]) <= known


def test_the_architecture_names_what_is_there() -> None:
    flow = next(block.text for block in blocks("docs/architecture.md", "text"))
    for line in flow.splitlines():
        last = re.split(r"  +", line)[-1]
        for name in re.sub(
            r"frontends/terraform, cloudformation, kubernetes", "frontends/terraform", last
        ).split(", "):
            assert any((place / name).exists() for place in (PACKAGE, ROOT)), name
    for row in table("docs/architecture.md", "folder of `mlarchlint/data`"):
        for name in quoted([row[0]]):
            assert (PACKAGE / "data" / name).exists(), name
    declared = "\n".join(path.read_text("utf-8") for path in (PACKAGE / "model").glob("*.py"))
    for name in quoted([row[0] for row in table("docs/architecture.md", "type")]):
        assert f"class {name}" in declared, name
    for name in quoted([row[0] for row in table("docs/architecture.md", "tests")]):
        assert (ROOT / name).exists(), name


def test_files_that_are_named_exist() -> None:
    for name in PAGES:
        for path in re.findall(
            r"`((?:mlarchlint|tests|tools|fixtures|benchmarks|examples|docs)/[\w./-]+)`", page(name)
        ):
            assert (ROOT / path).exists() or "MLA-SE042" in path or path == "mlarchlint/v1", f"{name}: {path}"


def test_the_version_of_checkov_is_that_of_the_code() -> None:
    assert f"checkov=={checkov.VERSION}" in page("docs/other-engines.md")


def test_requirements_that_are_judged_exist() -> None:
    for name in quoted([row[0] for row in table("docs/requirements.md", "requirement")]):
        assert requirement(name.removesuffix(".*")), name
    for row in table("docs/cost.md", "key of the requirements"):
        for name in quoted([row[0]]):
            assert name in ("prod", "staging", "dev") or requirement(name.replace("[]", "")), name
