"""What the owner of a bargain hears of the friends who help."""

from sqlmodel import Session

from bot import texts
from bot.handlers import deal_news_words as words
from bot.handlers.order_words import moment_in_words
from bot.reactions.heard import Heard, tell_customer
from commerce.bargains.tables import Bargain, BargainState
from commerce.catalogue.tables import Product, Variant
from commerce.money import yuan


def bargain_helped(heard: Heard) -> None:
    """Tell of the first friend, and of the one with whom half of them have helped.

    Not of each: an official account may write five messages, and others are about money.
    """
    bargain = heard.session.get_one(Bargain, heard.about["bargain_id"])
    missing = heard.about["missing"]
    if bargain.helpers - missing not in {1, (bargain.helpers + 1) // 2}:
        return
    if bargain.state != BargainState.OPEN:
        return  # There is better news, or none.
    _tell(
        heard,
        bargain,
        words.BARGAIN_HELPED.format(
            cut=yuan(heard.about["cut"]),
            title=_title(heard.session, bargain),
            price=yuan(heard.about["price"]),
            missing=missing,
            floor=yuan(bargain.floor),
            until=moment_in_words(bargain.expires_at),
        ),
    )


def bargain_reached(heard: Heard) -> None:
    """Tell that the price is at its floor, and until when."""
    bargain = heard.session.get_one(Bargain, heard.about["bargain_id"])
    if bargain.state != BargainState.REACHED:
        return  # It was used at once, or is over.
    _tell(
        heard,
        bargain,
        words.BARGAIN_REACHED.format(
            title=_title(heard.session, bargain),
            price=yuan(bargain.price),
            until=moment_in_words(bargain.expires_at),
        ),
    )


def _title(session: Session, bargain: Bargain) -> str:
    variant = session.get_one(Variant, bargain.variant_id)
    return texts.short(session.get_one(Product, variant.product_id).title)


def _tell(heard: Heard, bargain: Bargain, sentence: str) -> None:
    if heard.now < bargain.expires_at:
        tell_customer(heard, bargain.customer_id, sentence, until=bargain.expires_at)
