"""Questions that go forward: what comes out, what it costs, what a unit sees."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cnncalc.bundled import names
from cnncalc.errors import SpecError
from cnncalc.questions import answers as told
from cnncalc.questions import engine, working
from cnncalc.questions.answers import Answering
from cnncalc.questions.mentions import Mention
from cnncalc.questions.plan import Plan
from cnncalc.questions.reply import Answer, NotUnderstood, Reply, not_understood
from cnncalc.questions.scene import CONVS, POOLS, WINDOWED, Scene
from cnncalc.questions.wanted import BEGIN, Wanted
from cnncalc.render.units import human_bytes

OUTPUTS = ("output", "spatial", "width", "height", "length", "channels", "elements", "in_features")
SEEN = {"receptive", "effective_kernel", "total_stride"}
COUNTS = ("params", "weights", "biases", "trainable", "non_trainable", "macs", "flops")
PLAIN = (
    "relu",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "softmax",
    "dropout",
    "batchnorm",
    "layernorm",
    "identity",
    "elu",
    "gelu",
)
"""Layers that leave the shape as it is."""


def forward(question: str, scene: Scene, asked: list[Wanted], plan: Plan) -> Reply:
    """The reply to a question about a chain of layers."""
    _by_output(scene, asked, plan)
    if not plan.steps:
        raise not_understood("the question names no layer", hint=_named_alike(question))
    if any(one.quantity == "fault" for one in asked):
        return _fault(question, plan)
    for one in asked:
        _check_meant(scene, one)
    found = Answering(scene, plan, engine.made(plan))
    _check_stated(found, asked)
    answers: list[Answer] = []
    settled = _settled(found, asked)
    told.assume_defaults(found, {one.quantity for one in settled})
    for one in settled:
        for answer in _answers(found, one):
            if answer not in answers:
                answers.append(answer)
    if not answers:
        raise not_understood("it is not clear what the question asks for")
    return Reply(
        question,
        engine.spec(plan),
        tuple(answers),
        _steps(found, settled),
        tuple(plan.assumptions),
        scene.framework or "torch",
    )


def _named_alike(text: str) -> str | None:
    """Of a network known by several variants: their names, as `summary` takes them."""
    words = {re.sub(r"[\d-]", "", word.lower()) for word in re.findall(r"[A-Za-z][A-Za-z-]{3,}", text)}
    alike = [name for name in names() if any(f"_{name}".find(f"_{word}") >= 0 for word in words & _FAMILIES)]
    return f"ask one of them: cnncalc summary {' or '.join(alike)}" if alike else None


_FAMILIES = frozenset(
    [
        "alexnet",
        "lenet",
        "googlenet",
        "inception",
        "mobilenet",
        "xception",
        "zfnet",
        "unet",
        "resnet",
        "resnext",
        "vgg",
        "densenet",
        "shufflenet",
        "squeezenet",
        "darknet",
        "efficientnet",
        "convnext",
        "dcgan",
        "mnasnet",
    ]
)
_CLAIMS = re.compile(
    r"(?i)\b(?:says?|said|claims?|claimed|thinks?|thought|told|believes?|wrote|writes|computed|calculated|got|gets?|insists?|answered|expected|expecting|according|right\?|correct\?|true\?|really)"
)


def _check_stated(found: Answering, asked: list[Wanted]) -> None:
    """Refuses where the question says that something else comes out, unless it quotes somebody who may be wrong."""
    if _CLAIMS.search(found.scene.text) or not {one.quantity for one in asked} & {
        *OUTPUTS,
        "macs",
        "flops",
        "operations",
        "memory",
        "output_memory",
    }:
        return
    for at, layer in enumerate(found.scene.layers):
        shape = found.part(at)[-1].output if found.plan.parts[at] else ()
        if layer.gives is None or engine.missing(shape[1:]) or len(shape) < 2:
            continue
        if list(layer.gives) not in (list(shape), [*shape[1:], shape[0]], list(shape[1:])) and not (
            engine.missing(shape[0]) and len(layer.gives) == len(shape)
        ):
            told_ = told.told(list(shape[1:]))
            raise not_understood(
                f"the question says that {told.told(layer.gives)} comes out, but its numbers give {told_}",
                found.scene.text,
            )


def _steps(found: Answering, asked: list[Wanted]) -> tuple[str, ...]:
    quantities = dict.fromkeys(one.quantity for one in asked)
    of_fields: tuple[str, ...] = ()
    if quantities.keys() & SEEN:
        of_fields = working.of_fields(engine.stack(found.plan, _spatial(found.plan.steps)))
    others = [one for one in quantities if one not in SEEN]
    return (*(working.steps(found.made, others) if others else ()), *of_fields)


def _spatial(steps: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [step for step in steps if step[0] not in ("fc", "linear", "flatten", "softmax")]


def _by_output(scene: Scene, asked: list[Wanted], plan: Plan) -> None:
    """Counts of a convolution of which the output is given instead of the input: they go by the output alone."""
    if (
        any(side is not None for side in plan.sides)
        or len(plan.steps) != 1
        or plan.steps[0][0] != "conv"
        or scene.output is None
    ):
        return
    if {one.quantity for one in asked} <= {*COUNTS, "operations", "weights_biases", "connections"} and all(
        isinstance(side, int) for side in scene.output
    ):
        rank = len(plan.sides)
        sides = (
            scene.output
            if len(scene.output) == rank
            else scene.output[:-1]
            if plan.layout == "hwc"
            else scene.output[1:]
        )
        options = plan.steps[0][1]
        if len(sides) == rank and not {"stride", "padding", "dilation"} & set(options):
            plan.sides = tuple(sides)
            options["padding"] = "same"
            plan.assume("padding", "same", "not given; the counts go by the size of the output alone")


def _fault(question: str, plan: Plan) -> Reply:
    """What is wrong with layers that don't fit."""
    try:
        engine.made(plan)
    except NotUnderstood:
        raise
    except SpecError as error:
        [problem] = error.problems
        told = [problem.message, *problem.because, *([problem.hint] if problem.hint else [])]
        if plan.layout == "hwc":
            told.append(f"the shape is read with the channels last: {plan.channels} channels")
        text = f"invalid: {'; '.join(told)}"
        return Reply(
            question, engine.spec(plan), (Answer("output", "invalid", text),), tuple(told), tuple(plan.assumptions)
        )
    raise not_understood("nothing is wrong with these layers")


