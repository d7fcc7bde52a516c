"""`layers` is true: what it says of a type is what the class, PyTorch and a run of its example say."""

from __future__ import annotations

import inspect
import math
import re
from typing import Any

import pytest
import torch
from declared import Draw, draws
from hypothesis import HealthCheck, given, settings
from test_cli import failed, run
from test_formula import fitting
from torch import nn

from cnncalc import analyze, loads
from cnncalc.formula import Formula
from cnncalc.layers import REGISTRY
from cnncalc.layers.join import Join
from cnncalc.render import page as pages
from cnncalc.render import reference
from cnncalc.render.lines import plain
from cnncalc.render.page import Page, Table

TYPES = list(REGISTRY)
OF_PYTORCH = [name for name in TYPES if not REGISTRY[name].beyond_torch]


def page(name: str) -> Page:
    return reference.page(REGISTRY[name])


def text(name: str, width: int | None = None) -> str:
    return plain(pages.lines(page(name), width))


def table(name: str, header: str) -> list[tuple[str, ...]]:
    """The rows of the table of a page that begins with this header; none where there is no such table."""
    return [
        row for part in page(name).parts if isinstance(part, Table) and part.headers[0] == header for row in part.rows
    ]


def said(name: str, beginning: str) -> str:
    """What stands behind the beginning of a paragraph."""
    [found] = [part for part in page(name).parts if isinstance(part, str) and part.startswith(beginning)]
    return found.removeprefix(beginning)


@pytest.mark.parametrize("name", TYPES)
def test_no_line_is_wider_than_it_may_be(name: str) -> None:
    for width in (None, 80, 70):
        assert max(map(len, text(name, width).splitlines())) <= (width or 80)


def test_every_type_has_its_line_of_80_columns() -> None:
    parts = reference.index().parts
    rows = [row for part in parts if isinstance(part, Table) for row in part.rows]
    assert [row[0] for row in rows] == [f"{name}{'*' * REGISTRY[name].beyond_torch}" for name in TYPES]
    assert [row[1] for row in rows] == [REGISTRY[name].principal or "" for name in TYPES]
    lines = plain(pages.lines(reference.index())).splitlines()
    assert max(map(len, lines)) <= 80
    for name, _, what in rows:
        [line] = [line for line in lines if line.startswith(f"{name} ") and line.endswith(what)]
        assert what and " ".join(what.split()) in " ".join(line.split())


@pytest.mark.parametrize("name", TYPES)
def test_every_option_stands_there_with_its_default_and_range(name: str) -> None:
    declared = REGISTRY[name].options()
    rows = {row[0]: row[1:] for row in table(name, "option")}
    assert set(rows) == set(declared)
    assert not rows or REGISTRY[name].principal in (None, next(iter(rows)))
    for option in declared.values():
        symbol, default, takes = rows[option.name]
        assert symbol == (option.symbol or "")
        assert (default == "required") == option.required
        assert all(word in takes for word in option.words)
        most = option.most.text() if isinstance(option.most, Formula) else option.most
        for word, bound in (("at least", option.least), ("greater than", option.above), ("at most", most)):
            assert (f"{word} {bound}" in takes) == (bound is not None)
        assert all(number in takes.partition("divides ")[2] for number in option.divides)


NOT_PYTORCHS = {("reshape", "shape")}
"""Options of types that PyTorch has as functions."""
OTHER_DEFAULTS = {
    ("softmax", "dim"),
    ("log_softmax", "dim"),
    ("layernorm", "normalized_shape"),
    ("lppool", "norm_type"),
}


@pytest.mark.parametrize("name", [name for name in OF_PYTORCH if not issubclass(REGISTRY[name], Join)])
def test_options_have_the_names_and_defaults_of_pytorch(name: str) -> None:
    layer = REGISTRY[name]
    [*_, (module, _)] = layer(**layer.example.options).torch(*layer.example.inputs)
    theirs = inspect.signature(getattr(nn, module)).parameters
    for option in layer.options().values():
        if (name, option.name) not in NOT_PYTORCHS | OTHER_DEFAULTS:
            required = theirs[option.name].default is inspect.Parameter.empty
            assert option.required == required
            assert required or option.default == theirs[option.name].default


