"""`specs`: the list, the text of one, and the way from a guess to a name."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from terminal import on_terminal
from typer.testing import CliRunner, Result

from cnncalc import analyze, bundled, load, loads
from cnncalc.bundled import names
from cnncalc.cli import app
from cnncalc.render import specs as listing
from cnncalc.render.lines import plain
from cnncalc.render.specs import Listed
from cnncalc.spec.catalogue import alike, bundled_near, entries, families, matching

KNOWN = entries()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["specs", *arguments])


def one(name: str) -> Listed:
    return Listed(0, KNOWN[name], analyze(load(KNOWN[name].path)))


# what is bundled


def test_every_spec_is_listed_once_and_below_what_it_extends() -> None:
    done = run()
    assert done.exit_code == 0
    listed = done.stdout.split("\n\n")[0].splitlines()[2:]
    assert sorted(line.split()[0] for line in listed) == names()
    above: dict[int, str] = {}
    for line in listed:
        name = line.split()[0]
        level = (len(line) - len(line.lstrip())) // 2
        assert KNOWN[name].base == (above[level - 1] if level else "")
        above[level] = name


def test_the_list_fits_80_columns() -> None:
    text = on_terminal(["specs"], 80, NO_COLOR="1").decode().replace("\r\n", "\n")
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"^resnet50 +3×224×224 +25\.56 M +4\.09 G  He 2015$", text, re.MULTILINE)


@pytest.mark.parametrize("width", [20, 40, 60, 120, 200, None])
def test_no_number_is_cut(width: int | None) -> None:
    text = plain(listing.table([one("unet"), one("c3d")], width, 2))
    assert all(re.search(rf"^{re.escape(row)}", text, re.MULTILINE) for row in ("unet", "c3d"))
    for figure in ("31.03 M", "150.43 G", "79.99 M", "38.55 G"):
        assert figure in text


def test_exact_numbers_as_json_and_csv_and_markdown() -> None:
    found = {spec["spec"]: spec for spec in json.loads(run("--format", "json").stdout)["specs"]}
    assert sorted(found) == names()
    assert found["resnet101"]["extends"] == "resnet50"
    assert found["resnet50"]["extends"] is None
    assert found["vgg16"]["totals"]["macs"] == 15_470_264_320
    assert found["vgg16"]["inputs"] == {"input": [3, 224, 224]}
    rows = {row["spec"]: row for row in csv.DictReader(io.StringIO(run("--format", "csv").stdout))}
    assert [*rows] == [*found]
    for name, row in rows.items():
        assert int(row["params"]) == found[name]["totals"]["params"]
        assert row["source"] == found[name]["source"] != ""
    assert (
        "| `vgg19` | VGG-19 | 3×224×224 | 143,667,240 | 19,632,062,464 |" in run("vgg", "--format", "markdown").stdout
    )


def test_numbers_in_names_are_in_their_order() -> None:
    found = [name for name in entries() if re.fullmatch(r"resnet\d+", name)]
    assert found == sorted(found, key=lambda name: int(name.removeprefix("resnet")))
    assert len(found) > 5


# the text of one


@pytest.mark.parametrize("name", names())
def test_what_is_printed_is_the_spec(name: str) -> None:
    """With all that is said around it, it reads as the same network; and it is what stands in the file."""
    text = plain(listing.text(one(name), KNOWN, 80))
    network = loads(text)
    original = load(KNOWN[name].path)
    assert [(p.path, p.layer, p.inputs, p.output) for p in network.layers] == [
        (p.path, p.layer, p.inputs, p.output) for p in original.layers
    ]
    assert plain_text(KNOWN[name].path.read_text(encoding="utf-8")) in text


def plain_text(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def test_above_the_text_stand_its_totals_and_what_is_near_it() -> None:
    text = run("resnet-50").stdout
    first, second, third = text.splitlines()[:3]
    assert first == "# ResNet-50 on 3×224×224"
    assert second == "# 25,557,032 params, 4,089,184,256 MACs, depth 50, 174 layers"
    assert third.startswith("# see also ")
    assert {"resnet101", "resnet152", "wide_resnet50_2"} <= set(re.findall(r"\w+", text.partition("\n\n")[0]))


def test_behind_a_child_stands_what_it_extends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle(tmp_path, monkeypatch, a="layers: [{fc: n}]\nvars: {n: 7}", b="extends: a\nvars: {n: 8}", c="extends: b")
    text = run("c").stdout
    assert text.index("\nextends: b\n") < text.index("# what it extends, b:") < text.index("# what it extends, a:")
    assert "\n# layers: [{fc: n}]\n" in text
    assert text.startswith("# c of tests on 3\n# 32 params, 24 MACs, depth 1, 1 layer\n")


def test_a_source_that_is_inherited_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base.yaml").write_text("name: Base\nsource: Nobody 1999\ninput: [3]\nlayers: [{fc: 7}]\n")
    (tmp_path / "child.yaml").write_text("extends: base\n")
    monkeypatch.setattr(bundled, "folder", lambda: tmp_path)
    assert "\n# Nobody 1999\n" in run("child").stdout
    assert "\n# Nobody 1999\n" not in run("base").stdout
    found = entries()
    assert (found["child"].title, found["child"].origin, found["child"].base) == ("Base", "Nobody 1999", "base")


# from a guess to a name


def bundle(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> None:
    """Bundles these texts and nothing else."""
    for name, text in texts.items():
        title = "" if "name: " in text else f"name: {name} of tests\n"
        given = "" if "extends" in text or "input: " in text else "input: [3]\n"
        (folder / f"{name}.yaml").write_text(f"{title}{given}{text}\n", encoding="utf-8")
    monkeypatch.setattr(bundled, "folder", lambda: folder)


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names as a zoo has them, all the same small network."""
    titles = {
        "alexnet": ("AlexNet", "Krizhevsky et al. 2012"),
        "alexnet_torchvision": ("AlexNet (torchvision)", "Krizhevsky 2014"),
        "d2l_lenet": ("LeNet of Dive into Deep Learning", "Zhang et al. 2023"),
        "darknet53": ("Darknet-53", "Redmon & Farhadi 2018 (YOLOv3)"),
        "dcgan_generator": ("DCGAN generator", "Radford et al. 2015"),
        "densenet121": ("DenseNet-121", "Huang et al. 2016"),
        "googlenet": ("GoogLeNet", "Szegedy et al. 2014, table 1 (Inception v1)"),
        "inception_v3": ("Inception v3", "Szegedy et al. 2015"),
        "inception_v4": ("Inception v4", "Szegedy et al. 2016"),
        "keras_cifar10": ("Keras CIFAR-10", "the example of Keras"),
        "lenet5": ("LeNet-5", "LeCun et al. 1998"),
        "nin": ("Network in Network", "Lin, Chen & Yan 2013, on CIFAR-10"),
        "resnet18": ("ResNet-18", "He et al. 2015"),
        "resnet20": ("ResNet-20", "He et al. 2015"),
        "resnet50": ("ResNet-50", "He et al. 2015"),
        "resnext50_32x4d": ("ResNeXt-50 32x4d", "Xie et al. 2016"),
        "seresnet50": ("SE-ResNet-50", "Hu et al. 2017"),
        "shufflenet_v2_x1_0": ("ShuffleNet v2 1x", "Ma et al. 2018"),
        "squeezenet1_0": ("SqueezeNet 1.0", "Iandola et al. 2016"),
        "squeezenet1_1": ("SqueezeNet 1.1", "Iandola et al. 2016"),
        "unet": ("U-Net", "Ronneberger et al. 2015"),
        "wide_resnet50_2": ("Wide ResNet-50-2", "Zagoruyko & Komodakis 2016"),
        "xception": ("Xception", "Chollet 2017"),
        "zfnet": ("ZFNet", "Zeiler & Fergus 2013"),
        **{f"efficientnet_b{n}": (f"EfficientNet-B{n}", "Tan & Le 2019") for n in range(8)},
        **{f"mobilenet_v{n}": (f"MobileNet v{n}", "Howard et al.") for n in (1, 2)},
        **{f"mobilenet_v3_{size}": (f"MobileNet v3 {size}", "Howard et al. 2019") for size in ("large", "small")},
        "d2l_vgg11": ("D2L VGG-11", "Zhang et al. 2023"),
        **{f"vgg{n}{bn}": (f"VGG-{n}", "Simonyan & Zisserman 2014") for n in (11, 13, 16, 19) for bn in ("", "_bn")},
    }
    texts = {name: f"name: {title}\nsource: {source}\nlayers: [{{fc: 2}}]" for name, (title, source) in titles.items()}
    bundle(tmp_path, monkeypatch, **texts)


