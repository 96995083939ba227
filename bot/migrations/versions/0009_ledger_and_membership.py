"""Ledger and membership."""

import sqlalchemy as sa
from alembic import op

from bot.migrations.ledger_guards import POSTGRES_FUNCTIONS, POSTGRES_TRIGGERS, SQLITE_TRIGGERS

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_ledger()
    create_members()
    create_what_is_given_once()
    create_mall()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    guards = SQLITE_TRIGGERS if is_sqlite else POSTGRES_FUNCTIONS + POSTGRES_TRIGGERS
    for statement in guards:
        op.execute(sa.text(statement))


def create_ledger() -> None:
    op.create_table(
        "ledger_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=True),
        sa.Column("floor", sa.BigInteger(), nullable=True),
        sa.Column("joined_to_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("unit IN ('fen', 'point', 'experience')", name="ck_ledger_account_unit"),
        sa.CheckConstraint(
            "(owner_id IS NULL) = (balance IS NULL)", name="ck_ledger_account_balance"
        ),
        sa.CheckConstraint("balance >= floor", name="ck_ledger_account_floor"),
        sa.CheckConstraint("joined_to_id IS NULL OR balance = 0", name="ck_ledger_account_joined"),
        sa.ForeignKeyConstraint(
            ["joined_to_id"], ["ledger_account.id"], name=op.f("fk_ledger_account_joined_to_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["customer.id"], name=op.f("fk_ledger_account_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
    )
    op.create_index(
        "uq_ledger_account",
        "ledger_account",
        ["kind", sa.text("coalesce(owner_id, 0)")],
        unique=True,
    )
    op.create_index("ix_ledger_account_owner_id", "ledger_account", ["owner_id"], unique=False)
    op.create_index(
        "ix_ledger_account_joined_to_id", "ledger_account", ["joined_to_id"], unique=False
    )
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("memo", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("kind", "ref", name="uq_ledger_transaction"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name="ck_ledger_entry_amount"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_entry_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transaction.id"],
            name=op.f("fk_ledger_entry_transaction_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index("ix_ledger_entry_account_id", "ledger_entry", ["account_id", "id"])
    op.create_index("ix_ledger_entry_transaction_id", "ledger_entry", ["transaction_id"])


def create_members() -> None:
    op.create_table(
        "membership_terms",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points_per_yuan", sa.Integer(), nullable=False),
        sa.Column("spend_points", sa.Integer(), nullable=False),
        sa.Column("spend_fen", sa.Integer(), nullable=False),
        sa.Column("most_points", sa.Integer(), nullable=False),
        sa.Column("most_percent", sa.Integer(), nullable=False),
        sa.Column("sign_in_points", sa.JSON(), nullable=False),
        sa.Column("birthday_points", sa.Integer(), nullable=False),
        sa.Column("birthday_template_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("id = 1", name="ck_membership_terms_id"),
        sa.CheckConstraint(
            "points_per_yuan >= 0 AND spend_points >= 0 AND spend_fen >= 0",
            name="ck_membership_terms_rates",
        ),
        sa.CheckConstraint(
            "most_points >= 0 AND most_percent BETWEEN 0 AND 100",
            name="ck_membership_terms_limits",
        ),
        sa.CheckConstraint("birthday_points >= 0", name="ck_membership_terms_birthday"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_terms")),
    )
    op.create_table(
        "member_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("price_percent", sa.Integer(), nullable=False),
        sa.Column("earn_percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("threshold >= 0", name="ck_member_level_threshold"),
        sa.CheckConstraint("price_percent BETWEEN 1 AND 100", name="ck_member_level_price"),
        sa.CheckConstraint("earn_percent >= 0", name="ck_member_level_earn"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_level")),
        sa.UniqueConstraint("name", name=op.f("uq_member_level_name")),
        sa.UniqueConstraint("threshold", name=op.f("uq_member_level_threshold")),
    )
    op.create_table(
        "member",
        of_customer("member"),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("birth_month", sa.Integer(), nullable=False),
        sa.Column("birth_day", sa.Integer(), nullable=False),
        sa.Column("birthday_told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "birth_month BETWEEN 1 AND 12 AND birth_day BETWEEN 1 AND 31",
            name="ck_member_birthday",
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_member")),
    )
    op.create_index("ix_member_birthday", "member", ["birth_month", "birth_day"])


def create_what_is_given_once() -> None:
    op.create_table(
        "member_task",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint("points > 0", name="ck_member_task_points"),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_member_task")),
    )
    op.create_table(
        "task_done",
        of_customer("task_done"),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "kind", name=op.f("pk_task_done")),
    )
    op.create_table(
        "birthday_reward",
        of_customer("birthday_reward"),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "year", name=op.f("pk_birthday_reward")),
    )
    op.create_table(
        "sign_in",
        of_customer("sign_in"),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("streak > 0", name="ck_sign_in_streak"),
        sa.PrimaryKeyConstraint("customer_id", "day", name=op.f("pk_sign_in")),
    )


def create_mall() -> None:
    op.create_table(
        "mall_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("redeemed", sa.Integer(), nullable=False),
        sa.Column("most_each", sa.Integer(), nullable=True),
        sa.Column("coupon_template_id", sa.Integer(), nullable=True),
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint("points > 0", name="ck_mall_item_points"),
        sa.CheckConstraint("stock >= 0", name="ck_mall_item_stock"),
        sa.CheckConstraint("redeemed >= 0", name="ck_mall_item_redeemed"),
        sa.CheckConstraint("most_each > 0", name="ck_mall_item_most_each"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mall_item")),
        sa.UniqueConstraint("title", name=op.f("uq_mall_item_title")),
    )
    op.create_table(
        "redemption",
        of_customer("redemption"),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("redemption_no", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("recipient_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_digest", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("detail_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("tracking_no", sa.String(), nullable=False),
        sa.Column("finished_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("points > 0", name="ck_redemption_points"),
        sa.ForeignKeyConstraint(["item_id"], ["mall_item.id"], name=op.f("fk_redemption_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption")),
        sa.UniqueConstraint("customer_id", "idempotency_key", name="uq_redemption_idempotency"),
        sa.UniqueConstraint("redemption_no", name=op.f("uq_redemption_redemption_no")),
        sa.UniqueConstraint("row_key", name=op.f("uq_redemption_row_key")),
    )
    op.create_index("ix_redemption_customer_id", "redemption", ["customer_id", "id"])
    op.create_index("ix_redemption_item_id", "redemption", ["item_id"])
    op.create_index(
        "ix_redemption_waiting",
        "redemption",
        ["id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def of_customer(table: str) -> sa.ForeignKeyConstraint:
    """The key of a table whose rows belong to customers."""
    name = op.f(f"fk_{table}_customer_id")
    return sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=name)


def downgrade() -> None:
    for table in (
        "redemption",
        "mall_item",
        "sign_in",
        "birthday_reward",
        "task_done",
        "member_task",
        "member",
        "member_level",
        "membership_terms",
        "ledger_entry",
        "ledger_transaction",
        "ledger_account",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for function in ("ledger_check_transaction", "ledger_check_entry", "ledger_refuse"):
            op.execute(sa.text(f"DROP FUNCTION {function}()"))
