"""An `ask` that answers without understanding: for tests of what is done with replies."""

from __future__ import annotations

import cnncalc.questions
from cnncalc.questions.limits import legible
from cnncalc.questions.reply import Answer, Assumption, Reply, not_understood

UNDERSTOOD = "input: [3, 32, 32]\nlayers:\n  - {conv: 10, kernel_size: 5, padding: 2}\n"


def ask(question: str) -> Reply:
    """One answer to most questions, two where it says `both`, a matrix where `matrix`; `nonsense` is not understood."""
    legible(question)
    if "nonsense" in question:
        start = question.index("nonsense")
        raise not_understood("no fact in it is known", question, (start, start + 8), "say what the layer is")
    if "both" in question:
        answers: tuple[Answer, ...] = (
            Answer("output", [32, 32, 10], "32×32×10", "conv1", option="b"),
            Answer("params", 760, "760 parameters", "conv1", "parameters"),
        )
    elif "matrix" in question:
        answers = (Answer("output", [[5, -6], [6, 1]], "5 −6\n6  1"),)
    else:
        answers = (Answer("output", [32, 32, 10], "32×32×10"),)
    assumptions = (Assumption("stride", 1, "not given"), Assumption("bias", True, "not excluded"))
    steps = ("height, width = ⌊(n + 2·p − d·(k − 1) − 1)/s⌋ + 1", f"  = {' + '.join(['1'] * 30)}")
    convention = "keras" if "keras" in question else "torch"
    return Reply(question, UNDERSTOOD, answers, steps, assumptions, convention)


if __name__ == "__main__":
    from cnncalc.cli import main

    cnncalc.questions.ask = ask
    main()
