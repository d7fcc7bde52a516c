"""Questions that give numbers: matrices and words become worked examples, and those answer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncalc.questions.asked import Wanted, flat, size, wanted
from cnncalc.questions.parts import Parts, parts_of
from cnncalc.questions.matrices import Found, matrices
from cnncalc.questions.operations import ACTIVATIONS, GLOBAL, POOLS, Operation, Reading, mentions, settle, windows
from cnncalc.questions.reply import Answer, Assumption, Reply, not_understood
from cnncalc.questions.given import Given, given
from cnncalc.worked.matrix import Nested
from cnncalc.worked.terms import written

if TYPE_CHECKING:
    from cnncalc.worked import Computed

_OTHER = re.compile(
    r"\b(?:how many (?:learnable |trainable )?(?:parameters|weights|multiplications|operations|additions|neurons|filters|layers|macs|flops)"
    r"|number of (?:learnable |trainable )?(?:parameters|weights|multiplications|operations|macs|flops)|receptive field|memory)\b"
)
_BEYOND = re.compile(
    r"\b(?:learn(?:s|ed|ing)?(?! terminolog)(?<!deep learning)|back-?prop\w*|backward\w*|loss|updat\w+|derivative|error|train(?:ing|ed)?|targets?|label(?:s|ed|led)|dropout"
    r"|depth-?wise|separable|group(?:ed|s)?\b|circular\w*|reflect\w*|replicat\w*|mirror\w*|symmetric padding|wrap\w*|normali[sz]ed? (?:by|the kernel|kernel)|divide[ds]?|median"
    r"|absolute|clip\w*|saturat\w*|threshold\w*|magnitude|truncat\w*|round(?:ed|ing|s)? (?:down|up|off)|round(?:ed|ing)?(?! to)|floor\w*|ceil\w*|unpool\w*|up-?sampl\w*|interpolat\w*|bilinear|nearest|bed of nails"
    r"|layer[\s-]norm\w*|instance[\s-]norm\w*|group[\s-]norm\w*|unbiased|bessel|running|flatten\w*|fully[\s-]connected|dense|linear layer|residual|skip|twice|before|sparse|roi|pyramid|fft|fourier|strassen"
    r"|linear convolution|discrete convolution|impulse response|polynomial|np\.convolve|signal\.|scipy|matrix multiplication|im2col|toeplitz|transpose of|eigen\w*|determinant|inverse|negate\w*|doubled|halved|squared?|invert\w*|swap\w*|shuffl\w*|every (?:second|other)|except|unless|arg-?max|ind(?:ex|ices) of|product of|standard deviation|variance|difference|ratio|percent\w*|(?<!batch )norm of|what if|what about|how about|[xh]\[n\]|missing|unknown|corrupt\w*|mistake|wrong|incorrect|correct\?|instead)\b"
    r"|gradient(?!\s+(?:filter|kernel|operator|detector))|deep learning (?!terminolog|convention|sense|\()"
)
_EQUIVALENT = re.compile(
    r"\b(?:equivalent|effective|single|combined|composite)\s+(?:\w+\s+)?(?:operator|kernel|filter|convolution)"
)
_STACKED = re.compile(
    r"\b(?:two|2)\s+(?:[\w-]+\s+){0,3}?(?:operators?|kernels?|filters?|convolutions?|layers?)|\bapplied\s+twice|\btwice\b|\bstack\w*|\b(?:followed by|then|successively|after another)\b"
)
_FLIP = re.compile(
    r"\b(?:true|mathematical(?:ly)?|strict|proper|signal[\s-]processing|textbook)\s+(?:\w+\s+)?convol\w+|\bflip\w*|\brotat\w+(?:\s+(?:the\s+)?(?:kernel|filter))?(?:\s+«\d+»)?(?:\s+by)?\s+180(?:\s*°|\s*degrees?)?|\bmathematician\w*"
)
_UNFLIPPED = re.compile(
    r"\b(?:no|not|n't|without|never|un|do not|don't|isn't|does not)[\s-]*(?:be\s+|being\s+|any\s+|to\s+)?(?:kernel[\s-]*)?(?:flip\w*|rotat\w*)(?:\s+(?:the\s+)?(?:kernel|filter))?|cross[\s-]*correlat\w*|deep[\s-]learning|\bunflipped"
)
_SEQUENCE = re.compile(r"\bthen\b|followed by|\bnext\b|\bafter\b|→|->|\bsubsequently\b")
_ASKING = re.compile(r"\?|^\W*(?:and |now |then |also |finally |next |please )*,?\s*(?:compute|calculate|find|show|draw|give|determine|evaluate|write|what|state)\b|[,;] (?:and |then )*(?:compute|calculate|find|show|draw|give|determine|evaluate|write)\b")
_ORIGINAL = re.compile(
    r"\b(?:original\s+(?:input|image|matrix|table)|(?:down-?sampl\w+|pool\w*|sub-?sampl\w+)\s+(?:the\s+)?(?:input|image)\b|(?:to|on|of|using)\s+the\s+(?:original\s+)?(?:input|image)\b)"
)
_PREVIOUS = re.compile(
    r"\b(?:result\w*|output|feature map|activation map|previous|it|this|convolved|\(?[a-e]\)|part\s+[a-e])\b"
)
_HARMLESS = re.compile(
    r"\b[1-3][\s-]?d(?:imensional)?\b|\b[1-3]-dimensional\b|\b(?:question|problem|exercise|q|figure|fig\.?|part|task|example|table)\s*\.?\s*\d+(?:\.\d+)*(?:\s*[.:)])?"
    r"|[(\[]\s*\d+\s*(?:points?|marks?|pts?|p)\s*[)\]]|^\s*\d+[.)](?=\s)|\b(?:round\w*\s+)?to\s+\d+\s+(?:decimal|digit|significant)\w*(?:\s+(?:places?|digits?|figures?))?|«\d+»|\b(?:conv|maxpool|avgpool|max_pool|avg_pool)(?:ing)?[12]d\b|\b(?:layer|channel)\s*#?\d\b|\bl2\b(?=[\s-]*(?:norm[\s-]*)?pool)"
)


class Stage(NamedTuple):
    """An operation as it is run: the step, its weight, and what was assumed."""

    step: str
    weight: Nested | None
    bias: str | None
    flip: bool


def numeric(text: str) -> Reply | None:
    """The answer to a question that gives a matrix; None where it gives none, `NotUnderstood` where it isn't clear."""
    found = matrices(text)
    if not found:
        return None
    parts = parts_of(text)
    told = [one for one in found if not _among_choices(one, parts)]
    if not told:
        return None
    numbers = given(told)
    asking = parts.asked or (parts.setup,)
    whole = " ".join([parts.setup, *parts.asked]).lower()
    if _OTHER.search(whole) or not numbers.inputs and not _EQUIVALENT.search(whole):
        return None
    if any(one.values is None for one in told):
        raise not_understood("the rows of a matrix have different lengths", text, (told[0].start, told[0].end))
    session = _Session(text, parts, told, numbers)
    for part in asking:
        session.ask(part)
    return session.reply()


