"""The type that several types have in common, as cty finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mlarchlint.frontends.terraform.convert import convertible
from mlarchlint.frontends.terraform.cty import (
    DYNAMIC,
    STRING,
    Type,
    list_type,
    map_type,
    object_type,
    set_type,
    tuple_type,
)  # fmt: skip

_GENERAL = {"list": 0, "set": 1, "map": 0, "tuple": 2, "object": 2}


def unify(types: Sequence[Type]) -> Type | None:
    """None where there is none. Conversions may lose (`"5"` to 5), as everywhere in expressions."""
    distinct = list(dict.fromkeys(types))
    if not distinct:
        return None
    if len(distinct) == 1:
        return distinct[0]
    kinds = {type.kind for type in distinct}
    dynamic = DYNAMIC in distinct
    structural = kinds - {"dynamic"}
    if structural == {"map"}:
        return _collections(distinct, dynamic, map_type)
    if structural == {"list"}:
        return _collections(distinct, dynamic, list_type)
    if structural == {"set"}:
        return _collections(distinct, dynamic, set_type)
    if structural == {"object"}:
        return DYNAMIC if dynamic else _objects(distinct)
    if structural == {"tuple"}:
        return DYNAMIC if dynamic else _tuples(distinct)
    if structural == {"map", "object"}:
        found = _as_collection(distinct, map_type)
        if found is not None:
            return found
    if structural == {"list", "tuple"}:
        found = _as_collection(distinct, list_type)
        if found is not None:
            return found
    if {"object", "tuple"} <= structural:
        return None
    return _preferred(distinct)


def _collections(types: list[Type], dynamic: bool, make: Callable[[Type], Type]) -> Type | None:
    if dynamic:
        return DYNAMIC
    element = unify([type.of for type in types])
    return make(element) if element is not None else None


def _as_collection(types: list[Type], make: Callable[[Type], Type]) -> Type | None:
    """Objects beside maps are maps in disguise, tuples beside lists are lists."""
    if DYNAMIC in types:
        return DYNAMIC
    members: list[Type] = []
    for type in types:
        members.extend([type.of] if type.element is not None else parts_of(type))
    element = unify(members)
    return make(element) if element is not None else None


def parts_of(type: Type) -> Iterable[Type]:
    return type.items if type.kind == "tuple" else type.attrs.values()


def _objects(types: list[Type]) -> Type | None:
    names = types[0].attrs.keys()
    if any(type.attrs.keys() != names for type in types):
        return _as_collection(types, map_type)
    attrs: dict[str, Type] = {}
    for name in names:
        found = unify([type.attrs[name] for type in types])
        if found is None:
            return None
        attrs[name] = found
    return object_type(attrs)


def _tuples(types: list[Type]) -> Type | None:
    length = len(types[0].items)
    if any(len(type.items) != length for type in types):
        return _as_collection(types, list_type)
    items: list[Type] = []
    for index in range(length):
        found = unify([type.items[index] for type in types])
        if found is None:
            return _as_collection(types, list_type)
        items.append(found)
    return tuple_type(items)


def _preferred(types: list[Type]) -> Type | None:
    """The most general of the types that all others convert to: strings first, dynamic last."""

    def rank(type: Type) -> int:
        if type is DYNAMIC:
            return 9
        if type is STRING:
            return -1
        return _GENERAL.get(type.kind, 1)

    for wanted in sorted(types, key=rank):
        if all(convertible(type, wanted) for type in types):
            return wanted
    return None
