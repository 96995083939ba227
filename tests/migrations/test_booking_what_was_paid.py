"""A shop that took money before it was booked has it in the ledger after the upgrade."""

import pytest
from sqlalchemy import Connection, text

from bot import migrations
from bot.engines import create_shop_engine

pytestmark = [pytest.mark.database, pytest.mark.slow]

AT = "2026-11-11 04:00:00"
ORDERS = ((1, "paid", 3900), (2, "closed", 1000))
REFUNDS = ((1, "succeeded", 900, AT), (1, "processing", 500, None))


def sell(connection: Connection) -> None:
    """One order that was paid and gave something back, one that was never paid."""
    connection.execute(
        text("INSERT INTO customer (id, created_at, last_seen_at) VALUES (7, :at, :at)"), {"at": AT}
    )
    for number, state, amount in ORDERS:
        connection.execute(
            text(
                "INSERT INTO customer_order (id, order_no, customer_id, state, goods_total,"
                " discount, freight, payable, steps, points_spent, points_given, gifts, row_key,"
                " recipient_sealed, phone_sealed, phone_digest, region, detail_sealed,"
                " remark_sealed, source, idempotency_key, request_digest, created_at, expires_at)"
                " VALUES (:id, :no, 7, :state, :amount, 0, 0, :amount, '[]', 0, 0, '[]', :no,"
                " '', '', '', '', '', '', '', :no, '', :at, :at)"
            ),
            {"id": number, "no": f"N{number}", "state": state, "amount": amount, "at": AT},
        )
        connection.execute(
            text(
                "INSERT INTO payment (id, order_id, out_trade_no, amount, payer, state, expires_at,"
                " ask_at, close_actor, close_reason, created_at, paid_at, refunded)"
                " VALUES (:id, :id, :no, :amount, '', :state, :at, :at, '', '', :at, :at, 0)"
            ),
            {"id": number, "no": f"N{number}-1", "state": state, "amount": amount, "at": AT},
        )
    for number, (payment, state, amount, done) in enumerate(REFUNDS):
        connection.execute(
            text(
                "INSERT INTO refund (payment_id, out_refund_no, amount, reason, state, created_at,"
                " ask_at, succeeded_at)"
                " VALUES (:payment, :no, :amount, '', :state, :at, :at, :done)"
            ),
            {
                "payment": payment,
                "no": f"R{number}",
                "amount": amount,
                "state": state,
                "at": AT,
                "done": done,
            },
        )


def sums(connection: Connection) -> dict[str, int]:
    found = connection.execute(
        text(
            "SELECT kind, sum(amount) FROM ledger_entry JOIN ledger_account"
            " ON ledger_account.id = ledger_entry.account_id GROUP BY kind"
        )
    )
    return {kind: int(total) for kind, total in found}


def test_money_of_the_past_is_booked_once(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url, "0014")
    engine = create_shop_engine(empty_database_url)
    with engine.begin() as connection:
        sell(connection)

    for _ in range(2):
        migrations.upgrade(empty_database_url, "0015")
        with engine.connect() as connection:
            assert sums(connection) == {"shop_money": -3000, "shop_sales": 2500, "refund_owed": 500}
            owed = text("SELECT balance FROM ledger_account WHERE kind = 'refund_owed'")
            assert connection.execute(owed).scalars().all() == [500]
        migrations.downgrade(empty_database_url, "0014")
    engine.dispose()
