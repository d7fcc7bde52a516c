"""The command `ask` apart from what it understands: where questions come from, and how replies are written."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import answered
import pytest

import cnncalc
from cnncalc.questions import render
from cnncalc.questions.limits import LONGEST, legible
from cnncalc.questions.reply import NotUnderstood, Reply
from cnncalc.render.lines import plain

SCRIPT = [answered.__file__]
KEPT = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR", "COLUMNS")}


def run(*arguments: str | bytes, stdin: bytes | None = b"", cwd: Path | None = None, script: list[str] = SCRIPT) -> Any:
    """The finished process."""
    return subprocess.run(
        [sys.executable, *script, "ask", *arguments], input=stdin, capture_output=True, cwd=cwd, env=KEPT, check=False
    )


def refused(done: Any) -> str:
    """What a refusal says: nothing on standard output, no traceback."""
    assert done.returncode == 2
    assert done.stdout == b""
    message = str(done.stderr.decode())
    assert "Traceback" not in message
    return message


# where questions come from


def test_arguments_standard_input_and_a_dash_are_the_same_question() -> None:
    one = run("Output volume of this layer?")
    assert one.returncode == 0
    assert one.stdout.decode().startswith("32×32×10\n")
    assert one.stderr == b""
    wanted = one.stdout
    assert run("Output", "volume", "of", "this", "layer?").stdout == wanted
    assert run(stdin=b"Output volume of this layer?").stdout == wanted
    assert run("-", stdin="\ufeffOutput volume of this layer?".encode()).stdout == wanted


@pytest.mark.parametrize(
    ("stdin", "told"),
    [
        (b"", "the question is empty"),
        (b" \n\t ", "the question is empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("é".encode()[:1], "not UTF-8"),
        (b"32x32\x1b[2Jx3", "control character 0x1b"),
        (b"a\x00b", "control character 0x00"),
        ("a\x9bb".encode(), "control character 0x9b"),
        (b"x" * (LONGEST + 1), "more than 12,000 characters"),
        (b"x" * 10**6, "more than 12,000 characters"),
        (("é" * LONGEST * 3).encode(), "more than 12,000 characters"),
        (b"\xff" * 10**6, "more than 12,000 characters"),
    ],
    ids=range(11),
)
def test_what_is_no_question_is_refused_in_one_line(stdin: bytes, told: str) -> None:
    message = refused(run(stdin=stdin, script=["-m", "cnncalc"]))
    assert told in message.splitlines()[0]
    assert message.isprintable() or "\x1b" not in message


def test_arguments_that_are_no_question_are_refused() -> None:
    assert "the question is empty" in refused(run(""))
    assert "not UTF-8" in refused(run(b"32\xff32"))
    assert "control character" in refused(run("32\x1b[2J"))
    assert "--file" in refused(run("--file", "x.yaml", "and a question"))
    assert "--brief" in refused(run("--brief", "--format", "json", "q"))
    assert "--brief" in refused(run("--brief", "--file", "x.yaml"))


@pytest.mark.parametrize("text", ["q" * LONGEST, "a\r\nb\tc\x0cd", "3×3 卷积", "zero\u200bwidth\ufeff", "−1"])
def test_a_question_is_taken_as_it_is(text: str) -> None:
    assert legible(text) == text


@pytest.mark.parametrize("text", ["", "  ", "q" * (LONGEST + 1), "\x1b", "\udcff", "\x7f", "\x85"])
def test_no_question(text: str) -> None:
    with pytest.raises(NotUnderstood):
        legible(text)


def test_what_is_not_understood_says_where() -> None:
    message = refused(run("some nonsense here"))
    assert message.splitlines()[0] == "question:1:6: no fact in it is known"
    assert "     ^^^^^^^^" in message
    assert "say what the layer is" in message


# files

LIST = """
- Output of the first?
- id: q2
  question: |
    Several lines:

    a nonsense one
