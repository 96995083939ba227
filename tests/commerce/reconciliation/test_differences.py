"""Every difference is found with its amounts, and is over once it is mended."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from commerce.aftersale.paying_back import record_refund_result
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKey, AccountKind, post, reverse
from commerce.payments.refunds import send_again
from commerce.payments.tables import RefundState
from commerce.reconciliation.reconciling import reconcile
from commerce.reconciliation.tables import FindingState, ReconciliationFinding
from tests.commerce import shop
from tests.commerce.flash_sales.sales import running_sale
from tests.commerce.ledger.books import give
from tests.commerce.reconciliation.shop import open_after, paid, refunded, run
from tests.commerce.shop import NOW

LATER = NOW + timedelta(days=6)
MONEY, SALES = AccountKey(AccountKind.SHOP_MONEY), AccountKey(AccountKind.SHOP_SALES)


@pytest.mark.database
def test_a_shop_in_which_all_went_well_has_nothing_to_show(session: Session) -> None:
    payment = paid(session)
    refunded(session, payment, 900)
    again = refunded(session, payment, 500, RefundState.CLOSED)
    sent = send_again(session, again.out_refund_no, actor="agent:1", reason="换卡", now=NOW)
    record_refund_result(session, sent.out_refund_no, RefundState.SUCCEEDED, NOW)
    late = shop.begin_to_pay(session, shop.place(session, shop.new_customer(session), {1: 1}))
    run(session, "UPDATE payment SET state = 'closed' WHERE id = :id", id=late.id)
    give(session, shop.new_customer(session), 10)

    assert open_after(session) == []


def test_money_that_paid_no_order_is_found(session: Session) -> None:
    payment = paid(session)
    number = payment.out_trade_no
    unpaid = "UPDATE customer_order SET state = 'closed', paid_at = NULL WHERE id = :id"
    run(session, unpaid, id=payment.order_id)
    assert open_after(session) == [("paid_without_order", number, 3900, 0)]

    refunded(session, payment, 3900)

    assert open_after(session) == []


def test_an_order_that_counts_as_paid_without_money_is_found(session: Session) -> None:
    order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
    payment = shop.begin_to_pay(session, order)
    run(session, "UPDATE customer_order SET state = 'paid' WHERE id = :id", id=order.id)
    session.refresh(order)
    assert open_after(session) == [("order_without_payment", order.order_no, 3900, 0)]

    run(session, "UPDATE customer_order SET state = 'unpaid' WHERE id = :id", id=order.id)
    shop.pay(session, payment)

    assert open_after(session) == []


def test_a_payment_that_contradicts_us_is_found(session: Session) -> None:
    order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
    payment = shop.begin_to_pay(session, order)
    shop.pay(session, payment, amount=3800)

    assert open_after(session) == [("payment_disputed", payment.out_trade_no, 3900, None)]


@pytest.mark.parametrize(
    ("state", "kind", "sooner"),
    [
        (RefundState.REQUESTED, "refund_pending", timedelta(minutes=59)),
        (RefundState.PROCESSING, "refund_pending", timedelta(days=4)),
        (RefundState.ABNORMAL, "refund_abnormal", None),
        (RefundState.CLOSED, "refund_closed", None),
    ],
)
def test_a_refund_that_does_not_end_is_found_until_it_does(
    session: Session, state: RefundState, kind: str, sooner: timedelta | None
) -> None:
    refund = refunded(session, paid(session), 900, state)
    if sooner is not None:
        assert reconcile(session, NOW + sooner) == ()

    [found] = reconcile(session, LATER)
    assert (found.kind, found.subject, found.ours) == (kind, refund.out_refund_no, 900)
    if state == RefundState.CLOSED:
        again = send_again(session, refund.out_refund_no, actor="agent:1", reason="换卡", now=NOW)
        refund = again
    record_refund_result(session, refund.out_refund_no, RefundState.SUCCEEDED, NOW)

    assert reconcile(session, LATER) == ()


def test_stock_that_moved_by_itself_is_found(session: Session) -> None:
    variant = shop.put_on_sale(session, pieces=10)
    run(session, "UPDATE variant SET stock = 12 WHERE id = :id", id=variant)
    assert open_after(session) == [("stock", str(variant), 12, 10)]

    run(session, "UPDATE variant SET stock = 10 WHERE id = :id", id=variant)

    assert open_after(session) == []


@pytest.mark.database
def test_goods_that_no_order_holds_any_more_are_found(session: Session) -> None:
    payment = paid(session)
    change = "UPDATE reservation SET state = :state WHERE order_id = :id"
    run(session, change, state="released", id=payment.order_id)
    [(kind, _, ours, theirs)] = open_after(session)
    assert (kind, ours, theirs) == ("reservations", 1, 0)

    run(session, change, state="sold", id=payment.order_id)

    assert open_after(session) == []


@pytest.mark.database
def test_pieces_that_a_flash_sale_lost_are_found(session: Session) -> None:
    variant = shop.put_on_sale(session, pieces=8)
    item = running_sale(session, variant, pieces=5)
    assert open_after(session) == []

    run(session, 'UPDATE flash_item SET "left" = 3 WHERE id = :id', id=item)
    assert open_after(session) == [("set_aside", str(variant), 5, 3)]

    run(session, 'UPDATE flash_item SET "left" = 5 WHERE id = :id', id=item)
    assert open_after(session) == []


def test_a_balance_somebody_was_at_is_found(session: Session) -> None:
    customer = shop.new_customer(session)
    give(session, customer, 10)
    change = "UPDATE ledger_account SET balance = balance + :more WHERE owner_id = :id"
    run(session, change, more=5, id=customer)
    assert open_after(session) == [("ledger_balance", f"points {customer}", 15, 10)]

    run(session, change, more=-5, id=customer)

    assert open_after(session) == []


@pytest.mark.database
def test_money_in_the_books_that_nobody_paid_is_found(session: Session) -> None:
    customer = shop.new_customer(session)
    paid(session)
    owed = AccountKey(AccountKind.REFUND_OWED, customer)
    entries = {MONEY: -700, SALES: 400, owed: 300}
    post(session, kind="typo", ref="1", entries=entries, actor="agent:1", memo="", now=NOW)
    assert open_after(session) == [
        ("books", "shop_money", 4600, 3900),
        ("books", "refund_owed", 300, 0),
    ]

    reverse(session, "typo", "1", actor="agent:1", memo="记错了", now=NOW)

    assert open_after(session) == []


def test_what_is_over_stays_on_record_and_may_begin_anew(session: Session) -> None:
    variant = shop.put_on_sale(session, pieces=10)
    for stock in (11, 10, 11):
        run(session, "UPDATE variant SET stock = :n WHERE id = :id", n=stock, id=variant)
        reconcile(session, NOW)
        reconcile(session, LATER)

    rows = session.exec(select(ReconciliationFinding)).all()
    assert sorted(row.state for row in rows) == [FindingState.OPEN, FindingState.OVER]
    live = next(row for row in rows if row.state == FindingState.OPEN)
    assert (live.first_seen_at, live.last_seen_at) == (NOW, LATER)
    assert id_of(live)
