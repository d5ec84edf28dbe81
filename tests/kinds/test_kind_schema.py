"""Every kind entry has the form that docs/kinds.md describes, and speaks the vocabulary."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml

from mlarchlint.kinds import FORMATS, Kinds, parse_entry
from mlarchlint.model.graph import Relation

DATA = files("mlarchlint.data")
FILES = {f.name: f.read_text("utf-8") for f in DATA.joinpath("kinds").iterdir() if f.name.endswith(".yaml")}
VOCABULARY = yaml.load(DATA.joinpath("vocabulary.yaml").read_text("utf-8"), yaml.CSafeLoader)
SCHEMA = json.loads(DATA.joinpath("schema").joinpath("kind.json").read_text("utf-8"))
NAMES = sorted(FILES)


def entries(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.load(FILES[name], yaml.CSafeLoader)
    return loaded


def types(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for form in FORMATS:
        given = entry.get(form, [])
        for type_name in [given] if isinstance(given, str) else given:
            yield form, type_name


def allowed_traits(kind: str) -> set[str]:
    form = VOCABULARY["kinds"][kind]
    traits = set(form.get("traits", ())) | set(VOCABULARY["groups"]["common"])
    for group in form.get("groups", ()):
        traits |= set(VOCABULARY["groups"][group])
    return traits


def test_there_are_entries() -> None:
    assert any(name.startswith("aws-") for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_entries_follow_the_schema(name: str) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    loaded = entries(name)
    wrong = [
        f"entry {loaded[e.absolute_path[0]]['kind'] if e.absolute_path else '?'} {list(e.absolute_path)}: {e.message[:200]}"
        for e in validator.iter_errors(loaded)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_the_loader_finds_by_text_what_yaml_says(name: str) -> None:
    """The loader splits files by text: `- kind:` in the first column, type names on one line."""
    by_yaml = {found for entry in entries(name) for found in types(entry) if "*" not in found[1]}
    catalog = Kinds({name: FILES[name]})
    by_text = {(form, type_name) for form in FORMATS for type_name in catalog.types(form)}
    assert by_text == by_yaml
    for form, type_name in sorted(by_yaml):
        found = catalog.find(form, type_name)
        assert found is not None
        [entry] = [e for e in entries(name) if (form, type_name) in set(types(e))]
        assert found.kind == entry["kind"]


@pytest.mark.parametrize("name", NAMES)
def test_no_key_is_written_twice_in_an_entry(name: str) -> None:
    class Strict(yaml.SafeLoader):
        pass

    def mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
        keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{name}:{node.start_mark.line + 1}: {twice}"
        return {
            loader.construct_object(k, deep=True): loader.construct_object(v, deep=True)
            for k, v in node.value
        }

    Strict.add_constructor("tag:yaml.org,2002:map", mapping)
    assert yaml.load(FILES[name], Strict)


def test_no_type_is_declared_twice() -> None:
    seen: dict[tuple[str, str], str] = {}
    for name in NAMES:
        for entry in entries(name):
            for found in types(entry):
                assert found not in seen, f"{found[1]} stands in {seen[found]} and {name}"
                seen[found] = name


@pytest.mark.parametrize("name", NAMES)
def test_traits_are_in_the_vocabulary(name: str) -> None:
    """A trait of a kind is listed for that kind; a part may carry those of the kinds it completes."""
    wrong = []
    for entry in entries(name):
        owners = entry["part_of"]["to"] if entry["kind"] == "part" else [entry["kind"]]
        owners = [owners] if isinstance(owners, str) else owners
        known: set[str] = set() if owners else set(VOCABULARY["traits"])  # a part of anything
        for owner in owners:
            known |= allowed_traits(owner) if owner in VOCABULARY["kinds"] else set(VOCABULARY["traits"])
        wrong += [
            f"{next(types(entry))[1]}: {trait}" for trait in entry.get("attrs") or {} if trait not in known
        ]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_given_values_have_the_type_and_the_words_of_the_vocabulary(name: str) -> None:
    """Defaults, constants and mapped values are neutral words of the right type."""
    wrong = []
    for entry in entries(name):
        for trait, form in (entry.get("attrs") or {}).items():
            said = VOCABULARY["traits"].get(trait, {"type": "any"})
            given = [*form.get("values", {}).values(), form.get("const"), form.get("default")]
            given += [condition["value"] for condition in form.get("default_when", ())]
            for value in given:
                if value is None or said["type"] in ("any", "map", "list"):
                    continue
                fits = {
                    "bool": isinstance(value, bool),
                    "int": isinstance(value, int) and not isinstance(value, bool),
                    "number": isinstance(value, (int, float)) and not isinstance(value, bool),
                    "string": isinstance(value, str) and value in said.get("values", [value]),
                }[said["type"]]
                if not fits:
                    wrong.append(f"{next(types(entry))[1]} {trait}: {value!r}")
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_edges_point_at_kinds_or_types_that_exist(name: str) -> None:
    known = set(VOCABULARY["kinds"]) | {found[1] for n in NAMES for e in entries(n) for found in types(e)}
    wrong = []
    for entry in entries(name):
        forms = [*entry.get("edges", ()), *entry.get("inherit", ()), *filter(None, [entry.get("part_of")])]
        for form in forms:
            to = form.get("to", [])
            wrong += [
                f"{next(types(entry))[1]} -> {t}"
                for t in ([to] if isinstance(to, str) else to)
                if t not in known
            ]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_can_be_loaded(name: str) -> None:
    """Paths parse, patterns compile, relations are known."""
    for entry in entries(name):
        parse_entry(entry, "test")


def test_the_vocabulary_defines_what_it_lists() -> None:
    listed = {t for group in VOCABULARY["groups"].values() for t in group}
    listed |= {t for kind in VOCABULARY["kinds"].values() for t in kind.get("traits", ())}
    assert listed == set(VOCABULARY["traits"])
    allowed = {"bool", "int", "number", "string", "list", "map", "any"}
    assert {form["type"] for form in VOCABULARY["traits"].values()} <= allowed


def test_the_schema_knows_the_kinds_and_relations() -> None:
    assert set(SCHEMA["$defs"]["kind"]["enum"]) == set(VOCABULARY["kinds"])
    assert SCHEMA["$defs"]["relation"]["enum"] == [relation.value for relation in Relation]


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "database", "terraform": "a_b", "attr": {}},
        {"kind": "databse", "terraform": "a_b"},
        {"kind": "database"},
        {"kind": "part", "terraform": "a_b"},
        {"kind": "database", "terraform": "a_b", "attrs": {"ha": {"terraform": "x", "op": "exist"}}},
        {"kind": "database", "terraform": "a_b", "attrs": {"ha": {"const": "none", "default": "none"}}},
        {"kind": "database", "terraform": "a_b", "edges": [{"relation": "calls", "terraform": "x"}]},
        {"kind": "database", "terraform": "a_b", "edges": [{"terraform": "x"}]},
    ],
)
def test_the_schema_rejects_a_broken_entry(broken: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert list(validator.iter_errors([broken]))
    assert not list(validator.iter_errors([{"kind": "database", "terraform": "a_b"}]))


def test_references_are_addresses() -> None:
    for name in NAMES:
        for entry in entries(name):
            given = entry.get("reference", [])
            for url in [given] if isinstance(given, str) else given:
                assert re.match(r"https://\S+$", url), f"{name}: {url}"
