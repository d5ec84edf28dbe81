from __future__ import annotations

import pytest

from mlarchlint.model.truth import Truth
from mlarchlint.model.value import State
from tests.cloudformation.templates import by_address, codes, evaluated, fixture, value_of

UNKNOWN = """
Parameters: {Free: {Type: String}, Env: {Type: String, AllowedValues: [dev, prod]}}
Conditions:
  A: !Equals [!Ref Free, a]
  B: !Equals [!Ref Free, b]
  NotA: !Not [!Condition A]
  Both: !And [!Condition A, !Condition B]
  Either: !Or [!Condition A, !Condition NotA]
  Prod: !Equals [prod, !Ref Env]
  Dev: !Equals [!Ref Env, dev]
  Swapped: !Equals [!Ref AWS::Region, !Ref Free]
"""


def cases(expression: str) -> list[tuple[str, object]]:
    value = value_of(expression, UNKNOWN)
    return [(name, one.plain() if one.state is State.KNOWN else one.state) for name, one in value.scenarios]


def test_an_unknown_condition_leaves_both_cases() -> None:
    value = value_of("!If [A, 1, 2]", UNKNOWN)
    assert cases("!If [A, 1, 2]") == [("A is true", 1), ("A is false", 2)]
    assert value.why == "A is not known: parameter Free has no value"
    assert value.at_least(1) is Truth.YES
    assert value.equals(1) is Truth.MAYBE
    assert value.scenario_where(lambda one: ~one.equals(1)) == "A is false"


def test_equal_cases_are_one_value() -> None:
    assert value_of("!If [A, 3, 3]", UNKNOWN).plain() == 3
    assert value_of("!If [A, !Ref AWS::NoValue, !Ref AWS::NoValue]", UNKNOWN).state is State.ABSENT
    assert cases("!If [A, true, 1]") == [("A is true", True), ("A is false", 1)]


def test_what_a_condition_implies_holds_in_its_branch() -> None:
    assert cases("!If [A, !If [B, x, y], z]") == [("A is true", "y"), ("A is false", "z")]
    assert cases("!If [A, !If [NotA, x, y], z]") == [("A is true", "y"), ("A is false", "z")]
    assert value_of("!If [Both, x, z]", UNKNOWN).plain() == "z"
    assert cases("!If [Prod, !Ref Env, !Ref Env]") == [("Prod is true", "prod"), ("Prod is false", "dev")]
    assert cases("!If [Prod, !If [Dev, x, y], !If [Dev, x, y]]") == [
        ("Prod is true", "y"),
        ("Prod is false", "x"),
    ]


def test_conditions_that_contradict_each_other_are_not_combined() -> None:
    assert cases("!Join ['', [!If [A, 1, 2], !If [A, 3, 4]]]") == [("A is true", "13"), ("A is false", "24")]
    assert [name for name, _ in cases("!Join ['', [!If [A, 1, 2], !If [Prod, 3, 4]]]")] == [
        "A is true and Prod is true", "A is true and Prod is false",
        "A is false and Prod is true", "A is false and Prod is false",
    ]  # fmt: skip


def test_a_comparison_that_stays_open_is_taken_the_same_way_each_time() -> None:
    assert cases("!If [Swapped, !If [Swapped, 1, 2], 3]") == [("Swapped is true", 1), ("Swapped is false", 3)]


def test_a_list_is_judged_whole_in_each_case() -> None:
    before = UNKNOWN + "Mappings: {M: {dev: {n: 1}, prod: {n: 3}}}\n"
    value = value_of("[!FindInMap [M, !Ref Env, n], !If [Prod, extra, !Ref AWS::NoValue]]", before)
    assert [(name, one.plain()) for name, one in value.scenarios] == [
        ("Prod is true", [3, "extra"]),
        ("Prod is false", [1]),
    ]


def test_more_combinations_than_the_limit_are_unknown_but_keep_their_references() -> None:
    names = "abcde"
    before = "Parameters: {" + ", ".join(f"{n}: {{Type: String}}" for n in names) + "}\nConditions:\n"
    before += "".join(f"  Is{n}: !Equals [!Ref {n}, x]\n" for n in names)
    value = value_of("!Join ['', [" + ", ".join(f"!If [Is{n}, !Ref Other, '']" for n in names) + "]]", before)
    assert value.is_unknown
    assert not value.scenarios
    assert value.refs == ("Other",)


def test_an_allowed_value_is_a_case_of_a_parameter_without_a_value() -> None:
    assert cases("!Ref Env") == [("parameter Env is dev", "dev"), ("parameter Env is prod", "prod")]
    assert value_of("!Ref Env", UNKNOWN).one_of("dev", "prod") is Truth.YES


