"""Functions over lists, tuples, maps and objects."""

from __future__ import annotations

from mlarchlint.frontends.terraform.convert import convert
from mlarchlint.frontends.terraform.cty import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    Unknown,
    Value,
    like,
    list_type,
    null,
    tuple_of,
)  # fmt: skip
from mlarchlint.frontends.terraform.functions import (
    MAX_ELEMENTS,
    Context,
    Param,
    function,
    invalid,
    refused,
    unknown_because,
    wrong_type,
)  # fmt: skip
from mlarchlint.frontends.terraform.indexing import step_into
from mlarchlint.frontends.terraform.operators import equals
from mlarchlint.frontends.terraform.sets import content_key
from mlarchlint.frontends.terraform.unify import unify

_LIST = list_type(DYNAMIC)
_STRINGS = list_type(STRING)


def is_open(value: Value) -> bool:
    """It or a part of it is unknown."""
    return type(value.v) is Unknown or any(map(is_open, value.elements()))


def _same(arguments: list[Value]) -> Type:
    return arguments[0].type


@function("length", Param("value", DYNAMIC, unknown=True), returns=NUMBER, structural=True)
def length(arguments: list[Value], context: Context) -> Value:
    from mlarchlint.frontends.terraform.graphemes import count

    value = arguments[0]
    refs = value.refs  # of the whole: walking through all parts for each count would be slow
    type_, held = value.type, value.v
    if type_.kind in ("number", "bool"):
        raise wrong_type(value, "a string, a collection or a structural type")
    if type_.kind == "tuple":
        return Value(NUMBER, len(type_.items), context.span, refs)
    if type_.kind == "object":
        return Value(NUMBER, len(type_.attrs), context.span, refs)
    if type(held) is Unknown:
        return unknown_because(arguments, NUMBER, context.span)
    if type_.kind == "set" and any(type(item.v) is Unknown for item in held) and len(held) > 1:
        return unknown_because(arguments, NUMBER, context.span)
    return Value(NUMBER, count(held) if type_ is STRING else len(held), context.span, refs)


# -- choosing ----------------------------------------------------------------------------


@function("coalesce", variadic=Param("values", DYNAMIC, null=True, unknown=True), structural=True)
def coalesce(arguments: list[Value], context: Context) -> Value:
    """The first that is neither null nor an empty string."""
    if not arguments:
        raise refused("at least one argument is required")
    type_ = unify([argument.type for argument in arguments])
    if type_ is None:
        raise refused("all arguments must have the same type")
    for argument in arguments:
        value = convert(argument, type_)
        if type(value.v) is Unknown:
            found = unknown_because(arguments, type_, context.span)
            found.v.symbolic = value.v.symbolic
            return found
        if value.v is None or (type_ is STRING and value.v == ""):
            continue
        return value
    raise refused("no non-null, non-empty-string arguments")


@function("coalescelist", variadic=Param("lists", DYNAMIC, null=True, unknown=True), structural=True)
def coalesce_list(arguments: list[Value], context: Context) -> Value:
    """The first list that is not empty."""
    if not arguments:
        raise refused("at least one argument is required")
    for argument in arguments:
        if type(argument.v) is Unknown:
            return unknown_because(arguments, DYNAMIC, context.span)
        if argument.v is None and argument.type is not DYNAMIC:
            continue
        if argument.type.kind not in ("list", "tuple", "set"):
            raise invalid("coalescelist arguments must be lists or tuples")
        if argument.v:
            return argument
    raise refused("no non-null arguments")


@function("one", Param("list", DYNAMIC), structural=True)
def one(arguments: list[Value], context: Context) -> Value:
    value = arguments[0]
    if type(value.v) is not tuple:
        raise wrong_type(value, "a list, set or tuple value with either zero or one elements")
    if not value.v:
        return null(value.type.of if value.type.element is not None else DYNAMIC, context.span)
    if len(value.v) > 1:
        raise refused("must be a list, set, or tuple value with either zero or one elements")
    first: Value = value.v[0]
    return like(first)


def _element_type(arguments: list[Value]) -> Type:
    kind = arguments[0].type.kind
    if kind == "list":
        return arguments[0].type.of
    if kind not in ("tuple", "dynamic"):
        raise wrong_type(arguments[0], "a list or tuple")
    return DYNAMIC


