"""Calling Terraform's functions: arguments are checked, converted and passed on.

The functions themselves stand in `functions_*.py` and are loaded at the first call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Union

from mlarchlint.frontends.terraform import nodes
from mlarchlint.frontends.terraform.comprehension import Evaluate
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import (
    DYNAMIC,
    STRING,
    Type,
    Unknown,
    Value,
    deep_refs,
    friendly,
    is_sensitive,
    joined,
    like,
    string,
    tuple_of,
    walk,
)  # fmt: skip
from mlarchlint.frontends.terraform.scope import EvaluationError, Scope
from mlarchlint.model.record import record
from mlarchlint.model.span import SourceSpan

MAX_ELEMENTS = 100_000  # of a result; a larger one is a mistake or an attack


@record(frozen=True, slots=True)
class Param:
    """null, unknown: the function takes such a value itself."""

    name: str
    type: Type
    null: bool = False
    unknown: bool = False


@record(frozen=True, slots=True)
class Context:
    """Where a call stands: for functions that read files or evaluate templates."""

    name: str
    span: SourceSpan
    scope: Scope
    evaluate: Evaluate


Run = Callable[[list[Value], Context], Value]
Returns = Union[Type, Callable[[list[Value]], Type]]


@record(frozen=True, slots=True)
class Function:
    """structural: the result holds the arguments' own parts, which keep their marks and references."""

    name: str
    params: tuple[Param, ...]
    variadic: Param | None
    returns: Returns
    run: Run
    structural: bool


REGISTRY: dict[str, Function] = {}
# Functions that take their arguments as expressions.
SPECIAL: dict[str, Callable[[nodes.Call, Scope, Evaluate], Value]] = {}


def function(
    name: str,
    *params: Param,
    variadic: Param | None = None,
    returns: Returns = DYNAMIC,
    structural: bool = False,
) -> Callable[[Run], Run]:
    """Registers a function over Values."""

    def register(run: Run) -> Run:
        REGISTRY[name] = Function(name, params, variadic, returns, run, structural)
        return run

    return register


