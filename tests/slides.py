"""The claims of the slides and the truth about each, computed from its network."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from cnncalc import Network, Row, SpecError, analyze, load, loads
from cnncalc.memory import memory
from cnncalc.pytorch.build import build

HERE = Path(__file__).parent / "lectures"

Claim = dict[str, Any]


def _read(lecture: int) -> list[Claim]:
    claims = yaml.safe_load((HERE / f"lecture{lecture}.yaml").read_text(encoding="utf-8"))
    return [{**claim, "lecture": lecture} for claim in claims]


CLAIMS: dict[str, Claim] = {claim["id"]: claim for lecture in range(5) for claim in _read(lecture)}


def truth(claim: Claim) -> Any:
    """The truth about a claim, in the form in which the file has it."""
    if claim["id"] in OTHERWISE:
        return OTHERWISE[claim["id"]](claim)
    network = _network(claim)
    if "image" in claim:
        return _run(network, claim["image"], claim.get("weight"))
    rows = analyze(network).rows
    if "rows" in claim:
        chosen = [row for row in rows if row.type in claim["rows"]]
        return [[list(row.inputs[0]), list(row.output), row.counts["params"], row.counts["macs"]] for row in chosen]
    return {quantity: _value(quantity, claim, network, rows) for quantity in claim["truth"]}


@cache
def sizes(identity: str) -> list[tuple[dict[str, int], int]]:
    """The last size of the output at every point of a claim's grid where its network is legal."""
    claim, found = CLAIMS[identity], []
    text = yaml.safe_dump(claim["network"])
    for point in product(*claim["grid"].values()):
        values = dict(zip(claim["grid"], point))
        try:
            network = loads(text, set=values)
        except SpecError:
            continue
        found.append((values, network.shape(network.outputs[0])[-1]))
    return found


def _network(claim: Claim) -> Network:
    if "spec" in claim:
        return load(claim["spec"], set=claim.get("set"))
    return loads(yaml.safe_dump(claim["network"]), set=claim.get("set"))


def _value(quantity: str, claim: Claim, network: Network, rows: tuple[Row, ...]) -> Any:
    """One quantity of the layers or block calls that the claim names, of all where it names none."""
    named = claim.get("layers")
    chosen = [row for row in rows if not named or row.path.partition(".")[0] in named]
    if quantity == "each":
        of = claim["each"]
        return [list(row.output) if of == "output" else row.counts[of] for row in chosen]
    if quantity in ("input", "output"):
        return list(network.shape("input" if quantity == "input" else network.outputs[0]))
    if quantity == "depth":
        return analyze(network).depth
    return sum(row.counts[quantity] for row in chosen)


def _run(network: Network, image: Any, weight: Any) -> Any:
    """What the built network makes of an image, as rows."""
    built = build(network, device="cpu").eval()
    for parameter in built.parameters():
        parameter.data = torch.tensor(weight, dtype=torch.float32).reshape(parameter.shape)
    with torch.no_grad():
        return built(torch.tensor(image, dtype=torch.float32).reshape(1, *network.inputs["input"]))[0, 0].tolist()


def _of(identity: str, quantity: str) -> Any:
    return truth(CLAIMS[identity])[quantity]


def _hidden_layer(claim: Claim) -> dict[str, float]:
    totals = analyze(_network(claim)).totals
    weights = totals["weights"]
    return {
        "weights": weights,
        "params": totals["params"],
        "weight_bytes": 4 * weights,
        "gibibytes": 4 * weights / 2**30,
    }


def _data_set(claim: Claim) -> dict[str, float]:
    totals = analyze(_network(claim), batch=10**6).totals
    return {"macs_of_all": totals["macs"], "peta_macs": totals["macs"] / 1e15, "peta_flops": totals["flops"] / 1e15}


def _hours(_: Claim) -> dict[str, float]:
    an_hour, macs = 0.15e12 * 3600, _of("6b", "macs_of_all")
    return {"hours_of_10P": 10e15 / an_hour, "hours": macs / an_hour, "hours_in_flops": 2 * macs / an_hour}


def _minutes(_: Claim) -> dict[str, float]:
    a_minute = 12e12 * 60
    return {"minutes_of_10P": 10e15 / a_minute, "minutes": _of("6b", "macs_of_all") / a_minute}


def _increase(_: Claim) -> dict[str, float]:
    ratios = {key: _of("7Total.alexnet", key) / _of("7Total.lenet", key) for key in ("weights", "macs")}
    return {**ratios, "weights_of_the_slide": 46 / 0.6, "macs_of_the_slide": 1000 / 4}


def _padding(claim: Claim) -> dict[str, Any]:
    [conv] = _network(claim).layers
    layer: Any = conv.layer
    return {"padding": layer.padding, "output": list(conv.output)}


def _reach(k: int, d: int) -> int:
    network = loads(f"input: [1, 32]\nlayers: [{{conv: 1, kernel_size: {k}, dilation: {d}}}]")
    return 32 - network.shape(network.outputs[0])[1] + 1


def _statistics(claim: Claim) -> dict[str, list[float]]:
    batch = np.array(claim["batch"])
    return {
        "means": batch.mean(axis=1).tolist(),
        "divided_by_m": batch.std(axis=1).tolist(),
        "divided_by_m_minus_1": batch.std(axis=1, ddof=1).tolist(),
    }


def _discarded(claim: Claim) -> dict[str, float]:
    [pool] = _network(claim).layers
    return {"discarded": 1 - math.prod(pool.output) / math.prod(pool.inputs[0])}


def _matrix(claim: Claim) -> dict[str, int]:
    [row] = analyze(_network(claim)).rows
    [columns], weights = row.output, row.counts["weights"]
    return {"weights": weights, "rows": weights // columns, "columns": columns}


def _keras(claim: Claim) -> dict[str, int]:
    analysis = analyze(_network(claim))
    steps = sum(row.type == "batchnorm" for row in analysis.rows)  # PyTorch's counters, which Keras has not
    params, statistics = analysis.totals["params"], analysis.totals["buffers"] - steps
    return {"total": params + statistics, "trainable": params, "not_trainable": statistics}


def _activations(_: Claim) -> dict[str, int]:
    held = memory(analyze(load("vgg16")), in_place=True)
    return {"elements": held.elements, "bytes": held.activations}


OTHERWISE: dict[str, Callable[[Claim], Any]] = {
    "2b.biases": lambda _: {"flops_with_bias_adds": _of("2b", "flops") + 32 * 28 * 28},
    "2e": lambda _: {
        "weights": _of("2a", "weights") / _of("2c", "weights"),
        "macs": _of("2b", "macs") / _of("2d", "macs"),
    },
    "4": _hidden_layer,
    "6b": _data_set,
    "6c": _hours,
    "6d": _minutes,
    "7Increase": _increase,
    "10b": _padding,
    "18.kernel": lambda _: {"k3_d2": _reach(3, 2), "k3_d4": _reach(3, 4), "k5_d2": _reach(5, 2)},
    "20": _statistics,
    "29": _discarded,
    "30a": _matrix,
    "30b": _matrix,
    "31": lambda _: {"std": torch.nn.init.calculate_gain("leaky_relu", 1) / math.sqrt(50)},
    "keras": _keras,
    "notes.vgg": _activations,
}
"""Truths that are no counts of a network."""
