"""What a customer hears of parcels without asking."""

from datetime import timedelta
from typing import Final

from bot.handlers import parcel_words
from bot.reactions.heard import Heard, order_of, tell
from commerce.parcels import tracking
from commerce.parcels.tables import Parcel, ParcelState

NEWS_OF_PARCELS: Final = timedelta(hours=12)
"""How long a customer out of reach is still to be told where their parcel was."""


def order_shipped(heard: Heard) -> None:
    """Tell the customer carrier and number."""
    order = order_of(heard)
    parcels = tracking.list_parcels(heard.session, [heard.about["order_id"]])
    if parcels:
        head = parcel_words.head_of(parcels[0])
        tell(heard, order, parcel_words.SHIPPED.format(order_no=order.order_no, head=head))


def parcel_moved(heard: Heard) -> None:
    """Tell the customer once of a state worth hearing of, unless the parcel has left it since."""
    parcel = heard.session.get_one(Parcel, heard.about["parcel_id"])
    state = ParcelState(heard.about["to_state"])
    if state not in tracking.TOLD or parcel.state != state:
        return
    latest = next(iter(tracking.list_scans(heard.session, heard.sealer, parcel, 1)), None)
    words = parcel_words.moved_in_words(heard.about["order_no"], parcel, latest)
    tell(heard, order_of(heard), words, until=heard.now + NEWS_OF_PARCELS)
