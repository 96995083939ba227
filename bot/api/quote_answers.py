"""What the checkout page is told beside the price: what else could make it less."""

from pydantic import Field

from bot.api.answers import Answer, Quote


class QuotedCoupon(Answer):
    """One of the caller's coupons, and what it would do for this very choice."""

    id: int
    name: str
    rule: str = Field(description="in Chinese, such as 满¥100减¥10")
    saving: int = Field(description="fen; 0 when it does nothing here")
    missing: int = Field(description="what the goods that it is for lack, or 0")
    reason: str = Field(description="why it does nothing here, in Chinese, or empty")
    is_best: bool = Field(description="with no other coupon less has to be paid")


class CheckoutQuote(Quote):
    """A quote, the caller's coupons judged for it, and the points that could be spent on it."""

    coupons: list[QuotedCoupon] = Field(description="the best first, useless ones last")
    points_balance: int
    points_usable: int = Field(description="the most that this choice lets the caller spend")
    points_worth: int = Field(description="fen that points_usable take off")
