"""Coupons, discounts for a time, and 满减送."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coupon_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("off", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("per_person", sa.Integer(), nullable=False),
        sa.Column("takeable_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("takeable_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_after_days", sa.Integer(), nullable=False),
        sa.Column("lasts_days", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'amount' AND off > 0) OR (kind = 'percent' AND percent BETWEEN 1 AND 99)",
            name="ck_coupon_template_kind",
        ),
        sa.CheckConstraint(
            "(valid_until IS NULL) <> (lasts_days IS NULL)"
            " AND starts_after_days >= 0 AND (lasts_days IS NULL OR lasts_days > 0)",
            name="ck_coupon_template_validity",
        ),
        sa.CheckConstraint("per_person > 0", name="ck_coupon_template_per_person"),
        sa.CheckConstraint("taken >= 0 AND taken <= total", name="ck_coupon_template_taken"),
        sa.CheckConstraint("threshold >= 0 AND cap > 0", name="ck_coupon_template_amounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_template")),
        sa.UniqueConstraint("code", name=op.f("uq_coupon_template_code")),
    )
    op.create_table(
        "reward_activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_reward_activity_window"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_activity")),
        sa.UniqueConstraint("key", name=op.f("uq_reward_activity_key")),
    )
    op.create_table(
        "timed_discount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_timed_discount_window"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timed_discount")),
        sa.UniqueConstraint("key", name=op.f("uq_timed_discount_key")),
    )
    op.create_table(
        "coupon_holding",
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0 AND count <= most", name="ck_coupon_holding_count"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_coupon_holding_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["coupon_template.id"], name=op.f("fk_coupon_holding_template_id")
        ),
        sa.PrimaryKeyConstraint("template_id", "customer_id", name=op.f("pk_coupon_holding")),
    )
    op.create_index(
        op.f("ix_coupon_holding_customer_id"), "coupon_holding", ["customer_id"], unique=False
    )
    op.create_table(
        "reward_rung",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=True),
        sa.Column("off", sa.Integer(), nullable=False),
        sa.Column("frees_freight", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("coupon_templates", sa.JSON(), nullable=False),
        sa.CheckConstraint("(fen IS NULL) <> (pieces IS NULL)", name="ck_reward_rung_reach"),
        sa.CheckConstraint("fen > 0 AND pieces > 0", name="ck_reward_rung_above_nothing"),
        sa.CheckConstraint("off >= 0 AND points >= 0", name="ck_reward_rung_amounts"),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["reward_activity.id"], name=op.f("fk_reward_rung_activity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_rung")),
    )
    op.create_index(
        op.f("ix_reward_rung_activity_id"), "reward_rung", ["activity_id"], unique=False
    )
    op.create_table(
        "coupon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'used') = (order_id IS NOT NULL)", name="ck_coupon_order_id"),
        sa.CheckConstraint("valid_from < valid_until", name="ck_coupon_validity"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_coupon_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_coupon_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["coupon_template.id"], name=op.f("fk_coupon_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon")),
        sa.UniqueConstraint("template_id", "customer_id", "source", "ref", name="uq_coupon_source"),
    )
    op.create_index(
        "ix_coupon_customer_id", "coupon", ["customer_id", "state", "valid_until"], unique=False
    )
    op.create_index(
        "ix_coupon_lapsing",
        "coupon",
        ["valid_until"],
        unique=False,
        sqlite_where=sa.text("state = 'unused'"),
        postgresql_where=sa.text("state = 'unused'"),
    )
    op.create_index("ix_coupon_source", "coupon", ["source", "ref"], unique=False)
    op.create_index(
        "uq_coupon_order",
        "coupon",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("order_id IS NOT NULL"),
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_table(
        "coupon_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("coupon_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["coupon_id"], ["coupon.id"], name=op.f("fk_coupon_move_coupon_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_coupon_move_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_move")),
    )
    op.create_index(op.f("ix_coupon_move_coupon_id"), "coupon_move", ["coupon_id"], unique=False)
    op.create_index(op.f("ix_coupon_move_order_id"), "coupon_move", ["order_id"], unique=False)
    op.create_table(
        "timed_price",
        sa.Column("discount_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.CheckConstraint("price > 0", name="ck_timed_price_price"),
        sa.ForeignKeyConstraint(
            ["discount_id"], ["timed_discount.id"], name=op.f("fk_timed_price_discount_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_timed_price_variant_id")
        ),
        sa.PrimaryKeyConstraint("discount_id", "variant_id", name=op.f("pk_timed_price")),
    )
    op.create_index(op.f("ix_timed_price_variant_id"), "timed_price", ["variant_id"], unique=False)


def downgrade() -> None:
    op.drop_table("timed_price")
    op.drop_table("coupon_move")
    op.drop_table("coupon")
    op.drop_table("reward_rung")
    op.drop_table("coupon_holding")
    op.drop_table("timed_discount")
    op.drop_table("reward_activity")
    op.drop_table("coupon_template")
