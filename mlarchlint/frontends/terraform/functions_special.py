"""Functions that see their arguments as expressions, conversions, marks, and what only a run can know."""

from __future__ import annotations

from collections.abc import Callable

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.comprehension import Evaluate
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    Unknown,
    Value,
    deep_refs,
    first_unknown,
    friendly,
    is_sensitive,
    joined,
    like,
    list_type,
    map_type,
    set_type,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions import SPECIAL, Context, Param, function
from mlarchlint.frontends.terraform.scope import EvaluationError, Scope


def _try(node: nodes.Call, scope: Scope, evaluate: Evaluate) -> Value:
    """The first argument without an error; one that is not wholly known may still become one."""
    if not node.arguments:
        raise EvaluationError("Error in function call", node.span, "at least one argument is required")
    last: EvaluationError | None = None
    for argument in node.arguments:
        try:
            value = evaluate(argument, scope)
        except EvaluationError as error:
            last = error
            continue
        open_ = first_unknown(value)
        return value if open_ is None else _undecided(value, open_, node)
    raise EvaluationError("Error in function call", node.span, f"try: no expression succeeded: {last}")


def _undecided(value: Value, open_: Value, node: nodes.Call) -> Value:
    """Not known which argument it will be; the address it would be stays visible."""
    held = open_.v
    path = held.path if value is open_ else ""
    content = Unknown(held.why, path, symbolic=held.symbolic)
    return Value(DYNAMIC, content, node.span, deep_refs([value]), value.origin, is_sensitive(value))


def _can(node: nodes.Call, scope: Scope, evaluate: Evaluate) -> Value:
    if len(node.arguments) != 1:
        raise EvaluationError("Wrong number of function arguments", node.span, "can takes 1")
    try:
        value = evaluate(node.arguments[0], scope)
    except EvaluationError:
        return Value(BOOL, False, node.span)
    open_ = first_unknown(value)
    if open_ is None:
        return Value(BOOL, True, node.span)
    content = Unknown(open_.v.why, symbolic=open_.v.symbolic, not_null=True)
    return Value(BOOL, content, node.span, deep_refs([value]))


def _type(node: nodes.Call, scope: Scope, evaluate: Evaluate) -> Value:
    raise EvaluationError("Invalid use of type function", node.span, "the console alone has it")


SPECIAL.update({"try": _try, "can": _can, "type": _type})


# -- conversions -------------------------------------------------------------------------


def _conversion(name: str, target: Type) -> None:
    @function(name, Param("value", DYNAMIC, null=True, unknown=True), structural=True)
    def to_type(arguments: list[Value], context: Context) -> Value:
        value = arguments[0]
        try:
            return like(convert(value, target))
        except ConversionError as error:
            detail = f"{name}: cannot convert a {friendly(value.type)}: {error.detail}"
            raise EvaluationError("Invalid function argument", context.span, detail) from None


for _name, _target in {
    "tostring": STRING,
    "tonumber": NUMBER,
    "tobool": BOOL,
    "tolist": list_type(DYNAMIC),
    "toset": set_type(DYNAMIC),
    "tomap": map_type(DYNAMIC),
}.items():
    _conversion(_name, _target)


# -- marks -------------------------------------------------------------------------------


@function("sensitive", Param("value", DYNAMIC, null=True, unknown=True), structural=True)
def sensitive(arguments: list[Value], context: Context) -> Value:
    return like(arguments[0], sensitive=True)


@function("nonsensitive", Param("value", DYNAMIC, null=True, unknown=True), structural=True)
def nonsensitive(arguments: list[Value], context: Context) -> Value:
    value = arguments[0]
    arguments[0] = like(value, sensitive=False)
    return like(value, sensitive=False)


@function("issensitive", Param("value", DYNAMIC, null=True, unknown=True), returns=BOOL, structural=True)
def is_marked(arguments: list[Value], context: Context) -> Value:
    value = arguments[0]
    arguments[0] = like(value, sensitive=False)
    return Value(BOOL, value.sensitive, context.span)


@function("ephemeralasnull", Param("value", DYNAMIC, null=True, unknown=True), structural=True)
def ephemeral_as_null(arguments: list[Value], context: Context) -> Value:
    """Ephemeral values are not told apart here: they are unknown anyway."""
    return like(arguments[0])


# -- what only a run knows ---------------------------------------------------------------


def _at_run_time(name: str, *params: Param, variadic: Param | None = None) -> None:
    def run(arguments: list[Value], context: Context) -> Value:
        content = Unknown(f"{name}() is known when Terraform runs", not_null=True)
        return Value(STRING, content, context.span, joined((), deep_refs(arguments)))

    register: Callable[..., object] = function(name, *params, variadic=variadic, returns=STRING)
    register(run)


_at_run_time("timestamp")
_at_run_time("plantimestamp")
_at_run_time("uuid")
_at_run_time("bcrypt", Param("string", STRING), variadic=Param("cost", NUMBER))
_at_run_time("rsadecrypt", Param("ciphertext", STRING), Param("privatekey", STRING))
