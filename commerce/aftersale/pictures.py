"""Pictures as evidence of a request: sent in the chat and fetched, or handed in as they are."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, func, select

from commerce.aftersale.states import LIVE, announce_about
from commerce.aftersale.tables import AfterSale, AfterSalePicture, PictureState
from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import id_of, insert_once
from commerce.ordering.states import lock_order
from commerce.sealing import Place, Sealer

MOST_PICTURES: Final = 9
"""To a request: as many as WeChat lets a customer choose at once."""
HANDED_IN: Final = "mini_program"
"""The channel of pictures that came as they are."""


def attach_picture(
    session: Session, request: AfterSale, *, channel: str, media_id: str, now: datetime
) -> AfterSalePicture | None:
    """Note a picture that the customer sent, to be fetched; None when it is there already.

    Announces `after_sale_picture_sent`.
    Raises IllegalMove when the request is over or has as many as it may.
    """
    row_key = _note(session, request, channel=channel, media_id=media_id, now=now)
    if row_key is None:
        return None
    announce(session, "after_sale_picture_sent", now=now, picture=row_key)
    return _picture(session, row_key)


def hand_in_picture(
    session: Session,
    sealer: Sealer,
    request: AfterSale,
    *,
    name: str,
    content_type: str,
    size: int,
    now: datetime,
) -> bool:
    """Add a picture that the shop keeps already under a name of its own; False for one known.

    Raises IllegalMove when the request is over or has as many as it may.
    """
    known_by = sealer.digest(name, "handed in picture")
    row_key = _note(session, request, channel=HANDED_IN, media_id=known_by, now=now)
    if row_key is None:
        return False
    keep_picture(session, sealer, row_key, name=name, content_type=content_type, size=size)
    return True


def keep_picture(
    session: Session, sealer: Sealer, row_key: str, *, name: str, content_type: str, size: int
) -> None:
    """The shop has the picture now, under that name of its own."""
    picture = _picture(session, row_key)
    picture.state = PictureState.KEPT
    picture.name_sealed = sealer.seal(name, _place("name", row_key))
    picture.content_type, picture.size = content_type, size
    session.add(picture)


def lose_picture(session: Session, row_key: str, now: datetime) -> None:
    """The picture cannot be had any more.

    The first one lost of a request announces `after_sale_picture_lost`.
    """
    picture = _picture(session, row_key)
    if picture.state != PictureState.WANTED:
        return
    request = session.get_one(AfterSale, picture.after_sale_id)
    lock_order(session, request.order_id)
    is_first = not any(each.state == PictureState.LOST for each in list_pictures(session, request))
    picture.state = PictureState.LOST
    session.add(picture)
    if is_first:
        announce_about(session, "after_sale_picture_lost", request, now)


def picture_name(sealer: Sealer, picture: AfterSalePicture) -> str:
    """The shop's own name of a picture that it keeps. Raises NotFound."""
    if picture.name_sealed is None:
        raise NotFound("没有这张照片")
    return sealer.open(picture.name_sealed, _place("name", picture.row_key))


def list_pictures(session: Session, request: AfterSale) -> Sequence[AfterSalePicture]:
    """The pictures of a request, in the order they came."""
    statement = select(AfterSalePicture).where(AfterSalePicture.after_sale_id == request.id)
    return sorted(session.exec(statement), key=id_of)


def _note(
    session: Session, request: AfterSale, *, channel: str, media_id: str, now: datetime
) -> str | None:
    """The key of a picture's new row; None when the request has the picture. Raises IllegalMove."""
    lock_order(session, request.order_id)
    session.refresh(request)
    count = session.exec(
        select(func.count()).where(AfterSalePicture.after_sale_id == request.id)
    ).one()
    if request.state not in LIVE or count >= MOST_PICTURES:
        raise IllegalMove("这个申请不能再加照片了", request_no=request.request_no)
    values: dict[str, Any] = {
        "row_key": uuid.uuid4().hex,
        "after_sale_id": id_of(request),
        "channel": channel,
        "media_id": media_id,
        "state": PictureState.WANTED,
        "content_type": "",
        "size": 0,
        "at": now,
    }
    is_new = insert_once(session, AfterSalePicture, **values)
    return values["row_key"] if is_new else None


def _picture(session: Session, row_key: str) -> AfterSalePicture:
    statement = select(AfterSalePicture).where(AfterSalePicture.row_key == row_key)
    return session.exec(statement).one()


def _place(column: str, row_key: str) -> Place:
    return Place(AfterSalePicture.__tablename__, column, row_key)
