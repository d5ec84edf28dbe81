"""Numbers as Terraform computes them: binary floats of 512 bits.

An integral number is a plain int, everything else a `Real`, so that the usual case is fast
and `0.1 + 0.2` still gives what Terraform gives.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Union

from mlarchlint.model.regex import regex

PRECISION = 512
_MAX_EXPONENT = 10_000  # a larger one in a configuration is a mistake or an attack
_NUMBER = regex(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")


class Real(Fraction):
    """A number that is not integral, exact to `precision` bits.

    The precision is what decides how many digits are printed: functions that compute in
    double precision (`log`, `pow`) give 53 bits.
    """

    __slots__ = ("precision",)
    precision: int


# A float is infinite: what Terraform makes of `1 / 0`.
Number = Union[int, Real, float]


def rounded(value: int | Fraction, precision: int = PRECISION) -> Number:
    """The nearest number of so many bits, ties to even."""
    if isinstance(value, int):
        excess = value.bit_length() - precision
        return value if excess <= 0 else _round_half_even(value, 1, excess) << excess
    top, bottom = value.numerator, value.denominator
    if bottom == 1:
        return rounded(top, precision)
    shift = precision - (abs(top).bit_length() - bottom.bit_length())
    mantissa = _scaled(top, bottom, shift)
    if mantissa.bit_length() > precision:
        shift -= mantissa.bit_length() - precision
        mantissa = _scaled(top, bottom, shift)
    exact = Fraction(mantissa, 1 << shift) if shift >= 0 else Fraction(mantissa << -shift)
    if exact.denominator == 1:
        return exact.numerator
    real = Real(exact)
    real.precision = precision
    return real


def _scaled(top: int, bottom: int, shift: int) -> int:
    return _divide_half_even(top << shift, bottom) if shift >= 0 else _divide_half_even(top, bottom << -shift)


def _round_half_even(value: int, unit: int, bits: int) -> int:
    return _divide_half_even(value, unit << bits)


def _divide_half_even(top: int, bottom: int) -> int:
    quotient, rest = divmod(top, bottom)
    twice = 2 * rest
    return quotient + 1 if twice > bottom or (twice == bottom and quotient & 1) else quotient


def precision_of(*numbers: Number) -> int:
    """Of the result of an operation: the larger one, and 512 bits where a plain number takes part."""
    reals = [number.precision for number in numbers if isinstance(number, Real)]
    return max(reals) if len(reals) == len(numbers) else PRECISION


def parse(text: str) -> Number | None:
    """The number written so, or None."""
    if not _NUMBER.match(text):
        return None
    exponent = re.split("[eE]", text)[1:]
    if (exponent and abs(int(exponent[0])) > _MAX_EXPONENT) or len(text) > _MAX_EXPONENT:
        return None
    return rounded(Fraction(text))


def from_float(value: float) -> Number:
    """A result computed in double precision."""
    return int(value) if value.is_integer() else rounded(Fraction(value), 53)


def text_of(number: Number) -> str:
    """The shortest decimal that reads back as the same number, without exponent."""
    if isinstance(number, int):
        return integer_text(number)
    if isinstance(number, float):
        return "+Inf" if number > 0 else "-Inf"
    digits, exponent = shortest(number)
    sign = "-" if number < 0 else ""
    if exponent >= 0:
        return sign + digits + "0" * exponent
    point = len(digits) + exponent
    if point > 0:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    return f"{sign}0.{'0' * -point}{digits}"


def integer_text(number: int) -> str:
    """Large integers are floats of 512 bits too: past 154 digits the shortest form has zeros."""
    if number.bit_length() <= PRECISION:
        return _plain_integer(number)
    digits, exponent = shortest(number)
    return ("-" if number < 0 else "") + digits + "0" * exponent


def _plain_integer(number: int) -> str:
    return str(number)


def shortest(number: Number) -> tuple[str, int]:
    """Digits and exponent (`digits * 10**exponent`) of the shortest decimal that reads back the same."""
    precision = number.precision if isinstance(number, Real) else PRECISION
    size = abs(Fraction(number))
    magnitude = _magnitude(size)
    for length in range(1, 2000):
        exponent = magnitude - length
        mantissa = _ratio_half_even(size, exponent)
        candidate = Fraction(mantissa) * Fraction(10) ** exponent
        if rounded(candidate, precision) == size:
            digits = str(mantissa)
            stripped = digits.rstrip("0") or "0"
            return stripped, exponent + len(digits) - len(stripped)
    return str(int(size)), 0


def _ratio_half_even(size: Fraction, exponent: int) -> int:
    if exponent >= 0:
        return _divide_half_even(size.numerator, size.denominator * 10**exponent)
    return _divide_half_even(size.numerator * 10**-exponent, size.denominator)


def _magnitude(size: Fraction) -> int:
    """The power of ten just above: 10**(m-1) <= size < 10**m."""
    guess = int((size.numerator.bit_length() - size.denominator.bit_length()) * 0.30103)
    while size >= Fraction(10) ** guess:
        guess += 1
    while size < Fraction(10) ** (guess - 1):
        guess -= 1
    return guess


def as_decimal(number: Number) -> int | Decimal:
    """For the neutral model: int when integral, else Decimal."""
    return number if isinstance(number, int) else Decimal(text_of(number))
