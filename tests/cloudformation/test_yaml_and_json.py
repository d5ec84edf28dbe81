"""Equal designs written in YAML and in JSON give equal reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from mlarchlint.config_layers import load_config
from mlarchlint.pipeline import scan

ROOT = Path(__file__).parents[2] / "fixtures"
TEMPLATES = sorted(
    path
    for path in (*ROOT.glob("MLA-*/cloudformation*/*.yaml"), *ROOT.glob("designs/*/**/cloudformation/*.yaml"))
    if "Resources:" in path.read_text(encoding="utf-8")
)


class _Long(yaml.SafeLoader):
    """Reads short forms (`!Sub x`) as the long ones that JSON has."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """Keys are texts, also `Off`."""
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:bool":
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


def _call(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        argument: object = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    else:
        argument = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(argument, str):
        argument = argument.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": argument}


_Long.add_multi_constructor("!", _call)


def test_there_are_templates_of_many_rules() -> None:
    assert len(TEMPLATES) >= 20


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "-".join(path.relative_to(ROOT).parts[:3]))
def test_yaml_and_json_give_the_same_report(path: Path, tmp_path: Path) -> None:
    config, reports = load_config([path]), []
    for name, text in (
        ("template.yaml", path.read_text(encoding="utf-8")),
        (
            "template.json",
            json.dumps(yaml.load(path.read_text(encoding="utf-8"), _Long), default=str, indent=1),
        ),
    ):
        folder = tmp_path / name.partition(".")[2]
        folder.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
        result = scan([folder], config)
        reports.append(
            (
                [
                    (f.rule, f.subject.address, f.certain, f.severity.value, f.message)
                    for f in _in_order(result.findings)
                ],
                [(node.address, node.kind) for node in result.graph],
                sorted((edge.source, edge.relation.value, edge.target) for edge in result.graph.edges),
                [(d.code, d.summary) for d in result.diagnostics],
                result.estimate.monthly,
            )
        )
    assert reports[0] == reports[1]


def _in_order(findings):  # type: ignore[no-untyped-def]
    """Lines differ, so the order within a report may."""
    return sorted(findings, key=lambda one: (one.rule, one.subject.address, one.message))
