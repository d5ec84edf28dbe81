"""Set functions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from mlarchlint.frontends.terraform.convert import convert
from mlarchlint.frontends.terraform.cty import (
    DYNAMIC,
    Type,
    Unknown,
    Value,
    list_type,
    set_type,
    tuple_of,
    tuple_type,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions import (
    MAX_ELEMENTS,
    Context,
    Param,
    function,
    invalid,
    refused,
    unknown_because,
)  # fmt: skip
from mlarchlint.frontends.terraform.sets import content_key, set_of
from mlarchlint.frontends.terraform.unify import unify

_SET = set_type(DYNAMIC)


def _element(arguments: list[Value]) -> Type:
    """The element type in common; empty sets of any type do not count."""
    types = [a.type.of for a in arguments if not (a.type.of is DYNAMIC and type(a.v) is tuple and not a.v)]
    if not types:
        return DYNAMIC
    found = unify(types)
    if found is None:
        raise refused("the given sets must all have compatible element types")
    return found


def _returns(arguments: list[Value]) -> Type:
    return set_type(_element(arguments))


def _operation(
    name: str, params: int, choose: Callable[[list[dict[Any, Value]]], list[Value]], decided: bool
) -> None:
    """decided: an unknown element does not make the whole result unknown."""
    fixed = tuple([Param(f"set {number}", _SET) for number in range(1, params + 1)])

    @function(
        name, *fixed, variadic=Param("sets", _SET) if params < 2 else None, returns=_returns, structural=True
    )
    def operate(arguments: list[Value], context: Context) -> Value:
        element = _element(arguments)
        sets: list[dict[Any, Value]] = []
        for argument in arguments:
            converted = convert(argument, set_type(element))
            if not decided and any(type(item.v) is Unknown for item in converted.v):
                return unknown_because(arguments, set_type(element), context.span)
            sets.append({_key(item): item for item in converted.v})
        return set_of(element, choose(sets), context.span)


def _key(item: Value) -> Any:
    return id(item) if type(item.v) is Unknown else content_key(item)


def _union(sets: list[dict[Any, Value]]) -> list[Value]:
    found: dict[Any, Value] = {}
    for items in sets:
        for key, item in items.items():
            found.setdefault(key, item)
    return list(found.values())


def _intersection(sets: list[dict[Any, Value]]) -> list[Value]:
    return [item for key, item in sets[0].items() if all(key in other for other in sets[1:])]


def _subtract(sets: list[dict[Any, Value]]) -> list[Value]:
    return [item for key, item in sets[0].items() if key not in sets[1]]


_operation("setunion", 1, _union, True)
_operation("setintersection", 1, _intersection, False)
_operation("setsubtract", 2, _subtract, False)


@function("setproduct", variadic=Param("sets", DYNAMIC), structural=True)
def cartesian_product(arguments: list[Value], context: Context) -> Value:
    """A list of tuples if all arguments have an order, else a set of tuples."""
    if len(arguments) < 2:
        raise refused("at least two arguments are required")
    elements: list[Type] = []
    columns: list[list[Value]] = []
    size = 1
    for argument in arguments:
        if type(argument.v) is not tuple:
            raise invalid("a set or a list is required")
        element = argument.type.of if argument.type.element is not None else _unified(argument)
        elements.append(element)
        columns.append([convert(item, element) for item in argument.v])
        size *= len(argument.v)
    if size > MAX_ELEMENTS:
        raise refused(f"the product has {size} elements, more than {MAX_ELEMENTS}")
    row = tuple_type(elements)
    rows = [tuple_of(items, context.span) for items in product(*columns)] if size else []
    rows = [item if item.type is row else convert(item, row) for item in rows]
    if any(argument.type.kind == "set" for argument in arguments):
        return set_of(row, rows, context.span)
    return Value(list_type(row), tuple(rows), context.span)


def _unified(argument: Value) -> Type:
    if not argument.v:
        return DYNAMIC
    found = unify([item.type for item in argument.v])
    if found is None:
        raise invalid("all elements must be of the same type")
    return found
