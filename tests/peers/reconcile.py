"""Writes conventions.json: what eight tools print for the very modules that cnncalc builds.

    python tests/peers/reconcile.py

runs where torchinfo, fvcore, thop, ptflops, calflops and deepspeed are installed beside torch. Nothing that cnncalc
counts goes into the table. Every tool runs as its documentation shows, in evaluation mode, on zeros; one that stops
with an error has null for an answer and the error beside it.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import json
import logging
import multiprocessing
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import calflops
import fvcore.nn
import ptflops
import thop
import torch
import torchinfo
from deepspeed.profiling.flops_profiler import get_model_profile
from one_layer import CASES
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cnncalc import Network, load, loads
from cnncalc.pytorch.build import build

TABLE = Path(__file__).with_name("conventions.json")

NETWORKS = """
    alexnet alexnet_two_gpus zfnet lenet5 lenet5_1998 nin vgg16 vgg11_bn googlenet googlenet_torchvision bn_inception
    inception_v3 xception resnet50 preact_resnet50 resnext50_32x4d seresnet50 densenet121 squeezenet1_0 mobilenet_v1
    mobilenet_v2 mobilenet_v3_large shufflenet_v1_g3 shufflenet_v2_x1_0 mnasnet1_0 regnet_y_400mf efficientnet_b0
    convnext_tiny darknet53 unet dcgan_generator dcgan_discriminator fsrcnn espcn deeplabv3_head conv_autoencoder
    dilated_context char_cnn m5 fcn_time_series r3d_18 c3d voxnet two_layer_net d2l_lenet
