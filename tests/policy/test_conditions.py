"""Operators in three-valued logic."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlarchlint.config_text import Document
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Value, from_plain
from mlarchlint.policy_conditions import OPERATORS, holds
from mlarchlint.policy_facts import instance_family
from mlarchlint.policy_reading import Reader

ABSENT = Value.absent()
UNKNOWN = Value.unknown("var.x")
EITHER = Value(UNKNOWN.state, scenarios=(("a", from_plain(1)), ("b", from_plain(2))))


def conditions(data: Any) -> Any:
    reader = Reader(Document({}, {}, "policy.yaml"))
    found = tuple(reader.conditions(data, (), "any"))
    assert reader.mistakes == []
    return found


def judged(data: Any, value: Any) -> str:
    return holds(conditions(data), value if isinstance(value, Value) else from_plain(value)).name


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("a", "a", "YES"), ("a", "b", "NO"), (["a", "b"], "b", "YES"), (True, "true", "YES"), (3, "3", "YES"),
        ({"ne": "a"}, "b", "YES"), ({"ne": "a"}, ABSENT, "YES"), ({"eq": "a"}, ABSENT, "NO"),
        ({"not_in": ["a"]}, ABSENT, "YES"), ({"not_in": ["a"]}, "a", "NO"), ({"not_in": ["a"]}, UNKNOWN, "MAYBE"),
        ({"gt": 0}, 1, "YES"), ({"gt": 0}, 0, "NO"), ({"gt": 0}, ABSENT, "NO"), ({"gt": 0}, "x", "MAYBE"),
        ({"ge": 1, "le": 3}, 2, "YES"), ({"ge": 1, "le": 3}, 4, "NO"), ({"between": [1, 3]}, 3, "YES"),
        ({"matches": "^p9[0-9]"}, "p95", "YES"), ({"matches": "^p9[0-9]"}, "avg", "NO"),
        ({"starts_with": "s3://"}, "s3://x", "YES"), ({"starts_with": ["gs://", "s3://"]}, "abfs://", "NO"),
        ({"contains": "a"}, ["a", "b"], "YES"), ({"contains": "c"}, ["a", "b"], "NO"), ({"contains": "k"}, {"k": 1}, "YES"),
        ({"size": 2}, ["a", "b"], "YES"), ({"size": {"ge": 1}}, ABSENT, "NO"), ({"size": {"ge": 1}}, UNKNOWN, "MAYBE"),
        ({"exists": True}, ABSENT, "NO"), ({"exists": False}, ABSENT, "YES"), ({"exists": True}, UNKNOWN, "MAYBE"),
        ({"empty": True}, [], "YES"), ({"empty": False}, ["a"], "YES"), ({"empty": True}, ABSENT, "YES"),
        ({"subset_of": ["a", "b"]}, ["a"], "YES"), ({"subset_of": ["a"]}, ["a", "b"], "NO"),
        ({"every": {"starts_with": "a"}}, ["ab", "ac"], "YES"), ({"every": {"starts_with": "a"}}, ["ab", "b"], "NO"),
        ({"some": {"eq": "b"}}, ["a", "b"], "YES"), ({"some": {"eq": "b"}}, [], "NO"), ({"some": {"eq": "b"}}, "b", "YES"),
        ({"in": [1, 2]}, EITHER, "YES"), ({"eq": 1}, EITHER, "MAYBE"), ({"gt": 5}, EITHER, "NO"),
    ],
)  # fmt: skip
def test_an_operator(condition: Any, value: Any, expected: str) -> None:
    assert judged(condition, value) == expected


def test_a_list_with_an_unknown_element_is_not_decided_by_it() -> None:
    value = Value.known((from_plain("a"), UNKNOWN))
    assert judged({"contains": "a"}, value) == "YES"
    assert judged({"contains": "b"}, value) == "MAYBE"
    assert judged({"subset_of": ["b"]}, value) == "NO"


@pytest.mark.parametrize("operator", [one for one in OPERATORS if one not in ("exists", "empty")])
def test_of_an_unknown_value_nothing_is_certain(operator: str) -> None:
    operand: Any = {
        "in": ["a"], "not_in": ["a"], "subset_of": ["a"], "between": [1, 2], "size": 1, "every": {"eq": 1},
        "some": {"eq": 1}, "matches": "a", "starts_with": "a", "contains": "a", "eq": "a", "ne": "a",
    }.get(operator, 1)  # fmt: skip
    assert judged({operator: operand}, UNKNOWN) == "MAYBE"


@given(st.sampled_from([True, 3, "a", ["a"], {"k": "v"}, None]))
def test_a_condition_and_its_opposite_never_agree(plain: Any) -> None:
    value = from_plain(plain) if plain is not None else ABSENT
    for one, other in (("eq", "ne"), ("in", "not_in")):
        operand: Any = ["a"] if one == "in" else "a"
        first, second = holds(conditions({one: operand}), value), holds(conditions({other: operand}), value)
        assert first is ~second
        assert first is not Truth.MAYBE


@pytest.mark.parametrize(
    ("machine", "family"),
    [
        ("c6i.xlarge", "c6i"), ("ml.g5.2xlarge", "g5"), ("db.r6g.large", "r6g"), ("u-6tb1.metal", "u-6tb1"),
        ("n2-standard-4", "n2"), ("a2-highgpu-1g", "a2"), ("e2-micro", "e2"), ("c2d-highcpu-8", "c2d"),
        ("Standard_D4s_v5", "Dsv5"), ("Standard_NC24ads_A100_v4", "NCadsv4"), ("Standard_F2", "F"), ("nonsense", None),
    ],
)  # fmt: skip
def test_the_family_of_a_machine_type(machine: str, family: str | None) -> None:
    assert instance_family(machine) == family
