"""Carts, orders, stock and payments."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pay_notice",
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_pay_notice")),
    )
    op.create_table(
        "cart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_cart_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_cart_customer_id")),
    )
    op.create_table(
        "customer_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_no", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("goods_total", sa.Integer(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("freight", sa.Integer(), nullable=False),
        sa.Column("payable", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("recipient_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_digest", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("detail_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("remark_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("discount >= 0 AND discount <= goods_total", name="ck_order_discount"),
        sa.CheckConstraint("freight >= 0", name="ck_order_freight"),
        sa.CheckConstraint("goods_total >= 0", name="ck_order_goods_total"),
        sa.CheckConstraint("payable = goods_total - discount + freight", name="ck_order_payable"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_order_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_order")),
        sa.UniqueConstraint("customer_id", "idempotency_key", name="uq_order_idempotency"),
        sa.UniqueConstraint("order_no", name=op.f("uq_customer_order_order_no")),
        sa.UniqueConstraint("row_key", name=op.f("uq_customer_order_row_key")),
    )
    op.create_index(
        op.f("ix_customer_order_conversation_id"),
        "customer_order",
        ["conversation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_customer_order_customer_id"), "customer_order", ["customer_id"], unique=False
    )
    op.create_index(
        op.f("ix_customer_order_expires_at"), "customer_order", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_customer_order_phone_digest"), "customer_order", ["phone_digest"], unique=False
    )
    op.create_index(op.f("ix_customer_order_state"), "customer_order", ["state"], unique=False)
    op.create_table(
        "order_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_order_move_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_move")),
    )
    op.create_index(op.f("ix_order_move_order_id"), "order_move", ["order_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("out_trade_no", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("prepay_id", sa.String(), nullable=True),
        sa.Column("prepaid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("close_actor", sa.String(), nullable=False),
        sa.Column("close_reason", sa.String(), nullable=False),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_payment_amount"),
        sa.CheckConstraint("refunded >= 0 AND refunded <= amount", name="ck_payment_refunded"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_payment_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("out_trade_no", name=op.f("uq_payment_out_trade_no")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_payment_transaction_id")),
    )
    op.create_index(op.f("ix_payment_order_id"), "payment", ["order_id"], unique=False)
    op.create_index(
        "ix_payment_to_ask",
        "payment",
        ["ask_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open' OR state = 'closing'"),
        postgresql_where=sa.text("state = 'open' OR state = 'closing'"),
    )
    op.create_index(
        "uq_payment_live",
        "payment",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open' OR state = 'closing'"),
        postgresql_where=sa.text("state = 'open' OR state = 'closing'"),
    )
    op.create_table(
        "cart_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cart_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_cart_line_quantity"),
        sa.ForeignKeyConstraint(["cart_id"], ["cart.id"], name=op.f("fk_cart_line_cart_id")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_cart_line_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_line")),
        sa.UniqueConstraint("cart_id", "variant_id", name="uq_cart_line"),
    )
    op.create_index(op.f("ix_cart_line_cart_id"), "cart_line", ["cart_id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_order_line_quantity"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_order_line_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_order_line_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "variant_id", name="uq_order_line"),
    )
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_line_variant_id"), "order_line", ["variant_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("out_refund_no", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name="ck_refund_amount"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("out_refund_no", name=op.f("uq_refund_out_refund_no")),
    )
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_index("ix_refund_to_ask", "refund", ["state", "ask_at"], unique=False)
    op.create_table(
        "reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_reservation_quantity"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_reservation_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_reservation_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint("order_id", "variant_id", name="uq_reservation"),
    )
    op.create_index(op.f("ix_reservation_order_id"), "reservation", ["order_id"], unique=False)
    op.create_index(op.f("ix_reservation_variant_id"), "reservation", ["variant_id"], unique=False)
    op.create_table(
        "stock_movement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_stock_movement_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_stock_movement_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
    )
    op.create_index(
        op.f("ix_stock_movement_order_id"), "stock_movement", ["order_id"], unique=False
    )
    op.create_index(
        op.f("ix_stock_movement_variant_id"), "stock_movement", ["variant_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("stock_movement")
    op.drop_table("reservation")
    op.drop_table("refund")
    op.drop_table("order_line")
    op.drop_table("cart_line")
    op.drop_table("payment")
    op.drop_table("order_move")
    op.drop_table("customer_order")
    op.drop_table("cart")
    op.drop_table("pay_notice")
