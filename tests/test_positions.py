"""Sets of positions as runs, against the same sets element by element."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.reach import Reach, adaptive, cubic, grouped, linear, nearest, sampled, slides, transposed, whole
from cnncalc.receptive import positions

RUNS = st.builds(range, st.integers(-9, 9), st.integers(-5, 30), st.integers(1, 7))


def elements(runs: Iterable[range]) -> set[int]:
    return {at for run in runs for at in run}


@given(RUNS, RUNS)
def test_sums_and_common_elements(one: range, other: range) -> None:
    assert elements(positions._sums(one, other)) == {a + b for a in one for b in other}
    assert elements(positions.common((one,), (other,))) == set(one) & set(other)


@given(st.lists(RUNS, max_size=5), st.lists(RUNS, max_size=5))
def test_a_union_has_the_same_elements_and_covers_what_went_in(some: list[range], more: list[range]) -> None:
    joined = positions.union([*some, *more])
    assert elements(joined) == elements(some) | elements(more)
    assert positions.covers(joined, positions.union(some)) <= (elements(some) <= elements(joined))
    if positions.covers(positions.union(some), positions.union(more)):
        assert elements(more) <= elements(some)


def test_neighbours_are_joined() -> None:
    assert positions.union([range(3), range(3, 5), range(7, 8), range(8, 12, 2), range(1, 4)]) == (
        range(5), range(7, 8), range(8, 12, 2),
    )  # fmt: skip


@st.composite
def reaches(draw: st.DrawFn) -> tuple[Reach, int, int]:
    """What units see of an axis, its size, and how many units there are."""
    n, o = draw(st.integers(2, 20)), draw(st.integers(1, 24))
    k, d, s = draw(st.integers(1, 5)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    p = draw(st.integers(0, min(4, n - 1)))
    beyond = draw(st.sampled_from(("zeros", "zeros", "reflect", "circular", "replicate")))
    around, half = draw(st.sampled_from((nearest, linear, cubic))), (Fraction(n, o) - 1) / 2
    room = n + 2 * p - d * (k - 1) - 1
    return draw(
        st.sampled_from(
            [
                *([(slides(1, -p, k, d, s, beyond), n, room // s + 1)] if room >= 0 else []),
                (transposed(1, k, s, p, d), n, o),
                (adaptive(1, n, o), n, o),
                (sampled(1, Fraction(n, o), half, around), n, o),
                (whole(n), n, o),
                (grouped(2 * s, 3 * s, s), 3 * s, 2 * s),
            ]
        )
    )


def read(at: int, size: int, beyond: str) -> int | None:
    """The element that stands at a position, be it beyond the ends."""
    if 0 <= at < size:
        return at
    ends = {
        "reflect": -at if at < 0 else 2 * (size - 1) - at,
        "circular": at % size,
        "replicate": 0 if at < 0 else size - 1,
    }
    return ends.get(beyond)


@settings(max_examples=600, deadline=None)
@given(reaches(), st.data())
def test_what_units_see_and_which_units_see_it(case: tuple[Reach, int, int], data: st.DataObject) -> None:
    reach, size, outputs = case
    sees = [
        {at for tap in reach.at(unit) for at in [read(tap, size, reach.beyond)] if at is not None}
        for unit in range(outputs)
    ]

    def some(count: int) -> tuple[range, ...]:
        ends = st.integers(0, count - 1)
        return tuple(
            data.draw(
                st.lists(
                    st.builds(lambda a, b, c: range(min(a, b), max(a, b) + 1, c), ends, ends, st.integers(1, 3)),
                    max_size=3,
                )
            )
        )

    units, places = some(outputs), some(size)
    assert elements(positions.seen(reach, units, size)) == set().union(*(sees[unit] for unit in elements(units)))
    told = elements(positions.seeing(reach, places, size, outputs))
    assert told == {unit for unit in range(outputs) if sees[unit] & elements(places)}


@pytest.mark.parametrize("beyond", ["zeros", "circular"])
def test_no_size_is_too_large(beyond: str) -> None:
    huge = 2**60
    reach = slides(1, -3, 2**20, 2, 5, beyond)
    seen = positions.seen(reach, (range(0, huge // 5 - 2**20),), huge)
    assert min(run.start for run in seen) <= 2
    assert len(seen) < 20
    assert positions.seeing(reach, (range(huge // 2, huge // 2 + 1),), huge, huge // 5 - 2**20)


def test_too_many_kinds_of_windows_are_refused() -> None:
    with pytest.raises(ValueError, match="1,000,003 different windows"):
        positions.seen(adaptive(1, 2**40, 1_000_003), (range(1_000_003),), 2**40)
