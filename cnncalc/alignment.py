"""The alignment of two sequences in their orders: which item of the one is the counterpart of which of the other.

It is the alignment of highest score (Gotoh 1982: gaps cost for being opened, not for their length), one diagonal of the
table at a time.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final, NamedTuple

MOST: Final = 10**8
"""Cells of the table, a byte each: two sequences of 10,000 items."""
OPEN: Final = 1
"""What a gap costs; how deep its ends lie comes on top."""
_NEVER: Final = -(10**9)

Pairs = list[tuple[int, int]]
"""The indices of counterparts, rising on both sides."""


class TooLong(ValueError):
    """The lengths of two sequences for which the table would be too large."""


class Spelled(NamedTuple):
    """A sequence: each item as several letters, numbers that are equal where it is in that respect.

    Counterparts have the same last letter. `worth` is what each letter that they share counts. `seams` say of the place
    before each item, and of the end, how deep inside something whole it lies: gaps had better not begin or end there.
    """

    letters: Sequence[tuple[int, ...]]
    seams: Sequence[int]
    worth: tuple[int, ...]


def aligned(one: Spelled, other: Spelled) -> Pairs:
    """The alignment of highest score; a gap that can lie in several places lies in the last of them.

    Where the two change sides, it is the mirror image.
    """
    if (len(one.letters), [*one.letters]) > (len(other.letters), [*other.letters]):
        return [(i, j) for j, i in aligned(other, one)]
    n, m = len(one.letters), len(other.letters)
    if one.letters == other.letters:
        return [(at, at) for at in range(n)]
    if n * m > MOST:
        raise TooLong(n, m)
    return _traced(*_table(one, other), n, m) if n else []


def numbered(*sequences: Iterable[Hashable]) -> list[list[int]]:
    """The items as numbers, equal ones the same, in an order that doesn't depend on which sequence comes first."""
    lists = [list(sequence) for sequence in sequences]
    distinct = sorted({item for items in lists for item in items}, key=repr)
    number = {item: at for at, item in enumerate(distinct)}
    return [[number[item] for item in items] for items in lists]


def _table(one: Spelled, other: Spelled) -> tuple[list[Any], list[int]]:
    """The choice in every cell, diagonal by diagonal, and the row in which each diagonal begins.

    The lowest two bits say what the best score of the first i and j items ends in: a pair, an item of one or an item of
    the other; bits 2 and 3 whether a gap that ends there is opened there.
    """
    import numpy as np

    n, m = len(one.letters), len(other.letters)
    # a diagonal runs down one sequence and up the other
    mine, its = np.array(one.letters, np.int32).T.copy(), np.array(other.letters[::-1], np.int32).T.copy()
    seams, other_seams = np.array(one.seams, np.int32), np.array(other.seams[::-1], np.int32)
    never = np.full(n + 1, _NEVER, np.int32)
    before, last, removing, adding = never, never.copy(), never, never
    last[0] = 0
    choices, firsts = [np.zeros(1, np.uint8)], [0]
    for d in range(1, n + m + 1):  # cells (i, d - i): all of them, those with i > 0, those with d - i > 0
        low, high = max(0, d - m), min(n, d)
        above, left = max(low, 1), min(high, d - 1)
        best, removed, added, choice = never.copy(), never.copy(), never.copy(), np.zeros(n + 1, np.uint8)

        opened = last[above - 1 : high] - OPEN - seams[above - 1 : high]
        removed[above : high + 1] = np.maximum(opened, removing[above - 1 : high])
        choice[above : high + 1] += 4 * (opened > removing[above - 1 : high]).astype(np.uint8)
        opened = last[low : left + 1] - OPEN - other_seams[m + 1 - d + low : m + 2 - d + left]
        added[low : left + 1] = np.maximum(opened, adding[low : left + 1])
        choice[low : left + 1] += 8 * (opened > adding[low : left + 1]).astype(np.uint8)

        cells = slice(low, high + 1)
        ends = removed[cells] - seams[cells], added[cells] - other_seams[m - d + low : m - d + high + 1]
        best[cells] = np.maximum(*ends)
        choice[cells] += np.where(ends[0] >= ends[1], 1, 2).astype(np.uint8)

        inner = slice(above, left + 1)
        equal = mine[:, above - 1 : left] == its[:, m - d + above : m - d + left + 1]
        paired = before[above - 1 : left] + np.where(equal[-1], sum(map(np.multiply, equal, one.worth)), _NEVER)
        better = paired > best[inner]
        best[inner] = np.maximum(best[inner], paired)
        choice[inner] &= np.where(better, 12, 15).astype(np.uint8)

        choices.append(choice[cells])
        firsts.append(low)
        before, last, removing, adding = last, best, removed, added
    return choices, firsts


def _traced(choices: list[Any], firsts: list[int], n: int, m: int) -> Pairs:
    """The way back through the table."""
    pairs: Pairs = []
    i, j, inside = n, m, 0
    while i or j:
        choice = int(choices[i + j][i - firsts[i + j]])
        inside = inside or choice & 3
        if not inside:
            i, j = i - 1, j - 1
            pairs.append((i, j))
            continue
        opened = choice & (4 if inside == 1 else 8)
        i, j = (i - 1, j) if inside == 1 else (i, j - 1)
        inside = 0 if opened else inside
    return pairs[::-1]