def _among_choices(one: Found, parts: Parts) -> bool:
    """Whether a matrix stands where neither the setup nor a part says anything."""
    return all(not part[one.start : one.end].strip() for part in (parts.setup, *parts.asked))


def _words(text: str, found: Sequence[Found]) -> str:
    """The words of a text in lower case, `«0»`, `«1»`, … in place of its matrices."""
    pieces, at = [], 0
    for number, one in enumerate(found):
        if text[one.start : one.end].strip():
            pieces += [text[at : one.start], f" «{number}» "]
            at = one.end
    words = "".join([*pieces, text[at:]]).lower()
    words = re.sub(r"\\(?:mathbf|mathrm|text|times|star|ast|cdot|begin|end|left|right)\b|[${}]", " ", words)
    words = re.sub(r"[−–—]", "-", words)
    return re.sub(r"\s*\n[\s]*\n\s*", "\n\n", re.sub(r"[^\S\n]+", " ", words)).strip()


class _Session:
    """The parts of one question, one after the other."""

    def __init__(self, text: str, parts: Parts, told: list[Found], numbers: Given) -> None:
        self.text, self.parts, self.told, self.numbers = text, parts, told, numbers
        self.answers: list[Answer] = []
        self.steps: list[str] = []
        self.commands: list[str] = []
        self.assumptions: dict[str, Assumption] = {}
        self.last: Computed | None = None

    def ask(self, part: str) -> None:
        """Answers one part."""
        alone = Reading(_words(part, self.told))
        here = mentions(alone)
        follows = (
            bool(self.last) and bool(here) and not any(one.kind in ("conv", "conv_transpose", "filter") for one in here)
        )
        follows = follows and not _ORIGINAL.search(alone.text)
        setup = self.parts.setup
        words = alone.text if follows or not self.parts.asked else f"{_words(setup, self.told)}\n\n{alone.text}"
        reading = Reading(words)
        _refuse(words)
        if _EQUIVALENT.search(words):
            return self.equivalent(reading)
        start = self.last.output if follows and self.last else None
        ops = mentions(reading)
        plan = _chain(reading, ops, self.numbers, entered=start is not None)
        kinds = [one.kind for one in plan]
        known = self.numbers.sizes(start)
        pools = [one for one in plan if one.kind in POOLS]
        alike = len(pools) > 1 and len(pools) == len(plan) and not _SEQUENCE.search(words)
        if alike:  # max and average pooling, both of the same windows
            plan = pools[:1]
            ops = [replace(one, kind=plan[0].kind) if one.kind in POOLS else one for one in ops]
        settle(reading, plan, ops)
        flip = _flips(reading, "conv" in kinds)
        unknown = windows(reading, plan, ops, known)
        asks = wanted(reading)
        _refuse_unread(reading)
        asking = _asking(reading.text)
        if alike:
            for one in pools:
                self.run([replace(one, options=plan[0].options)], start, flip, asks, unknown, of=one.kind)
        elif asking <= len(asks):
            self.run(plan, start, flip, asks, unknown)
        elif asking == len(plan) and [one.quantity for one in asks] == ["output"]:
            self.run(plan, start, flip, asks, unknown, each=True)
        else:
            raise not_understood("it is not clear which of its questions belong together", hint="ask one thing at a time")

    def run(
        self,
        plan: list[Operation],
        start: Nested | None,
        flip: bool,
        asks: list[Wanted],
        unknown: list[tuple[int, ...]],
        of: str | None = None,
        each: bool = False,
    ) -> None:
        """Works the chain and takes what is asked from its output."""
        from cnncalc.worked import compute

        x = self.numbers.input(plan[0].kind) if start is None else start
        sizes: set[tuple[int, ...]] = set()
        rest = ""
        for operation in plan:
            stage = self.stage(operation, x, flip)
            computed = compute(stage.step, input=x, weight=stage.weight, bias=stage.bias, flip=stage.flip)
            self.last, x = computed, computed.output
            rest = rest or _left_over(computed)
            sizes.add(tuple(size(x)))
            self.commands.append(_command(stage, computed))
            self.steps += [f"{computed.described}:"] if len(plan) > 1 else []
            self.steps += [f"[{', '.join(map(str, c.at))}]  {c.working} = {written(c.value)}" for c in computed.cells]
            self.steps += computed.notes
            if each and operation is not plan[-1]:
                self.answers.append(self.answer(asks[0], x, operation.kind))
        for odd in unknown:
            if odd not in sizes and odd[::-1] not in sizes:
                raise not_understood(f"{'×'.join(map(str, odd))} is the size of none of the matrices")
        for one in asks:
            found = self.answer(one, x, of)
            self.answers.append(found._replace(text=found.text + rest))

    def stage(self, operation: Operation, x: Nested, flip: bool) -> Stage:
        """The step of an operation, with what its field takes for granted."""
        kind, options = operation.kind, dict(operation.options)
        bias, weight = options.pop("bias", None), None
        rank = len(size(x))
        if kind in ("conv", "conv_transpose"):
            weight = self.numbers.kernel()
            rank = min(rank, 2)
            kernel = size(weight)[-rank:]
            if options.get("padding") == "full":
                spread = options.get("dilation", 1)
                spread = spread if isinstance(spread, list) else [spread] * rank
                options["padding"] = [d * (k - 1) for d, k in zip(spread, kernel)]
            self.assume(options, "stride", 1)
            self.assume(options, "padding", 0)
            if bias is None and self.numbers.bias is not None:
                bias = self.numbers.bias
        elif kind in POOLS:
            if "kernel_size" not in options:
                raise not_understood("the size of the pooling window is not given")
            window = options["kernel_size"]
            rank = rank if rank < 3 else rank - 1
            if rank == 1 and len(window) == 2 and window[0] * window[1] == len(x):
                options["kernel_size"] = len(x)  # the numbers of one window
                options.pop("stride", None)
            elif rank == 1 and len(window) == 2:
                raise not_understood(f"a window of {window[0]}×{window[1]} does not lie in a row of {len(x)} numbers")
            else:
                options["kernel_size"] = list(window) * rank if len(window) == 1 else list(window)
                if "stride" not in options:
                    side = written(Fraction(window[0])) if len(set(window)) == 1 else "×".join(map(str, window))
                    self.assumptions["stride"] = Assumption(
                        "stride", side if "×" in side else int(side), "not given: that of the window"
                    )
        elif kind == "batchnorm":
            if rank > 1:
                raise not_understood("it is not clear over which numbers batch norm takes its mean")
            self.assume(options, "eps", 0)
            weight, bias = options.pop("gamma", None), options.pop("beta", None)
            options["eps"] = float(Fraction(str(options["eps"])))
            weight = None if weight is None else [Fraction(_plus(weight))]
        elif kind == "softmax" and rank > 1:
            raise not_understood("it is not clear along which axis softmax goes")
        elif "slope" in options:
            options["negative_slope" if kind == "leaky_relu" else "alpha"] = float(
                Fraction(_plus(options.pop("slope")))
            )
        elif kind in ("leaky_relu", "elu"):
            name, default = ("negative_slope", 0.01) if kind == "leaky_relu" else ("alpha", 1.0)
            self.assumptions[name] = Assumption(name, default, "not given")
        if kind == "conv" and not flip and self.numbers.turns and not self.told_unflipped():
            self.assumptions["kernel"] = Assumption(
                "kernel", "not flipped", "convolution as deep learning has it: cross-correlation"
            )
        return Stage(_step(kind, options), weight, None if bias is None else _plus(bias), flip and kind == "conv")

    def told_unflipped(self) -> bool:
        """Whether the question itself says that the kernel is not flipped."""
        return bool(_UNFLIPPED.search(_words(self.text, self.told)))

    def assume(self, options: dict[str, Any], name: str, value: Any) -> None:
        """Takes a default where the question gives none."""
        if name not in options:
            options[name] = value
            self.assumptions[name] = Assumption(name, value, "not given")

    def equivalent(self, reading: Reading) -> None:
        """The one kernel that does what two convolutions in a row do: the convolution of one with the other, in full."""
        from cnncalc.worked import compute

        kernels = self.numbers.kernels or self.numbers.inputs
        if (
            len(kernels) not in (1, 2)
            or not _STACKED.search(reading.text)
            or len(kernels) == 1
            and not re.search(r"\b(?:two|twice|2)\b", reading.text)
        ):
            raise not_understood("it is not clear which kernels are combined")
        if re.search(r"\bstrid\w*|\bdilat\w*|\bpool\w*|\brelu\b|three|thrice", reading.text):
            raise not_understood("kernels combine into one only at stride 1, with nothing between them")
        if not self.last:
            first, second = kernels[0], kernels[-1]
            padding = [k - 1 for k in size(second)]
            stage = Stage(_step("conv", {"padding": padding}), second, None, True)
            self.last = compute(stage.step, input=first, weight=second, flip=True)
            self.commands.append(_command(stage, self.last))
            self.steps += [f"[{', '.join(map(str, c.at))}]  {c.working} = {written(c.value)}" for c in self.last.cells]
        for one in wanted(reading):
            answer = self.answer(one, self.last.output, None)
            if one.quantity == "size" and re.search(r"\b1\s*[x×]\s*\d", reading.text) and len(answer.value) == 1:
                answer = answer._replace(value=[1, *answer.value], text=f"1×{answer.text}")
            if not any(answer == other for other in self.answers):
                self.answers.append(answer)

    def answer(self, one: Wanted, output: Nested, of: str | None) -> Answer:
        """One answer, with the letter of the choice that says the same."""
        found = one.of(output)
        if one.quantity == "size":
            return Answer(
                "size", found, "×".join(map(str, found)), of, option=self.option([Fraction(n) for n in found])
            )
        if one.quantity == "output" and len(flat(found)) == 1:
            found = flat(found)[0]
        told = _shown(found)
        text = told if one.quantity == "output" else f"{one.told}: {told}"
        return Answer(one.quantity, _decimals(found), text, of, option=self.option(found))

    def option(self, value: Any) -> str | None:
        """The letter of the choice with this value; `NotUnderstood` where there are choices and none has it."""
        if not self.parts.choices:
            return None
        letters = [
            choice.letter for choice in self.parts.choices if choice.value is not None and _alike(choice.value, value)
        ]
        if len(letters) != 1:
            raise not_understood(
                f"{_shown(value)} is what comes out, and {'more than one' if letters else 'none'} of the choices says so"
            )
        return letters[0]

    def reply(self) -> Reply:
        """All of it; a matrix comes with its size."""
        grids = [one for one in self.answers if isinstance(one.value, list) and isinstance(one.value[0], list)]
        if len(grids) == 1 and len(self.answers) == 1 and not self.parts.choices:
            value = grids[0].value
            sides = [len(value), len(value[0])]
            self.answers.append(Answer("size", sides, "×".join(map(str, sides)), grids[0].of))
        return Reply(
            self.text,
            "\n".join(self.commands),
            tuple(self.answers),
            tuple(self.steps),
            tuple(self.assumptions.values()),
        )