def _check_meant(scene: Scene, one: Wanted) -> None:
    """Raises `NotUnderstood` where one of several layers is meant and it is not said which."""
    for mention, place in scene.references:
        if not one.part[0] <= mention.start < one.part[1] or mention.name or place is not None:
            continue
        alike = [layer for layer in scene.layers if is_called(layer.type, mention.type)]
        if is_plural(scene.text, mention):
            clear = told.is_each(scene, one) or told.is_whole(scene, one)
            if len(alike) > 1 and one.quantity in COUNTS and not clear:
                raise not_understood(
                    "it is not clear whether these layers are meant together or each",
                    scene.text,
                    (mention.start, mention.end),
                )
            continue
        if len(alike) > 1 and mention.article in ("the", "this", "that", "its"):
            word = scene.text[mention.start : mention.end]
            raise not_understood(
                f"there are {len(alike)} layers of the kind “{word}”, and it is not clear which one is meant",
                scene.text,
                (mention.start, mention.end),
            )


def _settled(found: Answering, asked: list[Wanted]) -> list[Wanted]:
    """What is asked, without the words that only say it once more: `the computational cost (number of MACs)`."""
    kept: list[Wanted] = []
    for one in asked:
        beside = {other.quantity for other in asked if other.sentence == one.sentence}
        finer = {"spatial", "channels", "elements", "in_features", "length", "width", "height"}
        if one.quantity == "output" and beside & finer and not _both(found.scene, one):
            continue
        if one.quantity == "output" and any(
            other.quantity == "receptive" and other.part == one.part and not _apart(found.scene.text, one, other)
            for other in asked
        ):
            continue
        if (
            one.quantity == "output"
            and not re.search(r"\w", found.scene.text[one.start : one.end])
            and any(other.quantity != "output" for other in asked)
        ):
            continue  # `= ?` behind what is asked for
        if one.quantity == "operations" and beside & {"macs", "flops"}:
            continue
        if one.quantity == "weights" and _said_again(found.scene.text, one, asked):
            continue
        kept.append(one)
    outputs = {one.sentence for one in kept if one.quantity == "output"}
    return [
        one
        for one in kept
        if one.quantity != "channels" or one.sentence not in outputs or len(found.scene.text[one.start : one.end]) <= 12
    ]


