"""Questions in words: words become facts, facts become a spec or a solve request, and the one engine answers.

Nothing is computed here. What can't be told for certain is not answered: `NotUnderstood` says what is missing.
"""

from cnncalc.questions.ask import ask
from cnncalc.questions.reply import Answer, Assumption, NotUnderstood, Reply

__all__ = ["Answer", "Assumption", "NotUnderstood", "Reply", "ask"]
