"""Taking a live stream off every list, and putting it back."""

from sqlmodel import Session, col, update

from commerce.errors import IllegalMove, NotFound
from commerce.inserting import affected_rows
from commerce.live.tables import LiveSession


def switch(session: Session, live_id: int, *, is_on: bool) -> None:
    """Take a stream off the lists, or put it back. Raises NotFound, and IllegalMove when it is so.

    Nobody is reminded of one that was taken off.
    """
    if session.get(LiveSession, live_id) is None:
        raise NotFound("没有这场直播", live_id=live_id)
    guarded = (
        update(LiveSession)
        .where(col(LiveSession.id) == live_id, col(LiveSession.is_on) != is_on)
        .values(is_on=is_on)
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove("这场直播已经是这样了", live_id=live_id)
