"""Composite availability: worked values, exactness over shared components, monotony."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mlarchlint.analysis.availability_math import (
    Parallel,
    Series,
    Structure,
    availability,
    components_in,
    downtime_minutes,
    group_availability,
    spread,
)
from mlarchlint.analysis.figures import minutes_down


@pytest.mark.parametrize(
    ("zones", "needed", "expected"),
    [
        ((2,), 1, 0.998975),
        ((2,), 2, 0.989035),
        ((1, 1), 1, 0.999964),
        ((2, 2), 1, 0.999999),
        ((2, 2), 2, 0.999979),
        ((2, 2), 3, 0.997852),
        ((1, 1, 1), 2, 0.999893),
        ((2, 2, 2), 4, 0.999935),
    ],
)
def test_a_group_over_zones_has_the_worked_value(
    zones: tuple[int, ...], needed: int, expected: float
) -> None:
    assert group_availability(zones, needed) == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [((0.999, 0.9999, 0.9999), 0.99880), ((0.9999, 0.9999), 0.99980), ((0.9999, 0.995), 0.99490)],
)
def test_a_chain_is_the_product_of_its_parts(figures: tuple[float, ...], expected: float) -> None:
    names = [str(place) for place in range(len(figures))]
    low, high = availability(Series(tuple(names)), dict(zip(names, figures, strict=True)))
    assert low == high == pytest.approx(expected, abs=5e-6)


def test_minutes_of_a_month() -> None:
    assert downtime_minutes(0.999) == pytest.approx(43.2)
    assert downtime_minutes(0.999 * 0.9999 * 0.9999) == pytest.approx(51.8, abs=0.05)


def test_what_two_alternatives_share_is_not_counted_twice() -> None:
    design = Parallel((Series(("a", "db")), Series(("b", "db"))))
    low, high = availability(design, {"a": 0.9, "b": 0.9, "db": 0.99})
    assert low == high == pytest.approx(0.99 * (1 - 0.1 * 0.1))


def test_instances_are_shared_out_evenly() -> None:
    assert spread(5, 2) == (3, 2)
    assert spread(1, 3) == (1,)


def test_much_sharing_ends_in_bounds_that_hold() -> None:
    rows = [Series(tuple(f"c{(a * b) % 31}" for b in range(1, 9))) for a in range(1, 12)]
    cols = [Parallel(tuple(f"c{(a + 3 * b) % 31}" for b in range(5))) for a in range(12)]
    low, high = availability(Series((Parallel(tuple(rows)), *cols)), {f"c{n}": 0.9 for n in range(31)})
    assert 0 <= low <= high <= 1


_NAMES = st.sampled_from("abcde")
STRUCTURES: st.SearchStrategy[Structure] = st.recursive(
    _NAMES,
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)),
        st.sampled_from((Series, Parallel)),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=10,
)
FIGURES = st.fixed_dictionaries({name: st.floats(0.5, 1.0) for name in "abcde"})


def _works(structure: Structure, up: dict[str, bool]) -> bool:
    if isinstance(structure, str):
        return up[structure]
    judge = all if isinstance(structure, Series) else any
    return judge(_works(part, up) for part in structure.parts)


@given(STRUCTURES, FIGURES)
@settings(max_examples=150, deadline=None)
def test_the_figure_is_the_sum_over_all_states(structure: Structure, figures: dict[str, float]) -> None:
    names = sorted(set(components_in(structure)))
    total = 0.0
    for states in product((True, False), repeat=len(names)):
        up = dict(zip(names, states, strict=True))
        if _works(structure, up):
            weight = 1.0
            for name in names:
                weight *= figures[name] if up[name] else 1 - figures[name]
            total += weight
    low, high = availability(structure, figures)
    assert low == high == pytest.approx(total, abs=1e-9)


@given(STRUCTURES, FIGURES, _NAMES)
@settings(max_examples=80, deadline=None)
def test_a_better_component_never_makes_the_design_worse(
    structure: Structure, figures: dict[str, float], name: str
) -> None:
    before, _ = availability(structure, figures)
    after, _ = availability(structure, {**figures, name: 1.0})
    assert after >= before - 1e-12


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 8), st.integers(1, 4))
def test_a_further_zone_never_lowers_availability(zones: list[int], needed: int, more: int) -> None:
    assert group_availability([*zones, more], needed) >= group_availability(zones, needed) - 1e-12


@given(st.floats(0.9, 0.999999), st.floats(0.9, 0.999999))
def test_two_figures_that_differ_are_written_differently(owed: float, target: float) -> None:
    assume(abs(owed - target) > 1e-9)
    assert minutes_down(owed, target) != minutes_down(target, owed)


def test_minutes_have_no_more_digits_than_tell_them_apart() -> None:
    assert (minutes_down(0.9988, 0.999), minutes_down(0.999, 0.9988)) == ("52", "43")
    assert (minutes_down(0.998998, 0.999), minutes_down(0.999, 0.998998)) == ("43.3", "43.2")
    assert minutes_down(0.999) == "43"
