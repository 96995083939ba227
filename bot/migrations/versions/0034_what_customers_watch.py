"""Favourites, what was looked at, prices that are waited for; reports of template messages."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_favourite()
    _make_looked_at()
    _make_watch()
    _make_template_report()


def downgrade() -> None:
    op.drop_table("template_report")
    with op.batch_alter_table("product_watch", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_product_watch_live",
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_product_watch_product_id"))
        batch_op.drop_index(
            "ix_product_watch_due",
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )
    op.drop_table("product_watch")
    with op.batch_alter_table("product_looked_at", schema=None) as batch_op:
        batch_op.drop_index("ix_product_looked_at_product")
        batch_op.drop_index("ix_product_looked_at_category")
    op.drop_table("product_looked_at")
    op.drop_table("favourite")


def _make_favourite() -> None:
    op.create_table(
        "favourite",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_favourite_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_favourite_product_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", "product_id", name=op.f("pk_favourite")),
    )


def _make_looked_at() -> None:
    op.create_table(
        "product_looked_at",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("times > 0", name="ck_product_looked_at_times"),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_product_looked_at_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_product_looked_at_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_looked_at_product_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", "product_id", name=op.f("pk_product_looked_at")),
    )
    with op.batch_alter_table("product_looked_at", schema=None) as batch_op:
        batch_op.create_index(
            "ix_product_looked_at_category", ["category_id", "customer_id"], unique=False
        )
        batch_op.create_index(
            "ix_product_looked_at_product", ["product_id", "customer_id"], unique=False
        )


def _make_watch() -> None:
    op.create_table(
        "product_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("price >= 0", name="ck_product_watch_price"),
        sa.CheckConstraint("kind IN ('price_drop', 'back_in_stock')", name="ck_product_watch_kind"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_product_watch_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_watch_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_watch")),
    )
    with op.batch_alter_table("product_watch", schema=None) as batch_op:
        batch_op.create_index(
            "ix_product_watch_due",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_product_watch_product_id"), ["product_id"], unique=False
        )
        batch_op.create_index(
            "uq_product_watch_live",
            ["customer_id", "product_id", "kind"],
            unique=True,
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )


def _make_template_report() -> None:
    op.create_table(
        "template_report",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("msg_id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_key", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account", "msg_id", name=op.f("pk_template_report")),
    )
