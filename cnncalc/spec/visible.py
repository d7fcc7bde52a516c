"""Which names an expression may use where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Visible:
    """The names of the surroundings and some more of its own.

    Equal to itself alone, so that it can key a cache without being compared name by name.
    """

    __slots__ = ("_around", "_inner", "_own")

    def __init__(self, own: Iterable[str] = (), around: Visible | None = None) -> None:
        self._own, self._around = set(own), around
        self._inner: dict[frozenset[str], Visible] = {}

    def __contains__(self, name: str) -> bool:
        here: Visible | None = self
        while here is not None:
            if name in here._own:
                return True
            here = here._around
        return False

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        if self._around is not None:
            yield from self._around

    def declare(self, name: str) -> None:
        """Makes a name visible from here on, here and wherever is within."""
        self._own.add(name)

    def within(self, names: Iterable[str]) -> Visible:
        """What is visible where these names are visible too; the same object for the same names."""
        key = frozenset(names)
        if key not in self._inner:
            self._inner[key] = Visible(key, self)
        return self._inner[key]
