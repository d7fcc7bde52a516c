"""What is bundled, as the texts say it, nothing sized; and which of it a guess may mean."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Final, NamedTuple

from cnncalc import bundled
from cnncalc.errors import SpecError
from cnncalc.spec import nodes, yaml

_FEW: Final = 8
"""So many names stand in a hint; more are for a table."""


class Entry(NamedTuple):
    """A bundled spec: its name, the network's, its source, and the spec that it extends."""

    name: str
    title: str
    origin: str
    base: str
    """Empty where it extends none."""

    @property
    def path(self) -> Path:
        return bundled.folder() / f"{self.name}.yaml"


def entries() -> dict[str, Entry]:
    """Everything bundled by its name; who extends a spec and has no title or source of its own has that one's."""
    own = {name: _own(name) for name in sorted(bundled.names(), key=_natural)}
    return {name: _inherited(entry, own) for name, entry in own.items()}


def families(shown: Iterable[Entry]) -> Iterator[tuple[int, Entry]]:
    """The entries in the order of their names, each followed by those that extend it, one level deeper."""
    by_name = {entry.name: entry for entry in shown}
    children: dict[str, list[Entry]] = {}
    for entry in by_name.values():
        children.setdefault(entry.base if entry.base in by_name else "", []).append(entry)
    rest = [(0, entry) for entry in reversed(children.get("", []))]
    while rest:
        level, entry = rest.pop()
        yield level, entry
        rest += [(level + 1, child) for child in reversed(children.get(entry.name, []))]


def chain(entry: Entry, known: Mapping[str, Entry]) -> Iterator[Entry]:
    """Those that an entry extends, one after the other."""
    passed = {entry.name}
    while entry.base in known and entry.base not in passed:
        entry = known[entry.base]
        passed.add(entry.name)
        yield entry


def matching(guess: str, known: Mapping[str, Entry]) -> list[Entry]:
    """The spec of that name, case and punctuation aside; else all with it in their name, title or source."""
    guess = guess.removesuffix(".yaml")
    wanted = plain(guess)
    if not wanted:
        return []
    exact = [entry for entry in known.values() if wanted == plain(entry.name)]
    if exact:
        return exact
    # lenet is of LeNet; only where no word begins with the guess, any part will do: gan is of DCGAN
    named = [e for e in known.values() if _holds(e.name, guess) or _holds(e.title, guess)]
    named = named or [e for e in known.values() if any(wanted in part for part in _parts(f"{e.name} {e.title}"))]
    told = [e for e in known.values() if e not in named and all(_holds(e.origin, part) for part in _parts(guess))]
    return [*named, *told]


def alike(guess: str, known: Mapping[str, Entry]) -> tuple[str, list[Entry]]:
    """Those that a guess which matches nothing may mean, and the word that they have in common, if any."""
    wanted = plain(guess)
    begun = [name for name in known if _begins(wanted, plain(name))]
    if begun:
        return "", [known[max(begun, key=len)]]
    # resnet200 and mobilenetv5 are of the family of their first letters
    letters = re.split(r"v?\d|v?$", wanted)[0]
    relatives = [entry for entry in matching(letters, known) if letters in plain(entry.name + entry.title)]
    if len(letters) > 2 and relatives:
        return letters, relatives
    by_plain = {plain(name): entry for name, entry in known.items()}

    def close(cutoff: float) -> list[Entry]:
        return [by_plain[key] for key in difflib.get_close_matches(wanted, by_plain, n=3, cutoff=cutoff)]

    return "", close(0.85) or [by_plain[key] for key in by_plain if _shortens(wanted, key)] or close(0.75)


def bundled_near(guess: str) -> str:
    """The hint that names the bundled specs which a wrong name may mean."""
    known = entries()
    word, found = guess, matching(guess, known)
    if not found:
        word, found = alike(guess, known)
    elif len(plain(guess)) < 3 and len(found) > 1:
        found = []
    names = sorted((entry.name for entry in found), key=lambda name: not plain(name).startswith(plain(word)))
    if not names:
        return "cnncalc specs lists those that are bundled"
    if len(names) == 1:
        return f"did you mean {names[0]}, which is bundled?"
    if len(names) <= _FEW:
        return f"did you mean {', '.join(names[:-1])} or {names[-1]}, which are bundled?"
    return f"did you mean {', '.join(names[:_FEW])} …? cnncalc specs {word} lists all {len(names)}".replace("  ", " ")


def is_bundled(guess: str) -> bool:
    """Whether a bundled spec bears that name, case and punctuation aside."""
    return plain(guess) in map(plain, bundled.names())


def plain(text: str) -> str:
    """The letters and digits of a text, in lower case: ResNet-50 and resnet_50 are resnet50."""
    return re.sub(r"[\W_]+", "", text.lower())


def _parts(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|\d+", text.lower())


def _holds(text: str, guess: str) -> bool:
    """Whether the words of the guess stand in the text, the last as it begins; or what it runs together, in several."""
    words, (*first, last), joined = _words(text), _words(guess), plain(guess)
    for at in range(len(words)):
        begun = any(word.startswith(last) for word in words[at + len(first) : at + len(first) + 1])
        if (begun and words[at : at + len(first)] == first) or joined in accumulate(words[at:]):
            return True
    return False


def _begins(guess: str, name: str) -> bool:
    """Whether the guess is the name and more, as resnet50v1 is; resnet200 is not resnet20 and more."""
    rest = guess.removeprefix(name)
    return len(name) > 2 and rest != guess and not (name[-1].isdigit() and rest[:1].isdigit())


def _shortens(guess: str, name: str) -> bool:
    """Whether the guess is the name with letters left out, as effnet is of efficientnet."""
    rest = iter(name)
    return guess[:1] == name[0] and len(guess) > 0.4 * len(name) and all(letter in rest for letter in guess)


def _own(name: str) -> Entry:
    """What the text itself says; a text that can't be read says nothing."""
    path = bundled.folder() / f"{name}.yaml"
    try:
        root = yaml.read(yaml.decode(path.read_bytes(), path.name))
    except (OSError, SpecError):
        return Entry(name, "", "", "")
    found = root.entries if isinstance(root, nodes.Mapping) else {}
    texts = {key: node.text for key, (_, node) in found.items() if isinstance(node, nodes.Scalar)}
    base = Path(texts.get("extends", "")).name.removesuffix(".yaml")
    return Entry(name, texts.get("name", ""), texts.get("source", ""), base)


def _inherited(entry: Entry, own: Mapping[str, Entry]) -> Entry:
    line = [entry, *chain(entry, own)]
    title = next((one.title for one in line if one.title), entry.name)
    return entry._replace(title=title, origin=next((one.origin for one in line if one.origin), ""))


def _natural(name: str) -> list[tuple[int, str]]:
    """Numbers in a name by their size: resnet50 before resnet110."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