def _asking(words: str) -> int:
    """How many sentences ask for something."""
    sentences = re.split(r"[.;](?=\s|$)|(?<=\?)|\n\n", words)
    return sum(bool(_ASKING.search(sentence)) for sentence in sentences)


def _refuse(words: str) -> None:
    beyond = _BEYOND.search(words)
    if beyond and not (beyond[0] == "twice" and _EQUIVALENT.search(words)):
        raise not_understood(f"“{beyond[0]}” changes the question in a way that is not understood")


def _chain(reading: Reading, ops: list[Operation], numbers: Given, *, entered: bool) -> list[Operation]:
    """The operations, one of each kind, in the order in which they run."""
    kinds = list(dict.fromkeys(one.kind for one in ops))
    specific = [kind for kind in kinds if kind in (*POOLS, *GLOBAL)]
    first = {kind: next(one for one in ops if one.kind == kind) for kind in kinds}
    if "pool" in kinds:
        kinds.remove("pool")
        if not specific:
            raise not_understood("the kind of pooling is not given: max, average, …")
    if "filter" in kinds:
        kinds.remove("filter")
        if (
            numbers.kernels
            and not entered
            and not {"conv", "conv_transpose"} & set(kinds)
            and not (specific and _ORIGINAL.search(reading.text))
        ):
            kinds.insert(0, "conv")
            first["conv"] = Operation("conv", first["filter"].start, first["filter"].end)
    if not kinds and numbers.kernels and not entered:
        kinds, first["conv"] = ["conv"], Operation("conv", 0, 0)
    if not kinds:
        raise not_understood(
            "it is not clear what is done with the numbers", hint="for example a convolution or max pooling"
        )
    if {"conv", "conv_transpose"} <= set(kinds):
        kinds.remove("conv") if first["conv_transpose"].start < first["conv"].start else None
    if (
        numbers.kernels
        and not entered
        and not {"conv", "conv_transpose"} & set(kinds)
        and not _ORIGINAL.search(reading.text)
    ):
        raise not_understood(
            "it is not clear whether the kernel is applied first",
            hint="say: of the original input, or of the feature map",
        )
    return [first[kind] for kind in _ordered(reading, kinds, first)]


