"""Dates and times (RFC 3339)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from fractions import Fraction

from mlarchlint.frontends.terraform.cty import NUMBER, STRING
from mlarchlint.frontends.terraform.functions import invalid, scalar
from mlarchlint.model.record import record
from mlarchlint.model.regex import regex

_STAMP = regex(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[Tt ][ \t]*(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?[ \t]*(Z|[-+]\d{1,2}(?::?\d{2})?)?\Z"
)
_STRICT = regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)\Z")
_DURATION = regex(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@record(frozen=True, slots=True)
class Stamp:
    """moment: to the second, with its offset; nanos: the rest of the second."""

    moment: datetime
    nanos: int
    utc: bool

    def order(self) -> tuple[datetime, int]:
        return self.moment, self.nanos

    def zone(self, colon: str) -> str:
        offset = self.moment.utcoffset() or timedelta()
        minutes = int(offset.total_seconds()) // 60
        return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{colon}{abs(minutes) % 60:02d}"

    def text(self) -> str:
        shown = self.moment.strftime("%m-%dT%H:%M:%S")
        at_zero = not (self.moment.utcoffset() or timedelta())
        return f"{self.moment.year:04d}-{shown}{'Z' if at_zero else self.zone(':')}"


def parse_stamp(text: str) -> Stamp:
    found = _STAMP.match(text)
    if not found:
        raise invalid(f"not a valid RFC3339 timestamp: {text!r}")
    year, month, day, hour, minute, second = [int(part) for part in found.groups()[:6]]
    nanos = int((found[7] or "0")[:9].ljust(9, "0"))
    zone = found[8] or "Z"
    offset = timedelta()
    if zone != "Z":
        digits = zone[1:].replace(":", "").ljust(4, "0") if len(zone) > 3 else zone[1:].rjust(2, "0") + "00"
        if int(digits[:2]) > 23 or int(digits[2:]) > 59:
            raise invalid(f"not a valid RFC3339 timestamp: {text!r}")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset))
    except ValueError:
        raise invalid(f"not a valid RFC3339 timestamp: {text!r}") from None
    return Stamp(moment, nanos, zone == "Z")


def _strict(text: str) -> Stamp:
    if not _STRICT.match(text):
        raise invalid(f"not a valid RFC3339 timestamp: {text!r}")
    return parse_stamp(text)


def _duration(text: str) -> int:
    """Nanoseconds of `1h30m`, `-1.5s`."""
    body = text[1:] if text[:1] in ("-", "+") else text
    parts = list(_DURATION.finditer(body))
    if body == "0":
        return 0
    if not parts or "".join([part[0] for part in parts]) != body:
        raise invalid(f"not a valid duration: {text!r}")
    total = sum(
        int(Fraction(part[1].rstrip(".") if part[1] != "." else "0") * _UNITS[part[2]]) for part in parts
    )
    if total >= 1 << 63:
        raise invalid(f"not a valid duration: {text!r}")
    return -total if text.startswith("-") else total


@scalar("timeadd", STRING, STRING)
def time_add(stamp: str, duration: str) -> str:
    start = _strict(stamp)
    nanos = start.nanos + _duration(duration)
    try:
        moment = start.moment + timedelta(seconds=nanos // 10**9)
    except OverflowError:
        raise invalid("the time is out of range") from None
    return Stamp(moment, nanos % 10**9, start.utc).text()


@scalar("timecmp", STRING, STRING, returns=NUMBER)
def time_compare(one: str, other: str) -> int:
    left, right = _strict(one).order(), _strict(other).order()
    return (left > right) - (left < right)


# -- formatdate --------------------------------------------------------------------------

_TOKEN = regex(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'")
_CHOICES = {
    "Y": (2, 4), "M": (1, 2, 3, 4), "D": (1, 2), "E": (3, 4), "h": (1, 2), "H": (1, 2), "A": (2,), "a": (2,),
    "m": (1, 2), "s": (1, 2), "Z": (1, 3, 4, 5),
}  # fmt: skip


@scalar("formatdate", STRING, STRING)
def format_date(pattern: str, stamp: str) -> str:
    moment = _strict(stamp)
    pieces: list[str] = []
    for token in _TOKEN.finditer(pattern):
        text, letter = token[0], token[2]
        if text == "'":
            raise invalid("unterminated literal '")
        if text.startswith("'"):
            pieces.append(token[1].replace("''", "'"))
        elif letter:
            if len(text) not in _CHOICES.get(letter, ()):
                raise invalid(f"invalid date format verb {text!r}")
            pieces.append(_field(letter, len(text), moment))
        else:
            pieces.append(text)
    return "".join(pieces)


def _field(letter: str, width: int, stamp: Stamp) -> str:
    moment = stamp.moment
    if letter == "Y":
        return f"{moment.year:04d}" if width == 4 else f"{moment.year % 100:02d}"
    if letter == "M" and width > 2:
        return _MONTHS[moment.month - 1][: 3 if width == 3 else None]
    if letter == "E":
        return _DAYS[moment.weekday()][: 3 if width == 3 else None]
    if letter in "Aa":
        half = "AM" if moment.hour < 12 else "PM"
        return half if letter == "A" else half.lower()
    if letter == "Z":
        return _zone(width, stamp)
    hour = moment.hour % 12 or 12
    fields = {
        "M": moment.month,
        "D": moment.day,
        "h": moment.hour,
        "H": hour,
        "m": moment.minute,
        "s": moment.second,
    }
    return f"{fields[letter]:0{width}d}"


def _zone(width: int, stamp: Stamp) -> str:
    at_zero = not (stamp.moment.utcoffset() or timedelta())
    if width == 1:
        return "Z" if at_zero else stamp.zone(":")
    if width == 3:
        return "UTC" if at_zero else stamp.zone("")
    return stamp.zone("") if width == 4 else stamp.zone(":")
