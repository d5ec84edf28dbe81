"""Input variables: what they are declared as, and where a root module's values come from."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from mlarchlint.frontends.terraform import cty, nodes
from mlarchlint.frontends.terraform.blocks import static_bool
from mlarchlint.frontends.terraform.constraints import ANY, Constraint, apply_defaults, constraint
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.declarations import Declared, ModuleSyntax
from mlarchlint.frontends.terraform.evaluate import evaluate
from mlarchlint.frontends.terraform.scope import EvaluationError, Files, Scope, Step, empty_scope
from mlarchlint.frontends.terraform.syntax import SyntaxProblem, parse_expression
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Origin

if TYPE_CHECKING:
    from mlarchlint.frontends.terraform.files import Folders
    from mlarchlint.frontends.terraform.sources import TerraformOptions

Input = Callable[[], cty.Value]


def declared_variable(declared: Declared, given: Input | None) -> cty.Value:
    """The value of a variable, as the type it is declared with; raises EvaluationError."""
    body, name = declared.block.body, declared.block.labels[0]
    wanted = _type(body)
    value = given() if given is not None else None
    if value is None or (value.is_null and not static_bool(body, "nullable", True)):
        default = body.arguments.get("default")
        if default is not None:
            value = evaluate(default.expression, empty_scope())
        elif value is None:
            return without_value(declared, "has no value")
    try:
        converted = convert(apply_defaults(value, wanted), wanted.type)
    except ConversionError as error:
        raise EvaluationError(
            "Invalid value for input variable", value.span, f"var.{name}: {error.message}"
        ) from None
    origin = (Origin(f"var.{name}", value.span), *value.origin)
    return cty.like(converted, origin=origin, sensitive=converted.sensitive or _sensitive(body))


def without_value(declared: Declared, why: str) -> cty.Value:
    """why: after the name. Terraform would ask for it when it plans."""
    body, path = declared.block.body, f"var.{declared.block.labels[0]}"
    return cty.unknown(
        f"{path} {why}",
        _plain(_type(body).type),
        path=path,
        span=declared.block.header,
        sensitive=_sensitive(body),
        symbolic=True,
    )


def refuses_default(
    declared: Declared, variables: Mapping[str, Declared], inputs: Mapping[str, Input]
) -> bool:
    """Whether its own validation refuses its default: then nobody applies the configuration with it."""
    body = declared.block.body
    if "default" not in body.arguments:
        return False
    scope = _AsDeclared(variables, inputs)
    for block in body.blocks:
        condition = block.body.arguments.get("condition") if block.type == "validation" else None
        if condition is None:
            continue
        try:
            holds = convert(evaluate(condition.expression, scope), cty.BOOL)
        except EvaluationError:
            continue  # it asks for more than variables, or is wrong itself
        if holds.v is False:
            return True
    return False


class _AsDeclared:
    """The scope of a validation: variables as they are declared and given."""

    files: Files | None = None

    def __init__(self, variables: Mapping[str, Declared], inputs: Mapping[str, Input]) -> None:
        self.variables = variables
        self.inputs = inputs

    def resolve(self, root: nodes.Variable, steps: tuple[Step, ...], within: Scope) -> tuple[cty.Value, int]:
        name = steps[0].name if steps and isinstance(steps[0], nodes.Attribute) else ""
        declared = self.variables.get(name) if root.name == "var" else None
        if declared is None:
            raise EvaluationError("Invalid reference", root.span, "only variables are known here")
        return declared_variable(declared, self.inputs.get(name)), 1


def _type(body: nodes.Body) -> Constraint:
    argument = body.arguments.get("type")
    return ANY if argument is None else constraint(argument.expression)


def _plain(type_: cty.Type) -> cty.Type:
    from mlarchlint.frontends.terraform.convert import without_optional

    return without_optional(type_)


def _sensitive(body: nodes.Body) -> bool:
    return static_bool(body, "sensitive", False)


# -- values given to a root module -------------------------------------------------------


class RootValues:
    """The values of a root module's variables by name, the later source winning.

    `TF_VAR_*`, terraform.tfvars, terraform.tfvars.json, *.auto.tfvars[.json] in name order,
    `--var-file`, `--var`.
    https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
    """

    def __init__(self, syntax: ModuleSyntax, folders: Folders, options: TerraformOptions) -> None:
        self.syntax = syntax
        self.folders = folders
        self.inputs: dict[str, Input] = {}
        self.automatic = automatic_files(syntax.directory, folders)
        if options.tf_var_env:
            for name in syntax.variables:
                text = options.environment.get(f"TF_VAR_{name}")
                if text is not None:
                    self._text(name, text, f"TF_VAR_{name}")
        for path in self.automatic:
            self._file(self.folders.values(path))
        for path in options.var_files:
            self._file(self.folders.values(self._shown(path), given=True))
        for name, text in options.variables:
            if name in syntax.variables:
                self._text(name, text, f"--var {name}")

    def _shown(self, path: str) -> str:
        place = path if os.path.isabs(path) else os.path.join(self.folders.base, path)
        return posixpath.normpath(os.path.relpath(place, self.folders.base).replace(os.sep, "/"))

    def _file(self, values: Mapping[str, nodes.Argument]) -> None:
        for name, argument in values.items():
            if name in self.syntax.variables:
                self.inputs[name] = _constant(argument.expression)

    def _text(self, name: str, text: str, label: str) -> None:
        span = SourceSpan(label)
        self.inputs[name] = lambda: _from_text(self.syntax.variables[name].block.body, text, span)


def _constant(expression: nodes.Expression) -> Input:
    return lambda: evaluate(expression, empty_scope())


def _from_text(body: nodes.Body, text: str, span: SourceSpan) -> cty.Value:
    """As Terraform reads `-var`: plain text for primitive types, an expression for all others."""
    if "type" not in body.arguments or _type(body).type.is_primitive:
        return cty.string(text, span)
    try:
        return evaluate(parse_expression(text, span.file), empty_scope())
    except SyntaxProblem as problem:
        raise EvaluationError("Invalid value for input variable", span, problem.summary) from None


def automatic_files(directory: str, folders: Folders) -> list[str]:
    """The variable files that Terraform loads by itself, in its order."""
    names = folders.names_in(directory)
    first = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    auto = sorted(name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json")))
    return [name if directory == "." else f"{directory}/{name}" for name in (*first, *auto)]


def undeclared(names: Iterable[str], roots: Iterable[ModuleSyntax]) -> list[str]:
    """Names given by hand that no root module declares."""
    known = {name for syntax in roots for name in syntax.variables}
    return sorted(set(names) - known)