def _said_again(text: str, one: Wanted, asked: list[Wanted]) -> bool:
    """Whether weights are only another word for the parameters beside them: `parameters/weights`, `parameters (weights and biases)`."""
    for other in asked:
        if other.quantity in ("params", "trainable", "weights_biases") and other.sentence == one.sentence:
            between = text[min(one.end, other.end) : max(one.start, other.start)]
            if re.fullmatch(r"\s*(?:/|\(|or|i\.?e\.?,?|\bof\b|the|of the|in the)*\s*", between):
                return True
    return False


def _apart(text: str, one: Wanted, other: Wanted) -> bool:
    """Whether two things are asked one and the other: `the receptive field and the output size`."""
    return bool(re.search(r"\band\b", text[min(one.end, other.end) : max(one.start, other.start)]))


def _both(scene: Scene, one: Wanted) -> bool:
    return bool(
        re.search(
            r"(?i)\bfull shape\b|\bshape\b.*\band\b|\bvolume\b.*\band\b", scene.text[one.sentence[0] : one.sentence[1]]
        )
    )


def _answers(found: Answering, one: Wanted) -> list[Answer]:
    name = one.quantity
    if name == "input" and told.is_each(found.scene, one):
        name = "output"
    if name == "operations":
        found.plan.assume("operation", "one multiply-accumulate", "not said")
        name = "macs"
    if name in OUTPUTS:
        return _outputs(found, one, name)
    if name == "weights" and _with_biases(found, one):
        name = "params"
    if name in COUNTS:
        return _counts(found, one, name)
    if name == "weights_biases":
        both = [*_counts(found, one, "weights"), *_counts(found, one, "biases")]
        words = found.scene.text[one.start : one.end].lower()
        return both if "how many" in words or "number" in words else [*both, *_counts(found, one, "params")]
    if name == "connections":
        return _counts(found, one, "macs")
    if name == "neuron_connections":
        return [_of_one_filter(found, "weights")]
    if name == "filter_params":
        return [
            _of_one_filter(found, "weights" if "weight" in found.scene.text[one.start : one.end].lower() else "params")
        ]
    if name == "total_stride":
        return [_total_stride(found)]
    if name == "receptive":
        return _receptive(found, one)
    if name == "effective_kernel":
        return [_seen(found, [at], "effective_kernel", None) for at in _chosen(found, one)[-1:]]
    if name in ("memory", "output_memory"):
        return [_memory(found, one, name)]
    if name == "factor":
        return [_factor(found)]
    raise not_understood(
        f"what is asked here can't be told: {found.scene.text[one.start : one.end]}",
        found.scene.text,
        (one.start, one.end),
    )


def _chosen(found: Answering, one: Wanted) -> list[int]:
    """Which layers of the question are meant: those that its words refer to, else all."""
    return _meant(found, one) or list(range(len(found.plan.parts)))