def _rank(kind: str) -> int:
    return 3 if kind in (*POOLS, *GLOBAL) else 2 if kind in ACTIVATIONS else 1 if kind == "batchnorm" else 0


def _ordered(reading: Reading, kinds: list[str], first: dict[str, Operation]) -> list[str]:
    """By what the sentence says comes first; as networks have it where it says nothing."""
    told = sorted(kinds, key=lambda kind: first[kind].start)
    usual = sorted(told, key=_rank)
    if told == usual:
        return told
    between = reading.text[first[told[0]].end : first[told[-1]].start]
    if re.search(r"\bthen\b|followed by|\bnext\b|→|->", between):
        return told
    if re.search(r"\bafter\b|obtained|result\w*|output of|feature map|applied to the|following|\b(?:to|of|on)\s+(?:the\s+)?$", between):
        return usual if len(told) == 2 else _unclear()
    return _unclear()


def _unclear() -> list[str]:
    raise not_understood("the order of the operations is not clear", hint="say: first …, then …")


def _flips(reading: Reading, convolves: bool) -> bool:
    """Whether the kernel is turned by half a turn."""
    never, turned = reading.take(_UNFLIPPED), reading.take(_FLIP)
    reading_of_both = [m for m in never if "correlat" in m[0]]
    if turned and (
        never
        and not (
            reading_of_both
            and re.search(r"not\s+(?:the\s+)?cross|rather than\s+cross|as opposed to\s+cross", reading.text)
        )
    ):
        raise not_understood("it is not clear whether the kernel is flipped")
    return bool(turned) and convolves


