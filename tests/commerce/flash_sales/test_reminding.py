"""Who asked for it is told once, shortly before a sale starts; nobody else, and nobody at night."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from commerce.customers import subscription
from commerce.errors import IllegalMove, NotFound
from commerce.flash_sales.planning import call_off
from commerce.flash_sales.reminding import AHEAD, claim, list_due, unwant, want
from tests.commerce.flash_sales.sales import planned_sale
from tests.commerce.shop import NOW, SEALER, new_customer, put_on_sale

STARTS = NOW + timedelta(hours=8)
"""Eight in the evening in Shanghai."""
DUE = STARTS - AHEAD


@pytest.fixture
def sale(session: Session) -> int:
    return planned_sale(session, put_on_sale(session), starts_at=STARTS)


def due(session: Session, now: object = DUE) -> list[int]:
    return [each.customer_id for each in list_due(session, now)]  # type: ignore[arg-type]


def test_whoever_asked_is_due_once_five_minutes_before(session: Session, sale: int) -> None:
    first, second = new_customer(session), new_customer(session)
    assert [want(session, sale, each, NOW) for each in (second, first, first)] == [
        *(True, True),
        False,
    ]
    assert due(session, DUE - timedelta(seconds=1)) == []
    assert due(session) == [first, second]

    assert [claim(session, sale, first, DUE) is None for _ in range(2)] == [False, True]

    assert due(session) == [second]
    assert due(session, STARTS) == []
    assert claim(session, sale, second, STARTS) is None


def test_whoever_changes_their_mind_is_not_told(session: Session, sale: int) -> None:
    customer = new_customer(session)
    want(session, sale, customer, NOW)

    assert [unwant(session, sale, customer) for _ in range(2)] == [True, False]

    assert due(session) == []
    assert claim(session, sale, customer, DUE) is None


def test_whoever_unsubscribes_afterwards_is_not_told_and_whoever_asks_again_is(
    session: Session, sale: int
) -> None:
    before, after = new_customer(session), new_customer(session)
    want(session, sale, before, NOW)
    later = NOW + timedelta(hours=1)
    for each in (before, after):
        subscription.unsubscribe(session, SEALER, each, channel="wecom", words="退订", now=later)
    want(session, sale, after, later + timedelta(hours=1))

    assert due(session) == [after]


def test_a_sale_that_is_called_off_reminds_nobody(session: Session, sale: int) -> None:
    customer = new_customer(session)
    want(session, sale, customer, NOW)

    call_off(session, sale, actor="test", now=NOW)

    assert due(session) == []
    assert claim(session, sale, customer, DUE) is None


@pytest.mark.parametrize(("hours", "is_promised"), [(10, True), (10.1, False), (20, False)])
def test_nothing_is_promised_for_the_night(
    session: Session, hours: float, is_promised: bool
) -> None:
    starts = NOW + timedelta(hours=hours)
    sale = planned_sale(session, put_on_sale(session), starts_at=starts)
    customer = new_customer(session)

    if is_promised:
        assert want(session, sale, customer, NOW)
        return
    with pytest.raises(IllegalMove, match="打扰"):
        want(session, sale, customer, NOW)


def test_there_is_nothing_to_wait_for_any_more(session: Session, sale: int) -> None:
    with pytest.raises(IllegalMove, match="直接来抢"):
        want(session, sale, new_customer(session), DUE)
    with pytest.raises(NotFound):
        want(session, 999, new_customer(session), NOW)
