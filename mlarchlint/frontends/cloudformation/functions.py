"""The intrinsic functions over evaluated arguments.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import ipaddress
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from mlarchlint.frontends.cloudformation.scenarios import all_known, combine, unknown_of
from mlarchlint.frontends.cloudformation.template import value_text
from mlarchlint.model.span import SourceSpan
from mlarchlint.model.value import Origin, State, Value

CIDR_LIMIT = 256


def merged(parts: Sequence[Value], raw: str | int | tuple[Value, ...], span: SourceSpan) -> Value:
    """A known result, with the origin, references and secrecy of what it was made of."""
    origin: dict[Origin, None] = {}
    refs: dict[str, None] = {}
    for part in parts:
        origin.update(dict.fromkeys(part.origin))
        refs.update(dict.fromkeys(part.refs))
    sensitive = any(part.sensitive for part in parts)
    return Value.known(raw, span, origin=tuple(origin), refs=tuple(refs), sensitive=sensitive)


def concatenated(parts: Sequence[Value], separator: str, span: SourceSpan) -> Value:
    """The parts as one text."""

    def make(chosen: Sequence[Value]) -> Value:
        texts = [value_text(part) for part in chosen if part.state is not State.ABSENT]
        if any(text is None for text in texts):
            wrong = next(
                (part for part in chosen if part.state is State.KNOWN and value_text(part) is None), None
            )
            if wrong is not None:
                return Value.failed("only text can be joined", wrong.span)
            found = unknown_of(chosen, span)
            known = separator.join(
                part.pattern or "*" if text is None else text
                for part, text in zip(chosen, texts, strict=False)
            )
            return found if found.sensitive or not known.strip("*") else replace(found, pattern=known)
        return merged(chosen, separator.join(text for text in texts if text is not None), span)

    return combine(parts, make, span)


def join(parts: Sequence[Value], span: SourceSpan) -> Value:
    separator = value_text(parts[0])
    if separator is None:
        return _misused("Fn::Join", "a delimiter as text", parts[:1], span)

    def make(chosen: Sequence[Value]) -> Value:
        if chosen[0].state is State.KNOWN and isinstance(chosen[0].raw, tuple):
            return concatenated(chosen[0].raw, separator, span)
        return _misused("Fn::Join", "a list", chosen, span)

    return combine(parts[1:], make, span)


def split(parts: Sequence[Value], span: SourceSpan) -> Value:
    def make(chosen: Sequence[Value]) -> Value:
        separator, text = value_text(chosen[0]), value_text(chosen[1])
        if not separator or text is None:
            return _misused("Fn::Split", "a delimiter and a text", chosen, span)
        items = tuple(replace(chosen[1], raw=piece) for piece in text.split(separator))
        return merged(chosen, items, span)

    return combine(parts, make, span)


def select(parts: Sequence[Value], span: SourceSpan) -> Value:
    def make(chosen: Sequence[Value]) -> Value:
        number, items = chosen[0].number(), chosen[1]
        if number is None or number != number.to_integral_value():
            return _misused("Fn::Select", "an index", chosen, span)
        if items.is_unknown:
            return _element(items, int(number), span)
        if not isinstance(items.raw, tuple):
            return _misused("Fn::Select", "a list", chosen, span)
        if not 0 <= number < len(items.raw):
            return Value.failed(
                f"Fn::Select: there is no element {number} in a list of {len(items.raw)}", span
            )
        found = items.raw[int(number)]
        origin = tuple(dict.fromkeys((*found.origin, *items.origin)))
        return replace(found, origin=origin, sensitive=found.sensitive or items.sensitive)

    return combine(parts, make, span)


def _element(items: Value, index: int, span: SourceSpan) -> Value:
    """One element of an unknown list: its reference tells it apart from the others."""
    refs = (f"{items.refs[0]}[{index}]",) if len(items.refs) == 1 else items.refs
    return replace(items, span=span, refs=refs)


def length(parts: Sequence[Value], span: SourceSpan) -> Value:
    def make(chosen: Sequence[Value]) -> Value:
        raw = chosen[0].raw
        if chosen[0].state is State.KNOWN and isinstance(raw, tuple):
            return merged(chosen, len(raw), span)
        return _misused("Fn::Length", "a list", chosen, span)

    return combine(parts, make, span)


def encode(parts: Sequence[Value], span: SourceSpan) -> Value:
    def make(chosen: Sequence[Value]) -> Value:
        text = value_text(chosen[0])
        if text is None:
            return _misused("Fn::Base64", "a text", chosen, span)
        return merged(chosen, base64.b64encode(text.encode()).decode(), span)

    return combine(parts, make, span)


def to_json(parts: Sequence[Value], span: SourceSpan) -> Value:
    def make(chosen: Sequence[Value]) -> Value:
        if not all_known(chosen[0]):
            return unknown_of(chosen, span)
        if not isinstance(chosen[0].raw, (dict, tuple)):
            return _misused("Fn::ToJsonString", "an object or a list", chosen, span)
        if any(part.sensitive for part in chosen[0].walk()):
            return Value.unknown("it holds a secret", span, refs=chosen[0].all_refs(), sensitive=True)
        text = json.dumps(chosen[0].plain(), separators=(",", ":"))
        return replace(merged(chosen, text, span), refs=chosen[0].all_refs())

    return combine(parts, make, span)


def subnets(parts: Sequence[Value], span: SourceSpan) -> Value:
    """`Fn::Cidr`: the first `count` blocks of `bits` host bits in a block."""

    def make(chosen: Sequence[Value]) -> Value:
        block, count = value_text(chosen[0]), chosen[1].number()
        bits = chosen[2].number() if len(chosen) > 2 else 8
        if block is None or count is None or bits is None:
            return _misused("Fn::Cidr", "a CIDR block, a count and bits", chosen, span)
        try:
            network = ipaddress.ip_network(block, strict=False)
            prefix = network.max_prefixlen - int(bits)
            if not 1 <= count <= CIDR_LIMIT or prefix < network.prefixlen:
                return Value.failed(f"Fn::Cidr: {block} has no {count} blocks of {bits} bits", span)
            found = itertools.islice(network.subnets(new_prefix=prefix), int(count))
            items = tuple(Value.known(str(one), span) for one in found)
        except ValueError as error:
            return Value.failed(f"Fn::Cidr: {error}", span)
        if len(items) < count:
            return Value.failed(f"Fn::Cidr: {block} has no {count} blocks of {bits} bits", span)
        return merged(chosen, items, span)

    return combine(parts, make, span)


def _misused(name: str, wanted: str, parts: Sequence[Value], span: SourceSpan) -> Value:
    """Unknown if an argument is; else the arguments are wrong."""
    if any(part.is_unknown for part in parts):
        return unknown_of(parts, span)
    return Value.failed(f"{name} takes {wanted}", span)


# name -> (function, fewest arguments, most arguments); with 1 the argument is not taken for a list of arguments
FUNCTIONS: dict[str, tuple[Callable[[Sequence[Value], SourceSpan], Value], int, int]] = {
    "Fn::Join": (join, 2, 2),
    "Fn::Split": (split, 2, 2),
    "Fn::Select": (select, 2, 2),
    "Fn::Length": (length, 1, 1),
    "Fn::Base64": (encode, 1, 1),
    "Fn::ToJsonString": (to_json, 1, 1),
    "Fn::Cidr": (subnets, 2, 3),
}