def _refuse_unread(reading: Reading) -> None:
    """Raises `NotUnderstood` for numbers and settings that nothing has read."""
    reading.take(_HARMLESS)
    rest = re.search(
        r"[^\s\0«»]*\d[^\s\0]*|\b(?:strid\w*|pad(?:s|ded|ding)?|dilat\w*|atrous|bias\w*|slope|full|valid)\b", reading.left
    )
    if rest:
        raise not_understood(f"it is not clear what “{rest[0].strip('.,;')}” is")


def _left_over(computed: Computed) -> str:
    """A remark where the windows don't tile the input."""
    layer, (entering, _) = computed.layer, computed.shapes
    if layer.type not in ("conv", *POOLS):
        return ""
    symbols = layer.symbols(entering)
    padding = symbols.get("p")
    if not isinstance(padding, tuple):
        return ""
    axes = zip(entering[1:], padding, symbols["d"], symbols["k"], symbols["s"])
    fits = all((n + 2 * p - d * (k - 1) - 1) % s == 0 for n, p, d, k, s in axes)
    return "" if fits else " (the window does not fit a whole number of times; what is left over is not covered)"


def _step(kind: str, options: dict[str, Any]) -> str:
    """The step as a spec has it, what is default left out."""
    defaults = {"stride": 1, "padding": 0, "dilation": 1} if kind in ("conv", "conv_transpose") else {"padding": 0}
    told = {name: json.dumps(value).strip('"') for name, value in options.items() if defaults.get(name) != value}
    if not told:
        return kind
    head = f"{kind}: {told.pop('kernel_size')}" if "kernel_size" in told else kind
    return "{" + ", ".join([head, *(f"{name}: {value}" for name, value in told.items())]) + "}"


