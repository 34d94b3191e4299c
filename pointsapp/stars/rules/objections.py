"""Who leaves the answer to an objection to others: nobody judges what they said, scored or belong to. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Bar(StrEnum):
    """Why somebody whose office answers objections leaves this one to others."""

    RAISED = "raised"  # it is theirs
    SCORED = "scored"  # they had a hand in the score
    BELONGS = "belongs"  # it is about their own branch


def bar_to_answering(person: int, *, by: int, scorers: Collection[int], is_own_branch: bool) -> Bar | None:
    """Return what keeps `person` from answering an objection of `by` to what `scorers` scored; None where nothing does."""
    if person == by:
        return Bar.RAISED
    if person in scorers:
        return Bar.SCORED
    return Bar.BELONGS if is_own_branch else None
