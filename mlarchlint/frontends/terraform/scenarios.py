"""What an argument is in each case of a condition that is not known."""

from __future__ import annotations

from dataclasses import replace

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.evaluate import evaluate
from mlarchlint.frontends.terraform.scope import EvaluationError, Scope
from mlarchlint.frontends.terraform.to_model import to_model
from mlarchlint.model.value import Value


def with_scenarios(value: Value, expression: nodes.Expression, scope: Scope) -> Value:
    """The unknown value of `unknown ? a : b` with both of its results; any other as it is."""
    while isinstance(expression, nodes.Paren):
        expression = expression.inner
    if not isinstance(expression, nodes.Conditional):
        return value
    try:
        if not evaluate(expression.condition, scope).is_unknown:
            return value
    except EvaluationError:
        return value
    condition = written(expression.condition)
    return replace(
        value,
        scenarios=(
            (f"{condition} is true", _result(expression.then, scope)),
            (f"{condition} is false", _result(expression.otherwise, scope)),
        ),
    )


def _result(expression: nodes.Expression, scope: Scope) -> Value:
    """One of the two results; one that fails may never be asked for, so it is no error here."""
    try:
        value = to_model(evaluate(expression, scope), expression.span)
    except EvaluationError as error:
        return Value.unknown(error.message, expression.span)
    return with_scenarios(value, expression, scope) if value.is_unknown else value


def written(expression: nodes.Expression) -> str:
    """A short condition as it is written; a long one by its place."""
    text = _text(expression)
    return text if text and len(text) <= 60 else f"the condition at {expression.span}"


def _text(expression: nodes.Expression) -> str:
    if isinstance(expression, nodes.Literal):
        held = expression.value
        if held is None or isinstance(held, bool):
            return {None: "null", True: "true", False: "false"}[held]
        return f'"{held}"' if isinstance(held, str) else str(held)
    if isinstance(expression, nodes.Variable):
        return expression.name
    if isinstance(expression, nodes.Attribute):
        of = _text(expression.of)
        return f"{of}.{expression.name}" if of else ""
    if isinstance(expression, nodes.Paren):
        inner = _text(expression.inner)
        return f"({inner})" if inner else ""
    if isinstance(expression, nodes.Unary):
        operand = _text(expression.operand)
        return f"{expression.operator}{operand}" if operand else ""
    if isinstance(expression, nodes.Binary):
        left, right = _text(expression.left), _text(expression.right)
        return f"{left} {expression.operator} {right}" if left and right else ""
    return ""