def _command(stage: Stage, computed: Computed) -> str:
    """The command that works the same."""
    given_ = [f" --{name} '{_compact(value)}'" for name, value in computed.inputs.items()]
    step = stage.step if stage.step.isidentifier() else f"'{stage.step}'"
    return f"cnncalc compute {step}{''.join(given_)}{' --flip' if stage.flip else ''}"


def _compact(value: Nested) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_compact, value))}]"
    return repr(value) if isinstance(value, float) else written(value).replace("−", "-")


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value) if isinstance(value, int) else written(value)


def _decimals(value: Any) -> Any:
    """Nested lists of numbers as JSON has them."""
    if isinstance(value, list):
        return [_decimals(one) for one in value]
    return (
        int(value)
        if isinstance(value, int) or (isinstance(value, Fraction) and value.denominator == 1)
        else float(value)
    )


def _alike(choice: Nested, value: Any) -> bool:
    """Whether a choice says the same, brackets aside where one of them has a single row."""
    one, other = flat(choice), flat(value if isinstance(value, list) else [value])
    rows = [size(v) for v in (choice, value) if isinstance(v, list)]
    shaped = len(rows) < 2 or [n for n in rows[0] if n > 1] == [n for n in rows[1] if n > 1]
    return shaped and len(one) == len(other) and all(abs(float(a) - float(b)) < 1e-4 for a, b in zip(one, other))


def _plus(text: str) -> str:
    return text.replace("−", "-").replace("–", "-").lstrip("+")
