"""A sheet of questions with the key on a page of its own, as Markdown and as a LaTeX document."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.quiz.question import Question
from cnncalc.quiz.wording import LAYOUT
from cnncalc.render import explain_latex, latex
from cnncalc.render import markdown as md
from cnncalc.render.explain import step_table


def markdown(questions: Sequence[Question], title: str) -> str:
    """The questions, a rule, and the key with a table per question."""
    asked = "".join(f"{number}. {md.escaped(one.text)}\n" for number, one in enumerate(questions, 1))
    key = []
    for number, one in enumerate(questions, 1):
        shown = f"\n{step_table(one.derivation)}" if one.derivation else ""
        key.append(f"**{number}.** {_answer(one)}\n{shown}")
    key.append(f"{'; '.join(f'{symbol} = {meaning}' for symbol, meaning in _legend(questions))}\n")
    return f"# {md.escaped(title)}\n\n{LAYOUT}\n\n{asked}\n---\n\n# Key\n\n" + "\n".join(key)


def document(questions: Sequence[Question], title: str) -> str:
    """A document that can be set as it is: the questions, then the key behind a page break."""
    items = "\n".join(f"\\item {latex.escaped(one.text)}" for one in questions)
    key = "\n".join(_solved(one) for one in questions)
    return (
        "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n"
        f"\\section*{{{latex.escaped(title)}}}\n{latex.escaped(LAYOUT)}\n"
        f"\\begin{{enumerate}}\n{items}\n\\end{{enumerate}}\n"
        f"\\newpage\n\\section*{{Key}}\n\\begin{{enumerate}}\n{key}\n\\end{{enumerate}}\n"
        f"{explain_latex.legend(_legend(questions))}\\end{{document}}\n"
    )


def _solved(one: Question) -> str:
    shown = explain_latex.align(one.derivation) if one.derivation else ""
    return f"\\item {latex.escaped(_answer(one))}\n{shown}"


def _answer(one: Question) -> str:
    return one.answer if one.derivation else f"{one.answer}, by definition"


def _legend(questions: Sequence[Question]) -> list[tuple[str, str]]:
    """What the symbols of all of them mean."""
    return list(dict(entry for one in questions for entry in one.found.legend).items())
