"""Hostile expressions end in an error, soon; never in a hang or a crash."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.frontends.terraform.syntax import SyntaxProblem, parse, parse_expression
from tests.terraform.console import ConsoleScope, context, plain, value_of

HUNDRED = "range(100)"


@pytest.mark.parametrize(
    "expression",
    [
        "range(1e9)",
        "range(0, 1, 1e-9)",
        f"setproduct({HUNDRED}, {HUNDRED}, {HUNDRED}, {HUNDRED})",
        'indent(1e9, "a\\nb")',
        'format("%1000000000d", 1)',
        'format("%.1000000000f", 1)',
        "1e999999999",
        'tonumber("1e999999999")',
        "pow(10, 1e6)",
        'parseint("1", 1000)',
        "[" * 500 + "]" * 500,
        "(" * 500 + "1" + ")" * 500,
        "-" * 3000 + "1",
        'jsondecode("' + "[" * 100_000 + '")',
        'yamldecode("' + "[" * 5_000 + "]" * 5_000 + '")',
        'yamldecode("a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]'
        '\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]")',
        'yamldecode("a: &a\\n  - *a")',
        'regex("(a+)+$", "' + "a" * 40 + 'b")',
        'regex("(a|aa)+$", "' + "a" * 60 + 'b")',
        'regex("a*a*a*a*a*a*b", "' + "a" * 3000 + '")',
        "cidrsubnets(\"10.0.0.0/8\", 1e9)",
        'replace(replace(replace(replace("' + "a" * 1000 + '", "a", "' + "b" * 1000 + '"), "b", "'
        + "c" * 1000 + '"), "c", "dddd"), "d", "eeee")',
    ],
)  # fmt: skip
def test_it_ends_in_an_error_soon(expression: str) -> None:
    start = time.perf_counter()
    with pytest.raises((EvaluationError, SyntaxProblem)):
        value_of(expression)
    assert time.perf_counter() - start < 3


def test_a_pattern_that_backtracks_is_matched_all_the_same() -> None:
    assert plain(value_of('regex("(a|a?)+$", "' + "a" * 60 + 'b")')) == [""]
    assert plain(value_of('regex("(x+x+)+y", "' + "x" * 200 + 'y")[0]')) == "x" * 200
    assert plain(value_of('regexall("(?:a|ab)(?:c|bcd)(?:d*)", "abcd abcd")')) == ["abcd", "abcd"]


def test_a_long_chain_of_operators_is_no_problem() -> None:
    assert plain(value_of(" + ".join(["1"] * 150))) == 150


def test_deep_configuration_is_a_diagnostic() -> None:
    file, diagnostics = parse("a = " + "[" * 3000 + "]" * 3000 + '\nresource "x" "y" {}\n', "deep.tf")
    assert [diagnostic.code for diagnostic in diagnostics] == ["syntax-error"]
    assert [block.labels for block in file.body.blocks] == [("x", "y")]


def test_a_template_that_includes_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "a.tftpl").write_text('x${templatefile("a.tftpl", {})}')
    with pytest.raises(EvaluationError):
        value_of('templatefile("a.tftpl", {})', ConsoleScope(context(), tmp_path))


def test_garbage_is_a_problem_and_no_crash() -> None:
    for text in ("", ")", "a b", "${", "1 +", "[", '"', "<<E", "\0", "x = 1", "a)(b", "a\nb"):
        with pytest.raises(SyntaxProblem):
            parse_expression(text)


def test_ten_thousand_elements_are_quick() -> None:
    """Generous: it is ten times slower only if something walks the whole for every element."""
    members = {f"k{number:05d}": cty.string(f"v{number}") for number in range(10_000)}
    scope = ConsoleScope(context(), big=cty.map_of(cty.STRING, members))
    start = time.perf_counter()
    made = value_of(
        '{ for k, v in big : k => { name = k, size = length(big), url = "x-${v}", at = big[k] } }', scope
    )
    assert len(made.v) == 10_000
    assert plain(value_of("length(distinct(sort(values(big))))", scope)) == 10_000
    assert time.perf_counter() - start < 8


@pytest.mark.parametrize(
    "expression",
    [
        r'regex("(?U)a+", "aaa")',
        r'regex("[\\p{L}]+", "abc1")',
        r'regexall("[[:^alpha:]]+", "12ab")',
        r'replace("a1", "/(?U)\\d+/", "x")',
        r'try(regex("\\p{Sc}", "x$"), "none")',
    ],
)
def test_a_pattern_that_is_not_evaluated_is_unknown_and_no_error(expression: str) -> None:
    value = value_of(expression)
    assert isinstance(value.v, cty.Unknown)
    assert "not evaluated" in value.v.why
