"""Every CloudFormation property that a kind entry names exists in cfn-lint's resource schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
import yaml

from mlarchlint.kinds import Path, parse_path

pytest.importorskip("cfnlint.version")

SCHEMAS = files("cfnlint.data.schemas")
PROVIDER = json.loads(SCHEMAS.joinpath("providers").joinpath("us-east-1.json").read_text("utf-8"))
FILES = {
    f.name: f.read_text("utf-8")
    for f in files("mlarchlint.data").joinpath("kinds").iterdir()
    if f.name.endswith(".yaml") and "cloudformation:" in f.read_text("utf-8")
}

# What stands beside the properties of a resource is written `$Name` in a path.
UPDATE_POLICY = json.loads(
    SCHEMAS.joinpath("other").joinpath("resources").joinpath("update_policy.json").read_text("utf-8")
)


def _updated() -> dict[str, Any]:
    """The form of the UpdatePolicy of each type that may have one."""
    found = {}
    for case in UPDATE_POLICY["allOf"]:
        condition, policy = case["if"]["properties"]["Type"], case.get("then", {}).get("properties", {})
        if policy:
            names = condition["enum"] if "enum" in condition else [condition["const"]]
            found.update(dict.fromkeys(names, policy["UpdatePolicy"]))
    return found


UPDATED = _updated()

# Newer than the schemas: in AWS's own template reference, not yet here.
NEWER = {"AWS::SageMaker::TrainingJob", "AWS::SageMaker::TransformJob"}


def texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(v) for v in value] if isinstance(value, list) else []


def own_types(entry: dict[str, Any]) -> Iterator[str]:
    """The AWS types of an entry; SAM's and custom types have no schema here."""
    for name in texts(entry.get("cloudformation")):
        if name.startswith("AWS::") and not name.startswith("AWS::Serverless::") and name not in NEWER:
            yield name


def property_paths(entry: dict[str, Any]) -> Iterator[str]:
    forms = [*(entry.get("attrs") or {}).values(), *entry.get("edges", ()), *entry.get("inherit", ())]
    forms += [
        condition
        for form in (entry.get("attrs") or {}).values()
        for condition in form.get("default_when", ())
    ]
    forms += [form for form in [entry.get("part_of")] if form]
    for form in forms:
        yield from texts(form.get("cloudformation"))


@cache
def schema(type_name: str) -> dict[str, Any]:
    text = SCHEMAS.joinpath("resources").joinpath(f"{PROVIDER[type_name]}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    attributes = {f"${name}": {"type": "string"} for name in ("DeletionPolicy", "UpdateReplacePolicy")}
    if type_name in UPDATED:
        attributes["$UpdatePolicy"] = UPDATED[type_name]
        loaded["definitions"] = {**loaded.get("definitions", {}), **UPDATE_POLICY["definitions"]}
    loaded["properties"].update(attributes)
    return loaded


def resolved(node: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = root
        for part in node["$ref"].lstrip("#/").split("/"):
            target = target[part]
        node = target
    return node


def members(node: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    found = dict(node.get("properties", {}))
    for word in ("oneOf", "anyOf", "allOf"):
        for choice in node.get(word, ()):
            found.update(members(resolved(choice, root), root))
    return found


def is_open(node: dict[str, Any], root: dict[str, Any]) -> bool:
    """Free-form JSON or a map with any keys: nothing below it can be checked."""
    kinds = node.get("type", "object")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return "object" in kinds and not members(node, root)


def exists(path: Path, root: dict[str, Any]) -> bool:
    node = root
    for step in path:
        if "items" in node:
            node = resolved(node["items"], root)
        if is_open(node, root):
            return True
        found = members(node, root).get(step.name)
        if found is None:
            return False
        node = resolved(found, root)
        if step.mode in ("json", "values"):
            return True
        if step.mode == "where" and step.key:
            inner = resolved(node.get("items", node), root)
            if not is_open(inner, root) and step.key not in members(inner, root):
                return False
    return True


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_type_exists(name: str) -> None:
    entries = yaml.load(FILES[name], yaml.CSafeLoader)
    assert [t for entry in entries for t in own_types(entry) if t not in PROVIDER] == []


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_property_path_exists_in_a_type_of_its_entry(name: str) -> None:
    """An entry may stand for several types; a path must exist in at least one of them."""
    missing = []
    for entry in yaml.load(FILES[name], yaml.CSafeLoader):
        roots = [schema(t) for t in own_types(entry) if t in PROVIDER]
        if not roots or len(roots) < len([t for t in texts(entry["cloudformation"]) if t not in NEWER]):
            continue
        for text in property_paths(entry):
            if not any(exists(parse_path(text), root) for root in roots):
                missing.append(f"{entry['cloudformation']}: {text}")
    assert missing == []


def test_every_property_of_a_sam_type_exists() -> None:
    model = pytest.importorskip("samtranslator.model.sam_resources")
    checked = 0
    for text in FILES.values():
        for entry in yaml.load(text, yaml.CSafeLoader):
            types = [t for t in texts(entry.get("cloudformation")) if t.startswith("AWS::Serverless::")]
            known = {
                name
                for type_name in types
                for name in getattr(model, "Sam" + type_name.rpartition("::")[2]).property_types
            }
            for path in property_paths(entry) if types else ():
                assert parse_path(path)[0].name in known, f"{types}: {path}"
                checked += 1
    assert checked > 50


def test_a_wrong_property_is_noticed() -> None:
    root = schema("AWS::RDS::DBInstance")
    assert exists(parse_path("MultiAZ"), root)
    assert not exists(parse_path("MultiAz"), root)
    assert exists(parse_path("MasterUserSecret.KmsKeyId"), root)
    group = schema("AWS::AutoScaling::AutoScalingGroup")
    assert exists(parse_path("$UpdatePolicy.AutoScalingRollingUpdate.MaxBatchSize"), group)
    assert not exists(parse_path("$UpdatePolicy.AutoScalingRollingUpdate.BatchSize"), group)
    assert not exists(parse_path("$UpdatePolicy.AutoScalingRollingUpdate.MaxBatchSize"), root)
    assert not exists(parse_path("MasterUserSecret.Key"), root)
