"""Functions over maps and objects."""

from __future__ import annotations

from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import (
    DYNAMIC,
    STRING,
    Type,
    Unknown,
    Value,
    is_sensitive,
    like,
    list_type,
    map_type,
    null,
    object_of,
    tuple_of,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions import (
    Context,
    Param,
    function,
    invalid,
    refused,
    unknown_because,
    wrong_type,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions_collection import is_open

_STRINGS = list_type(STRING)


def _lookup_type(arguments: list[Value]) -> Type:
    if arguments[0].type.kind == "map":
        return arguments[0].type.of
    key = arguments[1].v
    return arguments[0].type.attrs.get(key, DYNAMIC) if isinstance(key, str) else DYNAMIC


@function(
    "lookup",
    Param("map", DYNAMIC),
    Param("key", STRING),
    variadic=Param("default", DYNAMIC, null=True, unknown=True),
    returns=_lookup_type,
    structural=True,
)
def lookup(arguments: list[Value], context: Context) -> Value:
    if len(arguments) > 3:
        raise refused(f"lookup() takes two or three arguments, got {len(arguments)}")
    holder, key = arguments[0], arguments[1].v
    default = arguments[2] if len(arguments) == 3 else None
    kind = holder.type.kind
    if kind not in ("map", "object"):
        raise wrong_type(holder, "a map")
    if default is not None and kind == "map":
        try:
            default = convert(default, holder.type.of)
        except ConversionError:
            raise invalid("the default value must have the same type as the map elements") from None
    found = holder.v.get(key)
    if found is not None:
        return like(found)
    if default is None:
        raise invalid(f"the given object has no attribute {key!r}")
    return like(default)


def _mapping(value: Value) -> dict[str, Value]:
    if type(value.v) is not dict:
        raise wrong_type(value, "a map or object")
    return value.v


@function("keys", Param("map", DYNAMIC, unknown=True), structural=True)
def keys(arguments: list[Value], context: Context) -> Value:
    holder = arguments[0]
    kind = holder.type.kind
    if kind == "object":
        return tuple_of([Value(STRING, name, context.span) for name in holder.type.attrs], context.span)
    if type(holder.v) is Unknown:
        return unknown_because(arguments, _STRINGS, context.span)
    names = tuple([Value(STRING, name, context.span) for name in _mapping(holder)])
    return Value(_STRINGS, names, context.span)


@function("values", Param("map", DYNAMIC), structural=True)
def values(arguments: list[Value], context: Context) -> Value:
    holder = arguments[0]
    items = tuple(_mapping(holder).values())
    if holder.type.kind == "object":
        return tuple_of(items, context.span)
    return Value(list_type(holder.type.of), items, context.span)


@function("merge", variadic=Param("maps", DYNAMIC, null=True), structural=True)
def merge(arguments: list[Value], context: Context) -> Value:
    """Maps of one type make a map, anything else an object."""
    merged: dict[str, Value] = {}
    for argument in arguments:
        if argument.type is not DYNAMIC and argument.type.kind not in ("map", "object"):
            raise wrong_type(argument, "a map or object")
        if argument.v is None:
            continue
        held = _mapping(argument)
        if argument.sensitive:
            held = {name: like(item, sensitive=True) for name, item in held.items()}
        merged.update(held)
    types = {argument.type for argument in arguments}
    if len(types) == 1:
        only = types.pop()
        if arguments[0].v is None and only is not DYNAMIC:
            return null(only, context.span)
        if only.kind == "map":
            return Value(only, {name: merged[name] for name in sorted(merged)}, context.span)
    return object_of(merged, context.span)


@function("transpose", Param("map", map_type(_STRINGS)), returns=map_type(_STRINGS))
def transpose(arguments: list[Value], context: Context) -> Value:
    holder = arguments[0]
    if is_open(holder):
        return unknown_because(arguments, holder.type, context.span)
    found: dict[str, list[str]] = {}
    for name, items in holder.v.items():
        if items.v is None:
            raise invalid("input must not contain null list")
        for item in items.v:
            if item.v is None:
                raise invalid("input must not contain null string")
            found.setdefault(item.v, []).append(name)
    rows = {
        name: Value(_STRINGS, tuple([Value(STRING, n) for n in sorted(found[name])]))
        for name in sorted(found)
    }
    return Value(map_type(_STRINGS), rows, context.span)


@function("zipmap", Param("keys", _STRINGS), Param("values", DYNAMIC), structural=True)
def zip_map(arguments: list[Value], context: Context) -> Value:
    names, items = arguments
    if items.type.kind not in ("list", "tuple"):
        raise wrong_type(items, "a list or tuple")
    if any(type(name.v) is Unknown for name in names.v):
        type_ = map_type(items.type.of) if items.type.kind == "list" else DYNAMIC
        return unknown_because(arguments, type_, context.span)
    if len(names.v) != len(items.v):
        raise refused(f"number of keys ({len(names.v)}) does not match number of values ({len(items.v)})")
    if any(name.v is None for name in names.v):
        raise refused("keys must not be null")
    found: dict[str, Value] = {name.v: item for name, item in zip(names.v, items.v, strict=True)}
    sensitive = any(map(is_sensitive, names.v))
    if items.type.kind == "list":
        result = Value(map_type(items.type.of), {name: found[name] for name in sorted(found)}, context.span)
    else:
        result = object_of(found, context.span)
    return like(result, sensitive=True) if sensitive else result
