"""What decides a rule's verdict is mapped for every provider type of its kinds, or listed with a reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlarchlint.kinds import FORMATS
from mlarchlint.registry import built_in_rules

ROOT = Path(__file__).parent.parent.parent
DATA = files("mlarchlint.data")
FILES = {f.name: f.read_text("utf-8") for f in DATA.joinpath("kinds").iterdir() if f.name.endswith(".yaml")}
ENTRIES = [
    (name, entry) for name, text in sorted(FILES.items()) for entry in yaml.load(text, yaml.CSafeLoader)
]
VOCABULARY = yaml.load(DATA.joinpath("vocabulary.yaml").read_text("utf-8"), yaml.CSafeLoader)
TABLE = yaml.load((Path(__file__).parent / "not_applicable.yaml").read_text("utf-8"), yaml.CSafeLoader)
REFINING = yaml.load((Path(__file__).parent / "not_everywhere.yaml").read_text("utf-8"), yaml.CSafeLoader)
# Any of a row lets the rules judge; the others of `node[...]` refine a message or excuse a finding. The region
# is not among them: every resource has that of its provider block.
DECIDING = {
    "spot": ("spot",),
    "ha": ("ha", "zone_redundancy", "zones"),
    "zone_redundancy": ("zone_redundancy", "zones", "ha"),
    "encrypted_at_rest": ("encrypted_at_rest",),
    "tls": ("tls",),
    "health_check.enabled": ("health_check.enabled", "probes.readiness"),
    "min_count": ("min_count", "replicas", "desired_count"),
    "max_count": ("max_count", "replicas", "desired_count"),
    "lifecycle_rules": ("lifecycle_rules",),
    "versioning": ("versioning",),
    "instance_type": ("instance_type", "instance_types", "accelerator.type", "requests.gpu", "vcpu"),
}


def rules() -> Iterator[tuple[str, set[str], set[str]]]:
    """Id, kinds and traits of every built-in rule; the traits as its source says them."""
    for rule in built_in_rules().values():
        path = ROOT / "rules" / f"{rule.source.rpartition('.')[2]}.py"
        traits = {
            str(node.slice.value)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id == "node"
            and isinstance(node.slice, ast.Constant)
        }
        yield rule.id, set(rule.kinds), traits


RULES = list(rules())
# Traits that are computed stand as texts in the Kubernetes front end and where the place of a resource is read.
_FRONT_END_TEXTS = {
    str(node.value)
    for path in [
        *(ROOT / "mlarchlint/frontends/kubernetes").glob("*.py"),
        ROOT / "mlarchlint/place.py",
        ROOT / "mlarchlint/normalise.py",
        ROOT / "mlarchlint/removal.py",
    ]
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}


def allowed(kind: str) -> set[str]:
    form = VOCABULARY["kinds"][kind]
    traits = set(form.get("traits", ())) | set(VOCABULARY["groups"]["common"])
    return traits.union(*(VOCABULARY["groups"][group] for group in form.get("groups", ())))


def types(entry: dict[str, Any]) -> Iterator[str]:
    # What Kubernetes objects say is computed by the front end, not mapped by entries.
    for form in FORMATS:
        given = entry.get(form, []) if form != "kubernetes" else []
        yield from [given] if isinstance(given, str) else given


def mapped(file: str, entry: dict[str, Any]) -> set[str]:
    """Its own traits, those it inherits, and those that its satellites lay onto it."""
    found = set(entry.get("attrs", {}))
    for form in entry.get("inherit", ()):
        found |= set(form.get("attrs") or allowed(entry["kind"]))
    owners = {entry["kind"], *types(entry)}
    for name, part in ENTRIES:
        if name.partition("-")[0] == file.partition("-")[0] and owners & set(
            part.get("part_of", {}).get("to", ())
        ):
            found |= set(part.get("attrs", {}))
    return found


def gaps() -> set[tuple[str, str]]:
    """(trait, type) that some rule decides on and no entry maps."""
    read: dict[str, set[str]] = {}
    for _, kinds, traits in RULES:
        for kind in kinds:
            read.setdefault(kind, set()).update(traits & set(DECIDING) & allowed(kind))
    return {
        (trait, type_name)
        for file, entry in ENTRIES
        for trait in read.get(entry["kind"], ())
        if not set(DECIDING[trait]) & mapped(file, entry)
        for type_name in types(entry)
    }


def is_listed(trait: str, type_name: str) -> bool:
    return any(
        trait in row["traits"] and any(fnmatchcase(type_name, pattern) for pattern in row["types"])
        for row in TABLE
    )


def test_there_are_rules_with_kinds_and_traits() -> None:
    assert sum(bool(kinds and traits) for _, kinds, traits in RULES) >= 10
    assert any(trait in DECIDING for _, _, traits in RULES for trait in traits)


@pytest.mark.parametrize(
    ("name", "kinds", "traits"), [r for r in RULES if r[1]], ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_rule_reads_only_traits_of_the_vocabulary(name: str, kinds: set[str], traits: set[str]) -> None:
    assert kinds <= set(VOCABULARY["kinds"])
    assert traits <= set(VOCABULARY["traits"])
    possible = set().union(*(allowed(kind) for kind in kinds))
    assert traits <= possible, "a trait that none of its kinds may have is never there"


def test_what_decides_a_verdict_is_mapped_or_not_applicable() -> None:
    missing = sorted(gap for gap in gaps() if not is_listed(*gap))
    assert missing == []


def test_every_line_of_the_table_is_needed_and_has_a_reason() -> None:
    found = gaps()
    for row in TABLE:
        assert len(row["because"]) > 15
        for trait in row["traits"]:
            for pattern in row["types"]:
                assert any(t == trait and fnmatchcase(name, pattern) for t, name in found), (trait, pattern)


# -- every trait that a rule reads ----------------------------------------------------------


def refining_gaps() -> dict[tuple[str, str], set[str]]:
    """(trait, kind) -> the types of the kind that no entry gives a trait that some rule reads of it."""
    read = {(trait, kind) for _, kinds, traits in RULES for kind in kinds for trait in traits & allowed(kind)}
    found: dict[tuple[str, str], set[str]] = {}
    for file, entry in ENTRIES:
        given = mapped(file, entry)
        for trait, kind in read:
            enough = given & set(DECIDING.get(trait, (trait,)))
            if kind == entry["kind"] and not enough:
                names = {name for name in types(entry) if not is_listed(trait, name)}
                if names:
                    found.setdefault((trait, kind), set()).update(names)
    return found


def test_every_trait_that_a_rule_reads_is_mapped_or_not_everywhere() -> None:
    listed = {(trait, kind) for row in REFINING for trait in row["traits"] for kind in row["kinds"]}
    missing = {gap: sorted(names) for gap, names in refining_gaps().items() if gap not in listed}
    assert missing == {}


def test_every_trait_that_a_rule_reads_is_given_by_some_provider() -> None:
    """A trait that no entry of any kind gives, and no front end computes, is never there."""
    given = {trait for _, entry in ENTRIES for trait in entry.get("attrs", {})}
    given |= _FRONT_END_TEXTS
    read = {trait for _, kinds, traits in RULES if kinds for trait in traits}
    assert sorted(read - given) == []


def test_every_line_of_what_is_not_everywhere_is_needed() -> None:
    found = {(trait, kind) for trait, kind in refining_gaps()}
    for row in REFINING:
        assert len(row["because"]) > 30
        assert any((trait, kind) in found for trait in row["traits"] for kind in row["kinds"]), row["traits"]