def _meant(found: Answering, one: Wanted) -> list[int]:
    """The layers that the words of what is asked refer to."""
    scene = found.scene
    everything = list(range(len(found.plan.parts)))
    start, end = one.part
    named = [
        at
        for at in everything
        if (name := scene.layers[at].name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", scene.text[start:end])
    ]
    if named and all(scene.layers[at].end <= start or scene.layers[at].start >= end for at in named):
        return named
    meant: list[int] = []
    for mention, place in scene.references:
        if not start <= mention.start < end:
            continue
        if mention.name:
            alike = [at for at in everything if (scene.layers[at].name or "").lower() == mention.name.lower()]
        else:
            alike = [at for at in everything if is_called(scene.layers[at].type, mention.type)]
        if place is not None and alike:
            where = len(alike) // 2 if place == "middle" else place
            if not -len(alike) <= where < len(alike):
                raise not_understood("there is no such layer", scene.text, (mention.start, mention.end))
            alike = [alike[where]]
        elif is_plural(scene.text, mention):
            pass
        elif mention.article not in ("the", "this", "that", "its", "") or (
            len(alike) > 1 and mention.article in ("the", "this", "that")
        ):
            alike = []
        meant += alike
    return sorted(set(meant))


def is_plural(text: str, mention: Mention) -> bool:
    """Whether all layers of a kind are spoken of: `the pooling layers`, `each convolution`."""
    words = text[mention.start : mention.end]
    return (
        mention.article in ("each", "every", "all")
        or words.lower().endswith("s")
        or bool(re.match(r"(?i)\s*layers\b", text[mention.end :]))
    )


def is_called(type_: str, word: str) -> bool:
    if word == "layer":
        return type_ in (*WINDOWED, "fc")
    return type_ == word or (word == "pool" and type_ in POOLS) or (word == "conv" and type_ in CONVS)


def _outputs(found: Answering, one: Wanted, name: str) -> list[Answer]:
    indexes = _chosen(found, one)
    if (
        name == "length"
        and re.search(r"(?i)\bvector\b", _asking(found.scene, one))
        and not re.search(r"(?i)\boutput", _asking(found.scene, one))
    ):
        name = "in_features"
    if name == "in_features":
        flat = next((at for at, layer in enumerate(found.scene.layers) if layer.type in ("flatten", "fc")), None)
        if flat is not None:
            first = found.part(flat)[0]
            return [told.elements(found, first.input, None)]
    if _is_of_input(found, one):
        first = found.part(indexes[0])[0]
        return [told.output(found, first._replace(output=first.input), None, name)]
    _check_direction(found, one)
    several = told.is_each(found.scene, one) or len(_meant(found, one)) > 1 or found.plan.separate
    if not several and len(indexes) > 1 and _TOGETHER.search(_asking(found.scene, one)):
        raise not_understood("what all layers have together is not told here", found.scene.text, (one.start, one.end))
    if found.plan.separate:
        found.plan.assume("input of each", "the same", "the items are numbered")
    if several and len(indexes) > 1:
        indexes = [at for at in indexes if found.scene.layers[at].type not in PLAIN] or indexes
        return [told.output(found, found.part(at)[-1], _name(found, at), name) for at in indexes]
    return [told.output(found, found.part(indexes[-1])[-1], None, "elements" if name == "in_features" else name)]


_ENTERS = re.compile(
    r"(?i)\b(?:(?:that|which) (?:enters?|reach(?:es)?|(?:goes|is fed|is passed|comes|feeds) (?:in)?to)|entering|(?:going|fed|passed|coming) (?:in)?to|that is the input (?:of|to))\b"
)


def _is_of_input(found: Answering, one: Wanted) -> bool:
    """Whether it is asked of what goes into a layer: `the volume that enters the FC layer`."""
    enters = _ENTERS.search(found.scene.text, one.end, max(one.part[1], one.end))
    if enters is None or len(_meant(found, one)) != 1:
        return False
    return all(
        mention.start >= enters.end() for mention, _ in found.scene.references if one.end <= mention.start < one.part[1]
    )


_GOES_IN = re.compile(
    r"(?i)\benter(?:s|ing)?\b|\b(?:goes|go|going|feeds?|fed|passed|flows?|arriv\w+) (?:in)?to\b|\breach(?:es)?\b|'s inputs?\b|\binputs? (?:of|to) the\b"
)
_TOGETHER = re.compile(
    r"(?i)\b(?:in total|altogether|in all|all (?:the )?(?:activations|neurons|units|layers|outputs)|total)\b"
)


def _asking(scene: Scene, one: Wanted) -> str:
    """The words that ask, from the question word to the end of their part."""
    part = scene.text[slice(*one.part)]
    begins = [match.start() for match in BEGIN.finditer(part) if match.start() <= one.start - one.part[0]]
    return part[begins[-1] if begins else 0 :]


def _check_direction(found: Answering, one: Wanted) -> None:
    """Refuses what is asked of what goes in where it was not told from what comes out."""
    if len(found.plan.parts) > 1 and _GOES_IN.search(_asking(found.scene, one)):
        raise not_understood(
            "it is not clear whether what goes in or what comes out is meant", found.scene.text, one.part
        )


_EACH_AND_ALL = re.compile(
    r"(?i)\b(?:each|every|per|all)\b (?:of the )?(?:\w+ )?layers?\b[^?.]{0,30}(?:\band|\bas well as|,)(?: also| then)? (?:how many )?(?:in |the |their |of the )*(?:total|sum|altogether|overall|(?:whole|entire) (?:network|model))"
)


def _counts(found: Answering, one: Wanted, name: str) -> list[Answer]:
    indexes = _chosen(found, one)
    if all(kind in ("identity", "flatten") for kind, _ in found.plan.steps):
        raise not_understood("the question names no layer with parameters", found.scene.text, (one.start, one.end))
    if name == "non_trainable" and not all("non_trainable" in made.counts for made in found.made):
        raise not_understood("parameters that are not trainable are Keras's word for the statistics of norms")
    batch = found.scene.batch
    if name in ("macs", "flops") and found.plan.batch is None and batch not in (None, 1):
        if not re.search(r"(?i)\bbatch", found.scene.text[one.sentence[0] : one.sentence[1]]):
            raise not_understood(
                "it is not clear whether one image or the batch is meant", found.scene.text, (one.start, one.end)
            )
        found.plan.batch = batch
    weighted = [at for at in indexes if any(made.counts["params"] != 0 for made in found.part(at))] or indexes
    if name in ("params", "trainable", "biases") and not _bias_said(found) and _has_bias(found):
        found.plan.assume("bias", True, "not given")
    several = told.is_each(found.scene, one) or len(_meant(found, one)) > 1
    both = several and _EACH_AND_ALL.search(found.scene.text, *one.part)
    if several and (both or not told.is_whole(found.scene, one)) and len(weighted) > 1:
        total = [told.count(found, name, found.made, None)] if both else []
        return [*(told.count(found, name, found.part(at), _name(found, at)) for at in weighted), *total]
    if (
        len(weighted) > 1
        and len(indexes) == len(found.plan.parts)
        and not told.is_whole(found.scene, one)
        and re.search(r"(?i)\b(?:this|the|that) (?:\w+ )?layer\b", found.scene.text[slice(*one.part)])
    ):
        raise not_understood(
            "there are several layers, and it is not clear which one is meant", found.scene.text, (one.start, one.end)
        )
    return [told.count(found, name, [made for at in indexes for made in found.part(at)], None)]


def _with_biases(found: Answering, one: Wanted) -> bool:
    """Whether the weights that are asked for are to include the biases."""
    start, end = one.sentence
    return any(
        remark.kind == "bias" and remark.value is True and start <= remark.start < end for remark in found.scene.remarks
    )


def _has_bias(found: Answering) -> bool:
    return any("bias" in made.layer.options() and made.counts["biases"] != 0 for made in found.made)


def _bias_said(found: Answering) -> bool:
    return found.scene.remark("bias") is not None or any("bias" in options for _, options in found.plan.steps)


def _name(found: Answering, at: int) -> str:
    layer = found.scene.layers[at]
    return layer.name or found.part(at)[-1].path


def _total_stride(found: Answering) -> Answer:
    """How many pixels lie between what neighbouring units of the output see."""
    stride = engine.field(found.plan, found.plan.steps).stride
    if stride is None or None in stride or len(set(stride)) != 1:
        raise not_understood("the stride is not one number")
    value = engine.ratio(stride[0], 1)
    return Answer("total_stride", value, told.told(value), None, "pixel")


def _of_one_filter(found: Answering, quantity: str) -> Answer:
    """The parameters of one filter: of the same layer with one of them."""
    layers = [layer for layer in found.scene.layers if layer.type in ("conv", "pointwise", "fc")]
    if len(layers) != 1 or len(found.plan.steps) != 1:
        raise not_understood("it is not clear which filter is meant")
    kind, options = found.plan.steps[0]
    principal = "out_features" if kind == "fc" else "out_channels"
    plan = Plan(
        found.plan.channels,
        found.plan.sides,
        found.plan.layout,
        None,
        True,
        [(kind, {**options, principal: 1})],
        [range(1)],
    )
    if quantity == "params" and not _bias_said(found):
        found.plan.assume("bias", True, "not given")
    return told.count(Answering(found.scene, plan, engine.made(plan)), quantity, engine.made(plan), "one filter")


def _receptive(found: Answering, one: Wanted) -> list[Answer]:
    indexes = _chosen(found, one)
    if found.scene.layers[indexes[-1]].type in ("fc", "linear"):
        raise not_understood(
            "a fully connected layer sees the whole input; name the layer that is meant", found.scene.text, one.part
        )
    if told.is_each(found.scene, one) and len(indexes) > 1:
        return [_seen(found, list(range(at + 1)), "receptive_field", _name(found, at)) for at in indexes]
    return [_seen(found, list(range(indexes[-1] + 1)), "receptive_field", None)]


def _seen(found: Answering, indexes: list[int], quantity: str, of: str | None) -> Answer:
    """What a unit of the last of these layers sees of the input of the first."""
    steps = [found.plan.steps[at] for index in indexes for at in found.plan.parts[index]]
    steps = _spatial(steps)
    size = engine.field(found.plan, steps).size
    if size is None:
        raise not_understood("the output has no receptive field")
    value = size[0] if len(set(size)) == 1 else list(size)
    text = told.told(list(size)) if len(size) > 1 else told.told(value)
    return Answer(quantity, value, f"{text} pixels" if len(size) > 1 else text, of, "pixel")


def _memory(found: Answering, one: Wanted, name: str) -> Answer:
    """Bytes of an output, or of the parameters."""
    scene = found.scene
    sentence = scene.text[one.sentence[0] : one.sentence[1]]
    size = scene.remark("bytes")
    dtype = {1: "int8", 2: "float16", 4: "float32", 8: "float64"}[size or 4]
    if size is None:
        found.plan.assume("number", "float32, 4 bytes", "not given")
    of_weights = re.search(r"(?i)\b(?:weights?|param\w*|model)\b", sentence)
    of_output = re.search(r"(?i)\b(?:outputs?|activations?|feature[- ]?maps?|result|volume)\b", sentence)
    if [kind for kind, _ in found.plan.steps] == ["identity"]:
        of_weights, of_output = None, of_output or True  # type: ignore[assignment]
    if bool(of_weights) == bool(of_output):
        raise not_understood(
            "it is not clear whose memory is meant, that of the weights or that of an output",
            scene.text,
            (one.start, one.end),
        )
    if len(found.plan.parts) > 1 and _TOGETHER.search(sentence) and of_output:
        raise not_understood("what all layers have together is not told here", scene.text, (one.start, one.end))
    plan = found.plan
    if of_weights and not re.search(r"(?i)\b(?:param\w*|bias\w*|model)\b", sentence):
        plan = replace(plan, steps=[(kind, _unbiased(kind, options)) for kind, options in plan.steps])
    batch = found.plan.batch or scene.batch or 1
    if not isinstance(batch, int):
        raise not_understood("the question doesn't say how many images there are")
    if found.plan.batch is None and batch > 1:
        found.plan.assume("batch", batch, "for the whole batch")
    value = engine.bytes_of(
        plan, "param_bytes" if of_weights else "activation_bytes", dtype, 1 if of_weights else batch
    )
    return Answer("memory", value, f"{human_bytes(value)} ({value:,} bytes)", None, "byte")


def _unbiased(kind: str, options: dict[str, Any]) -> dict[str, Any]:
    return {**options, "bias": False} if kind in ("conv", "conv_transpose", "local", "fc", "linear") else options


def _factor(found: Answering) -> Answer:
    """How much larger the output is than the input."""
    made = found.made[-1]
    before, after = found.made[0].input[1:], made.output[1:]
    told.check_known([*before, *after], found.scene)
    pairs = {engine.ratio(new, old) for new, old in zip(after, before)}
    if len(pairs) != 1:
        raise not_understood("the factor is not the same along all axes")
    [value] = pairs
    return Answer("factor", value, f"{value:g} times", None)
