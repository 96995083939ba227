"""Group-buys, and prices that were lowered afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OPEN = "state = 'open'"


def upgrade() -> None:
    _create_activities()
    _create_groups()
    op.create_table(
        "rebate",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_rebate_amount"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_rebate_order_id")
        ),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_rebate_refund_id")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_rebate")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_rebate_refund_id")),
    )
    op.create_index(op.f("ix_rebate_order_id"), "rebate", ["order_id"])


def _create_activities() -> None:
    op.create_table(
        "group_activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifetime_seconds", sa.Integer(), nullable=False),
        sa.Column("pieces_per_order", sa.Integer(), nullable=False),
        sa.Column("orders_per_customer", sa.Integer(), nullable=False),
        sa.Column("virtual_percent", sa.Integer(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_group_activity_window"),
        sa.CheckConstraint("lifetime_seconds > 0", name="ck_group_activity_lifetime"),
        sa.CheckConstraint(
            "pieces_per_order > 0 AND orders_per_customer > 0", name="ck_group_activity_limits"
        ),
        sa.CheckConstraint(
            "virtual_percent BETWEEN 1 AND 99", name="ck_group_activity_virtual_percent"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_group_activity_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_activity")),
        sa.UniqueConstraint("key", name=op.f("uq_group_activity_key")),
    )
    op.create_index(op.f("ix_group_activity_product_id"), "group_activity", ["product_id"])
    op.create_table(
        "group_tier",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.CheckConstraint("heads > 1", name="ck_group_tier_heads"),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["group_activity.id"], name=op.f("fk_group_tier_activity_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", "heads", name=op.f("pk_group_tier")),
    )
    op.create_table(
        "group_price",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.CheckConstraint("price > 0", name="ck_group_price_price"),
        sa.ForeignKeyConstraint(
            ["activity_id", "heads"],
            ["group_tier.activity_id", "group_tier.heads"],
            name=op.f("fk_group_price_activity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_group_price_variant_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", "heads", "variant_id", name=op.f("pk_group_price")),
    )
    op.create_index(op.f("ix_group_price_variant_id"), "group_price", ["variant_id"])


def _create_groups() -> None:
    op.create_table(
        "buying_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_no", sa.String(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=True),
        sa.Column("is_virtual", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("paid >= 0 AND paid <= size", name="ck_buying_group_paid"),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)", name="ck_buying_group_ended_at"
        ),
        sa.CheckConstraint(
            "(state = 'succeeded') = (reached IS NOT NULL)", name="ck_buying_group_reached"
        ),
        sa.CheckConstraint("is_virtual OR reached <= paid", name="ck_buying_group_is_virtual"),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["group_activity.id"], name=op.f("fk_buying_group_activity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buying_group")),
        sa.UniqueConstraint("group_no", name=op.f("uq_buying_group_group_no")),
    )
    op.create_index(op.f("ix_buying_group_activity_id"), "buying_group", ["activity_id"])
    op.create_index(
        "ix_buying_group_due",
        "buying_group",
        ["expires_at"],
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    _create_members()
    op.create_table(
        "group_holding",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("orders >= 0 AND orders <= most", name="ck_group_holding_orders"),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["group_activity.id"], name=op.f("fk_group_holding_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_group_holding_customer_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", "customer_id", name=op.f("pk_group_holding")),
    )
    op.create_index(op.f("ix_group_holding_customer_id"), "group_holding", ["customer_id"])
    op.create_table(
        "virtual_completion",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "paid > 0 AND paid < heads AND paid * 100 >= percent * heads",
            name="ck_virtual_completion_paid",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["buying_group.id"], name=op.f("fk_virtual_completion_group_id")
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_virtual_completion")),
    )


def _create_members() -> None:
    op.create_table(
        "group_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("moved_from_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_leader", sa.Boolean(), nullable=False),
        sa.Column("overflow", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "group_id IS NOT NULL OR state IN ('waiting', 'closed')",
            name="ck_group_member_group_id",
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["group_activity.id"], name=op.f("fk_group_member_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_group_member_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["buying_group.id"], name=op.f("fk_group_member_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["moved_from_id"], ["buying_group.id"], name=op.f("fk_group_member_moved_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_group_member_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
        sa.UniqueConstraint("order_id", name=op.f("uq_group_member_order_id")),
    )
    op.create_index(op.f("ix_group_member_activity_id"), "group_member", ["activity_id"])
    op.create_index(op.f("ix_group_member_customer_id"), "group_member", ["customer_id"])
    op.create_index("ix_group_member_group_id", "group_member", ["group_id", "state"])


def downgrade() -> None:
    op.drop_table("rebate")
    op.drop_table("virtual_completion")
    op.drop_table("group_holding")
    op.drop_table("group_member")
    op.drop_table("buying_group")
    op.drop_table("group_price")
    op.drop_table("group_tier")
    op.drop_table("group_activity")