# examples


def example(name: str) -> Any:
    """The row of the example, run from what is printed."""
    step, flow = re.fullmatch(r"`(.*)`: (.*) → .*", said(name, "For example ")).groups()  # type: ignore
    shapes = dict(re.fullmatch(r"(\w+) ([\d×]+)", each).groups() for each in flow.split(" and "))  # type: ignore
    given = ", ".join(f"{name}: [{shape.replace('×', ', ')}]" for name, shape in shapes.items())
    spec = f"input: {{{given}}}\nlayers:\n- {step}\n"
    if len(shapes) == 1:
        spec = f"input: [{flow.split()[1].replace('×', ', ')}]\nlayers:\n- {step}\n"
    [row] = analyze(loads(spec)).rows
    return row


def number(cell: str) -> int:
    """What stands at the end of a cell."""
    return int(cell.rpartition("= ")[2].replace(",", "").replace(" ", ""))


@pytest.mark.parametrize("name", TYPES)
def test_the_step_that_is_printed_gives_the_numbers_that_are_printed(name: str) -> None:
    row, shown = example(name), dict(table(name, "quantity"))
    assert row.type == name
    assert said(name, "For example ").endswith(f" → {'×'.join(map(str, row.output))}")
    values = {key: number(cell) for key, cell in values_of(name).items()}
    zero = [
        p.removeprefix("0 by definition: ") for p in page(name).parts if isinstance(p, str) and p.startswith("0 by")
    ]
    names = {"MACs": "macs", "FLOPs": "flops"}
    for quantity in ("weights", "biases", "params", "buffers", "MACs", "FLOPs"):
        count = row.counts[names.get(quantity, quantity)]
        assert values.get(quantity, 0) == count
        assert (quantity in values) != (quantity in ", ".join(zero).split(", "))
    sizes = [value for key, value in values.items() if key not in ("weights", "biases", "params", "buffers", *names)]
    assert set(sizes) == set(row.output)
    assert shown.keys() >= values.keys()


def values_of(name: str) -> dict[str, str]:
    [found] = [p for p in page(name).parts if isinstance(p, Table) and p.headers == ("quantity", "in values")]
    return dict(found.rows)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", OF_PYTORCH)
def test_the_constructors_that_are_printed_are_the_layer(name: str) -> None:
    row, code = example(name), said(name, "PyTorch: ").strip("`")
    inputs = [torch.zeros(2, *shape) for shape in row.inputs]
    if not code.startswith("nn."):
        output, params = eval(code, {"torch": torch}, dict(zip("ab", inputs))), 0
    else:
        module = nn.Sequential(*(eval(one, {"nn": nn}) for one in code.split(", then "))).eval()
        output, params = module(*inputs), sum(parameter.numel() for parameter in module.parameters())
    assert (tuple(output.shape[1:]), params) == (row.output, row.counts["params"])


@pytest.mark.parametrize("name", TYPES)
def test_beyond_pytorch_is_what_pytorch_has_no_module_for(name: str) -> None:
    layer = REGISTRY[name]
    if issubclass(layer, Join):
        assert hasattr(torch, layer.operator)
    else:
        modules = [module for module, _ in layer(**layer.example.options).torch(*layer.example.inputs)]
        assert layer.beyond_torch == (not all(hasattr(nn, module) for module in modules))


@pytest.mark.parametrize("name", [name for name in TYPES if REGISTRY[name].example.variants])
def test_variants_have_formulas_of_their_own(name: str) -> None:
    shown = " ".join(cell for _, cell in table(name, "quantity"))
    for variant in REGISTRY[name].example.variants:
        [*_, (key, value)] = variant.items()
        assert f" with {key}: {str(value).lower()}" in shown


