"""The documentation says what the tool does: every option, every key, and examples that hold."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import yaml

from mlarchlint import __version__
from mlarchlint.cli import COMMANDS, cli
from mlarchlint.config_check import mistakes_in
from mlarchlint.config_text import read_yaml
from mlarchlint.design import Design
from mlarchlint.directives import parse
from mlarchlint.engine import run_rules
from mlarchlint.expectations import expected_in, found_in
from mlarchlint.model.rule import Rule
from mlarchlint.model.span import NOWHERE
from mlarchlint.pipeline import scan
from mlarchlint.registry import built_in_rules
from tests.cli.runner import run, said
from tests.packaging.documents import PAGES, ROOT, Block, blocks, page, prose

# The first keys of CI configurations.
CI = ("repos", "jobs", "architecture")


def every_block(*languages: str) -> list[Block]:
    return [block for name in PAGES for block in blocks(name, *languages)]


def place(block: Block) -> str:
    return f"{block.page}:{block.line}"


def schema(name: str) -> dict[str, Any]:
    text = (resources.files("mlarchlint.data") / "schema" / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


# -- commands and options -----------------------------------------------------------------


def options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from parameter.opts
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            assert found is not None
            yield from options(found)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_described(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    text = page("docs/usage.md") + page("docs/cost.md") + page("docs/advise.md")
    for option in options(command):
        assert f"{option}" in text, option


def test_every_command_is_described() -> None:
    for command in COMMANDS:
        assert f"`mlarchlint {command} " in page("docs/usage.md")


def test_commands_that_are_named_exist() -> None:
    for name in PAGES:
        for command in re.findall(r"`mlarchlint ([a-z-]+)[ `]", prose(name)):
            assert cli.get_command(click.Context(cli), command) is not None, f"{name}: {command}"


# -- configuration ------------------------------------------------------------------------


def test_every_key_of_the_configuration_is_described() -> None:
    properties = schema("config")["properties"]
    names = {
        *properties,
        *properties["limits"]["properties"],
        *properties["rules"]["additionalProperties"]["properties"],
    }
    for name in names:
        assert f"`{name}`" in page("docs/config.md"), name


def test_every_key_of_the_requirements_is_in_the_example() -> None:
    (example,) = [block.text for block in blocks("docs/config.md", "yaml") if "waivers:" in block.text]
    written = yaml.safe_load(example)["requirements"]

    def compare(properties: dict[str, Any], data: dict[str, Any]) -> None:
        alternatives = {"peak_rps", "profile"}
        assert set(properties) - alternatives == set(data)
        for name, part in properties.items():
            if name in data and part.get("properties") and data[name]:
                compare(part["properties"], data[name])

    compare(schema("config")["$defs"]["requirements"]["properties"], written)


def check_configuration(text: str) -> None:
    assert mistakes_in(read_yaml(text, "page")) == []


def check_policy(text: str) -> None:
    jsonschema.validate(yaml.safe_load(text), schema("policy"))


def check_kind(text: str) -> None:
    jsonschema.validate(yaml.safe_load(text), schema("kind"))


def check_suppressed(text: str) -> None:
    """Kubernetes annotations and CloudFormation Metadata, as docs/suppressions.md shows them."""
    data = yaml.safe_load(text)
    if "Metadata" in data:
        found = data["Metadata"]["mlarchlint"]["ignore"]
        assert all(
            entry["rule"] and entry["reason"] if isinstance(entry, dict) else " " in entry for entry in found
        )
        return
    for line in data["metadata"]["annotations"]["mlarchlint.dev/ignore"].splitlines():
        directive = parse("annotation", line, NOWHERE)
        assert directive is not None
        assert directive.reason


def check_elsewhere(text: str) -> None:
    """Templates: the test of their page. CI: its commands are run by test_commands.py."""
    assert yaml.load(text, OfTemplates)


class OfTemplates(yaml.SafeLoader):
    """Also reads the short forms of CloudFormation's functions, as nothing."""


OfTemplates.add_multi_constructor("!", lambda loader, suffix, node: None)


def checker(block: Block) -> Any:
    """What kind of example it is: one that is none of these is a mistake of the page."""
    data = yaml.load(block.text, OfTemplates)
    if isinstance(data, list):
        return check_kind
    if data.get("kind") == "Policy":
        return check_policy
    if set(data) & set(schema("config")["properties"]):
        return check_configuration
    if set(data) & {"metadata", "Metadata"}:
        return check_suppressed
    assert set(data) & {*CI, "Resources"}, f"{place(block)}: what is this an example of?"
    return check_elsewhere


@pytest.mark.parametrize("block", every_block("yaml", "json"), ids=place)
def test_examples_are_valid(block: Block) -> None:
    checker(block)(block.text)


def test_the_action_takes_what_it_is_given() -> None:
    taken = set(yaml.safe_load(page("action.yml"))["inputs"])
    given = [
        set(step["with"])
        for block in every_block("yaml")
        if block.text.startswith("jobs:")
        for job in yaml.safe_load(block.text)["jobs"].values()
        for step in job["steps"]
        if step.get("uses", "").startswith("OWNER/mlarchlint@")
    ]
    assert given
    assert set().union(*given) <= taken
    described = re.findall(r"^\| `([a-z-]+)` \|", page("docs/ci.md"), re.MULTILINE)
    assert set(described) == taken


