"""Files that customers sent, as kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class MediaState(StrEnum):
    """What became of a file."""

    WAITING = "waiting"
    """It is being fetched."""
    KEPT = "kept"
    TOO_LARGE = "too_large"
    GONE = "gone"
    """The platform has it no longer, or never gave it."""


class ReceivedMedia(SQLModel, table=True):
    """A picture, voice, video or file beside its message in the inbox."""

    __tablename__ = "received_media"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'kept', 'too_large', 'gone')", name="ck_received_media_state"
        ),
        CheckConstraint(
            "(state = 'kept') = (name_sealed IS NOT NULL)", name="ck_received_media_name"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    inbox_key: str = Field(unique=True)
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    kind: str
    """image, voice, video or file."""
    state: str = MediaState.WAITING
    name_sealed: bytes | None = None
    """Where it is kept, sealed under `inbox_key`."""
    file_name: str = ""
    """As people may save it."""
    content_type: str = ""
    size: int = 0
    """Bytes."""
    at: datetime = Field(sa_type=UtcDateTime)
