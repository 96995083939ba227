"""Live streams, for the mini-program."""

from typing import Final

from sqlmodel import Session

from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.live_answers import Stream, StreamItem, Streams
from bot.api.pictures import picture_path
from bot.api.shopfront import Shopfront
from commerce.inserting import id_of
from commerce.live import reminding, schedule

MOST: Final = 7


async def list_streams(shop: Shopfront, call: Call[NoParameters, NoBody]) -> Streams:
    """The running stream and the next ones."""

    def show(session: Session) -> Streams:
        customer_id = call.caller.present_id(session)
        streams = [
            Stream(
                id=id_of(live),
                title=live.title,
                place=live.place,
                starts_at=live.starts_at,
                ends_at=live.ends_at,
                is_running=live.starts_at <= call.now,
                is_reminded=reminding.has_agreed(session, id_of(live), customer_id),
                items=_items(session, id_of(live)),
            )
            for live in schedule.list_coming(session, call.now, MOST)
        ]
        return Streams(items=streams)

    return await shop.database.read(show)


def _items(session: Session, live_id: int) -> list[StreamItem]:
    return [
        StreamItem(
            position=position,
            product_id=product.id,
            title=product.title,
            price=product.lowest_price,
            picture=picture_path(product.picture),
            in_stock=product.in_stock,
        )
        for position, product in schedule.list_shown(session, live_id).items()
    ]
