"""Cohorts against figures that were reckoned by hand."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from campaigns.attribution.cohorts import list_cohorts
from tests.commerce.shop import begin_to_pay, new_customer, pay, place, put_on_sale

pytestmark = pytest.mark.database
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


def test_customers_are_counted_by_the_month_of_their_first_order(session: Session) -> None:
    early, late = new_customer(session), new_customer(session)
    for customer_id, at, price in (
        # Still September in London, October in Shanghai.
        (early, datetime(2026, 9, 30, 16, 30, tzinfo=UTC), 1000),
        (early, datetime(2026, 10, 8, 2, tzinfo=UTC), 500),
        (early, datetime(2026, 11, 3, 2, tzinfo=UTC), 700),
        (late, datetime(2026, 11, 1, 2, tzinfo=UTC), 300),
    ):
        order = place(session, customer_id, {put_on_sale(session, price=price): 1}, now=at)
        pay(session, begin_to_pay(session, order, at), at)
    place(session, new_customer(session), {put_on_sale(session): 1})  # Never paid.

    before, october, november = list_cohorts(session, NOW, months=3)

    assert (before.month, before.customers, before.buyers) == ("2026-09", 0, (0, 0, 0))
    assert (october.month, october.customers) == ("2026-10", 1)
    assert (october.buyers, october.paid) == ((1, 1), (1500, 700))
    assert (november.month, november.buyers, november.paid) == ("2026-11", (1,), (300,))
    assert [october.share(later) for later in range(3)] == [1.0, 1.0, None]
