"""Promoters, bindings, commissions and withdrawals."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('asked', 'approved', 'sending', 'wait_confirm')")
WAITS = sa.text("matured_at IS NULL")

SQLITE_GUARDS = (
    *(
        f"CREATE TRIGGER binding_change_stays_on_{verb.lower()} BEFORE {verb} ON binding_change "
        "BEGIN SELECT RAISE(ABORT, 'binding_change: what is written stays'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    # INSERT OR REPLACE would delete the old row past the trigger on DELETE.
    """
    CREATE TRIGGER binding_change_is_new BEFORE INSERT ON binding_change BEGIN
        SELECT RAISE(ABORT, 'binding_change: what is written stays')
            WHERE EXISTS (SELECT 1 FROM binding_change WHERE id = NEW.id);
    END
    """,
)
POSTGRES_GUARDS = (
    """
    CREATE FUNCTION binding_change_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'binding_change: % is refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER binding_change_stays BEFORE UPDATE OR DELETE ON binding_change
    FOR EACH ROW EXECUTE FUNCTION binding_change_refuse()
    """,
    """
    CREATE TRIGGER binding_change_is_not_emptied BEFORE TRUNCATE ON binding_change
    FOR EACH STATEMENT EXECUTE FUNCTION binding_change_refuse()
    """,
)


def upgrade() -> None:
    create_promoters()
    create_bindings()
    create_commissions()
    create_withdrawals()


def create_promoters() -> None:
    op.create_table(
        "distribution_terms",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("binding", sa.String(), nullable=False),
        sa.Column("binding_days", sa.Integer(), nullable=False),
        sa.Column("protection_days", sa.Integer(), nullable=False),
        sa.Column("first_bp", sa.Integer(), nullable=False),
        sa.Column("second_bp", sa.Integer(), nullable=False),
        sa.Column("freeze_days", sa.Integer(), nullable=False),
        sa.Column("withdraw_min", sa.Integer(), nullable=False),
        sa.Column("withdraw_most", sa.Integer(), nullable=False),
        sa.Column("fee_bp", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "binding IN ('permanent', 'days', 'last_wins')", name="ck_distribution_terms_binding"
        ),
        sa.CheckConstraint(
            "who IN ('everyone', 'appointed', 'after_purchase')", name="ck_distribution_terms_who"
        ),
        sa.CheckConstraint(
            "binding_days BETWEEN 1 AND 3650 AND protection_days BETWEEN 0 AND 3650"
            " AND freeze_days BETWEEN 0 AND 365",
            name="ck_distribution_terms_days",
        ),
        sa.CheckConstraint("fee_bp BETWEEN 0 AND 5000", name="ck_distribution_terms_fee"),
        sa.CheckConstraint(
            "first_bp >= 0 AND second_bp >= 0 AND first_bp + second_bp <= 10000",
            name="ck_distribution_terms_rates",
        ),
        sa.CheckConstraint("id = 1", name="ck_distribution_terms_id"),
        sa.CheckConstraint(
            "withdraw_min >= 10 AND withdraw_min <= withdraw_most AND withdraw_most < 200000",
            name="ck_distribution_terms_withdraw",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_terms")),
    )
    op.create_table(
        "promoter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'stopped')", name="ck_promoter_state"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_promoter_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promoter")),
        sa.UniqueConstraint("code", name=op.f("uq_promoter_code")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_promoter_customer_id")),
    )
    op.create_table(
        "promoter_joined_code",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("promoter_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["promoter_id"], ["promoter.id"], name=op.f("fk_promoter_joined_code_promoter_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_promoter_joined_code")),
    )
    op.create_index(
        op.f("ix_promoter_joined_code_promoter_id"),
        "promoter_joined_code",
        ["promoter_id"],
        unique=False,
    )


def create_bindings() -> None:
    op.create_table(
        "binding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("promoter_customer_id", sa.Integer(), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("protected_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("customer_id <> promoter_customer_id", name="ck_binding_self"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_binding_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["promoter_customer_id"], ["customer.id"], name=op.f("fk_binding_promoter_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_binding_customer_id")),
    )
    op.create_index(
        "ix_binding_promoter", "binding", ["promoter_customer_id", "bound_at"], unique=False
    )
    op.create_table(
        "binding_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("from_promoter_id", sa.Integer(), nullable=True),
        sa.Column("to_promoter_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_binding_change_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_promoter_id"], ["customer.id"], name=op.f("fk_binding_change_from_promoter_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_promoter_id"], ["customer.id"], name=op.f("fk_binding_change_to_promoter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding_change")),
    )
    op.create_index(
        op.f("ix_binding_change_customer_id"), "binding_change", ["customer_id"], unique=False
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_GUARDS if is_sqlite else POSTGRES_GUARDS:
        op.execute(sa.text(statement))


def create_commissions() -> None:
    op.create_table(
        "commission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("promoter_customer_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("freeze_days", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("postings", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matures_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("matured_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("base >= 0 AND booked BETWEEN 0 AND base", name="ck_commission_booked"),
        sa.CheckConstraint("level IN (1, 2)", name="ck_commission_level"),
        sa.CheckConstraint(
            "matured_at IS NULL OR matures_at IS NOT NULL", name="ck_commission_matured"
        ),
        sa.CheckConstraint("rate_bp BETWEEN 1 AND 10000", name="ck_commission_rate"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_commission_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["promoter_customer_id"],
            ["customer.id"],
            name=op.f("fk_commission_promoter_customer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission")),
        sa.UniqueConstraint("order_id", "level", name="uq_commission_level"),
    )
    op.create_index(
        "ix_commission_maturing",
        "commission",
        ["matures_at"],
        unique=False,
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.create_index(
        "ix_commission_promoter", "commission", ["promoter_customer_id", "id"], unique=False
    )
    op.create_table(
        "commission_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("clawed_back", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_commission_statement_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_statement")),
        sa.UniqueConstraint("customer_id", "month", name="uq_commission_statement"),
    )


def create_withdrawals() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("withdrawal_no", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("net", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("out_bill_no", sa.String(), nullable=False),
        sa.Column("transfer_state", sa.String(), nullable=False),
        sa.Column("transfer_bill_no", sa.String(), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("confirm_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'refused', 'sending', 'wait_confirm', 'paid',"
            " 'failed')",
            name="ck_withdrawal_state",
        ),
        sa.CheckConstraint("amount > 0 AND fee >= 0 AND net > 0", name="ck_withdrawal_amounts"),
        sa.CheckConstraint("net = amount - fee", name="ck_withdrawal_net"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_withdrawal_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
        sa.UniqueConstraint("out_bill_no", name=op.f("uq_withdrawal_out_bill_no")),
        sa.UniqueConstraint("withdrawal_no", name=op.f("uq_withdrawal_withdrawal_no")),
    )
    op.create_index("ix_withdrawal_ask_at", "withdrawal", ["state", "ask_at"], unique=False)
    op.create_index("ix_withdrawal_customer", "withdrawal", ["customer_id", "id"], unique=False)
    op.create_index(
        "uq_withdrawal_live",
        "withdrawal",
        ["customer_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    for table in (
        "withdrawal",
        "commission_statement",
        "commission",
        "binding_change",
        "binding",
        "promoter_joined_code",
        "promoter",
        "distribution_terms",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(sa.text("DROP FUNCTION binding_change_refuse()"))
