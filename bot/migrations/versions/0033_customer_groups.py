"""Customer groups of WeCom, who is in them, and how they are led in and greeted."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "community_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("chat_ids", sa.JSON(), nullable=False),
        sa.Column("opens_more", sa.Boolean(), nullable=False),
        sa.Column("base_name", sa.String(), nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("tag_ids", sa.JSON(), nullable=False),
        sa.Column("config_id", sa.String(), nullable=True),
        sa.Column("picture_url", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_code")),
        sa.UniqueConstraint("key", name=op.f("uq_community_code_key")),
    )
    op.create_table(
        "community_welcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("attachment", sa.JSON(), nullable=True),
        sa.Column("template_id", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_welcome")),
        sa.UniqueConstraint("name", name=op.f("uq_community_welcome_name")),
    )
    op.create_table(
        "community_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner_userid", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("member_version", sa.String(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("welcome_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dissolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["welcome_id"], ["community_welcome.id"], name=op.f("fk_community_group_welcome_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_group")),
        sa.UniqueConstraint("chat_id", name=op.f("uq_community_group_chat_id")),
    )
    with op.batch_alter_table("community_group", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_community_group_owner_userid"), ["owner_userid"], unique=False
        )
    op.create_table(
        "community_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("join_scene", sa.Integer(), nullable=False),
        sa.Column("join_key", sa.String(), nullable=False),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_how", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('customer', 'staff')", name="ck_community_member_kind"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_community_member_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["community_group.id"], name=op.f("fk_community_member_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_member")),
    )
    with op.batch_alter_table("community_member", schema=None) as batch_op:
        batch_op.create_index(
            "ix_community_member_customer", ["customer_id", "group_id"], unique=False
        )
        batch_op.create_index(
            "uq_community_member_present",
            ["group_id", "member"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
    op.create_table(
        "community_tag",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["community_group.id"], name=op.f("fk_community_tag_group_id")
        ),
        sa.PrimaryKeyConstraint("group_id", "name", name=op.f("pk_community_tag")),
    )


def downgrade() -> None:
    op.drop_table("community_tag")
    with op.batch_alter_table("community_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_community_member_present",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.drop_index("ix_community_member_customer")
    op.drop_table("community_member")
    with op.batch_alter_table("community_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_community_group_owner_userid"))
    op.drop_table("community_group")
    op.drop_table("community_welcome")
    op.drop_table("community_code")
