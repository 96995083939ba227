"""What members hear of their level, their birthday and what they had for points."""

from datetime import timedelta
from typing import Final

from bot.handlers import membership_words as words
from bot.reactions.heard import Heard, tell_customer

NEWS: Final = timedelta(days=2)
"""After that a greeting is stale."""


def level_reached(heard: Heard) -> None:
    """Congratulate on a higher level."""
    about = heard.about
    gives = words.gives_in_words(about["price_percent"], about["earn_percent"])
    _tell(heard, words.LEVEL_REACHED.format(name=about["level"], gives=gives))


def birthday_served(heard: Heard) -> None:
    """Wish a happy birthday, with what came of it."""
    about = heard.about
    gifts = [f"{about['points']}积分"] if about["points"] else []
    gifts += ["一张优惠券（说“我的券”查看）"] if about["coupon_id"] else []
    if gifts:
        _tell(heard, words.BIRTHDAY_SERVED.format(gifts="和".join(gifts)))


def redemption_sent(heard: Heard) -> None:
    """Tell that a thing had for points is on its way."""
    about = heard.about
    _tell(
        heard,
        words.REDEMPTION_SENT.format(
            title=about["title"], number=about["redemption_no"], tracking_no=about["tracking_no"]
        ),
    )


def redemption_called_off(heard: Heard) -> None:
    """Tell that it cannot be sent, and that the points are back."""
    about = heard.about
    _tell(
        heard,
        words.REDEMPTION_CALLED_OFF.format(
            title=about["title"], number=about["redemption_no"], points=about["points"]
        ),
    )


def _tell(heard: Heard, sentence: str) -> None:
    tell_customer(heard, heard.about["customer_id"], sentence, until=heard.event.at + NEWS)