@function(
    "element",
    Param("list", DYNAMIC, unknown=True),
    Param("index", NUMBER),
    returns=_element_type,
    structural=True,
)
def element(arguments: list[Value], context: Context) -> Value:
    """The index wraps around, in both directions for a list."""
    holder, at = arguments[0], arguments[1].v
    inner = _element_type(arguments)
    if not isinstance(at, int) or (at < 0 and holder.type.kind == "tuple"):
        raise refused("the index must be a whole number that is not negative")
    if type(holder.v) is Unknown:
        return step_into(holder, holder.v, f"[{at}]", inner, context.span)
    if not holder.v:
        raise refused("cannot use element function with an empty list")
    found: Value = holder.v[at % len(holder.v)]
    return like(found)


@function(
    "slice",
    Param("list", DYNAMIC, unknown=True),
    Param("start", NUMBER),
    Param("end", NUMBER),
    structural=True,
)
def slice_(arguments: list[Value], context: Context) -> Value:
    holder, start, end = arguments[0], arguments[1].v, arguments[2].v
    kind = holder.type.kind
    if kind not in ("list", "tuple", "dynamic"):
        raise invalid("cannot slice a set or a single value; use tolist first")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start <= end:
        raise invalid("the indexes must be whole numbers, the end not before the start")
    if type(holder.v) is Unknown:
        if not holder.v.symbolic or end - start > 1000:
            return unknown_because(arguments, DYNAMIC if kind == "tuple" else holder.type, context.span)
        inner = holder.type.of if kind == "list" else DYNAMIC
        numbers = range(start, end)
        return tuple_of(
            [step_into(holder, holder.v, f"[{n}]", inner, context.span) for n in numbers], context.span
        )
    if end > len(holder.v):
        raise invalid(f"end index must not be greater than the length of the list ({len(holder.v)})")
    return _as_sequence(holder.type, holder.v[start:end], context)


def _as_sequence(type_: Type, items: tuple[Value, ...], context: Context) -> Value:
    """A list of the same type, or a tuple."""
    if type_.kind == "tuple":
        return tuple_of(items, context.span)
    return Value(list_type(type_.of), items, context.span)


# -- lists -------------------------------------------------------------------------------


@function("chunklist", Param("list", _LIST), Param("size", NUMBER), structural=True)
def chunk_list(arguments: list[Value], context: Context) -> Value:
    holder, size = arguments[0], arguments[1].v
    if not isinstance(size, int) or size < 0:
        raise invalid("the size argument must be positive")
    items, inner = holder.v, holder.type
    step = size or max(len(items), 1)
    chunks = [Value(inner, items[at : at + step], context.span) for at in range(0, len(items), step)]
    return Value(list_type(inner), tuple(chunks), context.span)


@function("compact", Param("list", _STRINGS), returns=_STRINGS, structural=True)
def compact(arguments: list[Value], context: Context) -> Value:
    items = arguments[0].v
    if any(type(item.v) is Unknown for item in items):
        return unknown_because(arguments, _STRINGS, context.span)
    return Value(_STRINGS, tuple([item for item in items if item.v]), context.span)


def _concat_type(arguments: list[Value]) -> Type:
    if arguments and all(argument.type.kind == "list" for argument in arguments):
        found = unify([argument.type for argument in arguments])
        if found is not None:
            return found
    for argument in arguments:
        if argument.type.kind not in ("list", "tuple", "dynamic"):
            raise wrong_type(argument, "a list or tuple")
    return DYNAMIC


@function("concat", variadic=Param("lists", DYNAMIC), returns=_concat_type, structural=True)
def concat(arguments: list[Value], context: Context) -> Value:
    """Lists of one type make a list, anything else a tuple."""
    if not arguments:
        raise refused("at least one argument is required")
    type_ = _concat_type(arguments)
    items = [item for argument in arguments for item in _marked(argument)]
    if len(items) > MAX_ELEMENTS:
        raise refused(f"more than {MAX_ELEMENTS} elements")
    if type_.kind == "list":
        return Value(type_, tuple([convert(item, type_.of) for item in items]), context.span)
    return tuple_of(items, context.span)


def _marked(holder: Value) -> tuple[Value, ...]:
    items: tuple[Value, ...] = holder.v
    return tuple([like(item, sensitive=True) for item in items]) if holder.sensitive else items


@function("contains", Param("list", DYNAMIC), Param("value", DYNAMIC, unknown=True), returns=BOOL)
def contains(arguments: list[Value], context: Context) -> Value:
    holder, wanted = arguments
    if type(holder.v) is not tuple:
        raise wrong_type(holder, "a list, tuple or set")
    undecided = False
    for item in holder.v:
        equal = equals(item, wanted)
        if equal:
            return Value(BOOL, True, context.span)
        undecided = undecided or equal is None
    if undecided:
        return unknown_because(arguments, BOOL, context.span)
    return Value(BOOL, False, context.span)


