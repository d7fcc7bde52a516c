"""Framework calls pasted into a question: `read_code` finds them and says in our words what they make."""

from cnncalc.questions.calls.read import Code, read_code

__all__ = ["Code", "read_code"]
