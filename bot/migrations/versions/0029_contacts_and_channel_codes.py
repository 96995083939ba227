"""Contacts in WeCom, their tags, and the codes that they come by."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("platform_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_tag")),
        sa.UniqueConstraint("group_name", "name", name="uq_customer_tag"),
        sa.UniqueConstraint("platform_id", name=op.f("uq_customer_tag_platform_id")),
    )
    op.create_table(
        "customer_tagged",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_there", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_tagged_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["customer_tag.id"], name=op.f("fk_customer_tagged_tag_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", "tag_id", name=op.f("pk_customer_tagged")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("userid", sa.String(), nullable=False),
        sa.Column("external_userid", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contact_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("userid", "external_userid", name="uq_contact"),
    )
    op.create_index(op.f("ix_contact_customer_id"), "contact", ["customer_id"])
    _create_codes()
    op.create_table(
        "welcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("to_minute", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("place IN ('contact', 'kf')", name="ck_welcome_place"),
        sa.CheckConstraint(
            "from_minute BETWEEN 0 AND 1439 AND to_minute BETWEEN 1 AND 1440",
            name="ck_welcome_minutes",
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_welcome_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welcome")),
    )


def _create_codes() -> None:
    op.create_table(
        "channel_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("shifts", sa.JSON(), nullable=False),
        sa.Column("backup", sa.JSON(), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=False),
        sa.Column("tag_ids", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("config_id", sa.String(), nullable=True),
        sa.Column("picture_url", sa.String(), nullable=False),
        sa.Column("told_userids", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("daily_limit >= 0", name="ck_channel_code_daily_limit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_code")),
        sa.UniqueConstraint("key", name=op.f("uq_channel_code_key")),
    )
    op.create_table(
        "channel_code_day",
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("userid", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code_id"], ["channel_code.id"], name=op.f("fk_channel_code_day_code_id")
        ),
        sa.PrimaryKeyConstraint("code_id", "userid", "day", name=op.f("pk_channel_code_day")),
    )


def downgrade() -> None:
    op.drop_table("welcome")
    op.drop_table("channel_code_day")
    op.drop_table("channel_code")
    op.drop_table("contact")
    op.drop_table("customer_tagged")
    op.drop_table("customer_tag")
