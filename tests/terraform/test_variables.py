"""Variables: which value wins, as which type, and what is said of one without a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlarchlint.pipeline import scan

SHOW = 'variable "v" {}\nresource "a_b" "x" { v = var.v }\n'


def shown(stack) -> object:
    return stack.plain("a_b.x", "v")


LAYERS = [
    ("environment", {}, {"tf_var_env": True, "environment": {"TF_VAR_v": "environment"}}),
    ("tfvars", {"terraform.tfvars": 'v = "tfvars"'}, {}),
    ("tfvars.json", {"terraform.tfvars.json": '{"v": "tfvars.json"}'}, {}),
    ("a.auto", {"a.auto.tfvars.json": '{"v": "a.auto"}'}, {}),
    ("b.auto", {"b.auto.tfvars": 'v = "b.auto"'}, {}),
    ("file one", {"one.tfvars": 'v = "file one"', "two.tfvars": ""}, {"var_files": ("one.tfvars",)}),
    ("file two", {"two.tfvars": 'v = "file two"'}, {"var_files": ("one.tfvars", "two.tfvars")}),
    ("option", {}, {"variables": (("v", "first"), ("v", "option"))}),
]


@pytest.mark.parametrize("last", range(len(LAYERS)), ids=[layer[0] for layer in LAYERS])
def test_the_later_layer_wins(stack, last):
    files, options = {"main.tf": SHOW}, {}
    for _, more, given in LAYERS[: last + 1]:
        files |= more
        options |= given
    assert shown(stack(files, **options)) == LAYERS[last][0]


def test_environment_variables_are_only_read_when_asked_for(stack):
    found = stack(SHOW, environment={"TF_VAR_v": "secret"})
    assert found["a_b.x"].get("v").is_unknown


def test_a_variable_without_a_value_is_unknown_and_named(stack):
    value = stack(SHOW)["a_b.x"].get("v")
    assert value.is_unknown
    assert value.why == "var.v has no value"
    assert not value.error


def test_where_the_value_came_from_is_kept(stack):
    found = stack({"main.tf": SHOW, "prod.tfvars": '# production\n\nv = "p"\n'}, var_files=("prod.tfvars",))
    value = found["a_b.x"].get("v")
    assert [(o.label, o.span.file, o.span.line) for o in value.origin] == [("var.v", "prod.tfvars", 3)]
    assert value.span.file == "main.tf"


def test_values_of_other_stacks_are_ignored_but_misspelt_options_are_said(stack):
    found = stack({"main.tf": SHOW, "p.tfvars": 'other = 1\nv = "p"'}, var_files=("p.tfvars",))
    assert found.codes == []
    assert stack(SHOW, variables=(("vv", "x"),)).codes == ["terraform-unknown-variable"]


def test_variable_files_of_a_called_module_are_not_read(stack):
    found = stack(
        {"main.tf": 'module "m" {\n source = "./m"\n}', "m/main.tf": SHOW, "m/terraform.tfvars": "v = 1"}
    )
    assert found["module.m.a_b.x"].get("v").why == "var.v has no value"


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        ("string", "[1]", "[1]"),
        ("number", "12", 12),
        ("bool", "true", True),
        ("list(number)", '["1", 2]', [1, 2]),
        ("any", "{a = 1}", {"a": 1}),
        (None, "[1]", "[1]"),
    ],
)
def test_text_from_outside_is_read_as_the_type_asks(stack, type_, text, expected):
    line = f"type = {type_}" if type_ else ""
    source = f'variable "v" {{\n {line}\n}}\nresource "a_b" "x" {{ v = var.v }}'
    assert shown(stack(source, variables=(("v", text),))) == expected


@pytest.mark.parametrize(
    ("type_", "text"),
    [("number", "twelve"), ("list(string)", "[1"), ("object({a=string})", "{}"), ("nope", "1")],
)
def test_an_unsuitable_value_is_said_and_judged_as_unknown(stack, type_, text):
    found = stack(
        f'variable "v" {{\n type = {type_}\n}}\nresource "a_b" "x" {{ v = var.v }}', variables=(("v", text),)
    )
    value = found["a_b.x"].get("v")
    assert value.is_unknown
    assert value.error
    assert len(found.codes) == 1


def test_types_in_json_syntax_are_strings(stack):
    found = stack(
        {
            "main.tf.json": '{"variable": {"v": {"type": "list(object({a=optional(number, 4)}))", "default": [{}]}},'
            ' "resource": {"a_b": {"x": {"v": "${var.v}"}}}}'
        }
    )
    assert shown(found) == [{"a": 4}]
    assert found.codes == []


def test_sensitive_values_are_marked(stack):
    found = stack(
        'variable "v" {\n sensitive = true\n default = "pw"\n}\nresource "a_b" "x" { v = "u:${var.v}" }'
    )
    assert found["a_b.x"].get("v").sensitive
    assert shown(found) == {"$sensitive": True}


def test_a_sensitive_variable_without_a_value_is_marked_too(stack):
    found = stack('variable "v" { sensitive = true }\nresource "a_b" "x" { v = var.v }')
    value = found["a_b.x"].get("v")
    assert value.is_unknown
    assert value.sensitive


def test_a_variable_file_that_cannot_be_read_is_said(stack):
    found = stack({"main.tf": SHOW}, var_files=("nope.tfvars",))
    (diagnostic,) = found.evaluation.diagnostics
    assert diagnostic.span.file == "nope.tfvars"
    assert found["a_b.x"].get("v").is_unknown


def test_blocks_and_references_in_variable_files_are_said(stack):
    found = stack({"main.tf": SHOW, "terraform.tfvars": "v = local.x\nblock {}\n"})
    assert sorted(found.codes) == ["terraform-expression", "terraform-var-file"]


def test_a_variable_file_outside_the_root_is_read_because_the_user_names_it(stack, tmp_path):
    (tmp_path.parent / "prod.tfvars").write_text('v = "outside"')
    found = stack(SHOW, var_files=(str(tmp_path.parent / "prod.tfvars"),))
    assert shown(found) == "outside"
    assert found["a_b.x"].get("v").origin[0].span.file == "../prod.tfvars"


SUBNETS = """
variable "create" {
  type    = bool
  default = %s
}
variable "zones" {
  type    = list(string)
  default = []
  validation {
    condition     = var.create ? length(var.zones) > 1 : true
    error_message = "zones are needed to create subnets."
  }
}
resource "aws_subnet" "a" {
  count             = var.create ? 1 : 0
  vpc_id            = "vpc-1"
  availability_zone = var.zones[1]
}
"""


def test_a_default_that_its_own_validation_refuses_is_no_value(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SUBNETS % "true")
    result = scan([tmp_path])
    assert not result.diagnostics
    zone = result.graph["aws_subnet.a[0]"].instance.get("availability_zone")
    assert zone.why == "var.zones[1] needs a value: its own validation refuses its default"


def test_a_default_that_its_validation_allows_is_taken(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SUBNETS % "false")
    assert not scan([tmp_path]).graph.resources


def test_a_value_that_is_given_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SUBNETS % "true")
    (tmp_path / "terraform.tfvars").write_text('zones = ["eu-west-1a", "eu-west-1b"]\n')
    zone = scan([tmp_path]).graph["aws_subnet.a[0]"].instance.get("availability_zone")
    assert zone.text() == "eu-west-1b"
