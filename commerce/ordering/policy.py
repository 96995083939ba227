"""The shop's own terms of an order's life, which its people may change."""

from typing import Final

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Session, SQLModel

from commerce.errors import InvalidInput

_ONLY: Final = 1
LONGEST_DAYS: Final = 365


class ShopPolicy(SQLModel, table=True):
    """One row; without it the defaults hold."""

    __tablename__ = "shop_policy"
    __table_args__ = (
        CheckConstraint("id = 1", name="ck_shop_policy_only"),
        CheckConstraint(
            "auto_receive_days BETWEEN 1 AND 365 AND finish_after_days BETWEEN 1 AND 365",
            name="ck_shop_policy_days",
        ),
    )

    id: int = Field(default=_ONLY, primary_key=True)
    auto_receive_days: int = 10
    """So long after its last parcel left, an order counts as received."""
    finish_after_days: int = 7
    """So long after its receipt an order may have after-sale requests; then it is finished."""


def get_policy(session: Session) -> ShopPolicy:
    """The terms of now."""
    return session.get(ShopPolicy, _ONLY) or ShopPolicy()


def set_policy(session: Session, *, auto_receive_days: int, finish_after_days: int) -> ShopPolicy:
    """Change the terms, for orders under way as well. Raises InvalidInput naming the field."""
    for name, days in (
        ("auto_receive_days", auto_receive_days),
        ("finish_after_days", finish_after_days),
    ):
        if not 1 <= days <= LONGEST_DAYS:
            raise InvalidInput(f"天数须为1到{LONGEST_DAYS}的整数", field=name)
    policy = get_policy(session)
    policy.auto_receive_days, policy.finish_after_days = auto_receive_days, finish_after_days
    session.add(policy)
    session.flush()
    return policy
