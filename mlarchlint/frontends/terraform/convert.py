"""Conversion of a value to a type, as cty converts."""

from __future__ import annotations

from typing import Any

from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.cty import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    Unknown,
    Value,
    friendly,
    list_type,
    map_type,
    null,
    object_type,
    set_type,
    tuple_type,
)  # fmt: skip
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.frontends.terraform.sets import set_of

_BOOLS = {"true": True, "1": True, "false": False, "0": False}


class ConversionError(EvaluationError):
    """detail: what is required, and where inside the value."""

    def __init__(self, detail: str, path: str = "") -> None:
        super().__init__("Unsuitable value", None, f"{path}: {detail}" if path else detail)
        self.required = detail
        self.path = path


def convertible(source: Type, target: Type) -> bool:
    """Whether some value of the one type converts to the other (`"5"` to a number: yes)."""
    if source is target or target is DYNAMIC or source is DYNAMIC:
        return True
    if target.is_primitive:
        return source.is_primitive and {source, target} != {NUMBER, BOOL}
    kind = target.kind
    if kind in ("list", "set"):
        if source.kind in ("list", "set"):
            return convertible(source.of, target.of)
        return source.kind == "tuple" and _all_convertible(source.items, target.of)
    if kind == "map":
        if source.kind == "map":
            return convertible(source.of, target.of)
        return source.kind == "object" and _all_convertible(tuple(source.attrs.values()), target.of)
    if kind == "tuple":
        same_length = source.kind == "tuple" and len(source.items) == len(target.items)
        return same_length and all(map(convertible, source.items, target.items))
    if source.kind == "map":
        # A map may lack what is optional, whatever type that has.
        return all(
            name in target.optional or convertible(source.of, part) for name, part in target.attrs.items()
        )
    if source.kind != "object":
        return False
    return all(
        convertible(source.attrs[name], part) if name in source.attrs else name in target.optional
        for name, part in target.attrs.items()
    )


def _all_convertible(parts: tuple[Type, ...], element: Type) -> bool:
    if element is DYNAMIC:
        from mlarchlint.frontends.terraform.unify import unify

        return not parts or unify(parts) is not None
    return all(convertible(part, element) for part in parts)


def convert(value: Value, target: Type) -> Value:
    """The value as that type; raises ConversionError."""
    source = value.type
    if source is target or target is DYNAMIC:
        return value
    held = value.v
    if held is None and convertible(source, target):
        return _with(value, without_optional(target), None)
    if held is None or type(held) is Unknown:
        if not convertible(source, target):
            raise ConversionError(_required(target))
        return _with(value, without_optional(target), held)
    if target.is_primitive:
        return _primitive(value, source, target, held)
    kind = target.kind
    if target.element is DYNAMIC and source.element is not None:
        target = {"list": list_type, "set": set_type, "map": map_type}[kind](source.of)
        if source is target:
            return value
    if kind == "list" and source.kind in ("list", "set", "tuple"):
        items, element = _elements(held, target.of)
        return _with(value, list_type(element), tuple(items))
    if kind == "set" and source.kind in ("list", "set", "tuple"):
        items, element = _elements(held, target.of)
        return _with(value, set_type(element), set_of(element, items).v)
    if kind == "map" and source.kind in ("map", "object"):
        items, element = _elements(tuple(held.values()), target.of, tuple(held))
        return _with(value, map_type(element), dict(zip(held, items, strict=True)))
    if kind == "tuple" and source.kind == "tuple" and len(held) == len(target.items):
        return _tuple(value, target, held)
    if kind == "object" and source.kind in ("map", "object"):
        return _object(value, target, held)
    raise ConversionError(_required(target))


def _with(value: Value, target: Type, held: Any) -> Value:
    return Value(target, held, value.span, value.refs, value.origin, value.sensitive)


def _required(target: Type) -> str:
    article = "an" if target.kind == "object" else "a"
    return f"{article} {friendly(target)} is required"


def _primitive(value: Value, source: Type, target: Type, held: Any) -> Value:
    if target is STRING:
        if source is BOOL:
            return _with(value, STRING, "true" if held else "false")
        if source is NUMBER:
            return _with(value, STRING, numbers.text_of(held))
    elif source is STRING:
        if target is BOOL:
            if held in _BOOLS:
                return _with(value, BOOL, _BOOLS[held])
        else:
            number = numbers.parse(held)
            if number is not None:
                return _with(value, NUMBER, number)
    raise ConversionError(_required(target))


def _elements(
    held: tuple[Value, ...], element: Type, names: tuple[str, ...] = ()
) -> tuple[list[Value], Type]:
    """All elements as one type; `any` stands for what they have in common."""
    if element is DYNAMIC and held:
        from mlarchlint.frontends.terraform.unify import unify

        found = unify([item.type for item in held])
        if found is None:
            raise ConversionError("all elements must have the same type")
        element = found
    converted: list[Value] = []
    for index, item in enumerate(held):
        if item.type is element:
            converted.append(item)
            continue
        try:
            converted.append(convert(item, element))
        except ConversionError as error:
            step = f'["{names[index]}"]' if names else f"[{index}]"
            raise ConversionError(error.required, step + error.path) from None
    if converted and any(item.type is not element for item in converted):
        element = _settled(converted, element)
    return converted, element


def _settled(items: list[Value], element: Type) -> Type:
    """The type the elements got, where the target left parts open."""
    types = {item.type for item in items}
    if len(types) == 1:
        return types.pop()
    from mlarchlint.frontends.terraform.unify import unify

    found = unify(list(types))
    if found is None:
        raise ConversionError("all elements must have the same type")
    if element is not DYNAMIC and found is not DYNAMIC:
        for index, item in enumerate(items):
            items[index] = convert(item, found)
    return found


def _tuple(value: Value, target: Type, held: tuple[Value, ...]) -> Value:
    items: list[Value] = []
    for index, (item, wanted) in enumerate(zip(held, target.items, strict=True)):
        try:
            items.append(convert(item, wanted))
        except ConversionError as error:
            raise ConversionError(error.required, f"[{index}]{error.path}") from None
    return _with(value, tuple_type([item.type for item in items]), tuple(items))


def _object(value: Value, target: Type, held: dict[str, Value]) -> Value:
    attrs: dict[str, Value] = {}
    for name, wanted in target.attrs.items():
        given = held.get(name)
        if given is None:
            if name not in target.optional:
                raise ConversionError(f'attribute "{name}" is required')
            attrs[name] = null(without_optional(wanted), value.span)
            continue
        try:
            attrs[name] = convert(given, wanted)
        except ConversionError as error:
            raise ConversionError(error.required, f".{name}{error.path}") from None
    return _with(value, object_type({name: part.type for name, part in attrs.items()}), attrs)


def without_optional(target: Type) -> Type:
    """The type of values, which knows no optional attributes."""
    if target.is_primitive or target is DYNAMIC:
        return target
    if target.element is not None:
        make = {"list": list_type, "set": set_type, "map": map_type}[target.kind]
        return make(without_optional(target.element))
    if target.kind == "tuple":
        return tuple_type([without_optional(item) for item in target.items])
    return object_type({name: without_optional(part) for name, part in target.attrs.items()})
