"""A question with matrices, part by part: what is understood, worked and answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnncalc.questions.matrices import Found
from cnncalc.questions.numeric.asked import Wanted, flat, size, wanted
from cnncalc.questions.numeric.chain import EQUIVALENT, ORIGINAL, SEQUENCE, STACKED, chain, flips, says_unflipped
from cnncalc.questions.numeric.given import Given
from cnncalc.questions.numeric.guard import refuse_beyond, refuse_unread, sentences_asking
from cnncalc.questions.numeric.operations import POOLS, Operation, Reading, mentions
from cnncalc.questions.numeric.parts import Parts
from cnncalc.questions.numeric.settings import settle, windows
from cnncalc.questions.numeric.stages import Stage, left_over, stage, step
from cnncalc.questions.reply import Answer, Assumption, Reply, not_understood
from cnncalc.worked.matrix import Nested
from cnncalc.worked.terms import decimals, written

if TYPE_CHECKING:
    from cnncalc.worked import Computed

_MARKUP = re.compile(r"\\(?:mathbf|mathrm|text|times|star|ast|cdot|begin|end|left|right)\b|[${}]")

_TWO = re.compile(r"\b(?:two|twice|2\s+(?:[a-z-]+\s+){0,3}?(?:operators?|kernels?|filters?|convolutions?|layers?))\b")
_SIZED = re.compile(r"\b\d+(?: x \d+)+\b|\b2\b|\b[a-z]_?\d\b")
"""Numbers that say how large kernels are, how many, or which."""
_COMBINING = frozenset(
    {"convolution", "convolutions", "convolved", "cross-correlation", "stack", "stacked", "stacking", "equivalent"}
    | {"effective", "combined", "composite", "single", "once", "only", "twice", "same", "generated", "successive"}
    | {"successively", "another"}
)


def in_words(text: str, found: Sequence[Found]) -> str:
    """The words of a text in lower case, `«0»`, `«1»`, … in place of its matrices."""
    pieces, at = [], 0
    for number, one in enumerate(found):
        if text[one.start : one.end].strip():
            pieces += [text[at : one.start], f" «{number}» "]
            at = one.end
    words = re.sub(r"[−–—]", "-", _MARKUP.sub(" ", "".join([*pieces, text[at:]]).lower()))
    words = re.sub(r"(?<=\d)\s*[x×]\s*(?=\d)", " x ", words)
    return re.sub(r"\s*\n\s*\n\s*", "\n\n", re.sub(r"[^\S\n]+", " ", words)).strip()


class Session:
    """The parts of one question, one after the other."""

    def __init__(self, text: str, parts: Parts, told: list[Found], given: Given) -> None:
        self.text, self.parts, self.told, self.given = text, parts, told, given
        self.answers: list[Answer] = []
        self.steps: list[str] = []
        self.commands: list[str] = []
        self.assumptions: dict[str, Assumption] = {}
        self.last: Computed | None = None
        self.unflipped = says_unflipped(in_words(text, told))

    def ask(self, part: str) -> None:
        """Answers one part."""
        words = in_words(part, self.told)
        here = {one.kind for one in mentions(Reading(words))}
        follows = self.last and here and not here & {"conv", "conv_transpose", "filter"} and not ORIGINAL.search(words)
        start = self.last.output if self.last and follows else None
        if self.parts.asked and start is None:
            words = f"{in_words(self.parts.setup, self.told)}\n\n{words}"
        if EQUIVALENT.search(words):
            refuse_beyond(words, except_for=("twice",))
            return self.combine(Reading(words))
        refuse_beyond(words)
        return self.work(Reading(words), start)

    def work(self, reading: Reading, start: Nested | None) -> None:
        """Reads a chain of operations and answers what is asked of its output."""
        mentioned = mentions(reading)
        plan = chain(reading, mentioned, self.given, entered=start is not None)
        pools = [one for one in plan if one.kind in POOLS]
        alike = len(pools) == len(plan) > 1 and not SEQUENCE.search(reading.text)
        if alike:  # max and average pooling, both of the same windows
            plan = pools[:1]
            mentioned = [replace(one, kind=plan[0].kind) if one.kind in POOLS else one for one in mentioned]
        settle(reading, plan, mentioned)
        flip = flips(reading)
        odd = windows(reading, plan, mentioned, self.given.sizes(start))
        asks = wanted(reading)
        refuse_unread(reading, mentioned)
        asking = sentences_asking(reading.text)
        if alike:
            for one in pools:
                self.run([replace(one, options=plan[0].options)], start, flip, asks, odd, of=one.kind)
        elif asking <= len(asks) or (asking == len(plan) and [one.quantity for one in asks] == ["output"]):
            self.run(plan, start, flip, asks, odd, each=asking > len(asks))
        else:
            hint = "ask one thing at a time"
            raise not_understood("it is not clear which of its questions belong together", hint=hint)

    def run(
        self,
        plan: list[Operation],
        start: Nested | None,
        flip: bool,
        asks: list[Wanted],
        odd: list[tuple[int, ...]],
        of: str | None = None,
        each: bool = False,
    ) -> None:
        """Works the chain; takes what is asked from its output, or from that of `each` operation."""
        x = self.given.input() if start is None else start
        sizes, rest = set[tuple[int, ...]](), ""
        for operation in plan:
            this = stage(operation, x, self.given, flip=flip)
            computed = self.compute(this, x, titled=len(plan) > 1)
            x = computed.output
            rest = rest or left_over(computed)
            sizes |= {tuple(size(x)), tuple(size(x))[::-1]}
            if each and operation is not plan[-1]:
                self.answers.append(self.answer(asks[0], x, operation.kind))
        strange = next((one for one in odd if one not in sizes), None)
        if strange:
            raise not_understood(f"{'×'.join(map(str, strange))} is the size of none of the matrices")
        for one in asks:
            found = self.answer(one, x, of)
            self.answers.append(found._replace(text=found.text + rest))

    def compute(self, this: Stage, x: Nested, *, titled: bool) -> Computed:
        """Works one stage and remembers how."""
        self.last = computed = this.run(x)
        self.commands.append(this.command(computed))
        self.steps += [f"{computed.described}:"] if titled else []
        self.steps += [f"[{', '.join(map(str, c.at))}]  {c.working} = {written(c.value)}" for c in computed.cells]
        self.steps += computed.notes
        for one in this.assumed:
            if one.fact != "kernel" or not self.unflipped:
                self.assumptions.setdefault(one.fact, one)
        return computed

    def combine(self, reading: Reading) -> None:
        """The one kernel that does what two convolutions in a row do: one convolved with the other, in full."""
        kernels, text = self.given.kernels or self.given.inputs, reading.text
        if len(kernels) > 2 or not STACKED.search(text) or (len(kernels) == 1 and not _TWO.search(text)):
            raise not_understood("it is not clear which kernels are combined")
        if re.search(r"\bstrid\w*|\bdilat\w*|\bpool\w*|\brelu\b|three|thrice", text):
            raise not_understood("kernels combine into one only at stride 1, with nothing between them")
        asks = wanted(reading)
        reading.take(_SIZED)
        refuse_unread(reading, (), _COMBINING)
        if not self.last:
            padding = [k - 1 for k in size(kernels[-1])]
            self.compute(Stage(step("conv", {"padding": padding}), kernels[-1], flip=True), kernels[0], titled=False)
        assert self.last
        for one in asks:
            answer = self.answer(one, self.last.output, None)
            if one.quantity == "size" and len(answer.value) == 1 and re.search(r"\b1\s*[x×]\s*\d", text):
                answer = answer._replace(value=[1, *answer.value], text=f"1×{answer.text}")
            if answer not in self.answers:
                self.answers.append(answer)

    def answer(self, one: Wanted, output: Nested, of: str | None) -> Answer:
        """One answer, with the letter of the choice that says the same."""
        found = one.of(output)
        if one.quantity == "output" and len(flat(found)) == 1:
            found = flat(found)[0]
        told = "×".join(map(str, found)) if one.quantity == "size" else _shown(found)
        text = told if one.quantity in ("output", "size") else f"{one.told}: {told}"
        return Answer(one.quantity, decimals(found), text, of, option=self.option(found, told))

    def option(self, value: Any, told: str) -> str | None:
        """The letter of the choice with this value; `NotUnderstood` where there are choices and none has it."""
        if not self.parts.choices:
            return None
        letters = [one.letter for one in self.parts.choices if one.value is not None and _alike(one.value, value)]
        if len(letters) != 1:
            many = "more than one" if letters else "none"
            raise not_understood(f"{told} is what comes out, and {many} of the choices says so")
        return letters[0]

    def reply(self) -> Reply:
        """All of it; a matrix comes with its size."""
        grids = [one for one in self.answers if isinstance(one.value, list) and isinstance(one.value[0], list)]
        if len(grids) == len(self.answers) == 1 and not self.parts.choices:
            sides = [len(grids[0].value), len(grids[0].value[0])]
            self.answers.append(Answer("size", sides, "×".join(map(str, sides)), grids[0].of))
        told, assumed = "\n".join(self.commands), tuple(self.assumptions.values())
        return Reply(self.text, told, tuple(self.answers), tuple(self.steps), assumed)


def _shown(value: Any) -> str:
    return f"[{', '.join(map(_shown, value))}]" if isinstance(value, list) else written(value)


def _alike(choice: Nested, value: Any) -> bool:
    """Whether a choice says the same, axes of length 1 aside."""
    one, other = flat(choice), flat(value)
    shapes = [[n for n in size(values) if n > 1] for values in (choice, value)]
    return shapes[0] == shapes[1] and all(abs(float(a) - float(b)) < 1e-4 for a, b in zip(one, other))
