"""A 满减送 promises no coupon that nobody can be given any more."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from commerce.inserting import id_of
from commerce.ordering.quoting import quote_for
from commerce.pricing.quote import Quote
from commerce.promotions.tables import RewardActivity, RewardRung
from tests.commerce.promotions.coupons import coupon_template
from tests.commerce.shop import NOW, new_customer, put_on_sale


def quote_with_gift(session: Session, **changes: Any) -> Quote:
    """39 yuan of goods from which on a coupon is given."""
    template = coupon_template(session, **changes)
    activity = RewardActivity(key="gift", name="满就送", updated_at=NOW)
    session.add(activity)
    session.flush()
    gifts = [id_of(template)]
    session.add(RewardRung(activity_id=id_of(activity), fen=100, coupon_templates=gifts))
    return quote_for(session, new_customer(session), {put_on_sale(session): 1}, NOW)


def test_a_gift_that_can_be_given_is_promised(session: Session) -> None:
    quote = quote_with_gift(session, total=1)

    assert len(quote.gifts) == 1
    assert [step.name for step in quote.steps if "送1张券" in step.name]


@pytest.mark.parametrize(
    "changes",
    [
        {"is_active": False},
        {"total": 1, "taken": 1},
        {"lasts_days": None, "valid_until": NOW - timedelta(seconds=1)},
    ],
)
def test_a_gift_that_is_gone_is_not_promised(session: Session, changes: dict[str, Any]) -> None:
    quote = quote_with_gift(session, **changes)

    assert quote.gifts == ()
    assert not [step.name for step in quote.steps if "券" in step.name]
