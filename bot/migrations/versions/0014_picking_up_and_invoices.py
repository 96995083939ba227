"""Picking up and invoices."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ORDER = "customer_order"
ALONE = {"resolve_fks": False}  # The tables that it points to stay as they are.
LIVE_INVOICE = sa.text("state = 'requested' OR state = 'issued' OR state = 'sent'")


def upgrade() -> None:
    make_stores()
    with op.batch_alter_table(ORDER, reflect_kwargs=ALONE) as order:
        order.add_column(sa.Column("pickup_store_id", sa.Integer(), nullable=True))
        order.create_foreign_key(
            "fk_customer_order_pickup_store_id", "store", ["pickup_store_id"], ["id"]
        )
        order.create_index("ix_customer_order_pickup_store_id", ["pickup_store_id"])
    make_codes()
    make_slots()
    make_invoices()


def make_stores() -> None:
    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("opens_at", sa.Integer(), nullable=False),
        sa.Column("closes_at", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("slot_capacity", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "opens_at >= 0 AND opens_at < closes_at AND closes_at <= 1440", name="ck_store_hours"
        ),
        sa.CheckConstraint("slot_minutes > 0 AND slot_capacity >= 0", name="ck_store_slots"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("name", name=op.f("uq_store_name")),
    )


def make_codes() -> None:
    op.create_table(
        "pickup_code",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redeemed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_pickup_code_order_id")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_pickup_code_store_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_pickup_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_pickup_code_digest")),
        sa.UniqueConstraint("row_key", name=op.f("uq_pickup_code_row_key")),
    )
    op.create_index(op.f("ix_pickup_code_store_id"), "pickup_code", ["store_id"], unique=False)
    op.create_table(
        "pickup_tries",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0 AND tries <= 10", name="ck_pickup_tries"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_pickup_tries_store_id")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_pickup_tries")),
    )


def make_slots() -> None:
    op.create_table(
        "pickup_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name="ck_pickup_slot_taken"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_pickup_slot_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickup_slot")),
        sa.UniqueConstraint("store_id", "starts_at", name="uq_pickup_slot"),
    )
    op.create_table(
        "pickup_booking",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_pickup_booking_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["pickup_slot.id"], name=op.f("fk_pickup_booking_slot_id")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_pickup_booking")),
    )
    op.create_index(op.f("ix_pickup_booking_slot_id"), "pickup_booking", ["slot_id"], unique=False)


def make_invoices() -> None:
    op.create_table(
        "invoice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("tax_no_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name="ck_invoice_amount"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_invoice_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
        sa.UniqueConstraint("row_key", name=op.f("uq_invoice_row_key")),
    )
    op.create_index(op.f("ix_invoice_order_id"), "invoice", ["order_id"], unique=False)
    op.create_index(op.f("ix_invoice_state"), "invoice", ["state"], unique=False)
    op.create_index(
        "uq_invoice_live",
        "invoice",
        ["order_id"],
        unique=True,
        sqlite_where=LIVE_INVOICE,
        postgresql_where=LIVE_INVOICE,
    )
    op.create_table(
        "red_flush",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_red_flush_invoice_id")
        ),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_red_flush_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_red_flush")),
        sa.UniqueConstraint("invoice_id", name="uq_red_flush_invoice_id"),
        sa.UniqueConstraint("number", name=op.f("uq_red_flush_number")),
        sa.UniqueConstraint("refund_id", name="uq_red_flush_refund_id"),
    )


def downgrade() -> None:
    op.drop_table("red_flush")
    op.drop_table("invoice")
    op.drop_table("pickup_booking")
    op.drop_table("pickup_slot")
    op.drop_table("pickup_tries")
    op.drop_table("pickup_code")
    with op.batch_alter_table(ORDER, reflect_kwargs=ALONE) as order:
        order.drop_index("ix_customer_order_pickup_store_id")
        order.drop_constraint("fk_customer_order_pickup_store_id", type_="foreignkey")
        order.drop_column("pickup_store_id")
    op.drop_table("store")
