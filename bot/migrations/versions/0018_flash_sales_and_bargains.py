"""Flash sales and bargains."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_flash_sales()
    create_bargains()


def create_flash_sales() -> None:
    op.create_table(
        "flash_sale",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_flash_sale_window"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flash_sale")),
        sa.UniqueConstraint("key", name=op.f("uq_flash_sale_key")),
    )
    op.create_index(
        "ix_flash_sale_live",
        "flash_sale",
        ["starts_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned' OR state = 'on'"),
        postgresql_where=sa.text("state = 'planned' OR state = 'on'"),
    )
    op.create_table(
        "flash_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sale_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("per_customer", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            '"left" >= 0 AND "left" <= set_aside AND set_aside <= pieces',
            name="ck_flash_item_left",
        ),
        sa.CheckConstraint("pieces > 0 AND per_customer > 0", name="ck_flash_item_limits"),
        sa.CheckConstraint("price > 0", name="ck_flash_item_price"),
        sa.ForeignKeyConstraint(["sale_id"], ["flash_sale.id"], name=op.f("fk_flash_item_sale_id")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_flash_item_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flash_item")),
        sa.UniqueConstraint("sale_id", "variant_id", name="uq_flash_item_variant"),
    )
    op.create_index(op.f("ix_flash_item_variant_id"), "flash_item", ["variant_id"], unique=False)
    op.create_table(
        "flash_holding",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces >= 0 AND pieces <= most", name="ck_flash_holding_pieces"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_flash_holding_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["flash_item.id"], name=op.f("fk_flash_holding_item_id")
        ),
        sa.PrimaryKeyConstraint("item_id", "customer_id", name=op.f("pk_flash_holding")),
    )
    op.create_index(
        op.f("ix_flash_holding_customer_id"), "flash_holding", ["customer_id"], unique=False
    )
    op.create_table(
        "flash_order",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("given_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("pieces > 0", name="ck_flash_order_pieces"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["flash_item.id"], name=op.f("fk_flash_order_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_flash_order_order_id")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_flash_order")),
    )
    op.create_index(op.f("ix_flash_order_item_id"), "flash_order", ["item_id"], unique=False)
    op.create_table(
        "flash_reminder",
        sa.Column("sale_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_flash_reminder_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["sale_id"], ["flash_sale.id"], name=op.f("fk_flash_reminder_sale_id")
        ),
        sa.PrimaryKeyConstraint("sale_id", "customer_id", name=op.f("pk_flash_reminder")),
    )
    op.create_index(
        op.f("ix_flash_reminder_customer_id"), "flash_reminder", ["customer_id"], unique=False
    )


def create_bargains() -> None:
    op.create_table(
        "bargain_activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("helpers", sa.Integer(), nullable=False),
        sa.Column("lifetime_minutes", sa.Integer(), nullable=False),
        sa.Column("starts_per_customer", sa.Integer(), nullable=False),
        sa.Column("helps_per_customer", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_by", sa.String(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "NOT is_on OR (acknowledged_by <> '' AND acknowledged_at IS NOT NULL)",
            name="ck_bargain_activity_acknowledged",
        ),
        sa.CheckConstraint("floor > 0 AND helpers > 0", name="ck_bargain_activity_goal"),
        sa.CheckConstraint("lifetime_minutes > 0", name="ck_bargain_activity_lifetime"),
        sa.CheckConstraint(
            "starts_per_customer > 0 AND helps_per_customer > 0", name="ck_bargain_activity_limits"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_bargain_activity_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bargain_activity")),
        sa.UniqueConstraint("key", name=op.f("uq_bargain_activity_key")),
    )
    op.create_index(
        op.f("ix_bargain_activity_variant_id"), "bargain_activity", ["variant_id"], unique=False
    )
    op.create_table(
        "bargain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bargain_no", sa.String(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("start_price", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("helpers", sa.Integer(), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(helped = helpers) = (price = floor)", name="ck_bargain_floor"),
        sa.CheckConstraint("helped >= 0 AND helped <= helpers", name="ck_bargain_helped"),
        sa.CheckConstraint(
            "(state = 'ordered') = (order_id IS NOT NULL)", name="ck_bargain_order_id"
        ),
        sa.CheckConstraint("floor <= price AND price <= start_price", name="ck_bargain_price"),
        sa.CheckConstraint(
            "state NOT IN ('reached', 'ordered') OR price = floor", name="ck_bargain_reached"
        ),
        sa.CheckConstraint("started_at < expires_at", name="ck_bargain_window"),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["bargain_activity.id"], name=op.f("fk_bargain_activity_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_bargain_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_bargain_order_id")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_bargain_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bargain")),
        sa.UniqueConstraint("bargain_no", name=op.f("uq_bargain_bargain_no")),
        sa.UniqueConstraint("order_id", name=op.f("uq_bargain_order_id")),
    )
    op.create_index(op.f("ix_bargain_activity_id"), "bargain", ["activity_id"], unique=False)
    op.create_index(
        "ix_bargain_customer_id", "bargain", ["customer_id", "activity_id"], unique=False
    )
    op.create_index(
        "ix_bargain_expiring",
        "bargain",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open' OR state = 'reached'"),
        postgresql_where=sa.text("state = 'open' OR state = 'reached'"),
    )
    op.create_table(
        "bargain_help",
        sa.Column("bargain_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cut > 0", name="ck_bargain_help_cut"),
        sa.ForeignKeyConstraint(
            ["bargain_id"], ["bargain.id"], name=op.f("fk_bargain_help_bargain_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_bargain_help_customer_id")
        ),
        sa.PrimaryKeyConstraint("bargain_id", "customer_id", name=op.f("pk_bargain_help")),
    )
    op.create_index(
        op.f("ix_bargain_help_customer_id"), "bargain_help", ["customer_id"], unique=False
    )


def downgrade() -> None:
    for table in (
        *("bargain_help", "bargain", "bargain_activity"),
        *("flash_reminder", "flash_order", "flash_holding", "flash_item", "flash_sale"),
    ):
        op.drop_table(table)