@pytest.mark.parametrize("name", TYPES)
def test_every_formula_that_a_type_has_is_printed(name: str) -> None:
    """Whatever its options are; an axis that it leaves as it is has no formula to speak of."""
    printed = {cell.partition(" with ")[0] for _, cell in table(name, "quantity")}

    @settings(derandomize=True, deadline=None, database=None, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(draws(name, "none"))
    def covered(draw: Draw) -> None:
        _, sized = fitting(draw)
        used = [*sized.output, sized.weights, sized.biases, sized.buffers, sized.macs]
        assert {number.formula.text() for number in used} - printed <= {"0", "n", "C_in"}

    covered()


@pytest.mark.parametrize("name", TYPES)
def test_every_symbol_is_explained(name: str) -> None:
    explained = {row[0] for row in table(name, "symbol")} | {row[1] for row in table(name, "option")}
    explained |= {row[0] for row in table(name, "option")} | {row[0] for row in table(name, "function")}
    explained |= {"weights", "biases", "MACs", "o", "x", "f_j", "f_i"} | {
        "f(x)",
        "e",
        "exp",
        "max",
        "min",
        "otherwise",
        "if",
    }
    formulas = [row[1] for header in ("quantity", "function", "size step by step") for row in table(name, header)]
    formulas = [re.sub(r"[²³]| with \w+: \w+$", "", formula) for formula in formulas]
    symbols = {
        word
        for formula in formulas
        for word in re.findall(r"[^\W\d]\w*", re.sub(r"(exp|ln|tanh|erf|f)\(|eˣ|e⁻ˣ|π", "", formula))
    }
    assert symbols - explained == set()


# the command


def test_the_command() -> None:
    assert run("layers").stdout.decode() == plain(pages.lines(reference.index()))
    assert run("layers", "conv").stdout.decode() == text("conv")


def test_files_and_markdown(tmp_path: Any) -> None:
    done = run("layers", "relu6", "--format", "markdown", "-o", "relu6.md", cwd=tmp_path)
    assert done.stdout == b"" and done.returncode == 0
    written = (tmp_path / "relu6.md").read_text(encoding="utf-8")
    assert written == pages.markdown(page("relu6"))
    assert "| f′(x) | 1 if 0 < x < 6, 0 otherwise |\n" in written
    cells = [cell for part in page("relu6").parts if isinstance(part, Table) for row in part.rows for cell in row]
    assert all(f"| {cell} |" in written for cell in cells)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("deconv", "write conv_transpose: "),
        ("dense", "here it is called fc"),
        ("nn.Conv2d", "here it is called conv2d"),
        ("maxpol", "did you mean maxpool?"),
        ("lstm", "recurrent layers are not covered"),
        ("repeat", "it is a structure"),
        ("qqqq", "cnncalc layers lists them all"),
        ("\x1b[31m", "cnncalc layers lists them all"),
        ("", "cnncalc layers lists them all"),
    ],
)
def test_an_unknown_type_is_told_the_nearest_one(word: str, hint: str) -> None:
    message = failed(run("layers", word), 2)
    assert "no layer type is called so\n" in message
    assert f"\n  {hint}" in message
    assert message.replace("\n", "").isprintable()


def test_narrow_alphabets() -> None:
    done = run("layers", "gelu", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    shown = done.stdout.decode("ascii")
    assert "?" not in shown
    assert "Phi + x*exp(-x^2/2)/sqrt (2*pi)" in shown
    assert "(e^x - e^-x)/(e^x + e^-x)" in run("layers", "tanh", PYTHONIOENCODING="ascii").stdout.decode("ascii")


def test_the_values_of_an_activation_are_those_of_its_formulas() -> None:
    shown = text("gelu")
    assert math.isclose(0.5 * (1 + math.erf(1 / math.sqrt(2))), 0.8413, abs_tol=5e-5)
    assert re.search(r"^x +−2 +−1 +0 +1 +2$", shown, re.MULTILINE)
    assert re.search(r"^f\(x\) +−0\.0455 +−0\.1587 +0 +0\.8413 +1\.954$", shown, re.MULTILINE)