EFFICIENT = [f"efficientnet_b{n}" for n in range(8)]
MOBILE = ["mobilenet_v1", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small"]
VGG = ["d2l_vgg11", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"]
RESIDUAL = ["resnet18", "resnet20", "resnet50", "seresnet50", "wide_resnet50_2"]

EXACT = {
    "vgg-16": "vgg16", "VGG16": "vgg16", "Vgg_16bn": "vgg16_bn", "vgg 16": "vgg16", "vgg16.yaml": "vgg16",
    "resnet_50": "resnet50", "ResNet50": "resnet50", "resnet-50": "resnet50", "SE-ResNet-50": "seresnet50",
    "mobilenetv2": "mobilenet_v2", "mobilenet-v2": "mobilenet_v2", "densenet-121": "densenet121",
    "inceptionv3": "inception_v3", "inception-v4": "inception_v4", "efficientnet-b0": "efficientnet_b0",
    "efficientnetb0": "efficientnet_b0", "googlenet": "googlenet", "GoogLeNet": "googlenet", "lenet-5": "lenet5",
    "u-net": "unet", "unet": "unet", "alexnet": "alexnet",
}  # fmt: skip
PARTS = {
    "VGG": VGG, "mobilenet": MOBILE, "MobileNetV3": MOBILE[2:], "google": ["googlenet"], "effici": EFFICIENT,
    "lenet": ["d2l_lenet", "lenet5"], "alex": ["alexnet", "alexnet_torchvision"], "resnet": RESIDUAL,
    "squeezenet": ["squeezenet1_0", "squeezenet1_1"], "shufflenetv2": ["shufflenet_v2_x1_0"],
    "gan": ["dcgan_generator"],
    "ResNeXt-50": ["resnext50_32x4d"], "wide resnet": ["wide_resnet50_2"], "Network in Net": ["nin"],
    "Szegedy": ["googlenet", "inception_v3", "inception_v4"], "szegedy 2014": ["googlenet"], "Zisserman": VGG[1:],
    "inception": ["googlenet", "inception_v3", "inception_v4"], "yolo": ["darknet53"],
    "cifar": ["keras_cifar10", "nin"],
    "resnet5": ["resnet50", "seresnet50", "wide_resnet50_2"],
    "50": ["resnet50", "resnext50_32x4d", "seresnet50", "wide_resnet50_2"],
}  # fmt: skip
ALIKE = {
    "resnet50_v1": ["resnet50"], "resnet50v1.5": ["resnet50"], "resnet200": RESIDUAL, "effnet": EFFICIENT,
    "effnet_b0": ["efficientnet_b0"], "alexnett": ["alexnet"], "alexnt": ["alexnet"],
    "mobilnet": MOBILE, "mobilenet_v4": MOBILE,
    "resent50": ["resnet50"], "vgg12": VGG, "densenet201": ["densenet121"], "googlent": ["googlenet"],
    "inception_v7": ["inception_v3", "inception_v4"], "squeezenet2": ["squeezenet1_0", "squeezenet1_1"],
}  # fmt: skip
NOTHING = ["vit", "vit_b_16", "swin", "bert", "gpt2", "detr", "-", "", "…", "convnext", "segnet", "ghostnet", "("]


@pytest.mark.parametrize(("guess", "name"), EXACT.items())
def test_case_and_punctuation_do_not_matter(zoo: None, guess: str, name: str) -> None:
    assert [entry.name for entry in matching(guess, entries())] == [name]
    assert run(guess).stdout == run(name).stdout
    assert f"name: {entries()[name].title}\n" in run(guess).stdout
    assert bundled_near(guess) == f"did you mean {name}, which is bundled?"


@pytest.mark.parametrize(("guess", "expected"), PARTS.items())
def test_a_part_of_a_name_title_or_source_finds_all_that_have_it(zoo: None, guess: str, expected: list[str]) -> None:
    assert sorted(entry.name for entry in matching(guess, entries())) == expected
    if len(expected) > 1:
        done = run(guess)
        assert done.exit_code == 0
        assert sorted(line.split()[0] for line in done.stdout.split("\n\n")[0].splitlines()[2:]) == expected
        assert f"{len(expected)} of {len(entries())} specs" in done.stdout


@pytest.mark.parametrize(("guess", "expected"), ALIKE.items())
def test_a_slip_or_a_relative_leads_to_what_may_be_meant(zoo: None, guess: str, expected: list[str]) -> None:
    known = entries()
    assert matching(guess, known) == []
    assert set(expected) <= {entry.name for entry in alike(guess, known)[1]} <= {*expected, "seresnet50"}
    done = run(guess)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no bundled spec has that" in done.stderr
    assert expected[-1] in done.stderr


@pytest.mark.parametrize("guess", NOTHING)
def test_where_there_is_nothing_it_is_said_in_short(zoo: None, guess: str) -> None:
    done = run(guess)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[1:] == ["  cnncalc specs lists those that are bundled"]


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("resnet-50", "did you mean resnet50, which is bundled?"),
        ("ResNet50", "did you mean resnet50, which is bundled?"),
        ("VGG", f"did you mean {', '.join(VGG[1:])} …? cnncalc specs VGG lists all 9"),
        ("vgg12", f"did you mean {', '.join(VGG[1:])} …? cnncalc specs vgg lists all 9"),
        ("effnet", f"did you mean {', '.join(EFFICIENT[:-1])} or efficientnet_b7, which are bundled?"),
        ("v", "cnncalc specs lists those that are bundled"),
        ("yolo", "did you mean darknet53, which is bundled?"),
        ("vit", "cnncalc specs lists those that are bundled"),
        ("", "cnncalc specs lists those that are bundled"),
        ("some/folder/resnet-50.yaml", "did you mean resnet50, which is bundled?"),
    ],
)
def test_every_command_leads_to_the_name(
    zoo: None, spec: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    for command in ("summary", "explain", "check"):
        done = CliRunner().invoke(app, [command, spec])
        assert done.exit_code == 2
        assert hint in done.stderr
        assert max(map(len, done.stderr.splitlines())) <= 300


def test_a_hint_of_many_can_be_followed(zoo: None) -> None:
    word, count = re.findall(r"specs (\S+) lists all (\d+)", bundled_near("VGG"))[0]
    assert len(matching(word, entries())) == int(count) > 8


def test_a_broken_spec_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle(
        tmp_path,
        monkeypatch,
        good="layers: [{fc: 2}]",
        bad="layers: [{cnov: 2}]",
        worse="layers: [",
        alone="extends: no",
    )
    done = run()
    assert done.exit_code == 2
    assert [line.split()[0] for line in done.stdout.splitlines()[2:3]] == ["good"]
    assert all(f"{name}.yaml:" in done.stderr for name in ("bad", "worse", "alone"))
    assert "did you mean good" in bundled_near("Good")


def test_specs_that_extend_each_other_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle(tmp_path, monkeypatch, a="extends: b", b="extends: a", c="layers: [{fc: 2}]")
    assert [entry.name for _, entry in families(entries().values())] == ["c"]
    assert run("a").exit_code == 2
    assert "circle" in run("a").stderr


@pytest.mark.parametrize(
    ("source", "short"),
    [
        ("Krizhevsky et al. 2012, as taught", "Krizhevsky 2012"),
        ("Wang, Yan & Oates 2017, figure 1b", "Wang 2017"),
        ("Simonyan & Zisserman 2014", "Simonyan 2014"),
        ("Krizhevsky 2014, one tower", "Krizhevsky 2014"),
        ("He et al. 2016b, Identity Mappings", "He 2016"),
        ("Zhang et al., Dive into Deep Learning", "Zhang et al."),
        ("CS231n, Neural Networks 1", "CS231n"),
        ("", ""),
    ],
)
def test_a_source_in_short(source: str, short: str) -> None:
    assert listing._author(source) == short
