"""Packing, sending and receiving."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("auto_receive_days", sa.Integer(), nullable=False),
        sa.Column("finish_after_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_shop_policy_only"),
        sa.CheckConstraint(
            "auto_receive_days BETWEEN 1 AND 365 AND finish_after_days BETWEEN 1 AND 365",
            name="ck_shop_policy_days",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_policy")),
    )
    op.create_table(
        "order_nudge",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_order_nudge_order_id")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_nudge")),
    )
    op.create_table(
        "parcel_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_parcel_line_quantity"),
        sa.ForeignKeyConstraint(
            ["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_line_parcel_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_parcel_line_order_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_line")),
        sa.UniqueConstraint("parcel_id", "order_line_id", name="uq_parcel_line"),
    )
    op.create_index(
        op.f("ix_parcel_line_order_line_id"), "parcel_line", ["order_line_id"], unique=False
    )
    op.create_table(
        "shipped_line",
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("bought", sa.Integer(), nullable=False),
        sa.Column("shipped", sa.Integer(), nullable=False),
        sa.Column("called_off", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "shipped >= 0 AND called_off >= 0 AND shipped + called_off <= bought",
            name="ck_shipped_line_shipped",
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_shipped_line_order_line_id")
        ),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_shipped_line")),
    )
    op.create_table(
        "shipping_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("is_split", sa.Boolean(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_shipping_report_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_report")),
        sa.UniqueConstraint("payment_id", "number", name="uq_shipping_report"),
    )
    op.create_index(
        "uq_shipping_report_correction",
        "shipping_report",
        ["payment_id"],
        unique=True,
        sqlite_where=sa.text("is_correction"),
        postgresql_where=sa.text("is_correction"),
    )


def downgrade() -> None:
    op.drop_table("shipping_report")
    op.drop_table("shipped_line")
    op.drop_table("parcel_line")
    op.drop_table("order_nudge")
    op.drop_table("shop_policy")
