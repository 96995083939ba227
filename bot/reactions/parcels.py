"""What a customer hears of parcels without asking."""

from datetime import timedelta
from typing import Final

from bot.handlers import parcel_words
from bot.notices import news
from bot.reactions.heard import Heard, order_of, tell
from bot.shipping_info import want_shipping_info
from commerce.parcels import tracking
from commerce.parcels.pieces import list_pieces
from commerce.parcels.tables import Parcel, ParcelState

NEWS_OF_PARCELS: Final = timedelta(hours=12)
"""How long a customer out of reach is still to be told where their parcel was."""


def shipping_told(heard: Heard) -> None:
    """Tell WeChat which parcels the order went into: paid money stays frozen until it knows."""
    want_shipping_info(heard.session, heard.sealer, heard.about["order_id"], heard.now)


def parcel_shipped(heard: Heard) -> None:
    """Tell the customer carrier and number, what the parcel holds, and how much is to follow."""
    order, parcel_id = order_of(heard), heard.about["parcel_id"]
    parcels = tracking.list_parcels(heard.session, [heard.about["order_id"]])
    place = [parcel.id for parcel in parcels].index(parcel_id) + 1
    parcel = parcels[place - 1]
    goods = parcel_words.goods_of(list_pieces(heard.session, [parcel_id])[parcel_id])
    words = parcel_words.shipped_in_words(order.order_no, parcel, goods, place, heard.about["left"])
    tell(heard, order, words, notice=news.order_shipped(order, parcel, goods))


def parcel_corrected(heard: Heard) -> None:
    """Tell the customer the right number of a parcel."""
    order, parcel = order_of(heard), heard.session.get_one(Parcel, heard.about["parcel_id"])
    head = parcel_words.head_of(parcel)
    tell(heard, order, parcel_words.CORRECTED.format(order_no=order.order_no, head=head))


def parcel_moved(heard: Heard) -> None:
    """Tell the customer once of a state worth hearing of, unless the parcel has left it since."""
    parcel = heard.session.get_one(Parcel, heard.about["parcel_id"])
    state = ParcelState(heard.about["to_state"])
    if state not in tracking.TOLD or parcel.state != state:
        return
    latest = next(iter(tracking.list_scans(heard.session, heard.sealer, parcel, 1)), None)
    words = parcel_words.moved_in_words(heard.about["order_no"], parcel, latest)
    tell(heard, order_of(heard), words, until=heard.now + NEWS_OF_PARCELS)
