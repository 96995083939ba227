"""Commissions follow their orders, and promoters hear of it."""

from datetime import datetime, timedelta
from typing import Final

from bot.handlers import commission_news_words as words
from bot.reactions.heard import Heard, tell_customer
from commerce.distribution.following import follow
from commerce.distribution.statements import standing

NEWS: Final = timedelta(days=2)
"""After that it is seen among the promoter's own lines."""


def order_followed(heard: Heard) -> None:
    """Bring the commissions of the event's order in line with what its buyer keeps."""
    follow(heard.session, heard.about["order_id"], heard.now)


def commission_earned(heard: Heard) -> None:
    """Tell of commission that is booked; what can be withdrawn at once is told as that."""
    about = heard.about
    matures_at = datetime.fromisoformat(about["matures_at"])
    if matures_at > heard.event.at:
        _tell(heard, words.earned(about["order_tail"], about["amount"], matures_at))


def commission_matured(heard: Heard) -> None:
    """Tell of commission that can be withdrawn."""
    _tell(heard, words.matured(heard.about["order_tail"], heard.about["amount"]))


def commission_clawed_back(heard: Heard) -> None:
    """Tell of commission that went back with a refund, and what that leaves."""
    about = heard.about
    left = None
    if about["is_available"]:
        left = standing(heard.session, about["customer_id"], heard.now).available
    _tell(heard, words.clawed_back(about["order_tail"], about["amount"], left))


def _tell(heard: Heard, sentence: str) -> None:
    tell_customer(heard, heard.about["customer_id"], sentence, until=heard.event.at + NEWS)
