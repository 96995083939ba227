"""What the mini-program is told of a visit by a code."""

from pydantic import Field

from bot.api.answers import Answer
from bot.scenes import SceneKind


class CardVisit(Answer):
    """What came of opening a card."""

    is_noted: bool = Field(description="the card is a campaign's, and this was a visit of its own")


class Visit(Answer):
    """What came of a scene. Nothing has to be done about one that was not noted."""

    kind: SceneKind
    is_noted: bool = Field(
        description="a source counts it as a visit, or the caller is that promoter's"
    )
