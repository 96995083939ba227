"""What the lint is told and what it says."""

from dataclasses import dataclass
from enum import StrEnum


class TextKind(StrEnum):
    """Where a text will be read; it decides which rules look at it."""

    MARKETING = "marketing"
    """A message to many: it must also tell how to unsubscribe."""
    OFFER = "offer"
    """Names and descriptions of coupons, activities, group-buys, flash sales, live items."""
    ANSWER = "answer"
    """Knowledge entries and what service says."""
    TITLE = "title"
    """Titles of products."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in a text that a rule does not let pass, or asks to look at again.

    `phrase` is `text[start:end]` as it was written; a thing that is missing (a way to
    unsubscribe) has the empty phrase at the end of the text. `blocks` is false for advice.
    """

    rule: str
    phrase: str
    start: int
    end: int
    reason: str
    fix: str
    blocks: bool
