"""Live streams, and codes that say where a customer came from."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_live()
    create_sources()


def create_live() -> None:
    op.create_table(
        "live_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="ck_live_session_window"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_session")),
        sa.UniqueConstraint("title", "starts_at", name="uq_live_session"),
    )
    op.create_index("ix_live_session_ends_at", "live_session", ["ends_at"])
    op.create_table(
        "live_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("position > 0", name="ck_live_item_position"),
        sa.ForeignKeyConstraint(
            ["live_session_id"], ["live_session.id"], name=op.f("fk_live_item_live_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_live_item_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_item")),
        sa.UniqueConstraint("live_session_id", "position", name="uq_live_item"),
    )
    op.create_index(op.f("ix_live_item_product_id"), "live_item", ["product_id"])
    op.create_table(
        "live_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_session_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["live_session_id"], ["live_session.id"], name=op.f("fk_live_reminder_live_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_live_reminder_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_reminder")),
        sa.UniqueConstraint("live_session_id", "customer_id", name="uq_live_reminder"),
    )
    op.create_index(op.f("ix_live_reminder_customer_id"), "live_reminder", ["customer_id"])
    op.create_index(
        "ix_live_reminder_waiting",
        "live_reminder",
        ["live_session_id"],
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    )


def create_sources() -> None:
    op.create_table(
        "source_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('oa', 'mini')", name="ck_source_code_kind"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_code")),
        sa.UniqueConstraint("code", name=op.f("uq_source_code_code")),
    )
    op.create_table(
        "customer_came",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_came_customer_id")
        ),
        sa.ForeignKeyConstraint(["code"], ["source_code.code"], name=op.f("fk_customer_came_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_came")),
    )
    op.create_index("ix_customer_came_latest", "customer_came", ["customer_id", "at"])
    op.create_index(op.f("ix_customer_came_code"), "customer_came", ["code"])
    op.create_table(
        "scene_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("scene", sa.String(), nullable=False),
        sa.Column("picture", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scene_code")),
        sa.UniqueConstraint("app", "scene", name="uq_scene_code"),
    )


def downgrade() -> None:
    for table in (
        "scene_code",
        "customer_came",
        "source_code",
        "live_reminder",
        "live_item",
        "live_session",
    ):
        op.drop_table(table)
