"""The command line as a user meets it: exit codes, streams, files, pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from terminal import on_terminal

SPEC = "input: [3, 32, 32]\nlayers:\n  - {conv: 10, kernel_size: 5, padding: 2}\n  - relu\n"


def run(*arguments: str, stdin: str | bytes | None = None, cwd: Path | None = None, **env: str) -> Any:
    """The finished process; its streams are text."""
    kept = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")}
    return subprocess.run(
        [sys.executable, "-m", "cnncalc", *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=cwd,
        env=kept | env,
        check=False,
    )


def failed(done: Any, code: int) -> str:
    """The message of a run that failed as it should: nothing on standard output, no traceback."""
    message = str(done.stderr.decode())
    assert done.returncode == code, message
    assert done.stdout == b""
    assert "Traceback" not in message
    return message


def test_bundled_file_and_standard_input_give_the_same(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(SPEC)
    by_file = run("summary", "net.yaml", cwd=tmp_path)
    by_path = run("summary", str(tmp_path / "net.yaml"))
    by_stream = run("summary", "-", stdin=SPEC)
    table = by_file.stdout.partition(b"\n")[2]
    assert by_file.returncode == by_path.returncode == by_stream.returncode == 0
    assert by_path.stdout.partition(b"\n")[2] == table == by_stream.stdout.partition(b"\n")[2]
    assert b"760" in table


def test_bundled_names_work_from_anywhere_with_and_without_yaml(tmp_path: Path) -> None:
    assert run("summary", "alexnet", cwd=tmp_path).stdout == run("summary", "alexnet.yaml", cwd=tmp_path).stdout != b""


def test_a_local_file_hides_a_bundled_one_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "alexnet.yaml").write_text(SPEC)
    done = run("summary", "alexnet.yaml", cwd=tmp_path)
    assert b"hides the bundled spec" in done.stderr
    assert b"760" in done.stdout


def test_a_directory_never_wins(tmp_path: Path) -> None:
    (tmp_path / "alexnet").mkdir()
    assert b"62,378,344" in run("summary", "alexnet", cwd=tmp_path).stdout
    assert "directory" in failed(run("summary", "./alexnet", cwd=tmp_path), 2)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["summary", "resnet-50"], "resnet50"),
        (["summary", "alexnett"], "alexnet"),
        (["summary", "no/such.yaml"], "no such file"),
        (["specs", ""], "an empty name: "),
        (["layers", ""], "an empty name: "),
        (["summary", "lenet5", "--set", "alpha=1"], "declares no vars"),
        (["summary", "mobilenet_v1", "--set", "alhpa=1"], "alpha"),
        (["summary", "mobilenet_v1", "--set", "alpha"], "NAME=VALUE"),
        (["summary", "alexnet", "--input", "3y4"], "3x224x224"),
        (["summary", "alexnet", "--input", "image=3x224x224"], "input"),
        (["summary", "alexnet", "--columns", "parms"], "params"),
        (["summary", "alexnet", "--sort", "mac"], "macs"),
        (["explain", "alexnet", "conv9"], "conv"),
        (["explain", "resnet50", "stage1.botleneck1.conv1"], "stage1.bottleneck1.conv1"),
        (["summary", "alexnet", "--batch", "0"], "x>=1"),
        (["summary", "alexnet", "--depth", "0"], "x>=1"),
        (["summary", "alexnet", "--format", "yaml"], "markdown"),
        (["sumary", "alexnet"], "summary"),
        (["summary"], "spec"),
        (["summary", "alexnet", "-o", "no/such/folder/file"], "No such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_usage_errors_end_with_2_and_name_the_cure(arguments: list[str], told: str) -> None:
    assert told.lower() in failed(run(*arguments), 2).lower()


def test_a_size_that_does_not_fit_shows_the_table_up_to_there() -> None:
    message = failed(run("summary", "-", stdin=f"{SPEC}  - {{maxpool: 40}}\n"), 2)
    table, _, error = message.partition("<stdin>:5:")
    assert "conv1" in table
    assert "760" in table
    assert error.startswith("15: maxpool1: ")
    assert "because ⌊(n + 2·p − d·(k − 1) − 1)/s⌋ + 1 = ⌊(32 + 2·0 − 1·(40 − 1) − 1)/40⌋ + 1 = 0" in error


def test_bytes_that_are_no_text_are_refused() -> None:
    assert failed(run("summary", "-", stdin=b"input: [3, 2\xff]"), 2).startswith("<stdin>:1:13: ")


def test_no_escape_reaches_the_terminal_raw() -> None:
    spec = 'name: "a\\e[31mb"\ninput: [3, 8, 8]\nlayers: [{"rel\\e[2Ju": 1}]\n'
    message = failed(run("summary", "-", stdin=spec), 2)
    assert "\x1b" not in message
    assert "\\x1b[2J" in message
    done = run("summary", "-", stdin='name: "a\\e[31mb"\ninput: [3, 8, 8]\nlayers: [relu]\n')
    assert b"\x1b" not in done.stdout
    assert b"a\\x1b[31mb" in done.stdout


def test_notes_go_to_standard_error_and_leave_the_result_alone() -> None:
    done = run("summary", "-", "--format", "json", stdin="input: [32, 32, 3]\nlayers: [relu]\n")
    assert done.returncode == 0
    assert b"read as 32 channels" in done.stderr
    json.loads(done.stdout)


def test_an_output_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    assert run("summary", "lenet5", "--format", "csv", "-o", str(target)).returncode == 0
    whole = target.read_text(encoding="utf-8")
    assert whole.splitlines()[0].startswith("layer,type,")
    failed(run("summary", "no_such_net", "--format", "csv", "-o", str(target)), 2)
    assert target.read_text(encoding="utf-8") == whole
    assert list(tmp_path.iterdir()) == [target]
    failed(run("summary", "lenet5", "-o", str(tmp_path)), 2)


def test_a_closed_pipe_is_silent() -> None:
    command = f"{sys.executable} -m cnncalc explain densenet121 | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_an_interrupt_ends_with_130() -> None:
    code = (
        "import cnncalc.cli as cli, cnncalc.cli.edge\n"
        "def stop(*a, **k): raise KeyboardInterrupt\n"
        "cli.edge.load = stop\n"
        "import sys; sys.argv = ['cnncalc', 'summary', 'alexnet']\n"
        "cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


def test_a_terminal_gets_its_width_and_colour() -> None:
    text = on_terminal(["summary", "alexnet", "--columns", "all"], columns=60)
    assert b"left out at 60 columns" in text
    assert b"\x1b[1m" in text
    assert b"\x1b" not in on_terminal(["summary", "alexnet"], columns=60, NO_COLOR="1")


# verify

WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; sys.argv = {argv!r}; from cnncalc.cli import main; main()"


@pytest.mark.parametrize(
    ("arguments", "code"), [(["summary", "lenet5"], 0), (["explain", "lenet5"], 0), (["verify", "lenet5"], 3)]
)
def test_without_pytorch(arguments: list[str], code: int) -> None:
    argv = ["cnncalc", *arguments]
    command = [sys.executable, "-c", WITHOUT_TORCH.format(argv=argv)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert ("pip install 'cnncalc[torch]'" in done.stderr) == (code == 3)


def test_verify_says_what_it_measured() -> None:
    done = run("verify", "lenet5", "alexnet")
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.decode().splitlines()] == [["✓", "lenet5"], ["✓", "alexnet"]]


def test_verify_goes_on_and_returns_the_gravest_code(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("input: [3, 8, 8]\nlayers: [{conv: 8}]\n")
    done = run("verify", "bad.yaml", "lenet5", cwd=tmp_path)
    assert done.returncode == 2
    assert "✓ lenet5" in done.stdout.decode()
    assert done.stderr.decode().startswith("bad.yaml:2:")


@pytest.mark.parametrize("device", ["cuda:99", "tpu", "cuda"])
def test_a_device_that_is_not_there_ends_with_3(device: str) -> None:
    import torch

    if device == "cuda" and torch.cuda.is_available():
        assert run("verify", "lenet5", "--device", device).returncode == 0
    else:
        assert device in failed(run("verify", "lenet5", "--device", device), 3)


NET = "input: [3, 8, 8]\nlayers: [{conv: 4, kernel_size: 3}, batchnorm, {residual: [{conv: 4, kernel_size: 1}]}]\n"
FORMULA = "from cnncalc.formula import Formula; import cnncalc.layers.conv as conv, cnncalc.layers.norm as norm; "
FAILURES = {
    "output shape": (
        "import cnncalc.layers.window as window; "
        + FORMULA
        + "window.SIZE = Formula('floor((n + 2*p - d*(k - 1) - 1)/s) + 2 - floor(1/k)')",
        "conv1: output predicted 4×7×7, measured 4×6×6",
    ),
    "params": (FORMULA + "conv.Conv.biases = Formula('C_out + 1')", "conv1: params predicted 113, measured 112"),
    "buffers": (FORMULA + "norm.BatchNorm.buffers = Formula('2*C_in')", "batchnorm1: buffers predicted 8, measured 9"),
    "FLOPs": (
        FORMULA + "conv.Conv.macs = Formula('prod(n)*C_out*C_in*prod(k)')",
        "conv1: flops predicted 13,824, measured 7,776",
    ),
    "a wrong join": (
        "import cnncalc.layers.join as join; join.Add.operator = 'mul'",
        "add1: join predicted add(conv2 4×6×6, batchnorm1 4×6×6), measured mul(conv2 4×6×6, batchnorm1 4×6×6)",
    ),
}


@pytest.mark.parametrize("what", FAILURES)
def test_verify_fails_with_1_and_names_layer_predicted_and_measured(what: str, tmp_path: Path) -> None:
    broken, told = FAILURES[what]
    (tmp_path / "net.yaml").write_text(NET)
    code = f"{broken}\nimport sys; sys.argv = ['cnncalc', 'verify', 'net.yaml']; from cnncalc.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1, done.stderr
    assert f"  {told}\n" in done.stdout


def test_verify_json_is_as_the_contract_has_it() -> None:
    [found] = json.loads(run("verify", "lenet5", "--format", "json").stdout)
    assert {"name", "device", "passed", "checks", "layers"} <= set(found)
    assert found["passed"] is True
    assert all(check["passed"] for check in found["checks"].values())
    first = found["layers"][0]
    assert (first["path"], first["passed"]) == ("conv1", True)
    assert first["predicted"]["output"] == first["measured"]["output"] == [6, 28, 28]


# streams and files as they come


@pytest.mark.parametrize("redirect", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_no_harm(redirect: str) -> None:
    for arguments, code in (("summary lenet5", 0), ("summary no_such_net", 2)):
        command = f"{sys.executable} -m cnncalc {arguments} {redirect}"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert done.returncode == code
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a system without /dev/full")
@pytest.mark.parametrize("format", ["table", "json"])
def test_a_full_disk_is_told(format: str) -> None:
    command = f"{sys.executable} -m cnncalc summary lenet5 --format {format} > /dev/full"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == "standard output: No space left on device\n"


def test_an_ascii_stream_gets_words_for_the_signs() -> None:
    text = run("explain", "lenet5", "conv1", PYTHONIOENCODING="ascii").stdout.decode("ascii")
    assert "= floor((32 + 2*0 - 1*(5 - 1) - 1)/1) + 1" in text
    assert "?" not in text


def test_an_output_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "pipe"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    run("summary", "lenet5", "-o", str(link))
    assert link.is_symlink()
    assert "61,706" in target.read_text(encoding="utf-8")
    assert target.stat().st_mode & 0o777 == 0o640
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        run("summary", "lenet5", "-o", str(pipe))
        assert b"61,706" in reader.communicate()[0]
    assert pipe.is_fifo()
    assert b"61,706" in run("summary", "lenet5", "-o", "-").stdout
    assert b"61,706" in run("summary", "lenet5", "-o", "/dev/stdout").stdout
    assert "directory" in failed(run("summary", "lenet5", "-o", ""), 2)


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("{adaptive_avgpool: [7, none]}", "not [7, the word none]\n"),
        ("{conv: 10, kernel_size:5}", "a space is missing: kernel_size: 5"),
        ("nn.ReLU", "here it is called relu"),
        ("{lstm: 8}", "recurrent layers are not covered"),
    ],
)
def test_what_new_users_wrote_first(layers: str, told: str) -> None:
    assert told in failed(run("summary", "-", stdin=f"input: [3, 32, 32]\nlayers:\n  - {layers}\n"), 2)


def test_an_image_with_its_channels_last_is_noticed_when_it_does_not_fit() -> None:
    message = failed(run("summary", "-", stdin="input: [32, 32, 3]\nlayers: [{conv: 10, kernel_size: 5}]\n"), 2)
    assert message.startswith("<stdin>:1:8: note: read as 32 channels of 32×3; channels come first\n")


def test_columns_can_be_all_and_more() -> None:
    header = run("summary", "lenet5", "--columns", "all,params%").stdout.decode().splitlines()[2]
    assert header.split()[-2:] == ["params", "%"]
    assert "a name is empty" in failed(run("summary", "lenet5", "--columns", ""), 2)


def test_the_batch_is_that_of_the_user_in_the_table_before_an_error() -> None:
    """At batch 1 the norm would be at fault; at batch 2 only the last convolution is."""
    spec = "input: [4, 1, 1]\nlayers: [{groupnorm: 4}, {conv: 8, kernel_size: 1}, {conv: 8, kernel_size: 5}]\n"
    message = failed(run("summary", "-", "--batch", "2", stdin=spec), 2)
    assert "batch 2" in message.splitlines()[0]
    assert "conv2: conv does not fit" in message
    assert "single value" not in message


def test_a_pipe_keeps_every_column_even_in_colour() -> None:
    text = run("summary", "unet", "--columns", "all", FORCE_COLOR="1", COLUMNS="60").stdout.decode()
    assert "\x1b[1m" in text
    assert "left out" not in text
    assert "\x1b" not in run("summary", "unet", FORCE_COLOR="0").stdout.decode()


@pytest.mark.parametrize("arguments", ["--version", "--help"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a system without /dev/full")
def test_a_full_disk_is_told_by_help_and_version_too(arguments: str) -> None:
    command = f"{sys.executable} -m cnncalc {arguments} > /dev/full"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "standard output: No space left on device\n")


def test_a_closed_standard_input_is_told() -> None:
    command = f"{sys.executable} -m cnncalc summary - <&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "<stdin>: standard input is closed\n")


def test_no_warning_of_pythons_own_is_shown() -> None:
    spec = 'input: [3, 8, 8]\nblocks: {"b(k=1if true else 2)": [relu]}\nlayers: [b]\n'
    assert failed(run("summary", "-", stdin=spec), 2).startswith("<stdin>:2:")


@pytest.mark.parametrize("column", ["params", "type", "macs%"])
def test_sorting_by_any_column(column: str) -> None:
    text = run("summary", "lenet5", "--sort", column, "--format", "csv", "--columns", column).stdout.decode()
    values = [line.split(",")[1] for line in text.splitlines()[1:]]
    numbers = [float(value) if value.replace(".", "").isdigit() else value for value in values]
    assert numbers == sorted(numbers, reverse=True)


def test_an_input_given_twice_is_refused() -> None:
    assert "given twice" in failed(run("summary", "lenet5", "--input", "input=1x8x8", "--input", "input=1x9x9"), 2)


def test_a_step_has_no_depth_to_expect() -> None:
    spec = "input: [3]\nlayers: [{fc: 3, expect: {depth: 1}}]\nexpect: {depth: 1}\n"
    assert failed(run("summary", "-", stdin=spec), 2).startswith("<stdin>:2:27: expect: unknown quantity depth\n")
