"""Reconciliation: findings, WeChat Pay's bills, corrections by hand, and payments in the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ALONE = {"resolve_fks": False}  # The tables that it points to stay as they are.
LIVE = "state = 'open' OR state = 'accepted'"

SQLITE_GUARDS = (
    *(
        f"CREATE TRIGGER money_audit_stays_on_{verb.lower()} BEFORE {verb} ON money_audit BEGIN "
        "SELECT RAISE(ABORT, 'money_audit: what is written stays'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    # INSERT OR REPLACE would delete the old row past the trigger on DELETE.
    """
    CREATE TRIGGER money_audit_is_new BEFORE INSERT ON money_audit BEGIN
        SELECT RAISE(ABORT, 'money_audit: what is written stays')
            WHERE EXISTS (SELECT 1 FROM money_audit WHERE id = NEW.id);
    END
    """,
)
POSTGRES_GUARDS = (
    """
    CREATE FUNCTION money_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'money_audit: % is refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER money_audit_stays BEFORE UPDATE OR DELETE ON money_audit
    FOR EACH ROW EXECUTE FUNCTION money_audit_refuse()
    """,
    """
    CREATE TRIGGER money_audit_is_not_emptied BEFORE TRUNCATE ON money_audit
    FOR EACH STATEMENT EXECUTE FUNCTION money_audit_refuse()
    """,
)

PAID = "FROM payment WHERE state = 'paid'"
REFUNDS = (
    "FROM refund JOIN payment ON payment.id = refund.payment_id "
    "JOIN customer_order ON customer_order.id = payment.order_id"
)
SENT = f"{REFUNDS} WHERE refund.state = 'succeeded'"
MONEY = "(SELECT id FROM ledger_account WHERE kind = 'shop_money')"
SALES = "(SELECT id FROM ledger_account WHERE kind = 'shop_sales')"
OWED = (
    "(SELECT coalesce(joined_to_id, id) FROM ledger_account "
    "WHERE kind = 'refund_owed' AND owner_id = customer_order.customer_id)"
)


def upgrade() -> None:
    create_findings()
    create_bills()
    create_audit()
    with op.batch_alter_table("refund", reflect_kwargs=ALONE) as refund:
        refund.add_column(sa.Column("repeats_id", sa.Integer(), nullable=True))
        refund.create_unique_constraint("uq_refund_repeats_id", ["repeats_id"])
        refund.create_foreign_key("fk_refund_repeats_id", "refund", ["repeats_id"], ["id"])
    op.create_index("ix_refund_succeeded_at", "refund", ["succeeded_at"])
    op.create_index("ix_payment_paid_at", "payment", ["paid_at"])
    book_what_was_paid()


def create_findings() -> None:
    op.create_table(
        "reconciliation_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=True),
        sa.Column("theirs", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=False),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'accepted', 'over')", name="ck_finding_state"),
        sa.CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name="ck_finding_resolved"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_finding")),
    )
    op.create_index(
        "uq_finding_live",
        "reconciliation_finding",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )


def create_bills() -> None:
    op.create_table(
        "bill_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha1", sa.String(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_bill_day")),
    )
    op.create_index("ix_bill_day_state", "bill_day", ["state"])
    op.create_table(
        "bill_row",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["bill_day.day"], name=op.f("fk_bill_row_day")),
        sa.PrimaryKeyConstraint("day", "kind", "number", name=op.f("pk_bill_row")),
    )
    op.create_index("ix_bill_row_number", "bill_row", ["kind", "number"])


def create_audit() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "money_audit",
        sa.Column("id", number, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("actor <> '' AND reason <> ''", name="ck_money_audit_named"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_audit")),
    )
    op.create_index("ix_money_audit_subject", "money_audit", ["kind", "subject"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_GUARDS if is_sqlite else POSTGRES_GUARDS:
        op.execute(sa.text(statement))


def book_what_was_paid() -> None:
    """Payments and refunds of the time before money was booked; what is booked stays as it is."""
    for kind in ("shop_money", "shop_sales"):
        op.execute(
            f"INSERT INTO ledger_account (kind, unit) SELECT '{kind}', 'fen' "  # noqa: S608
            f"WHERE EXISTS (SELECT 1 {PAID}) "
            f"AND NOT EXISTS (SELECT 1 FROM ledger_account WHERE kind = '{kind}')"
        )
    op.execute(
        "INSERT INTO ledger_account (kind, owner_id, unit, balance) "  # noqa: S608
        f"SELECT DISTINCT 'refund_owed', customer_order.customer_id, 'fen', 0 {REFUNDS} "
        "WHERE NOT EXISTS (SELECT 1 FROM ledger_account WHERE kind = 'refund_owed' "
        "AND owner_id = customer_order.customer_id)"
    )
    guard_entries("DISABLE")
    paid, refund = "payment.out_trade_no", "refund.out_refund_no"
    book("payment_received", paid, "payment", "payment.paid_at", PAID, MONEY, SALES)
    book("refund_promised", refund, "refund", "refund.created_at", REFUNDS, SALES, OWED)
    book("refund_sent", refund, "refund", "refund.succeeded_at", SENT, OWED, MONEY)
    guard_entries("ENABLE")
    op.execute(
        "UPDATE ledger_account SET balance = (SELECT coalesce(sum(amount), 0) FROM ledger_entry "
        "WHERE account_id = ledger_account.id) WHERE kind = 'refund_owed'"
    )


def guard_entries(verb: str) -> None:
    """On PostgreSQL the guards take a lock a transaction of the ledger: too many at once."""
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute(f"ALTER TABLE ledger_entry {verb} TRIGGER ledger_entry_comes_first")
    op.execute(f"ALTER TABLE ledger_transaction {verb} TRIGGER ledger_transaction_is_whole")
    op.execute("SET CONSTRAINTS ALL DEFERRED")


def book(kind: str, ref: str, row: str, at: str, rows: str, off: str, onto: str) -> None:
    """A transaction a row that has none, its entries first: the amount off one account onto the
    other."""
    name, clause = f"'{kind} ' || {ref}", "AND" if "WHERE" in rows else "WHERE"
    posted = f"SELECT 1 FROM ledger_transaction WHERE kind = '{kind}' AND ref = {ref}"  # noqa: S608
    rows = f"{rows} {clause} NOT EXISTS ({posted})"
    for account, sign in ((off, "-"), (onto, "")):
        op.execute(
            "INSERT INTO ledger_entry (transaction_id, account_id, amount) "
            f"SELECT {name}, {account}, {sign}{row}.amount {rows}"
        )
    op.execute(
        "INSERT INTO ledger_transaction (id, kind, ref, unit, memo, actor, at) "
        f"SELECT {name}, '{kind}', {ref}, 'fen', {ref}, 'wechat_pay', {at} "
        f"{rows}"
    )


def downgrade() -> None:
    op.drop_index("ix_payment_paid_at", "payment")
    op.drop_index("ix_refund_succeeded_at", "refund")
    with op.batch_alter_table("refund", reflect_kwargs=ALONE) as refund:
        refund.drop_constraint("fk_refund_repeats_id", type_="foreignkey")
        refund.drop_constraint("uq_refund_repeats_id", type_="unique")
        refund.drop_column("repeats_id")
    for table in ("money_audit", "bill_row", "bill_day", "reconciliation_finding"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(sa.text("DROP FUNCTION money_audit_refuse()"))
