"""Values that are not known yet: what stays known around them, and what they name."""

from __future__ import annotations

import pytest

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.cty import DYNAMIC, STRING, Unknown, list_type
from mlarchlint.frontends.terraform.scope import EvaluationError
from tests.terraform.console import ConsoleScope, context, plain, value_of


def _scope() -> ConsoleScope:
    """`u`: a string known after apply; `d`: of any type; `zones`: names of a data source."""
    after = "aws_kms_key.k.arn is known after apply"
    zones = cty.unknown(
        "data.aws_availability_zones.a", path="data.aws_availability_zones.a.names", symbolic=True
    )
    return ConsoleScope(
        context(),
        u=cty.unknown(after, STRING, path="aws_kms_key.k.arn", not_null=True),
        d=cty.unknown("var.d has no value", path="var.d"),
        ids=cty.unknown("known after apply", list_type(STRING), path="aws_subnet.s.ids"),
        zones=zones,
        secret=cty.like(cty.string("pw"), sensitive=True),
    )


def value(expression: str) -> cty.Value:
    return value_of(expression, _scope())


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('{ a = 1, b = u, c = ["x", u] }', {"a": 1, "b": "<unknown>", "c": ["x", "<unknown>"]}),
        ('length([u, "b"])', 2),
        ('coalesce("first", u)', "first"),
        ('lookup({ a = u, b = "kb" }, "b", "d")', "kb"),
        ("{ for k, v in { a = u, b = 2 } : k => v }", {"a": "<unknown>", "b": 2}),
        ('try(u.nope, "fallback")', "fallback"),
        ("u == null", False),
        ("[u] == [u, 1]", False),
        ("keys({ a = u })", ["a"]),
        ("merge({ a = u }, { b = 1 })", {"a": "<unknown>", "b": 1}),
        ('concat([u], ["b"])', ["<unknown>", "b"]),
        ('contains(["a", u], "a")', True),
        ("[for x in [1, u] : x][0]", 1),
        ("alltrue([false, u == 1])", False),
        ('zipmap(["a"], [u])', {"a": "<unknown>"}),
        ('formatlist("%s-x", ["a", u])', ["a-x", "<unknown>"]),
        ('element([u, "b"], 1)', "b"),
        ('flatten([["a"], [u]])', ["a", "<unknown>"]),
        ("u == 5", False),
    ],
)
def test_what_is_known_stays_known(expression: str, wanted: object) -> None:
    assert plain(value(expression)) == wanted


@pytest.mark.parametrize(
    "expression",
    [
        'u == "x" ? "same" : "same"',
        'false && u == "x"',
        'true || u == "x"',
        '"id=${u}"',
        'format("%s-%s", "a", u)',
        'try(d.nope, "fallback")',
        "d == null",
        'upper(u)',
        "length(ids)",
        "ids[0]",
        "[for x in ids : x]",
        "jsonencode({ a = u })",
        'contains(["a", u], "b")',
        "can(d.x)",
        "u == u",
        "flatten([ids])",
        'coalesce(u, "x")',
        "timestamp()",
        "uuid()",
        'bcrypt("x")',
    ],
)  # fmt: skip
def test_what_depends_on_the_unknown_is_unknown(expression: str) -> None:
    assert value(expression).is_unknown


@pytest.mark.parametrize(
    ("expression", "refs"),
    [
        ("u", ("aws_kms_key.k.arn",)),
        ('"${u}/x"', ("aws_kms_key.k.arn",)),
        ("d.a[0].b", ("var.d.a[0].b",)),
        ('d["k"]', ('var.d["k"]',)),
        ("ids[2]", ("aws_subnet.s.ids[2]",)),
        ("d[*].id", ("var.d[*].id",)),
        ("d[*].id[1]", ("var.d[1].id",)),
        ("try(u, null)", ("aws_kms_key.k.arn",)),
        ('var.s == "hello" ? u : null', ("aws_kms_key.k.arn",)),
        ("d ? u : ids[0]", ("var.d", "aws_kms_key.k.arn", "aws_subnet.s.ids[0]")),
        ('join(",", [u, "x"])', ("aws_kms_key.k.arn",)),
        ("jsonencode({ a = [u] })", ("aws_kms_key.k.arn",)),
        ("[for x in d : x.id]", ("var.d", "var.d[*].id")),
        ("toset(ids)", ("aws_subnet.s.ids",)),
    ],
)
def test_the_addresses_an_expression_names_are_kept(expression: str, refs: tuple[str, ...]) -> None:
    assert value(expression).refs == refs


def test_parts_keep_their_own_addresses() -> None:
    assert cty.deep_refs([value("merge({ a = u }, { b = ids[0] })")]) == (
        "aws_kms_key.k.arn",
        "aws_subnet.s.ids[0]",
    )


def test_an_unknown_value_says_which_input_is_missing() -> None:
    assert value('"${upper(u)}!"').v.why == "aws_kms_key.k.arn is known after apply"


def test_elements_of_a_data_source_are_told_apart() -> None:
    for expression in (
        "[zones[0], zones[1]]",
        "slice(zones, 0, 2)",
        "[for i in range(2) : element(zones, i)]",
    ):
        assert cty.deep_refs([value(expression)]) == (
            "data.aws_availability_zones.a.names[0]",
            "data.aws_availability_zones.a.names[1]",
        )
    assert len(value("slice(zones, 0, 3)").v) == 3
    assert value("slice(ids, 0, 3)").is_unknown, "only a data source is sure to have that many"
    assert value("zones[*]").refs == ("data.aws_availability_zones.a.names[*]",)


@pytest.mark.parametrize(
    "expression", ["u.nope", "u[0]", "u + []", "upper(ids)", "[for x in u : x]", "ids.id"]
)
def test_what_is_wrong_for_every_value_is_an_error(expression: str) -> None:
    with pytest.raises(EvaluationError):
        value(expression)


@pytest.mark.parametrize(
    "expression",
    ['"x${secret}"', "[secret][0]", "upper(secret)", "secret == \"a\"", 'jsonencode({ a = secret })',
     "length([secret]) > 0 ? secret : \"\"", "secret == \"pw\" ? 1 : 2", "sensitive(u)", "merge({}, { a = secret }).a"],
)  # fmt: skip
def test_what_is_made_of_a_secret_is_secret(expression: str) -> None:
    assert value(expression).sensitive


def test_only_the_secret_part_of_a_structure_is_secret() -> None:
    found = value('{ user = "u", pw = secret }')
    assert [found.sensitive, found.v["user"].sensitive, found.v["pw"].sensitive] == [False, False, True]
    assert not value("nonsensitive(secret)").sensitive
    assert plain(value("[issensitive(secret), issensitive(1)]")) == [True, False]


def test_a_symbolic_value_is_an_unknown_of_any_type() -> None:
    found = value("zones[0]")
    assert found.type is DYNAMIC
    assert isinstance(found.v, Unknown)
    assert found.v.symbolic
