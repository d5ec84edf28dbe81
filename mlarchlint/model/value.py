"""An evaluated value: known, unknown or absent, with where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Union

from mlarchlint.model.record import record
from mlarchlint.model.span import NOWHERE, SourceSpan
from mlarchlint.model.truth import Truth

# The raw side of a known value. Containers hold Values again, so that a partly known
# structure keeps what is known; numbers are int when integral, else Decimal.
Raw = Union[None, bool, int, Decimal, str, "Mapping[str, Value]", "tuple[Value, ...]"]
JSON = Any
# The member of an object that stands for those whose names are not known: such an object lacks nothing for sure.
OTHERS = "(other members)"
SCALAR = (str, int, Decimal, type(None))  # bool is an int
_NO_OBJECT = (*SCALAR, tuple)


class State(Enum):
    KNOWN = "known"
    UNKNOWN = "unknown"
    ABSENT = "absent"


# Asked for some hundred thousand times: a name of the module costs a tenth of a member of an Enum.
_KNOWN, _UNKNOWN, _ABSENT = State.KNOWN, State.UNKNOWN, State.ABSENT
_NO, _MAYBE, _YES = Truth.NO, Truth.MAYBE, Truth.YES


@record(frozen=True, slots=True)
class Origin:
    """One step of how a value came about: `var.multi_az` at `prod.tfvars:3`."""

    label: str
    span: SourceSpan


@record(frozen=True, slots=True)
class Value:
    """A value of the evaluated configuration.

    raw: only if known. why: names the missing input if unknown (or the error).
    refs: the absolute addresses, with attribute path, that the expression names
    (`module.net.aws_subnet.a[0].id`), kept even when the value is unknown.
    default: the provider's default stands in for a missing attribute.
    error: the expression is an error, and `why` its message.
    scenarios: of an unknown value that depends on an unknown condition, what it is in each
    case: `(("IsProd is true", value), ("IsProd is false", value))`. A verdict on which all
    scenarios agree is certain.
    pattern: of an unknown text, what is known of it, with `*` for the rest
    (`*.dkr.ecr.*.amazonaws.com/ranker:1.2`): evidence of what something is, never a verdict.
    path: of an unknown value that an expression names as it is, the address (`module.vpc.private_subnets`);
    empty where it is computed from others.
    inside: of an unknown text that encodes a partly known structure, that structure.
    """

    state: State
    raw: Raw = None
    span: SourceSpan = NOWHERE
    origin: tuple[Origin, ...] = ()
    why: str = ""
    refs: tuple[str, ...] = ()
    sensitive: bool = False
    default: bool = False
    error: bool = False
    scenarios: tuple[tuple[str, Value], ...] = ()
    pattern: str = ""
    path: str = ""
    inside: Value | None = None

    @staticmethod
    def known(
        raw: Raw,
        span: SourceSpan = NOWHERE,
        *,
        origin: tuple[Origin, ...] = (),
        refs: tuple[str, ...] = (),
        sensitive: bool = False,
    ) -> Value:
        return Value(_KNOWN, raw, span, origin, "", refs, sensitive)

    @staticmethod
    def unknown(
        why: str,
        span: SourceSpan = NOWHERE,
        *,
        origin: tuple[Origin, ...] = (),
        refs: tuple[str, ...] = (),
        sensitive: bool = False,
    ) -> Value:
        return Value(_UNKNOWN, None, span, origin, why, refs, sensitive)

    @staticmethod
    @lru_cache(maxsize=1024)  # most of what a kind could have is absent: asked again and again of one block
    def absent(span: SourceSpan = NOWHERE) -> Value:
        return Value(_ABSENT, None, span)

    @staticmethod
    def failed(why: str, span: SourceSpan = NOWHERE, *, refs: tuple[str, ...] = ()) -> Value:
        """The expression is an error; judged as unknown."""
        return Value(_UNKNOWN, None, span, (), why, refs, error=True)

    def __bool__(self) -> bool:
        raise TypeError("a Value is not a bool: ask is_known, is_set(), is_true(), equals() or one_of()")

    # -- state ---------------------------------------------------------------------------

    @property
    def is_known(self) -> bool:
        """Known, and not null."""
        return self.state is _KNOWN and self.raw is not None

    @property
    def is_unknown(self) -> bool:
        return self.state is _UNKNOWN

    @property
    def is_absent(self) -> bool:
        """Not written, or written as null."""
        return self.state is _ABSENT or (self.state is _KNOWN and self.raw is None)

    def is_set(self) -> Truth:
        """Whether the attribute is given at all.

        A reference to another resource is set although its value is unknown; a
        variable without a value may be null.
        """
        if self.is_absent:
            return _NO
        if self.state is _KNOWN:
            return _NO if self.raw == "" else _YES
        if self.scenarios:
            return _agreed(value.is_set() for _, value in self.scenarios)
        if self.pattern.strip("*"):
            return _YES  # some of the text is known
        return _YES if any(_names_resource(ref) for ref in self.refs) else _MAYBE

    # -- comparison ----------------------------------------------------------------------

    def _judge(self, judge: Callable[[Raw], bool]) -> Truth:
        state = self.state
        if state is _ABSENT or (state is _KNOWN and self.raw is None):
            return _NO
        if self.scenarios:
            return _agreed(value._judge(judge) for _, value in self.scenarios)
        if state is not _KNOWN:
            return _MAYBE
        return _YES if judge(self.raw) else _NO

    def is_true(self) -> Truth:
        return self._judge(_says_true)

    def equals(self, other: object) -> Truth:
        return self._judge(lambda raw: scalar_equal(raw, other))

    def one_of(self, *others: object) -> Truth:
        return self._judge(lambda raw: any(scalar_equal(raw, other) for other in others))

    def at_least(self, bound: int | Decimal) -> Truth:
        return self._compare(lambda number: number >= bound)

    def more_than(self, bound: int | Decimal) -> Truth:
        return self._compare(lambda number: number > bound)

    def _compare(self, judge: Callable[[Decimal], bool]) -> Truth:
        if self.is_absent:
            return _NO
        if self.scenarios:
            return _agreed(value._compare(judge) for _, value in self.scenarios)
        number = self.number()
        if number is None:
            return _MAYBE
        return Truth.of(judge(number))

    def scenario_where(self, judge: Callable[[Value], Truth]) -> str:
        """The name of the first scenario in which `judge` says YES; empty if there is none."""
        return next((name for name, value in self.scenarios if judge(value) is _YES), "")

    # -- access --------------------------------------------------------------------------

    def number(self) -> Decimal | None:
        """The number it holds (numeric strings count), or None."""
        raw = self.raw
        if self.state is not _KNOWN or raw is None or isinstance(raw, bool):
            return None
        if isinstance(raw, (int, Decimal)):
            return Decimal(raw)
        if isinstance(raw, str):
            try:
                number = Decimal(raw)
            except ArithmeticError:
                return None
            return number if number.is_finite() else None
        return None

    def text(self) -> str | None:
        """The string it holds, or None."""
        return self.raw if self.state is _KNOWN and isinstance(self.raw, str) else None

    def clue(self) -> str | None:
        """The string it holds; of an unknown one, what is known of it. For evidence, not for verdicts."""
        return self.text() if self.state is _KNOWN else self.pattern or None

    def mapping(self) -> Mapping[str, Value]:
        """The members of a known object; empty otherwise."""
        raw = self.raw
        # Asked of every value many times over: the question to the abstract class is slow and rarely needed.
        if isinstance(raw, dict):
            return raw
        return {} if isinstance(raw, _NO_OBJECT) or not isinstance(raw, Mapping) else raw

    def items(self) -> tuple[Value, ...]:
        """The elements of a known list; empty otherwise."""
        return self.raw if isinstance(self.raw, tuple) else ()

    def get(self, name: str) -> Value:
        """A member of an object: absent where it is not written, unknown where the object is."""
        if self.scenarios:
            return replace(self, scenarios=tuple((case, value.get(name)) for case, value in self.scenarios))
        if self.state is _UNKNOWN:
            return self
        members = self.mapping()
        found = members.get(name)
        if found is None:
            found = members.get(OTHERS)
        return found if found is not None else Value.absent(self.span)

    def walk(self) -> Iterator[Value]:
        """Itself and everything in it, depth first."""
        pending = [self]
        while pending:
            value = pending.pop()
            yield value
            raw = value.raw
            if isinstance(raw, tuple):
                pending.extend(reversed(raw))
            elif not isinstance(raw, _NO_OBJECT):
                pending.extend(reversed(tuple(value.mapping().values())))

    def all_refs(self) -> tuple[str, ...]:
        """The refs of the value and of all its parts, in order, without repetition."""
        if isinstance(self.raw, SCALAR):
            return self.refs if len(self.refs) < 2 else tuple(dict.fromkeys(self.refs))
        return tuple(dict.fromkeys(ref for part in self.walk() for ref in part.refs))

    def with_raw(self, raw: Raw) -> Value:
        """Of a known value: the same, holding something else. dataclasses.replace takes twice as long."""
        return Value(
            self.state, raw, self.span, self.origin, self.why, self.refs, self.sensitive, self.default
        )

    def with_default(self, raw: Raw, span: SourceSpan) -> Value:
        return Value(_KNOWN, raw, span, default=True)

    def plain(self) -> JSON:
        """As plain JSON: `{"$unknown": why}`, `{"$sensitive": true}`, `{"$error": why}`."""
        if self.sensitive:
            return {"$sensitive": True}
        if self.error:
            return {"$error": self.why}
        if self.state is _UNKNOWN:
            return {"$unknown": self.why}
        return plain_raw(self.raw)


def _says_true(raw: Raw) -> bool:
    return raw is True or (isinstance(raw, str) and raw.lower() == "true")


def _agreed(verdicts: Iterator[Truth]) -> Truth:
    found = set(verdicts)
    return found.pop() if len(found) == 1 else _MAYBE


def _names_resource(ref: str) -> bool:
    head = ref.partition(".")[0].partition("[")[0]
    return head not in ("var", "local", "each", "count", "path", "terraform", "self", "param")


def scalar_equal(raw: object, other: object) -> bool:
    """Equality of scalars as configurations mean it: no bool equals a number, "3" equals 3."""
    if isinstance(raw, bool) or isinstance(other, bool):
        if isinstance(raw, str) or isinstance(other, str):
            return str(raw).lower() == str(other).lower()
        return raw is other
    if isinstance(raw, str) != isinstance(other, str):
        return str(raw) == str(other)
    return raw == other


def plain_raw(raw: Raw) -> JSON:
    if isinstance(raw, Mapping):
        return {name: value.plain() for name, value in raw.items() if value.state is not _ABSENT}
    if isinstance(raw, tuple):
        return [value.plain() for value in raw]
    if isinstance(raw, Decimal):
        return int(raw) if raw == raw.to_integral_value() else float(raw)
    return raw


def from_plain(data: JSON, span: SourceSpan = NOWHERE) -> Value:
    """A known Value of plain JSON data, every part with the same span."""
    if isinstance(data, SCALAR):
        return Value.known(data, span)
    if isinstance(data, Mapping):
        return Value.known({str(name): from_plain(part, span) for name, part in data.items()}, span)
    if isinstance(data, (list, tuple)):
        return Value.known(tuple(from_plain(part, span) for part in data), span)
    if isinstance(data, float):
        number = Decimal(repr(data))
        return Value.known(int(number) if number == number.to_integral_value() else number, span)
    return Value.known(data, span)
