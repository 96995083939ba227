"""What campaigns learn of what happened in the shop."""

from bot.reactions.heard import Heard, order_of
from campaigns.attribution import crediting
from campaigns.joining import follow_merge


def order_paid(heard: Heard) -> None:
    """Credit the campaign that brought the order."""
    crediting.credit(heard.session, order_of(heard))


def refund_succeeded(heard: Heard) -> None:
    """What went back counts for no campaign."""
    crediting.follow_refunds(heard.session, order_of(heard))


def customers_merged(heard: Heard) -> None:
    """Deliveries, visits and journeys of who was merged are of who stays."""
    follow_merge(heard.session, heard.about["customer_id"], heard.about["gone_id"])
