"""What must not be answered: numbers that are not read, and words that change the meaning and are not understood."""

from __future__ import annotations

import re

from cnncalc.questions import relations
from cnncalc.questions.remarks import places
from cnncalc.questions.reply import not_understood
from cnncalc.questions.scene import ATTRIBUTES, WINDOWED, Scene, spans
from cnncalc.questions.shorthand import vocabulary
from cnncalc.questions.wanted import BEGIN, Wanted, sentences

_BEYOND = re.compile(
    r"(?i)\b(?:lstms?|grus?|rnns?|recurrent|attention|transformers?|self-attention|backprop\w*|gradients?|derivatives?|loss(?:es)?|learning rate|accurac\w+|overfit\w*|epochs?|sgd|adam|momentum|yolo\w*|anchors?|bounding box\w*|iou|"
    r"non-?max|triplet|siamese|style transfer|deformable|octave|winograd|fft|fourier|hash\w*|prun\w+|quanti[sz]\w+|sparse|sparsity|who (?:invented|proposed)|history|wavelet|capsule\w*|probabilit\w+|precision and recall|time (?:does|will|would)|"
    r"seconds|latency|gpu|fps|dropped? out|vanish\w*|stochastic depth|weight decay|regulari[sz]\w+|embedding\w*)\b"
)
_TWISTS = re.compile(
    r"(?i)\b(?:doubl\w+|twice|tripl\w+|halv\w+|half(?![- ]precision)|quarter|increas\w+|decreas\w+|except|unless|alternat\w+|every (?:second|other|third)|remov\w+|replac\w+|swap\w*|drop(?:s|ped|ping)? the|instead|skip connection|shortcut|residual|concat\w*|"
    r"only on (?:the )?(?:left|right|top|bottom|one)|on one side|left side|right side|asymmetric\w*|more than|at least|at most|fewer than|less than|random\w*|add(?:ed|ing)? (?:one|another|a further|\d+) (?:more )?|another|additional|extra|ensemble|shared between|share(?:s|d)? (?:the )?(?:same )?weights|tied|weight sharing across|branches|parallel|inception|squeeze|full[- ](?:conv\w*|padding|mode)|shared (?:across|over|by|among|between)|(?:for|per|to|of) each (?:input )?channel|per[- ]channel|and without\s*\?|additions?|adds|multiply and add|add counted|(?:of|all|with)[- ](?:ones|zeros)(?! (?:on|around|at|to|padding))|ceil\w*|rounded up)\b"
)


def check(scene: Scene, asked: list[Wanted], allowed: re.Pattern[str] | None = None) -> None:
    """Raises `NotUnderstood` for what is not read for certain; the words allowed are known to the caller."""
    check_words(scene, asked, allowed)
    stage = _staged(scene)
    if stage:
        raise not_understood(
            "the question goes on with new facts after it has asked; ask its parts one by one", scene.text, stage
        )
    open_ = _unanswered(scene, asked) or (None if scene.choices else _empty_part(scene, asked))
    if open_:
        raise not_understood("it is not clear what is asked here", scene.text, open_)
    superlative = next(
        (
            found
            for found in _MOST.finditer(scene.text)
            if any(a <= found.start() < b for a, b in (one.sentence for one in asked))
        ),
        None,
    )
    if superlative:
        raise not_understood(
            f"“{superlative[0]}” asks to compare layers, which is not done here", scene.text, superlative.span()
        )
    for mention in scene.doubtful:
        raise not_understood("it is not clear where this layer stands", scene.text, (mention.start, mention.end))
    weighted = [layer for layer in scene.layers if layer.type in (*WINDOWED, "fc", "linear")]
    for place in places(scene.text):
        if isinstance(place.value, int) and weighted and place.value >= max(2, len(weighted)):
            raise not_understood("there is no such layer", scene.text, (place.start, place.end))
    item = _listed(scene, asked)
    if item:
        raise not_understood("it is not clear what is asked here", scene.text, item)
    symbolic = _SYMBOLIC.search(scene.text)
    if symbolic:
        raise not_understood("a number of layers that is a symbol is not understood", scene.text, symbolic.span())
    grouped = re.search(r"(?i)\bgroup(?:ed|wise)\b", scene.text)
    if grouped and not any("groups" in layer.options for layer in scene.layers):
        raise not_understood("the question doesn't say how many groups there are", scene.text, grouped.span())
    related = relations.unread(scene, asked)
    if related:
        raise not_understood(
            f"“{scene.text[slice(*related)]}” relates things in a way that is not understood", scene.text, related
        )
    for number in scene.unread:
        raise not_understood(f"it is not clear what {_shown(number.value)} is", scene.text, (number.start, number.end))