"""

FORK = multiprocessing.get_context("fork")

Answer = tuple[int | None, dict[str, int]]
"""The total, and for a tool that tells it the sum over the modules of each class."""


def torch_flops(model: nn.Module, images: Tensor) -> Answer:
    with FlopCounterMode(display=False, depth=99) as counter:
        model(images)
    counts, root = counter.get_flop_counts(), type(model).__name__
    return counter.get_total_flops(), by_class(model, lambda name: sum(counts.get(f"{root}.{name}", {}).values()))


def torchinfo_mult_adds(model: nn.Module, images: Tensor) -> Answer:
    found = torchinfo.summary(model, input_data=images, verbose=0)
    leaves = [layer for layer in found.summary_list if layer.is_leaf_layer]
    sums = Counter[str]()
    for layer in leaves:
        sums[layer.class_name] += layer.macs
    return found.total_mult_adds, dict(sums)


def fvcore_flops(model: nn.Module, images: Tensor) -> Answer:
    found = fvcore.nn.FlopCountAnalysis(model, images)
    found.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    counts = found.by_module()
    return found.total(), by_class(model, lambda name: counts[name])


def thop_macs(model: nn.Module, images: Tensor) -> Answer:
    total, _, tree = thop.profile(model, inputs=(images,), verbose=False, ret_layer_info=True)
    counts: dict[str, float] = {}

    def walk(tree: dict[str, Any], above: str) -> None:
        for name, (operations, _, below) in tree.items():
            counts[above + name] = operations
            walk(below, f"{above}{name}.")

    walk(tree, "")
    return whole(total), by_class(model, lambda name: whole(counts[name]))


def ptflops_macs(model: nn.Module, images: Tensor, backend: str) -> Answer:
    options = {"print_per_layer_stat": False, "as_strings": False, "backend": backend}
    macs, _ = ptflops.get_model_complexity_info(model, tuple(images.shape[1:]), **options)
    if macs is None:
        raise RuntimeError("ptflops gives None")
    return macs, {}


def calflops_flops(model: nn.Module, images: Tensor) -> Answer:
    options = {"print_results": False, "print_detailed": False, "output_as_string": False}
    return calflops.calculate_flops(model, input_shape=tuple(images.shape), **options)[0], {}


def deepspeed_flops(model: nn.Module, images: Tensor) -> Answer:
    options = {"print_profile": False, "as_string": False, "warm_up": 0}
    return get_model_profile(model, args=[images], **options)[0], {}


TOOLS: dict[str, Callable[[nn.Module, Tensor], Answer]] = {
    "torch": torch_flops,
    "torchinfo": torchinfo_mult_adds,
    "fvcore": fvcore_flops,
    "thop": thop_macs,
    "ptflops": lambda model, images: ptflops_macs(model, images, "pytorch"),
    "ptflops-aten": lambda model, images: ptflops_macs(model, images, "aten"),
    "calflops": calflops_flops,
    "deepspeed": deepspeed_flops,
}
PACKAGES = ("torch", "torchinfo", "fvcore", "thop", "ptflops", "calflops", "deepspeed")


def by_class(model: nn.Module, count: Callable[[str], int]) -> dict[str, int]:
    """The sums over the modules without children."""
    sums = Counter[str]()
    for name, module in model.named_modules():
        if name and not any(module.children()):
            sums[type(module).__name__] += count(name)
    return dict(sums)


def whole(number: float) -> int:
    """thop adds up floats."""
    if not float(number).is_integer():
        raise ValueError(f"not a whole number: {number}")
    return int(number)


def main(wanted: list[str]) -> None:
    torch.manual_seed(0)
    first = loads(next(text for text, _ in CASES.values()))
    for tool in TOOLS:
        answer(tool, first, 1)  # what PyTorch imports at the first use, every process below would import again
    rows = []
    for name in NETWORKS.split():
        if not wanted or name in wanted:
            rows.append({"spec": name, **measured(load(name), 1, details=True)})
            print(name, rows[-1]["totals"], flush=True)
    cases = []
    for case, (text, batch) in CASES.items():
        if not wanted or case in wanted:
            cases.append({"case": case, "spec": text, "batch": batch, **measured(loads(text), batch)})
            print(case, cases[-1]["totals"], cases[-1].get("errors", ""), flush=True)
    if not wanted:
        versions = {package: importlib.metadata.version(package) for package in PACKAGES}
        TABLE.write_text(table(versions, rows, cases), encoding="utf-8")


Answers = dict[str, tuple[int | None, dict[str, int], str]]
"""By tool the total, the sums over classes, and the error it stopped with."""


def measured(network: Network, batch: int, details: bool = False) -> dict[str, Any]:
    """What every tool says of a network."""
    found = apart(list(TOOLS), network, batch)
    if any(error for _, _, error in found.values()):  # a tool that fails leaves PyTorch patched for the next one
        found = {tool: apart([tool], network, batch)[tool] for tool in TOOLS}
    totals = {tool: total for tool, (total, _, _) in found.items()}
    classes = {tool: {name: n for name, n in sums.items() if n} for tool, (_, sums, _) in found.items() if sums}
    errors = {tool: error for tool, (_, _, error) in found.items() if error}
    return {"totals": totals, **({"classes": classes} if details else {}), **({"errors": errors} if errors else {})}


def apart(tools: list[str], network: Network, batch: int) -> Answers:
    """The answers of tools, from a process of their own."""
    there, here = FORK.Pipe()
    process = FORK.Process(target=lambda: here.send({tool: answer(tool, network, batch) for tool in tools}))
    process.start()
    here.close()
    found: Answers = there.recv()
    process.join()
    return found


def answer(tool: str, network: Network, batch: int) -> tuple[int | None, dict[str, int], str]:
    """What a tool says of a network, and the error it stops with."""
    [shape] = network.inputs.values()
    images = torch.zeros(1 if tool.startswith("ptflops") else batch, *shape)
    try:
        with quiet():
            return *TOOLS[tool](build(network, "cpu").eval(), images), ""
    except Exception as error:  # whatever a tool stops with is its answer
        return None, {}, f"{type(error).__name__}: {error}".splitlines()[0]


@contextlib.contextmanager
def quiet() -> Any:
    """What the tools print is no part of their answer."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def table(versions: dict[str, str], rows: list[dict[str, Any]], cases: list[dict[str, Any]]) -> str:
    """JSON with a line per network and per case."""
    networks, small = (",\n".join(f"  {json.dumps(row)}" for row in part) for part in (rows, cases))
    return f'{{\n"versions": {json.dumps(versions)},\n"networks": [\n{networks}\n],\n"cases": [\n{small}\n]\n}}\n'


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    torch.set_num_threads(1)
    traceback.print_exc = lambda *_, **__: None  # ptflops reports what it hides; it is in the table
    main(sys.argv[1:])