def test_resources_exist_as_their_condition_says() -> None:
    text = UNKNOWN + (
        "  Always: !Equals [a, a]\n  Never: !Not [!Condition Always]\n"
        "Resources:\n"
        "  One: {Type: 'Custom::R', Condition: Always}\n"
        "  Two: {Type: 'Custom::R', Condition: Never}\n"
        "  Three: {Type: 'Custom::R', Condition: A, Properties: {P: !If [A, yes, no], Q: !Ref Free}}\n"
    )
    found = by_address(evaluated(text))
    assert {name: instance.exists for name, instance in found.items()} == {
        "One": Truth.YES,
        "Three": Truth.MAYBE,
    }
    assert found["Three"].get("P").plain() is True
    assert found["Three"].get("Q").plain() == "a"
    assert found["Three"].get("$Condition").plain() == "A"
    given = by_address(evaluated(text, parameters=(("Free", "a"),)))
    assert given["Three"].exists is Truth.YES
    assert "Three" not in by_address(evaluated(text, parameters=(("Free", "z"),)))


@pytest.mark.parametrize(
    ("left", "right", "truth"), [("'1'", "1", True), ("true", "'true'", True), ("A", "a", False)]
)
def test_comparison_is_of_texts_and_minds_case(left: str, right: str, truth: bool) -> None:
    before = f"Conditions: {{C: !Equals [{left}, {right}]}}"
    assert value_of("!If [C, t, f]", before).plain() == ("t" if truth else "f")


@pytest.mark.parametrize(
    "conditions",
    [
        "{C: !Condition C}", "{C: !Condition D, D: !Not [!Condition C]}", "{C: text}", "{C: !Equals [a]}",
        "{C: !Sub x}", "{C: !Not []}", "{D: true}", "{C: !And [!Condition Nowhere, !Equals [a, a]]}", "{C: [a]}",
    ],
)  # fmt: skip
def test_a_broken_condition_is_unknown_and_said(conditions: str) -> None:
    text = f"Conditions: {conditions}\nResources: {{R: {{Type: 'Custom::R', Condition: C, Properties: {{P: !If [C, 1, 2]}}}}}}"
    evaluation = evaluated(text)
    assert by_address(evaluation)["R"].exists is Truth.MAYBE
    assert set(codes(evaluation)) == {"template-expression"}


def test_the_scenarios_of_a_whole_template() -> None:
    found = by_address(fixture("serving.yaml"))
    database = found["Features"]
    assert database.get("StorageEncrypted").scenario_where(lambda one: ~one.is_true()) == "IsProd is false"
    assert database.get("KmsKeyId").is_set() is Truth.MAYBE
    assert database.get("KmsKeyId").refs == ("Key.Arn",)
    assert database.get("BackupRetentionPeriod").at_least(7) is Truth.YES
    variants = dict(found["Config"].get("ProductionVariants").scenarios)
    prod, other = variants["IsProd is true"].items(), variants["IsProd is false"].items()
    assert (len(prod), len(other)) == (2, 1)
    assert prod[0].get("InitialInstanceCount").plain() == 3
    assert other[0].get("InitialInstanceCount").plain() == 1
    assert found["Key"].get("EnableKeyRotation").plain() is True
    assert found["Sandbox"].get("BucketName").plain() == "sandbox"


def test_properties_chosen_as_a_whole_are_judged_one_by_one() -> None:
    text = UNKNOWN + (
        "Resources: {R: {Type: 'Custom::R', Properties: {'Fn::If': [Prod, {A: 1, B: 2}, {A: 1, C: 3}]}}}"
    )
    evaluation = evaluated(text)
    assert not evaluation.diagnostics
    found = by_address(evaluation)["R"]
    assert found.get("A").plain() == 1
    assert found.get("B").scenario_where(lambda one: one.is_set()) == "Prod is true"
    assert found.get("C").scenario_where(lambda one: one.is_set()) == "Prod is false"


def test_more_combinations_than_the_limit_are_said_once_a_resource() -> None:
    names = "abcd"
    before = "Parameters: {" + ", ".join(f"{n}: {{Type: String}}" for n in names) + "}\nConditions:\n"
    before += "".join(f"  Is{n}: !Equals [!Ref {n}, x]\n" for n in names)
    joined = "!Join ['', [" + ", ".join(f"!If [Is{n}, '{n}', '']" for n in names) + "]]"
    evaluation = evaluated(
        f"{before}Resources: {{R: {{Type: 'Custom::R', Properties: {{P: {joined}, Q: {joined}}}}}}}"
    )
    (note,) = evaluation.diagnostics
    assert (note.code, note.level.value) == ("scenario-limit", "note")
    assert "more than 8 combinations" in note.summary
    assert note.span.line == 7


def test_conditions_that_exclude_each_other_leave_one_case_under_each() -> None:
    text = UNKNOWN + (
        "  NotProd: !Not [!Condition Prod]\n"
        "Resources:\n"
        "  In: {Type: 'Custom::R', Condition: Prod, Properties: {P: !If [NotProd, x, y], Q: [!If [NotProd, x, !Ref AWS::NoValue], z]}}\n"
        "  Out: {Type: 'Custom::R', Condition: NotProd, Properties: {P: !If [Prod, !If [NotProd, a, b], c]}}\n"
    )
    found = by_address(evaluated(text))
    assert found["In"].get("P").plain() == "y"
    assert found["In"].get("Q").plain() == ["z"]
    assert found["Out"].get("P").plain() == "c"
