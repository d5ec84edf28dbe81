from __future__ import annotations

from dataclasses import replace

from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.model.truth import Truth
from mlarchlint.model.value import Origin, State, Value


def either(true: Value, false: Value) -> Value:
    cases = (("IsProd is true", true), ("IsProd is false", false))
    return Value(State.UNKNOWN, why="IsProd is not known", scenarios=cases)


def test_a_verdict_on_which_all_scenarios_agree_is_certain() -> None:
    value = either(Value.known(3), Value.known(5))
    assert value.at_least(2) is Truth.YES
    assert value.more_than(9) is Truth.NO
    assert value.at_least(4) is Truth.MAYBE
    assert value.one_of(3, 5) is Truth.YES
    assert value.equals(7) is Truth.NO


def test_a_removed_value_is_not_set_in_its_scenario() -> None:
    assert either(Value.known("a"), Value.absent()).is_set() is Truth.MAYBE
    assert either(Value.known("a"), Value.known("b")).is_set() is Truth.YES
    assert either(Value.absent(), Value.absent()).is_set() is Truth.NO


def test_the_scenario_that_fails_can_be_named() -> None:
    value = either(Value.known(True), Value.known(False))
    assert value.scenario_where(lambda one: ~one.is_true()) == "IsProd is false"
    assert value.scenario_where(lambda one: one.equals("x")) == ""


def test_a_member_is_read_in_every_scenario() -> None:
    value = either(Value.known({"n": Value.known(1)}), Value.known({}))
    assert value.get("n").equals(1) is Truth.MAYBE
    assert [one.is_set() for _, one in value.get("n").scenarios] == [Truth.YES, Truth.NO]


def test_a_parameter_without_a_value_may_be_empty_but_a_resource_is_there() -> None:
    assert Value.unknown("parameter X has no value", refs=("param.X",)).is_set() is Truth.MAYBE
    assert Value.unknown("Key is known after deployment", refs=("Key.Arn",)).is_set() is Truth.YES


def test_holding_something_else_keeps_all_that_a_known_value_has() -> None:
    value = Value(
        State.KNOWN, "a", SourceSpan("x.tf", 3), (Origin("var.a", NOWHERE),), "", ("var.a",), True, True
    )
    assert value.with_raw(2) == replace(value, raw=2)
