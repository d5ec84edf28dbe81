"""Templates in files and in values: `templatefile`, `templatestring`."""

from __future__ import annotations

import os
import re

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.comprehension import Evaluate
from mlarchlint.frontends.terraform.cty import DYNAMIC, STRING, Unknown, Value, deep_refs, is_sensitive
from mlarchlint.frontends.terraform.functions import (
    SPECIAL,
    Context,
    Param,
    function,
    invalid,
    refused,
    unknown_because,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions_files import files_of, located, read_text
from mlarchlint.frontends.terraform.scope import EvaluationError, Files, Only, Scope
from mlarchlint.frontends.terraform.syntax import parse_template
from mlarchlint.frontends.terraform.syntax_problem import SyntaxProblem
from mlarchlint.model.span import SourceSpan

MAX_TEMPLATE_DEPTH = 20
_PATH = Param("path", STRING)


@function("templatefile", _PATH, Param("vars", DYNAMIC))
def template_file(arguments: list[Value], context: Context) -> Value:
    path = arguments[0].v
    text = read_text(path, context)
    shown = _shown(path, files_of(context))
    return _rendered(
        text, SourceSpan(shown, 1, 1, text.count("\n") + 1, 1), arguments[1], context, exact=True
    )


def _shown(path: str, files: Files) -> str:
    place = located(path, files)
    return place.relative_to(os.path.normpath(files.root)).as_posix()


class _TemplateScope(Only):
    """Knows how deeply templates are nested, so that one that includes itself ends in an error."""

    __slots__ = ("depth",)

    def __init__(self, names: dict[str, Value], files: Files | None, depth: int) -> None:
        super().__init__(names, files)
        self.depth = depth


def _rendered(text: str, span: SourceSpan, variables: Value, context: Context, *, exact: bool) -> Value:
    depth = _depth(context.scope) + 1
    if depth > MAX_TEMPLATE_DEPTH:
        raise refused("templates include each other too deeply")
    if type(variables.v) is not dict:
        raise invalid("invalid vars value: must be a map")
    for name in variables.v:
        if not re.fullmatch(r"[^\W\d][\w-]*", name):
            raise invalid(f"invalid template variable name {name!r}")
    try:
        node = parse_template(text, span, exact=exact)
    except SyntaxProblem as problem:
        raise refused(f"the template is not valid: {problem.summary} at {problem.span}") from None
    found = context.evaluate(node, _TemplateScope(variables.v, context.scope.files, depth))
    if found.type is STRING and found.v is None:
        raise refused("the template gives null")
    return found


def _depth(scope: Scope | None) -> int:
    while scope is not None:
        if isinstance(scope, _TemplateScope):
            return scope.depth
        scope = getattr(scope, "outer", None)
    return 0


def _template_string(node: nodes.Call, scope: Scope, evaluate: Evaluate) -> Value:
    """The first argument must be a reference: a template written in place is evaluated anyway."""
    if len(node.arguments) < 2:
        raise EvaluationError("Not enough function arguments", node.span, "templatestring takes 2")
    if len(node.arguments) > 2:
        raise EvaluationError("Too many function arguments", node.span, "templatestring takes 2")
    if not isinstance(node.arguments[0], (nodes.Variable, nodes.Attribute, nodes.Index)):
        detail = "templatestring: the first argument must be a reference to a string"
        raise EvaluationError("Invalid function argument", node.span, detail)
    text, variables = [evaluate(argument, scope) for argument in node.arguments]
    context = Context("templatestring", node.span, scope, evaluate)
    if type(text.v) is Unknown or type(variables.v) is Unknown:
        return unknown_because([text, variables], STRING, node.span)
    if text.type is not STRING or text.v is None:
        raise EvaluationError("Invalid function argument", node.span, "templatestring: a string is required")
    try:
        found = _rendered(text.v, node.span, variables, context, exact=False)
    except EvaluationError as error:
        error.span = error.span or node.span
        raise
    found.sensitive = found.sensitive or is_sensitive(text) or is_sensitive(variables)
    found.refs = found.refs or deep_refs([text])
    return found


SPECIAL["templatestring"] = _template_string
