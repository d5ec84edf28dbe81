"""Reads the spellings of durations, quantities and regions that providers use."""

from __future__ import annotations

import re
from decimal import Decimal

from mlarchlint.model.regex import regex

_ISO = regex(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.IGNORECASE)
_PART = regex(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_CLOCK = regex(r"(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2}))?")
_QUANTITY = regex(r"(\d+(?:\.\d+)?)([munkKMGTPE]i?)?B?")
_SECONDS = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}
_PREFIXES = {"n": -3, "u": -2, "m": -1, "": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_ZONE = regex(r"([a-z]+-[a-z]+\d+)-[a-z]")


def seconds(text: str) -> Decimal | None:
    """`300s`, `1h30m`, `PT15M`, `00:05:00` or `300` in seconds; None for anything else."""
    text = text.strip()
    clock = _CLOCK.fullmatch(text)
    if clock:
        days, hours, minutes, rest = (Decimal(part or 0) for part in clock.groups())
        return days * 86400 + hours * 3600 + minutes * 60 + rest
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groups()):
        days, hours, minutes, rest = (Decimal(part or 0) for part in iso.groups())
        return days * 86400 + hours * 3600 + minutes * 60 + rest
    parts = _PART.findall(text.lower())
    if parts and "".join(number + unit for number, unit in parts) == text.lower():
        return sum((Decimal(number) * _SECONDS[unit] for number, unit in parts), Decimal(0))
    return Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def quantity(text: str) -> Decimal | None:
    """`500m`, `2Gi`, `16GB` or `4` as a plain number (bytes, cores); None for anything else."""
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        return None
    number, prefix = Decimal(found.group(1)), found.group(2) or ""
    if prefix.endswith("i"):
        power = _PREFIXES[prefix[0]]
        return number * 1024**power if power > 0 else None
    return number * Decimal(1000) ** _PREFIXES[prefix]


def region(text: str) -> str:
    """`West Europe` is `westeurope`, and `us-central1-a` or a URL of it lies in `us-central1`."""
    plain = text.rpartition("/")[2].replace(" ", "").lower()
    zone = _ZONE.fullmatch(plain)
    return zone.group(1) if zone else plain