def check_words(scene: Scene, asked: list[Wanted], allowed: re.Pattern[str] | None = None) -> None:
    """Raises `NotUnderstood` for words that change the meaning, but for those allowed, and for digits that nothing reads."""
    text = scene.text
    beyond = _BEYOND.search(text)
    if beyond:
        raise not_understood(f"“{beyond[0]}” is beyond what can be computed here", text, beyond.span())
    read = [one for one in scene.remarks if one.kind == "bias"]
    twist = next(
        (
            found
            for found in _TWISTS.finditer(text)
            if not (allowed and allowed.fullmatch(found[0]))
            and not any(one.start <= found.start() < one.end for one in read)
        ),
        None,
    )
    if twist:
        raise not_understood(f"“{twist[0]}” changes the question in a way that is not understood", text, twist.span())
    strange = _strange(scene, asked, allowed)
    if strange:
        raise not_understood(
            f"the word “{text[slice(*strange)]}” may change the question and is not known", text, strange
        )
    unread = _unread_digits(scene)
    if unread:
        raise not_understood(f"it is not clear what {text[slice(*unread)]} is", text, unread)


def _shown(value: object) -> str:
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)


_MOST = re.compile(
    r"(?i)\bwhich (?:\w+ )?(?:layers?|one|of)\b[^?]*\b(?:most|least|fewest|largest|smallest|biggest|highest|lowest|more|fewer)\b"
)
_DIGITS = re.compile(r"[A-Za-z_]*\d[\w.]*")
_NAMED = re.compile(
    r"(?i)conv_?(?:\d|1[0-3])|(?:pool|fc|layer|block|stage|dense|relu|bn|max_?pool\w*|h|x|s|c|f|d|n|a|y|z)_?\d|v\d|conv[123]-?d\w*|[123]-?d|(?:float|fp|int|bfloat|uint|f)\d+|\d+-?bits?|"
    r"(?:max|avg|average|batch)?\w*pool\w*[123]d|\w*norm\w*[123]d|mobilenet-?v\d|1st|2nd|3rd|4th"
)


def _unread_digits(scene: Scene) -> tuple[int, int] | None:
    """Where digits stand that no fact has read."""
    covered = spans(scene.numbers, scene.mentions, scene.remarks)
    for match in _DIGITS.finditer(scene.text):
        if scene.text[match.start() - 1 : match.start()] == "«":
            continue
        if not any(start <= match.start() and match.end() <= end for start, end in covered) and not _NAMED.fullmatch(
            match[0].rstrip(".")
        ):
            digits = re.search(r"\d", match[0])
            at = match.start() + (digits.start() if digits else 0)
            if not any(start <= at < end for start, end in covered):
                return match.span()
    return None


_YES_NO = re.compile(r"(?i)\W*(?:do|does|did|is|are|can|could|will|would|has|have|should)\b")


_SYMBOLIC = re.compile(
    r"(?<![\w.'-])(?![aAI]\b)[A-Za-z]\s+(?:[a-z]+\s+|\d+x\d+\s+){0,2}?(?:layers|convolutions|convs|poolings|times|stacked)\b"
)
_LIST = re.compile(r"\s*(?:,|;|&|\band\b|\bor\b|/)\s*")
_NO_ITEM = re.compile(
    r"(?i)\W*(?:(?:in|the|all|both|please|respectively|altogether|total|each|too|also|exactly|then|of|it|them|this|that|layer|layers|network|net|if|for|to|on|with|from|as|is|are|why|explain|show|your|working|any|biases?|stride|padding|kernel|filters?|input|image)\b\W*)+|\W*"
)


def _listed(scene: Scene, asked: list[Wanted]) -> tuple[int, int] | None:
    """Where a list of what is asked has an item that nothing has read: `parameters, operations and activations`."""
    read = [number.words for number in scene.numbers] + spans(asked, scene.remarks, scene.mentions)
    for one in asked:
        start, end = one.end, one.part[1]
        at = start
        for item in _LIST.split(scene.text[start:end])[1:]:
            at = scene.text.find(item, at) if item else at
            stop = at + len(item)
            words = re.findall(r"[A-Za-z]+", item)
            known = any(first < stop and at < last for first, last in read)
            if (
                words
                and len(words) <= 2
                and not known
                and not _NO_ITEM.fullmatch(item)
                and not re.search(r"[\d«]", item)
            ):
                return at, stop
    return None


def _unanswered(scene: Scene, asked: list[Wanted]) -> tuple[int, int] | None:
    """Where a question word stands (`what`, `how many`) that no quantity follows."""
    for start, end in sentences(scene.text):
        sentence = scene.text[start:end]
        states = any(start <= number.start < end and number.role for number in scene.numbers) and not _YES_NO.match(
            sentence
        )
        if (
            sentence.rstrip().endswith("?")
            and re.search(r"\w", sentence)
            and not states
            and not any(start <= one.start < end for one in asked)
        ):
            return start, end
        begins = (
            [start + match.start() for match in BEGIN.finditer(sentence)] if sentence.rstrip().endswith("?") else []
        )
        begins = [at for at in begins if at == begins[0] or not _is_relative(scene.text, start, at)]
        for begin, stop in zip(begins, [*begins[1:], end]):
            if not any(begin <= one.start < stop or one.start <= begin < one.end for one in asked):
                return begin, stop
    return None


