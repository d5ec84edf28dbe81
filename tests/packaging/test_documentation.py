"""The documentation says what the tool does: every option, every key, and examples that hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from mlarchlint.cli import COMMANDS, cli
from mlarchlint.config_check import mistakes_in
from mlarchlint.config_text import read_yaml
from mlarchlint.directives import parse
from mlarchlint.model.span import NOWHERE

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ["README.md", *(f"docs/{name}.md" for name in ("usage", "config", "output", "suppressions"))]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page(name), re.DOTALL)


def options(command: str) -> Iterator[str]:
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    for parameter in found.params:
        if isinstance(parameter, click.Option):
            yield from parameter.opts


@pytest.mark.parametrize("command", ["scan", "graph", "rules", "explain"])
def test_every_option_is_described(command: str) -> None:
    for option in options(command):
        assert f"{option}" in page("docs/usage.md"), option


def test_every_command_is_described() -> None:
    for command in COMMANDS:
        assert f"`mlarchlint {command} " in page("docs/usage.md")


def schema(name: str) -> dict[str, Any]:
    text = (resources.files("mlarchlint.data") / "schema" / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


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
    (example,) = [b for b in blocks("docs/config.md", "yaml") if "waivers:" in b]
    written = yaml.safe_load(example)["requirements"]

    def compare(properties: dict[str, Any], data: dict[str, Any]) -> None:
        alternatives = {"peak_rps", "profile"}
        assert set(properties) - alternatives == set(data)
        for name, part in properties.items():
            if name in data and part.get("properties") and data[name]:
                compare(part["properties"], data[name])

    compare(schema("config")["$defs"]["requirements"]["properties"], written)


@pytest.mark.parametrize("name", PAGES)
def test_examples_of_the_configuration_are_valid(name: str) -> None:
    keys = set(schema("config")["properties"])
    for block in blocks(name, "yaml"):
        data = yaml.safe_load(block)
        if keys & set(data):
            assert mistakes_in(read_yaml(block, name)) == []


def test_examples_of_suppressions_can_be_read() -> None:
    comments = re.findall(r"mlarchlint: ?ignore(.*)", "".join(blocks("docs/suppressions.md", "hcl")))
    assert len(comments) == 2
    for comment in comments:
        found = parse("comment", comment, NOWHERE)
        assert found is not None
        assert found.reason


@pytest.mark.parametrize("kind", ["report", "graph"])
def test_every_field_of_the_reports_is_described(kind: str) -> None:
    properties = schema(kind)["properties"]
    parts = [p["items"]["properties"] for p in properties.values() if "items" in p]
    parts += [p["properties"] for p in properties.values() if "properties" in p]
    for name in {*properties, *(name for part in parts for name in part)}:
        assert re.search(rf"`{name}(\[\])?`", page("docs/output.md")), name


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page(name)):
        if not target.startswith("http"):
            assert ((ROOT / name).parent / target).exists(), target


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^(\w+):", page("Makefile"), re.MULTILINE))
    commands = set(re.findall(r"^make (\w+)", page("README.md"), re.MULTILINE))
    assert commands == {"scan", "test"}
    assert commands <= targets
