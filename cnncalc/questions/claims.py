"""True or false: what a sentence claims of a layer is asked, and the answer compared."""

from __future__ import annotations

import re
from collections.abc import Callable

from cnncalc.questions.choices import Choice
from cnncalc.questions.chosen import matching
from cnncalc.questions.reply import Answer, Reply, not_understood

_VERDICT = re.compile(
    r"(?i)\W*\b(?:(?:state|say|decide) (?:whether|if) )?(?:true (?:or|/) ?false|true/false|t/f|t or f|right or wrong|"
    r"is (?:this|that|it|the (?:claim|statement)) (?:true|correct|right)\??)(?: ?:|\.|\?|,| -)*"
)
_COUNT = re.compile(
    r"(?i)\b(?P<verb>has|have|needs?|requires?|contains?|performs?|takes?) (?:exactly |a total of |in total )?(?P<value>\d[\d,]*) "
    r"(?P<what>(?:\w+ ){0,2}?(?:parameters|params|weights|biases|macs|multiplications|connections|neurons)\b)"
)
_SIZE = r"[(\[]?\d+(?:\s*(?:[x×,]|by)\s*\d+){1,3}[)\]]?"
_OUTPUT = re.compile(
    rf"(?i)\b(?P<what>(?:the )?output(?: volume| map| shape| size| tensor| dimensions?| feature maps?){{0,2}}) "
    rf"(?:is|has (?:the )?(?:size|shape|dimensions?)|will be|would be|will have (?:size|shape)|is of size)(?: of)? (?P<value>{_SIZE})"
)


def claimed(text: str, reply_of: Callable[[str], Reply]) -> Reply | None:
    """Whether a claim holds; None where the text makes none. `reply_of` answers the question that the claim is one of."""
    verdict = _VERDICT.search(text)
    if verdict is None:
        return None
    rest = text[: verdict.start()] + ". " * bool(text[: verdict.start()].strip()) + text[verdict.end() :]
    counts, outputs = list(_COUNT.finditer(rest)), list(_OUTPUT.finditer(rest))
    if len(counts) + len(outputs) != 1 or "?" in rest:
        raise not_understood("it is not clear what is claimed; ask for the number itself")
    [claim] = counts or outputs
    asked = f"{claim['verb']} how many {claim['what']}" if counts else f"what is {claim['what']}"
    reply = reply_of(f"{rest[: claim.start()]}{asked}{rest[claim.end() :].rstrip(' .')}?")
    if len(reply.answers) != 1:
        raise not_understood("it is not clear what is claimed; ask for the number itself")
    [answer] = reply.answers
    holds = matching([Choice("claim", claim["value"], 0, 0)], answer.value) is not None
    if not holds and reply.assumptions:
        assumed = ", ".join(f"{one.fact} {one.value}" for one in reply.assumptions)
        raise not_understood(f"{answer.text} with what the question doesn't say ({assumed}), which decides it")
    told = f"{'true' if holds else 'false'}: {answer.text}"
    return reply._replace(answers=(Answer("claim", "true" if holds else "false", told, answer.of),))