_PARTS = re.compile(r"(?<!\w)\(?(?:[b-h]|i{2,3}|iv|v|vi)\)(?=\s)")


def _empty_part(scene: Scene, asked: list[Wanted]) -> tuple[int, int] | None:
    """Where a part of a question asks for nothing that is read, though one before it asks: `(i) the size after C1 (ii) after S2`."""
    starts = [match.start() for match in _PARTS.finditer(scene.text)]
    for start, end in zip(starts, [*starts[1:], len(scene.text)]):
        states = any(start <= number.start < end and number.role not in (None, "ordinal") for number in scene.numbers)
        if (
            not states
            and any(one.start < start for one in asked)
            and not any(start <= one.start < end for one in asked)
        ):
            return start, end
    return None


def _is_relative(text: str, start: int, at: int) -> bool:
    """Whether a `which` asks for nothing: the smallest input for which …; or a verb: which sizes give …"""
    if re.match(r"(?i)which", text[at:]):
        return bool(re.search(r"(?i)\b(?:for|with|in|by|through|at|under|from|to|on)\s+$", text[start:at]))
    return bool(
        re.match(r"(?i)(?:give|state|name|report|show)\b", text[at:])
        and re.search(r"(?i)\w\s+$", text[start:at])
        and not re.search(r"(?i)\b(?:and|then|please|also|or)\s+$", text[start:at])
    )


def _staged(scene: Scene) -> tuple[int, int] | None:
    """Where facts of layers begin again behind a question that had some before it."""
    facts = sorted((number.start, number.end) for number in scene.numbers if number.role in ATTRIBUTES)
    for match in re.finditer(r"\?", scene.text):
        behind = [span for span in facts if span[0] > match.start()]
        if behind and any(span[1] <= match.start() for span in facts):
            return behind[0]
    return None


_OF_SOMEBODY = re.compile(
    r"(?:'s\b|,? (?:and [A-Z][a-z]+ )?(?:has|have|had|builds?|built|wants?|wanted|stacks?|trains?|trained|uses?|used|designs?|designed|says?|said|claims?|claimed|writes?|wrote|thinks?|computes?|computed|calculates?|calculated|applies|applied|is (?:building|designing|training|using|trying|asked|given))\b)"
)
"""What follows a name: `Sofia stacks …`."""
_WORD = re.compile(r"(?<![\w'«.])[A-Za-z]{3,}(?![\w»])")


def _chats(text: str, at: int) -> bool:
    """Whether the writer speaks of himself in this part of the sentence, and gives no number."""
    start = max(text.rfind(sign, 0, at) for sign in ",;:.!?()\n") + 1
    end = min((found for found in (text.find(sign, at) for sign in ",;:.!?()\n") if found >= 0), default=len(text))
    part = text[start:end]
    return bool(re.search(r"\b(?:I|I'm|I've|I'd|[Mm]y|[Mm]e|[Hh]i|[Hh]ello|[Tt]hanks?)\b", part)) and not re.search(
        r"\d", part
    )


def _strange(scene: Scene, asked: list[Wanted], allowed: re.Pattern[str] | None) -> tuple[int, int] | None:
    """Where a word stands that is not known, in a sentence that states or asks something."""
    known = vocabulary()
    facts = [(number.start, number.end) for number in scene.numbers] + [(one.start, one.end) for one in asked]
    read = spans(asked, scene.mentions, scene.remarks) + [number.words for number in scene.numbers]
    for start, end in sentences(scene.text):
        if not any(start <= first < end for first, _ in facts):
            continue
        for match in _WORD.finditer(scene.text, start, end):
            word = match[0]
            if allowed and allowed.fullmatch(word):
                continue
            if (
                re.match(r"\s*(?::|&)", scene.text[match.end() : match.end() + 3])
                and word[0].isupper()
                and match.start() <= start + 2
            ):
                continue
            if (
                word.lower() in known
                or (word[0].isupper() and match.start() > start + 1 and word[1:].islower())
                or (word[0].isupper() and _OF_SOMEBODY.match(scene.text, match.end()))
                or (word.isupper() and len(word) < 6)
                or re.fullmatch(r"[HWDCNLT](?:x[HWDCNLT])+", word)
            ):
                continue
            if not any(first <= match.start() < last for first, last in read) and not _chats(scene.text, match.start()):
                return match.span()
    return None
