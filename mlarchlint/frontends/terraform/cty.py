"""Terraform's types and values.

Types are interned: two equal types are one object, so comparing them is `is`. A value carries,
beside its type and content, what a linter needs to explain it: the place that decided it,
how it came about, and which addresses it names. These survive when the content is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unicodedata import normalize

from mlarchlint.frontends.terraform.number import Number
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.model.value import Origin


class Type:
    """kind: string, number, bool, dynamic, list, set, map, tuple or object.

    element: of a list, set or map; items: of a tuple; attrs: of an object, sorted by name;
    optional: names that a type constraint allows to be missing.
    """

    __slots__ = ("attrs", "element", "items", "kind", "optional")

    def __init__(
        self,
        kind: str,
        element: Type | None = None,
        items: tuple[Type, ...] = (),
        attrs: dict[str, Type] | None = None,
        optional: frozenset[str] = frozenset(),
    ) -> None:
        self.kind = kind
        self.element = element
        self.items = items
        self.attrs: dict[str, Type] = attrs or {}
        self.optional = optional

    @property
    def of(self) -> Type:
        """The element type of a list, set or map."""
        assert self.element is not None
        return self.element

    @property
    def is_primitive(self) -> bool:
        return self.element is None and self.kind in ("string", "number", "bool")

    def __repr__(self) -> str:
        return type_name(self)


STRING = Type("string")
NUMBER = Type("number")
BOOL = Type("bool")
DYNAMIC = Type("dynamic")

_interned: dict[Any, Type] = {}


def _intern(key: Any, kind: str, **parts: Any) -> Type:
    found = _interned.get(key)
    if found is None:
        found = _interned[key] = Type(kind, **parts)
    return found


def list_type(element: Type) -> Type:
    return _intern(("list", element), "list", element=element)


def set_type(element: Type) -> Type:
    return _intern(("set", element), "set", element=element)


def map_type(element: Type) -> Type:
    return _intern(("map", element), "map", element=element)


def tuple_type(items: Iterable[Type]) -> Type:
    held = tuple(items)
    return _intern(("tuple", held), "tuple", items=held)


def object_type(attrs: dict[str, Type], optional: frozenset[str] = frozenset()) -> Type:
    names = sorted(attrs)
    key = ("object", tuple(names), tuple([attrs[name] for name in names]), optional)
    found = _interned.get(key)
    if found is None:
        found = _interned[key] = Type("object", attrs={n: attrs[n] for n in names}, optional=optional)
    return found


class Unknown:
    """The content of a value that is not known.

    why: the missing input, as a person would name it. path: the address that the value *is*
    (`aws_vpc.a.id`), so that a step into it is a longer path; empty for a computed value.
    symbolic: Terraform knows it at plan time and we do not (a data source), so its elements
    are told apart by their paths. not_null: it is certainly not null. members: of a resource
    as a whole, some of whose attributes are known: the value of an attribute, or None where
    only the provider knows it (a longer path, as of any unknown value). text: of a string,
    its known parts with `partial_text.HOLE` for the others. inside: of JSON text, the value that
    it encodes; of what a partly known text decodes to, that. Neither changes what an expression gives.
    """

    __slots__ = ("inside", "members", "not_null", "path", "symbolic", "text", "why")

    def __init__(
        self,
        why: str,
        path: str = "",
        *,
        symbolic: bool = False,
        not_null: bool = False,
        members: Callable[[str], Value | None] | None = None,
    ) -> None:
        self.why = why
        self.path = path
        self.symbolic = symbolic
        self.not_null = not_null
        self.members = members
        self.text = ""
        self.inside: Value | None = None


class Value:
    """v: None for null, an `Unknown`, a str, bool or number, a tuple of Values for lists, sets
    (sorted, without repetition) and tuples, a dict of Values sorted by name for maps and objects."""

    __slots__ = ("origin", "refs", "sensitive", "span", "type", "v")

    def __init__(
        self,
        type: Type,
        v: Any,
        span: SourceSpan = NOWHERE,
        refs: tuple[str, ...] = (),
        origin: tuple[Origin, ...] = (),
        sensitive: bool = False,
    ) -> None:
        self.type = type
        self.v = v
        self.span = span
        self.refs = refs
        self.origin = origin
        self.sensitive = sensitive

    @property
    def is_unknown(self) -> bool:
        return type(self.v) is Unknown

    @property
    def is_null(self) -> bool:
        return self.v is None

    def elements(self) -> Iterable[Value]:
        """The members of a known collection, tuple or object; nothing otherwise."""
        held = self.v
        if type(held) is tuple:
            return held
        return held.values() if type(held) is dict else ()

    def __repr__(self) -> str:
        return f"Value({type_name(self.type)}, {self.v!r})"


# -- making values -----------------------------------------------------------------------


def string(text: str, span: SourceSpan = NOWHERE) -> Value:
    return Value(STRING, text if text.isascii() else normalize("NFC", text), span)


def number(value: Number, span: SourceSpan = NOWHERE) -> Value:
    return Value(NUMBER, value, span)


def boolean(value: bool, span: SourceSpan = NOWHERE) -> Value:
    return Value(BOOL, value, span)


def null(type: Type = DYNAMIC, span: SourceSpan = NOWHERE) -> Value:
    return Value(type, None, span)


def unknown(
    why: str,
    type: Type = DYNAMIC,
    *,
    path: str = "",
    refs: tuple[str, ...] = (),
    symbolic: bool = False,
    not_null: bool = False,
    span: SourceSpan = NOWHERE,
    sensitive: bool = False,
) -> Value:
    held = Unknown(why, path, symbolic=symbolic, not_null=not_null)
    return Value(type, held, span, refs or ((path,) if path else ()), (), sensitive)


def tuple_of(items: Iterable[Value], span: SourceSpan = NOWHERE) -> Value:
    held = tuple(items)
    return Value(tuple_type([item.type for item in held]), held, span)


def object_of(attrs: dict[str, Value], span: SourceSpan = NOWHERE) -> Value:
    held = {name: attrs[name] for name in sorted(attrs)}
    return Value(object_type({name: value.type for name, value in held.items()}), held, span)


def list_of(element: Type, items: Iterable[Value], span: SourceSpan = NOWHERE) -> Value:
    return Value(list_type(element), tuple(items), span)


def map_of(element: Type, items: dict[str, Value], span: SourceSpan = NOWHERE) -> Value:
    return Value(map_type(element), {name: items[name] for name in sorted(items)}, span)


def from_plain(data: Any, span: SourceSpan = NOWHERE) -> Value:
    """Plain Python data as Terraform reads JSON: objects and tuples."""
    if isinstance(data, dict):
        return object_of({str(name): from_plain(part, span) for name, part in data.items()}, span)
    if isinstance(data, (list, tuple)):
        return tuple_of([from_plain(part, span) for part in data], span)
    if isinstance(data, bool):
        return boolean(data, span)
    if isinstance(data, str):
        return string(data, span)
    return null(DYNAMIC, span) if data is None else number(data, span)


# -- deriving values ---------------------------------------------------------------------


def like(
    value: Value,
    *,
    refs: tuple[str, ...] | None = None,
    origin: tuple[Origin, ...] | None = None,
    sensitive: bool | None = None,
    span: SourceSpan | None = None,
    type: Type | None = None,
) -> Value:
    """The same content, with other particulars."""
    return Value(
        value.type if type is None else type,
        value.v,
        value.span if span is None else span,
        value.refs if refs is None else refs,
        value.origin if origin is None else origin,
        value.sensitive if sensitive is None else sensitive,
    )


def with_refs(value: Value, *refs: str) -> Value:
    """The value, also naming these addresses."""
    return like(value, refs=joined(value.refs, refs))


def called(value: Value, otherwise: str) -> str:
    """What people know a value by: the variable that it comes from."""
    return str(value.origin[0].label) if value.origin else otherwise


def joined(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    if not other or one == other:
        return one
    return tuple(dict.fromkeys((*one, *other))) if one else other


def walk(value: Value) -> Iterator[Value]:
    """It and everything in it."""
    yield value
    for part in value.elements():
        yield from walk(part)


def deep_refs(values: Iterable[Value]) -> tuple[str, ...]:
    """All addresses that the values and their parts name, in order."""
    found: dict[str, None] = {}
    for value in values:
        _collect_refs(value, found)
    return tuple(found) if found else ()


def _collect_refs(value: Value, found: dict[str, None]) -> None:
    if value.refs:
        found.update(dict.fromkeys(value.refs))
    for part in value.elements():
        _collect_refs(part, found)


def is_sensitive(value: Value) -> bool:
    """It or a part of it is sensitive."""
    return value.sensitive or any(is_sensitive(part) for part in value.elements())


def first_unknown(value: Value) -> Value | None:
    """The first part that is not known, if any."""
    if type(value.v) is Unknown:
        return value
    for part in value.elements():
        found = first_unknown(part)
        if found is not None:
            return found
    return None


def why_unknown(values: Iterable[Value]) -> str:
    for value in values:
        found = first_unknown(value)
        if found is not None:
            return str(found.v.why)
    return "the value is not known"


# -- names of types ----------------------------------------------------------------------


def type_name(type: Type, indent: int = 0) -> str:
    """As Terraform's `type()` prints it."""
    pad = "    " * (indent + 1)
    if type.element is not None:
        inner = type_name(type.element, indent + (type.element.kind in ("object", "tuple")))
        if "\n" in inner and type.element.element is None:
            return f"{type.kind}(\n{pad}{inner},\n{'    ' * indent})"
        return f"{type.kind}({inner})"
    if type.kind == "tuple":
        if not type.items:
            return "tuple([])"
        rows = "".join(f"{pad}{type_name(item, indent + 1)},\n" for item in type.items)
        return f"tuple([\n{rows}{'    ' * indent}])"
    if type.kind == "object":
        if not type.attrs:
            return "object({})"
        rows = "".join(f"{pad}{name}: {type_name(part, indent + 1)},\n" for name, part in type.attrs.items())
        return f"object({{\n{rows}{'    ' * indent}}})"
    return type.kind


def friendly(type: Type) -> str:
    """As error messages name it: `list of string`."""
    if type.element is not None:
        return f"{type.kind} of {friendly(type.element)}"
    return type.kind
