"""What the mini-program may ask about coupons."""

from typing import Annotated

from bot.api.endpoint import Place
from bot.api.requests import OrderKey, Parameters, RowId


class TemplatePath(OrderKey):
    """One of the coupons that are given away; the key makes a tap that is repeated one tap."""

    template_id: Annotated[RowId, Place.PATH]


class CouponChoice(Parameters):
    """Coupons that can still be used, or those that cannot."""

    gone: bool = False