def test_the_entry_of_a_kind_is_one_that_ships() -> None:
    """What docs/adding-a-kind.md shows is a part of the entry for that type."""
    (block,) = blocks("docs/adding-a-kind.md", "yaml")
    (shown,) = yaml.safe_load(block.text)
    folder = ROOT / "mlarchlint" / "data" / "kinds"
    entries = [
        entry
        for path in folder.glob("aws-*.yaml")
        for entry in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    ]
    (real,) = [entry for entry in entries if shown["terraform"] == entry.get("terraform")]
    assert real["kind"] == shown["kind"]
    assert real["attrs"]["encrypted_at_rest"] == shown["attrs"]["encrypted_at_rest"]


def test_examples_of_suppressions_can_be_read() -> None:
    text = "".join(block.text for block in blocks("docs/suppressions.md", "hcl"))
    comments = re.findall(r"mlarchlint: ?ignore(.*)", text)
    assert len(comments) == 2
    for comment in comments:
        found = parse("comment", comment, NOWHERE)
        assert found is not None
        assert found.reason


# -- other examples -----------------------------------------------------------------------


def test_the_rule_of_the_page_finds_what_the_page_says(tmp_path: Path) -> None:
    (code,) = blocks("docs/adding-a-rule.md", "python")
    (example,) = blocks("docs/adding-a-rule.md", "hcl")
    module = tmp_path / "se042_notebook_with_direct_internet.py"
    module.write_text(code.text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(module.stem, module)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module.stem] = loaded
    spec.loader.exec_module(loaded)
    design = tmp_path / "design"
    design.mkdir()
    (design / "main.tf").write_text(example.text, encoding="utf-8")
    result = scan([design])
    judged = Design(result.graph, result.roles, result.workloads, result.estimate, result.config.requirements)
    findings, crashes = run_rules([loaded.notebook_with_direct_internet], judged, result.config)
    assert not crashes
    found = {(line, ident) for _, line, ident in found_in(findings, "")}
    assert found == {(line, ident) for _, line, ident in expected_in(design)} != set()


def test_reasons_of_unknown_values_are_those_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first column of docs/evaluation.md, made by one design."""
    shown = re.findall(r"^\| `([^`]+)` \|", page("docs/evaluation.md"), re.MULTILINE)
    assert len(shown) == 6
    (tmp_path / "main.tf").write_text(UNKNOWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    printed = said(run("graph", "."))
    for reason in shown:
        assert reason in printed, reason


UNKNOWN = """
variable "standby" { type = bool }
data "aws_ssm_parameter" "p" { name = "x" }
data "terraform_remote_state" "net" { backend = "s3" }
module "net" { source = "acme/thing/aws" }
resource "aws_db_instance" "a" {
  multi_az       = var.standby
  identifier     = aws_db_instance.a.arn
  port           = module.net.port
  name           = data.terraform_remote_state.net.outputs.zones
  engine         = data.aws_ssm_parameter.p.value
  instance_class = timestamp()
}
"""


# -- the pages ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["report", "graph"])
def test_every_field_of_the_reports_is_described(kind: str) -> None:
    properties = schema(kind)["properties"]
    parts = [p["items"]["properties"] for p in properties.values() if "items" in p]
    parts += [p["properties"] for p in properties.values() if "properties" in p]
    for name in {*properties, *(name for part in parts for name in part)}:
        assert re.search(rf"`{name}(\[\])?`", page("docs/output.md")), name


def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(name)):
        if target.startswith("http") or re.search(r"rules/MLA-\w+\.md$", target):
            continue  # pages of rules: test_rule_pages.py and test_lesson.py
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path), target


def test_every_page_is_in_the_index() -> None:
    index = page("docs/README.md")
    for name in PAGES:
        if name.startswith("docs/") and name != "docs/README.md":
            assert f"({name.removeprefix('docs/')})" in index, name


def test_every_rule_that_saves_is_in_the_table() -> None:
    saving = {rule.id for rule in built_in_rules().values() if "saving=" in source_of(rule)}
    table = re.findall(r"^\| (MLA-\w+) ([a-z-]+) \|", page("docs/cost.md"), re.MULTILINE)
    assert saving == {ident for ident, _ in table}, "docs/cost.md, Savings"
    for ident, name in table:
        assert built_in_rules()[ident].name == name


def source_of(rule: Rule) -> str:
    return (ROOT / "rules" / f"{rule.source.rpartition('.')[2]}.py").read_text(encoding="utf-8")


def test_rules_that_are_named_exist() -> None:
    for name in PAGES:
        for ident in re.findall(r"MLA-[A-Z]{2}\d{3}", page(name)):
            assert ident in built_in_rules() or ident == "MLA-SE042", f"{name}: {ident}"


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_speak_of_the_project_alone(name: str) -> None:
    assert not re.search(r"/(work|home|root|Users)/|localhost|\b(127|10)\.0\.0\.\d", page(name))


def test_the_changelog_knows_the_version() -> None:
    assert f"## [{__version__}]" in page("CHANGELOG.md")
    assert all(
        f"@v{__version__}" in block.text for block in every_block("yaml") if "OWNER/mlarchlint@" in block.text
    )


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^(\w+):", page("Makefile"), re.MULTILINE))
    commands = set(re.findall(r"^make (\w+)", page("README.md"), re.MULTILINE))
    assert commands == {"scan", "test"}
    assert commands <= targets
