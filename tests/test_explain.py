"""`explain` shows the formulas of the very objects that computed the numbers."""

from __future__ import annotations

import re

import pytest

from cnncalc import SpecError, analyze, load, loads
from cnncalc.bundled import names
from cnncalc.render import explain, explain_latex, receptive
from cnncalc.render.latex import escaped
from cnncalc.render.lines import plain


def text(spec: str, layer: str | None = None, **kwargs: int) -> str:
    analysis = analyze(load(spec) if spec in names() else loads(spec), **kwargs)
    return plain(explain.lines(analysis, explain.chosen(analysis, layer), "chw"))


def test_a_convolution() -> None:
    shown = text("alexnet", "conv1")
    assert "height, width  = ⌊(n + 2·p − d·(k − 1) − 1)/s⌋ + 1\n" in shown
    assert "= ⌊(227 + 2·0 − 1·(11 − 1) − 1)/4⌋ + 1\n" in shown
    assert "weights        = C_out·(C_in/g)·∏k\n                 = 96·(3/1)·11·11\n                 = 34,848\n" in shown
    assert "= 105,415,200\n" in shown


def test_a_transposed_convolution_shows_the_grid() -> None:
    """The example of the lecture: N=3, F=2, S=2, P=1 make a grid of 5 and an output of 4."""
    shown = text("input: [1, 3, 3]\nlayers: [{conv_transpose: 1, kernel_size: 2, stride: 2, padding: 1}]")
    assert "grid           = n + (n − 1)·(s − 1) + 2·d·(k − 1) − 2·p + output_padding\n" in shown
    assert "= 3 + (3 − 1)·(2 − 1) + 2·1·(2 − 1) − 2·1 + 0\n                 = 5\n" in shown
    assert "o              = grid − (d·(k − 1) + 1) + 1\n" in shown
    assert "= 5 − (1·(2 − 1) + 1) + 1\n                 = 4\n" in shown


def test_axes_of_different_size_are_shown_apart() -> None:
    shown = text("input: [3, 10, 20]\nlayers: [{conv: 4, kernel_size: [3, 5], stride: [1, 2]}]")
    assert "  height         = ⌊" in shown or "  height  " in shown
    assert "⌊(10 + 2·0 − 1·(3 − 1) − 1)/1⌋ + 1" in shown
    assert "⌊(20 + 2·0 − 1·(5 − 1) − 1)/2⌋ + 1" in shown


def test_the_batch_is_a_factor_of_its_own() -> None:
    shown = text("alexnet", "conv1", batch=8)
    assert "  MACs per image  = ∏o·C_out·(C_in/g)·∏k\n" in shown
    assert "= batch·MACs\n                  = 8·105415200\n                  = 843,321,600\n" in shown


def test_a_block_call_is_all_its_layers() -> None:
    shown = text("resnet50", "stage1.bottleneck1")
    assert shown.count("stage1.bottleneck1.conv") >= 4
    assert "stage1.bottleneck2.conv1: " not in shown


def test_frozen_and_reused_layers_say_so() -> None:
    spec = "input: [4, 8, 8]\nlayers: [{conv: 4, kernel_size: 1, name: a, freeze: true}, {reuse: a}]"
    assert "trainable: it is frozen" in text(spec, "a")
    assert "with the weights of a" in text(spec, "reuse1")


@pytest.mark.parametrize("name", names())
def test_every_layer_of_every_network_can_be_explained(name: str) -> None:
    analysis = analyze(load(name))
    placed = explain.chosen(analysis, None)
    assert len(placed) == len(analysis.rows)
    shown = plain(explain.lines(analysis, placed, "chw"))
    for row in analysis.rows:
        assert f"{row.path}: {row.type}, {row.mark.source.name}:{row.mark.line}\n" in shown
        assert f"= {row.counts['macs']:,}\n" in shown or row.counts["macs"] == 0


def test_markdown_is_a_table_per_layer() -> None:
    analysis = analyze(load("lenet5"))
    shown = explain.markdown(analysis, explain.chosen(analysis, "conv1"), "chw")
    assert "|  | in symbols | in values | result |\n| :--- | :--- | :--- | ---: |\n" in shown
    assert "| weights | C_out·(C_in/g)·∏k | 6·(1/1)·5·5 | 150 |\n" in shown


def test_an_unknown_layer_leads_to_the_nearest() -> None:
    analysis = analyze(load("resnet50"))
    with pytest.raises(SpecError, match=r"stage1\.bottleneck1\.conv1"):
        explain.chosen(analysis, "stage1.botleneck1.conv1")


def latex(spec: str, layer: str | None = None, layout: str = "chw") -> str:
    analysis = analyze(load(spec) if spec in names() else loads(spec))
    return explain_latex.render(analysis, explain.chosen(analysis, layer), layout)


def test_latex_has_symbols_values_and_result() -> None:
    shown = latex("alexnet", "conv1", "hwc")
    assert shown.startswith("% needs \\usepackage{amsmath}\n\\subsection*{conv1: conv, alexnet.")
    assert r"input 227$\times$227$\times$3 $\to$ 55$\times$55$\times$96" in shown
    assert (
        r"\text{height, width} &= \left\lfloor \frac{n + 2p - d(k - 1) - 1}{s} \right\rfloor + 1 \\" + "\n"
        r"&= \left\lfloor \frac{227 + 2 \cdot 0 - 1 \cdot (11 - 1) - 1}{4} \right\rfloor + 1 = 55 \\" in shown
    )
    assert r"\text{param bytes} &= \text{params} \cdot \text{bytes} = 34944 \cdot 4 = 139{,}776 \approx 139.8" in shown
    assert r"$C_{\text{in}}$ = channels of the input; $g$ = groups;" in shown


@pytest.mark.parametrize("name", ["resnet50", "unet", "densenet121"])
def test_latex_has_every_number_of_every_layer(name: str) -> None:
    analysis = analyze(load(name))
    shown = latex(name)
    aligned = re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", shown, re.DOTALL)
    rows = [row for block in aligned for row in re.sub(r" \\\\\n&(?==|\\approx)", "", block).split(" \\\\\n")]
    steps = [step for one in analysis.network.layers for step in explain.explained(one, analysis, "chw").workings]
    assert len(rows) == len(steps)
    for row, step in zip(rows, steps):
        assert row.startswith(rf"\text{{{escaped(step.name)}}} &"), row
        assert row.replace("{,}", ",").endswith(f" {step.result}") or step.name == "param bytes"
    assert shown.isascii()
    assert shown.count("{") == shown.count("}")
    assert shown.count(r"\begin{") == shown.count(r"\end{")


def test_nothing_of_a_name_is_left_to_latex() -> None:
    network = loads("input: [1, 8, 8]\nlayers: [{conv: 2, kernel_size: 3, name: a_b}]", name="50%_of\\it.yaml")
    shown = explain_latex.render(analyze(network), network.layers, "chw")
    assert r"a\_b: conv, 50\%\_of\textbackslash{}it." in shown


def test_the_page_of_one_unit_is_a_table_with_rules() -> None:
    analysis = analyze(load("alexnet"))
    shown = explain_latex.render(
        analysis, [analysis.network.by_path["conv1"]], "chw", receptive.page(analysis, "conv1", "3,3", None)
    )
    assert shown.startswith("% needs \\usepackage{amsmath,booktabs}\n")
    assert "height & 12 & 22 & 11 &  & 12 & 22 & 11 \\\\\n" in shown
