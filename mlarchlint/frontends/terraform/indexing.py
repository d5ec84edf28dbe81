"""Steps into a value: `.name` and `[key]`, also into what is not known."""

from __future__ import annotations

from mlarchlint.frontends.terraform import number as numbers
from mlarchlint.frontends.terraform.convert import ConversionError, convert
from mlarchlint.frontends.terraform.cty import (
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    Unknown,
    Value,
    called,
    friendly,
    joined,
    like,
)
from mlarchlint.frontends.terraform.scope import EvaluationError
from mlarchlint.model.span import SourceSpan

_EACH = "[*]"


def attribute(value: Value, name: str, span: SourceSpan) -> Value:
    if name.isdigit():
        return index(value, Value(NUMBER, int(name), span), span)
    held = value.v
    if type(held) is dict:
        found = held.get(name)
        if found is None:
            kind = "map element" if value.type.kind == "map" else "attribute"
            raise EvaluationError("Unsupported attribute", span, f'there is no {kind} "{name}"')
        return _inside(found, value)
    if held is None:
        of = f" of {called(value, '')}" if value.origin else ""
        raise EvaluationError(
            "Attempt to get attribute from null value", span, f'the attribute is "{name}"{of}'
        )
    if type(held) is Unknown:
        if held.members is not None and (known := held.members(name)) is not None:
            return like(known)
        return _unknown_attribute(value, held, name, span)
    raise EvaluationError(
        "Unsupported attribute", span, f'a {friendly(value.type)} has no attribute "{name}"'
    )


def _unknown_attribute(value: Value, held: Unknown, name: str, span: SourceSpan) -> Value:
    type_ = value.type
    if type_ is DYNAMIC:
        inner = DYNAMIC
    elif type_.kind == "object" and name in type_.attrs:
        inner = type_.attrs[name]
    elif type_.kind == "map":
        inner = type_.of
    else:
        raise EvaluationError("Unsupported attribute", span, f'a {friendly(type_)} has no attribute "{name}"')
    return step_into(value, held, f".{name}", inner, span)


def step_into(value: Value, held: Unknown, step: str, inner: Type, span: SourceSpan) -> Value:
    """A part of an unknown value. Where the value is an address, the part is a longer one."""
    if not held.path:
        return Value(
            inner, Unknown(held.why, symbolic=held.symbolic), span, value.refs, value.origin, value.sensitive
        )
    if step.startswith("[") and step != _EACH and _EACH in held.path:
        before, _, after = held.path.rpartition(_EACH)  # a.names[*].id, then [1]: a.names[1].id
        path = f"{before}{step}{after}"
    else:
        path = held.path + step
    refs = tuple(path if ref == held.path else ref for ref in value.refs) or (path,)
    why = held.why.replace(held.path, path, 1) if held.path in held.why else held.why
    return Value(inner, Unknown(why, path, symbolic=held.symbolic), span, refs, value.origin, value.sensitive)


def index(value: Value, key: Value, span: SourceSpan) -> Value:
    held = value.v
    if held is None:
        raise EvaluationError("Attempt to index null value", span, f"{called(value, 'it')} is null")
    if key.v is None:
        raise EvaluationError("Invalid index", span, f"{called(key, 'the key')} is null")
    kind = value.type.kind
    if kind == "dynamic":
        if held.members is not None and isinstance(key.v, str) and (known := held.members(key.v)) is not None:
            return like(known)
        return step_into(value, held, _key_text(key), DYNAMIC, span)
    if kind in ("list", "tuple"):
        return _element(value, _key(key, NUMBER, span), span)
    if kind in ("map", "object"):
        return _member(value, _key(key, STRING, span), span)
    raise EvaluationError("Invalid index", span, f"a {friendly(value.type)} has no elements to index")


def _key(key: Value, wanted: Type, span: SourceSpan) -> Value:
    try:
        return convert(key, wanted)
    except ConversionError as error:
        raise EvaluationError("Invalid index", span, error.detail) from None


def _key_text(key: Value) -> str:
    held = key.v
    if type(held) is Unknown:
        return "[?]"
    if isinstance(held, str):
        return f'["{held}"]'
    return f"[{numbers.text_of(held)}]" if isinstance(held, int) and not isinstance(held, bool) else "[?]"


def _element(value: Value, key: Value, span: SourceSpan) -> Value:
    held, at = value.v, key.v
    inner = value.type.of if value.type.kind == "list" else DYNAMIC
    if type(held) is Unknown:
        return step_into(value, held, _key_text(key), inner, span)
    if type(at) is Unknown:
        return _any_of(value, key, inner, span)
    if not isinstance(at, int):
        raise EvaluationError("Invalid index", span, "the index must be a whole number")
    if not 0 <= at < len(held):
        raise EvaluationError("Invalid index", span, f"index {at} of {len(held)} elements")
    return _inside(held[at], value, key)


def _member(value: Value, key: Value, span: SourceSpan) -> Value:
    held, name = value.v, key.v
    is_map = value.type.kind == "map"
    if type(held) is Unknown:
        if type(name) is Unknown:
            inner = value.type.of if is_map else DYNAMIC
        elif is_map:
            inner = value.type.of
        elif name in value.type.attrs:
            inner = value.type.attrs[name]
        else:
            raise EvaluationError("Invalid index", span, f'there is no attribute "{name}"')
        return step_into(value, held, _key_text(key), inner, span)
    if type(name) is Unknown:
        return _any_of(value, key, value.type.of if is_map else DYNAMIC, span)
    found = held.get(name)
    if found is None:
        raise EvaluationError("Invalid index", span, f'there is no element "{name}"')
    return _inside(found, value, key)


def _any_of(value: Value, key: Value, inner: Type, span: SourceSpan) -> Value:
    """One of the elements, which one is not known: it names what they all name."""
    refs = joined(value.refs, key.refs)
    for part in value.elements():
        refs = joined(refs, part.refs)
    return Value(inner, Unknown(key.v.why), span, refs, (), value.sensitive or key.sensitive)


def _inside(found: Value, *holders: Value) -> Value:
    """A part of a sensitive value is sensitive; it also names what its holder names."""
    sensitive = any(holder.sensitive for holder in holders)
    origin = holders[0].origin if not found.origin else found.origin
    refs = found.refs or holders[0].refs
    if sensitive == found.sensitive and origin is found.origin and refs is found.refs:
        return found
    return like(found, sensitive=found.sensitive or sensitive, origin=origin, refs=refs)
