"""Live streams for tests."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from commerce.inserting import id_of
from commerce.live.entering import LiveDraft, enter
from commerce.live.tables import LiveSession


def stream(session: Session, starts_at: datetime, *, hours: float = 2, **more: Any) -> LiveSession:
    """A stream that shows nothing unless told to."""
    draft = {"title": "晚间好物", "products": (), "place": "视频号“掌柜小店”", **more}
    ends_at = starts_at + timedelta(hours=hours)
    return enter(session, LiveDraft(starts_at=starts_at, ends_at=ends_at, **draft))


def stream_id(session: Session, starts_at: datetime, **more: Any) -> int:
    """The id of a stream."""
    return id_of(stream(session, starts_at, **more))