@function("distinct", Param("list", _LIST), returns=_same, structural=True)
def distinct(arguments: list[Value], context: Context) -> Value:
    holder = arguments[0]
    if is_open(holder):
        return unknown_because(arguments, holder.type, context.span)
    found: dict[bytes, Value] = {}
    for item in holder.v:
        found.setdefault(content_key(item), item)
    return Value(holder.type, tuple(found.values()), context.span)


@function("flatten", Param("list", DYNAMIC), structural=True)
def flatten(arguments: list[Value], context: Context) -> Value:
    holder = arguments[0]
    if type(holder.v) is not tuple:
        raise refused("can only flatten lists, sets and tuples")
    found: list[Value] = []
    open_ = _flatten(holder, found)
    return unknown_because(arguments, DYNAMIC, context.span) if open_ else tuple_of(found, context.span)


def _flatten(holder: Value, found: list[Value]) -> bool:
    """Whether a nested list is unknown, so that the length is."""
    open_ = False
    for item in _marked(holder):
        if type(item.v) is tuple:
            open_ = _flatten(item, found) or open_
        elif item.v is None or item.type.kind not in ("list", "set", "tuple", "dynamic"):
            found.append(item)
        else:
            open_ = True
            found.append(item)
        if len(found) > MAX_ELEMENTS:
            raise refused(f"more than {MAX_ELEMENTS} elements")
    return open_


@function("index", Param("list", DYNAMIC), Param("value", DYNAMIC, unknown=True), returns=NUMBER)
def index_of(arguments: list[Value], context: Context) -> Value:
    holder, wanted = arguments
    if holder.type.kind not in ("list", "tuple"):
        raise refused("argument must be a list or tuple")
    if not holder.v:
        raise refused("cannot search an empty list")
    for at, item in enumerate(holder.v):
        equal = equals(item, wanted)
        if equal is None:
            return unknown_because(arguments, NUMBER, context.span)
        if equal:
            return Value(NUMBER, at, context.span)
    raise refused("item not found")


@function(
    "matchkeys",
    Param("values", _LIST),
    Param("keys", _LIST),
    Param("searchset", _LIST),
    returns=_same,
    structural=True,
)
def match_keys(arguments: list[Value], context: Context) -> Value:
    values, keys, wanted = arguments
    if len(values.v) != len(keys.v):
        raise refused("length of keys and values should be equal")
    if unify([keys.type, wanted.type]) is None:
        raise refused("keys and searchset must be of the same type")
    element = unify([keys.type, wanted.type])
    assert element is not None
    keys, wanted = convert(keys, element), convert(wanted, element)
    found: list[Value] = []
    for value, key in zip(values.v, keys.v, strict=True):
        matches = [equals(key, other) for other in wanted.v]
        if True in matches:
            found.append(value)
        elif None in matches:
            return unknown_because(arguments, values.type, context.span)
    return Value(values.type, tuple(found), context.span)


@function("reverse", Param("list", DYNAMIC), returns=_same, structural=True)
def reverse(arguments: list[Value], context: Context) -> Value:
    holder = arguments[0]
    if type(holder.v) is not tuple:
        raise wrong_type(holder, "a list, set or tuple")
    return _as_sequence(holder.type, tuple(reversed(holder.v)), context)


@function("sort", Param("list", _STRINGS), returns=_STRINGS, structural=True)
def sort(arguments: list[Value], context: Context) -> Value:
    items = arguments[0].v
    if any(type(item.v) is Unknown for item in items):
        # how many there are is known, which is where is not
        one = unknown_because(arguments, STRING, context.span)
        return Value(_STRINGS, (one,) * len(items), context.span)
    if any(item.v is None for item in items):
        raise refused("given list element is null; cannot sort a null string")
    ordered = sorted(items, key=lambda item: item.v.encode("utf-8", "surrogatepass"))
    return Value(_STRINGS, tuple(ordered), context.span)


def _truth(name: str, deciding: bool) -> None:
    @function(name, Param("list", list_type(BOOL)), returns=BOOL)
    def judge(arguments: list[Value], context: Context) -> Value:
        """The first element that decides; unknown ones only if none does."""
        open_ = False
        for item in arguments[0].v:
            if type(item.v) is Unknown:
                open_ = True
            elif (item.v is True) is deciding:
                return Value(BOOL, deciding, context.span)
        if open_:
            return unknown_because(arguments, BOOL, context.span)
        return Value(BOOL, not deciding, context.span)


_truth("alltrue", False)
_truth("anytrue", True)
