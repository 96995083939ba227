"""What a person leaves as it is, and the row that says who did and why."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from commerce.catalogue import stock
from commerce.corrections import MoneyAudit
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.payments.refunds import send_again
from commerce.payments.tables import RefundState
from commerce.reconciliation.findings import accept, count_open, list_open
from commerce.reconciliation.reconciling import reconcile
from commerce.reconciliation.tables import FindingKind
from tests.commerce import shop
from tests.commerce.reconciliation.shop import open_after, paid, refunded, run
from tests.commerce.shop import NOW


def broken(session: Session) -> int:
    """The variant's id of a finding about two pieces too many."""
    variant = shop.put_on_sale(session, pieces=10)
    run(session, "UPDATE variant SET stock = 12 WHERE id = :id", id=variant)
    reconcile(session, NOW)
    return variant


def audit(session: Session) -> list[tuple[str, str, int | None, str, str]]:
    rows = session.exec(select(MoneyAudit)).all()
    return [(row.kind, row.subject, row.amount, row.actor, row.reason) for row in rows]


@pytest.mark.database
def test_what_is_accepted_is_open_no_more_until_an_amount_changes(session: Session) -> None:
    variant = broken(session)
    [row] = list_open(session)

    accept(session, id_of(row), actor="agent:1", note="月底盘点", now=NOW)

    assert audit(session) == [("finding_accepted", f"stock {variant}", None, "agent:1", "月底盘点")]
    reconcile(session, NOW)
    assert list_open(session) == []
    run(session, "UPDATE variant SET stock = 13 WHERE id = :id", id=variant)
    assert open_after(session) == [("stock", str(variant), 13, 10)]
    assert count_open(session)[FindingKind.STOCK] == 1


def test_a_note_is_demanded_and_a_finding_accepted_once(session: Session) -> None:
    broken(session)
    number = id_of(list_open(session)[0])
    with pytest.raises(InvalidInput), session.begin_nested():
        accept(session, number, actor="agent:1", note=" ", now=NOW)

    accept(session, number, actor="agent:1", note="已核对", now=NOW)

    with pytest.raises(IllegalMove):
        accept(session, number, actor="agent:1", note="再核对", now=NOW)
    with pytest.raises(NotFound):
        accept(session, 404, actor="agent:1", note="没有", now=NOW)


def test_corrections_by_hand_name_who_and_why(session: Session) -> None:
    variant = shop.put_on_sale(session, pieces=10)
    refund = refunded(session, paid(session), 900, RefundState.CLOSED)

    left = stock.correct_by_hand(
        session, variant, -2, actor="agent:1", reason="盘点少两件", now=NOW
    )
    again = send_again(session, refund.out_refund_no, actor="agent:2", reason="换卡", now=NOW)

    assert left == 8
    assert audit(session) == [
        ("stock_corrected", str(variant), -2, "agent:1", "盘点少两件"),
        ("refund_sent_again", again.out_refund_no, 900, "agent:2", "换卡"),
    ]


def test_a_refund_is_sent_again_only_once(session: Session) -> None:
    refund = refunded(session, paid(session), 900, RefundState.CLOSED)
    send_again(session, refund.out_refund_no, actor="agent:1", reason="换卡", now=NOW)

    with pytest.raises(IllegalMove):
        send_again(session, refund.out_refund_no, actor="agent:1", reason="换卡", now=NOW)


@pytest.mark.database
@pytest.mark.parametrize("sql", ["UPDATE money_audit SET reason = 'x'", "DELETE FROM money_audit"])
def test_a_correction_that_is_written_stays(session: Session, sql: str) -> None:
    variant = shop.put_on_sale(session)
    stock.correct_by_hand(session, variant, 1, actor="agent:1", reason="多一件", now=NOW)

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(sql))
