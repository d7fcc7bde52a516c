"""Questions that give numbers: matrices and words become worked examples, and those answer."""

from __future__ import annotations

from cnncalc.questions.matrices import matrices
from cnncalc.questions.reply import Reply, not_understood

__all__ = ["numeric"]


def numeric(text: str) -> Reply | None:
    """The answer to a question that gives a matrix; None where it gives none, `NotUnderstood` where it isn't clear.

    >>> numeric("Apply 2x2 max pooling to [[1, 2], [3, 4]].").answers[0].value
    4
    """
    if not matrices(text):
        return None
    from cnncalc.questions.numeric.chain import EQUIVALENT
    from cnncalc.questions.numeric.given import given
    from cnncalc.questions.numeric.guard import asks_for_counts
    from cnncalc.questions.numeric.parts import parts_of
    from cnncalc.questions.numeric.session import Session
    from cnncalc.questions.numeric.spoken import spoken

    question, text = text, spoken(text)
    found = matrices(text)
    parts = parts_of(text)
    said = (parts.setup, *parts.asked)
    told = [one for one in found if any(part[one.start : one.end].strip() for part in said)]
    whole = " ".join(said).lower()
    if not told or asks_for_counts(whole):
        return None
    odd = next((one for one in told if one.values is None), None)
    if odd:
        message = "this matrix is not clear: rows of different lengths, a division by 0, a power or a transpose"
        raise not_understood(message, text, (odd.start, odd.end))
    roles = given(told)
    if not roles.inputs and not EQUIVALENT.search(whole):
        if len(told) > 1:
            raise not_understood("it is not clear which matrix is the input and which the kernel")
        return None
    session = Session(text, parts, told, roles)
    for part in parts.asked or (parts.setup,):
        session.ask(part)
    return session.reply()._replace(question=question)
