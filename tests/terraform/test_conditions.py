"""`&&` and `||` where one side is an error or not known, and conversions that Terraform allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.frontends.terraform import cty
from mlarchlint.frontends.terraform.cty import BOOL
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.pipeline import scan
from tests.terraform.console import ConsoleScope, context, plain, value_of


def value(expression: str) -> cty.Value:
    missing = cty.unknown("var.on has no value", BOOL, path="var.on", symbolic=True)
    later = cty.unknown("known after apply", BOOL, path="aws_eip.a.x")
    return value_of(expression, ConsoleScope(context(), on=missing, later=later))


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("false && null.a", False),
        ("null.a && false", False),
        ("true || null.a", True),
        ("null.a || true", True),
        ("false && null.a && null.b", False),
        ("on && false", False),
        ("false && on", False),
        ("on || true", True),
        ("(on && false) || null.a || true", True),
    ],
)
def test_the_side_that_decides_is_enough(expression: str, wanted: bool) -> None:
    assert plain(value(expression)) is wanted


@pytest.mark.parametrize(
    "expression", ["later && false", "true || later", "on && true", "false || on", "on && null.a"]
)
def test_what_nothing_decides_is_unknown(expression: str) -> None:
    assert value(expression).is_unknown


@pytest.mark.parametrize(
    "expression", ["true && null.a", "null.a && on", "null.a || null.b", "false && 3", "[] || true"]
)
def test_what_is_wrong_stays_an_error(expression: str) -> None:
    with pytest.raises(EvaluationError):
        value(expression)


def test_an_index_counts_from_the_end_of_a_list() -> None:
    assert plain(value('element(split("/", "a/b/c"), -1)')) == "c"
    assert plain(value('element(split("/", "a/b/c"), -4)')) == "c"


OUTER = """
variable "reuse" {
  type    = map(string)
  default = %s
}

module "project" {
  source = "./project"
  reuse  = var.reuse
}
"""
INNER = """
variable "reuse" {
  type = object({
    lookup = optional(bool, true)
    attrs  = optional(object({ name = string }))
  })
  default = null
}

resource "aws_s3_bucket" "this" {
  bucket = var.reuse == null ? "new" : "kept-${var.reuse.lookup}"
}
"""


@pytest.mark.parametrize(("given", "bucket"), [("null", "new"), ('{ lookup = "false" }', "kept-false")])
def test_a_map_may_lack_what_an_object_has_as_optional(tmp_path: Path, given: str, bucket: str) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "main.tf").write_text(OUTER % given)
    (tmp_path / "project" / "main.tf").write_text(INNER)
    result = scan([tmp_path])
    assert not result.diagnostics
    assert result.graph["module.project.aws_s3_bucket.this"]["name"].text() == bucket


def test_a_resource_that_is_switched_off_is_not_evaluated(tmp_path: Path) -> None:
    switched = """
variable "regional" { type = bool }
variable "scaling" {
  type    = object({ most = number })
  default = null
}
resource "aws_autoscaling_group" "a" {
  count    = var.regional || var.scaling == null ? 0 : 1
  max_size = var.scaling.most
}
"""
    (tmp_path / "main.tf").write_text(switched)
    result = scan([tmp_path])
    assert not result.diagnostics
    assert not result.graph.resources


def test_a_missing_input_decides_nothing_through_functions_either(tmp_path: Path) -> None:
    text = """
variable "location" { type = string }
variable "scaling" {
  type    = object({ most = number })
  default = null
}
locals { is_regional = length(split("-", var.location)) == 2 }
resource "aws_autoscaling_group" "a" {
  count    = local.is_regional || var.scaling == null ? 0 : 1
  max_size = var.scaling.most
}
"""
    (tmp_path / "main.tf").write_text(text)
    assert not scan([tmp_path]).graph.resources


SIZES = """
variable "size" {
  type    = string
  default = null
}
locals { machines = { small = "m5.large" } }
resource "aws_instance" "a" { instance_type = local.machines[var.size] }
"""


@pytest.mark.parametrize(("folder", "level"), [("design", "warning"), ("modules/machine", "note")])
def test_what_fails_is_named_and_the_defaults_of_a_module_are_nobodys_fault(
    tmp_path: Path, folder: str, level: str
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "main.tf").write_text(SIZES)
    [found] = scan([tmp_path]).diagnostics
    assert (found.summary, found.level.value) == ("Invalid index: var.size is null", level)


def test_a_choice_by_a_missing_input_is_one_that_a_plan_knows() -> None:
    assert plain(value("(on ? true : false) && false")) is False
    assert value("(later ? true : false) && false").is_unknown