def scalar(
    name: str, *types: Type, returns: Type = STRING, variadic: Type | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function over plain strings, numbers and bools."""

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        def over_values(arguments: list[Value], context: Context) -> Value:
            return Value(returns, run(*[argument.v for argument in arguments]), context.span)

        params = tuple([Param(f"argument {number}", type) for number, type in enumerate(types, 1)])
        rest = Param("the arguments", variadic) if variadic is not None else None
        REGISTRY[name] = Function(name, params, rest, returns, over_values, False)
        return run

    return register


@lru_cache(maxsize=1)
def load() -> None:
    from mlarchlint.frontends.terraform import (  # noqa: F401
        functions_collection,
        functions_date,
        functions_encoding,
        functions_files,
        functions_hash,
        functions_map,
        functions_network,
        functions_number,
        functions_sets,
        functions_special,
        functions_string,
        functions_template,
    )  # fmt: skip


def call(node: nodes.Call, scope: Scope, evaluate: Evaluate) -> Value:
    load()
    name = node.name.removeprefix("core::")
    if name.startswith("provider::"):
        return _provider_function(node, scope, evaluate)
    special = SPECIAL.get(name)
    if special is not None:
        return special(node, scope, evaluate)
    found = REGISTRY.get(name)
    if found is None:
        raise EvaluationError("Call to unknown function", node.span, f"there is no function {name!r}")
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.expand:
        last = arguments.pop()
        if type(last.v) is Unknown:
            _check_expandable(last, node)
            return unknown_result(found, [*arguments, last], node.span, DYNAMIC)
        arguments.extend(_expanded(last, node))
    return apply(found, arguments, Context(name, node.span, scope, evaluate))


def _check_expandable(last: Value, node: nodes.Call) -> None:
    if last.v is None or last.type.kind not in ("list", "set", "tuple", "dynamic"):
        detail = "the argument before ... must be a list, set or tuple"
        raise EvaluationError("Invalid expanding argument value", node.span, detail)


def _expanded(last: Value, node: nodes.Call) -> tuple[Value, ...]:
    _check_expandable(last, node)
    if last.sensitive:
        return tuple([like(item, sensitive=True) for item in last.v])
    items: tuple[Value, ...] = last.v
    return items


# https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs/functions/manifest_decode_multi
_DECODING = ("provider::kubernetes::manifest_decode", "provider::kubernetes::manifest_decode_multi")


def _provider_function(node: nodes.Call, scope: Scope, evaluate: Evaluate) -> Value:
    """What a provider computes only Terraform knows."""
    declared = getattr(scope, "providers", None)
    if declared is not None and node.name.split("::")[1] not in declared:
        raise EvaluationError(
            "Unknown provider function", node.span, f"no provider is declared for {node.name}"
        )
    arguments = [evaluate(argument, scope) for argument in node.arguments]
    if node.name in _DECODING and len(arguments) == 1 and not arguments[0].is_unknown:
        return _decoded_manifests(node, arguments[0], Context("yamldecode", node.span, scope, evaluate))
    why = f"{node.name} is a function of a provider"
    return Value(DYNAMIC, Unknown(why), node.span, deep_refs(arguments))


def _decoded_manifests(node: nodes.Call, text: Value, context: Context) -> Value:
    """Functions of the kubernetes provider that only read YAML: one manifest, or a tuple of all."""
    decode = REGISTRY["yamldecode"]
    if not node.name.endswith("_multi"):
        return apply(decode, [text], context)
    from mlarchlint.frontends.terraform.kubectl_documents import split_documents

    documents = [string(one, text.span) for one in split_documents(str(text.v))]
    return tuple_of([apply(decode, [one], context) for one in documents], node.span)


def apply(found: Function, arguments: list[Value], context: Context) -> Value:
    """Checks the arguments as Terraform does, then runs the function."""
    params, variadic = found.params, found.variadic
    count = len(params)
    if len(arguments) < count:
        raise EvaluationError("Not enough function arguments", context.span, f"{found.name} takes {count}")
    if len(arguments) > count and variadic is None:
        raise EvaluationError("Too many function arguments", context.span, f"{found.name} takes {count}")
    open_ = False
    for position, argument in enumerate(arguments):
        param = params[position] if position < count else variadic
        assert param is not None
        if argument.type is not param.type and param.type is not DYNAMIC:
            try:
                arguments[position] = argument = convert(argument, param.type)
            except ConversionError as error:
                raise _bad_argument(found, param, error.detail, context.span) from None
        held = argument.v
        if held is None:
            if not param.null:
                raise _bad_argument(found, param, "it must not be null", context.span)
        elif type(held) is Unknown and not param.unknown:
            open_ = True
    if open_:
        return unknown_result(found, arguments, context.span)
    return _finished(found, arguments, _run(found, arguments, context))


def _run(found: Function, arguments: list[Value], context: Context) -> Value:
    try:
        return found.run(arguments, context)
    except NotEvaluated as reason:
        type_ = found.returns if isinstance(found.returns, Type) else DYNAMIC
        return Value(type_, Unknown(f"{found.name}: {reason}"), context.span, deep_refs(arguments))
    except EvaluationError as error:
        if error.span is None:
            error.span = context.span
        raise
    except (ValueError, ArithmeticError, MemoryError) as error:
        raise EvaluationError("Error in function call", context.span, f"{found.name}: {error}") from None


def _bad_argument(found: Function, param: Param, detail: str, span: SourceSpan) -> EvaluationError:
    return EvaluationError("Invalid function argument", span, f"{found.name}: {param.name}: {detail}")


def _finished(found: Function, arguments: list[Value], result: Value) -> Value:
    """A computed result names what the arguments name, and is sensitive if one of them is."""
    if found.structural and (result.refs or type(result.v) is not Unknown):
        if not result.sensitive and any(argument.sensitive for argument in arguments):
            return like(result, sensitive=True)
        return result
    refs = deep_refs(arguments)
    if refs:
        result.refs = joined(refs, result.refs)
    if not result.origin:
        for argument in arguments:
            if argument.origin:
                result.origin = joined(result.origin, argument.origin)[:12]
    if any(map(is_sensitive, arguments)):
        result.sensitive = True
    return result


def unknown_result(
    found: Function, arguments: list[Value], span: SourceSpan, type_: Type | None = None
) -> Value:
    """Unknown because an argument is."""
    if type_ is None:
        if isinstance(found.returns, Type):
            type_ = found.returns
        else:
            try:
                type_ = found.returns(arguments)
            except EvaluationError as error:
                error.span = error.span or span
                raise
    return unknown_because(arguments, type_, span)


def unknown_because(arguments: list[Value], type_: Type, span: SourceSpan) -> Value:
    open_ = [part for argument in arguments for part in walk(argument) if type(part.v) is Unknown]
    why = open_[0].v.why if open_ else "the value is not known"
    symbolic = bool(open_) and all(part.v.symbolic for part in open_)
    sensitive = any(map(is_sensitive, arguments))
    held = Unknown(why, symbolic=symbolic, not_null=type_ is not DYNAMIC)
    return Value(type_, held, span, deep_refs(arguments), (), sensitive)


def invalid(detail: str) -> EvaluationError:
    """A value of an argument that the function refuses."""
    return EvaluationError("Invalid function argument", None, detail)


class NotEvaluated(Exception):
    """Terraform has an answer that is not worked out here: unknown, and no error that `try` may see."""


def refused(detail: str) -> EvaluationError:
    return EvaluationError("Error in function call", None, detail)


def wrong_type(value: Value, wanted: str) -> EvaluationError:
    return invalid(f"{wanted} is required, not a {friendly(value.type)}")