- {question: "both of them?"}
"""


def test_a_file_of_questions_gives_one_object_per_line(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text(LIST)
    done = run("--file", "list.yaml", cwd=tmp_path)
    assert done.returncode == 2  # one of them is not understood
    assert done.stderr == b""
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["question"], first["answers"][0]["value"]) == ("Output of the first?", [32, 32, 10])
    assert list(second) == ["schema", "question", "error"]
    assert second["question"] == "Several lines:\n\na nonsense one\n"
    assert second["error"].startswith("question:3:3: no fact in it is known")
    assert len(third["answers"]) == 2
    written = run("--file", "list.yaml", "-o", "out.jsonl", cwd=tmp_path)
    assert (written.returncode, written.stdout) == (2, b"")
    assert (tmp_path / "out.jsonl").read_bytes() == done.stdout


def test_a_text_file_has_blank_lines_between_its_questions(tmp_path: Path) -> None:
    (tmp_path / "sheet.txt").write_text("\n\nOutput\nvolume?\n  \n\nboth?\n")
    done = run("--file", "sheet.txt", cwd=tmp_path)
    assert done.returncode == 0
    assert [json.loads(line)["question"] for line in done.stdout.splitlines()] == ["Output\nvolume?", "both?"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("none.txt", None, "--file none.txt: No such file"),
        ("empty.txt", b"\n \n", "no question in it"),
        ("empty.json", b"[]", "no question in it"),
        ("bad.yaml", b"question: 1", "a file of questions is a list"),
        ("bad.yaml", b"- [1, 2]", "bad.yaml:1:3: is no question"),
        ("bad.yaml", b"- {answer: 1}", "is no question"),
        ("bad.yaml", b"- 'x", "bad.yaml:1:3"),
        ("bad.txt", b"\xff", "not UTF-8"),
    ],
)
def test_a_file_that_is_none_of_questions(tmp_path: Path, name: str, text: bytes | None, told: str) -> None:
    if text is not None:
        (tmp_path / name).write_bytes(text)
    assert told in refused(run("--file", name, cwd=tmp_path))


def test_an_illegible_question_of_a_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text(json.dumps(["", "x" * (LONGEST + 1), "fine?"]))
    done = run("--file", "list.json", cwd=tmp_path)
    assert done.returncode == 2
    assert ["error" in json.loads(line) for line in done.stdout.splitlines()] == [True, True, False]


# how replies are written


def test_json_has_the_fields_of_the_contract_in_their_order() -> None:
    done = run("--format", "json", "both, in keras?")
    assert done.stdout.count(b"\n") == 1
    found = json.loads(done.stdout)
    assert list(found) == ["schema", "question", "understood", "convention", "assumptions", "answers", "steps"]
    assert (found["schema"], found["question"], found["convention"]) == (1, "both, in keras?", "keras")
    assert found["understood"] == answered.UNDERSTOOD
    assert found["assumptions"][0] == {"fact": "stride", "value": 1, "because": "not given"}
    assert found["answers"][0] == {
        "quantity": "output",
        "of": "conv1",
        "value": [32, 32, 10],
        "unit": None,
        "option": "b",
        "text": "32×32×10",
    }
    assert found["steps"] == list(answered.ask("both").steps)


def test_settings_have_columns_and_expressions_are_text() -> None:
    from cnncalc.polynomial import symbol

    several = cnncalc.Reply(
        "q",
        "",
        (
            answered.Answer("settings", [[4, 2, 1]], "…", columns=("kernel_size", "stride", "padding")),
            answered.Answer("output", 2 * symbol("h") + 1, "2·h + 1"),
        ),
    )
    first, second = json.loads(render.as_json(several))["answers"]
    assert first["columns"] == ["kernel_size", "stride", "padding"]
    assert second["value"] == "2*h + 1"


def test_text_has_the_answer_first_then_what_led_to_it() -> None:
    text = plain(render.lines(answered.ask("Output volume?")))
    assert text.splitlines()[:9] == [
        "32×32×10",
        "assumed: stride 1, not given",
        "assumed: bias yes, not excluded",
        "",
        "understood as",
        "  input: [3, 32, 32]",
        "  layers:",
        "    - {conv: 10, kernel_size: 5, padding: 2}",
        "",
    ]
    assert text.splitlines()[9:11] == ["steps", "  height, width = ⌊(n + 2·p − d·(k − 1) − 1)/s⌋ + 1"]


@pytest.mark.parametrize("width", [40, 60, 80, 200, None])
def test_steps_are_wrapped_and_nothing_is_lost(width: int | None) -> None:
    reply = answered.ask("both in keras")
    text = plain(render.lines(reply, width))
    assert max(map(len, text.splitlines())) <= max(width or 80, 56)  # the longest word of it, a line of the spec
    assert "".join(text.split()).endswith("".join(" ".join(reply.steps).split()))
    assert "counted as keras does" in text


def test_brief_is_the_answers_alone() -> None:
    assert run("--brief", "Output volume?").stdout.decode() == "32×32×10\n"
    assert run("--brief", "both").stdout.decode() == "conv1: b) 32×32×10\nconv1: 760 parameters\n"
    assert run("--brief", "matrix").stdout.decode() == "5 −6\n6  1\n"


def test_a_reply_goes_to_a_file(tmp_path: Path) -> None:
    done = run("both", "-o", "reply.txt", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (tmp_path / "reply.txt").read_text(encoding="utf-8").startswith("conv1: b) 32×32×10\n")


def test_the_public_api_has_ask_and_reply() -> None:
    reply = cnncalc.ask("Input 32x32x3, 10 filters 5x5, stride 1, pad 2: output volume?")
    assert isinstance(reply, cnncalc.Reply)
    assert reply.answers[0].value == [32, 32, 10]
    assert cnncalc.Reply is Reply
    assert {"ask", "Reply"} <= set(cnncalc.__all__)


# the prompt


def conversation(
    *typed: bytes, arguments: tuple[str, ...] = (), stdout: Any = None, TERM: str = "dumb"
) -> tuple[int, str]:
    """Types at a real (pseudo) terminal, each text once the prompt stands; the exit code and what was shown."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *SCRIPT, "ask", *arguments],
        stdin=follower,
        stdout=follower if stdout is None else stdout,
        stderr=follower,
        env=KEPT | {"TERM": TERM, "COLUMNS": "80", "NO_COLOR": "1"},
    )
    os.close(follower)
    shown, waiting = b"", list(typed)
    while True:
        if not select.select([leader], [], [], 60)[0]:
            process.kill()
            pytest.fail(f"waits for ever after {shown!r}")
        try:
            read = os.read(leader, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not read:
            break
        shown += read
        if shown.endswith(b"? ") and waiting:
            time.sleep(0.05)  # the terminal is in its mode for typing
            os.write(leader, waiting.pop(0))
            shown += b"|"
    os.close(leader)
    return process.wait(), shown.decode(errors="replace").replace("\r\n", "\n")


def test_the_prompt_answers_until_quit_and_survives_errors() -> None:
    code, shown = conversation(b"Output volume?\n", b"nonsense\n", b"\n", b"both\n", b"quit\n")
    assert code == 0
    assert shown.index("quit or Ctrl-D ends") < shown.index("32×32×10") < shown.index("no fact in it is known")
    assert shown.index("no fact in it is known") < shown.index("conv1: b) 32×32×10")
    assert "Traceback" not in shown


def test_ctrl_d_ends_the_prompt() -> None:
    code, shown = conversation(b"Output volume?\n", b"\x04")
    assert code == 0
    assert "32×32×10" in shown


def test_the_lines_of_a_paste_are_one_question(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file:
        code, _ = conversation(b"Output\nvolume\n?\n", b"quit\n", arguments=("--format", "json"), stdout=file)
    assert code == 0
    [line] = (tmp_path / "out").read_bytes().splitlines()  # and no prompt among the answers
    assert json.loads(line)["question"] == "Output\nvolume\n?"


def test_bytes_that_are_no_text_do_not_end_the_prompt() -> None:
    code, shown = conversation(b"32\xff32\n", b"both\n", b"quit\n")
    assert code == 0
    assert "not UTF-8" in shown
    assert "760 parameters" in shown


def test_what_was_asked_can_be_asked_again() -> None:
    pytest.importorskip("readline")
    code, shown = conversation(b"both\n", b"\x1b[A\n", b"quit\n", TERM="xterm")
    assert code == 0
    assert shown.count("760 parameters") == 2


def test_a_bracketed_paste_is_one_question() -> None:
    readline = pytest.importorskip("readline")
    if "libedit" in (readline.__doc__ or "") or readline._READLINE_LIBRARY_VERSION < "8.1":
        pytest.skip("this library has no bracketed paste")
    code, shown = conversation(
        b"\x1b[200~what is\nboth\n?\x1b[201~\n", b"quit\n", arguments=("--format", "json"), TERM="xterm"
    )
    assert code == 0
    assert '"question": "what is\\nboth\\n?"' in shown
