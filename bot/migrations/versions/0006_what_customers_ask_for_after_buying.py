"""After-sale requests and requests about personal data."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_no", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_privacy_request_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
        sa.UniqueConstraint("request_no", name=op.f("uq_privacy_request_request_no")),
    )
    op.create_index(
        op.f("ix_privacy_request_customer_id"), "privacy_request", ["customer_id"], unique=False
    )
    op.create_index(
        "ix_privacy_request_due",
        "privacy_request",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_index(
        "uq_privacy_request_live",
        "privacy_request",
        ["customer_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "subscription_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("wants_messages", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_subscription_change_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_change")),
        sa.UniqueConstraint("row_key", name=op.f("uq_subscription_change_row_key")),
    )
    op.create_index(
        op.f("ix_subscription_change_customer_id"),
        "subscription_change",
        ["customer_id"],
        unique=False,
    )
    op.create_table(
        "address_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("parts", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_address_change_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
    )
    op.create_index(
        op.f("ix_address_change_order_id"), "address_change", ["order_id"], unique=False
    )
    op.create_table(
        "after_sale",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_no", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_after_sale_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_after_sale_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_sale")),
        sa.UniqueConstraint("request_no", name=op.f("uq_after_sale_request_no")),
        sa.UniqueConstraint("row_key", name=op.f("uq_after_sale_row_key")),
    )
    op.create_index("ix_after_sale_customer_id", "after_sale", ["customer_id", "id"], unique=False)
    op.create_index(op.f("ix_after_sale_order_id"), "after_sale", ["order_id"], unique=False)
    op.create_table(
        "order_urge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_order_urge_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_urge")),
    )
    op.create_index(op.f("ix_order_urge_order_id"), "order_urge", ["order_id"], unique=False)
    op.create_table(
        "after_sale_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("after_sale_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["after_sale_id"], ["after_sale.id"], name=op.f("fk_after_sale_move_after_sale_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_sale_move")),
    )
    op.create_index(
        op.f("ix_after_sale_move_after_sale_id"), "after_sale_move", ["after_sale_id"], unique=False
    )
    op.create_table(
        "after_sale_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("after_sale_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("media_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["after_sale_id"], ["after_sale.id"], name=op.f("fk_after_sale_picture_after_sale_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_sale_picture")),
        sa.UniqueConstraint("after_sale_id", "media_id", name="uq_after_sale_picture"),
        sa.UniqueConstraint("row_key", name=op.f("uq_after_sale_picture_row_key")),
    )
    op.create_table(
        "after_sale_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("after_sale_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_after_sale_line_quantity"),
        sa.ForeignKeyConstraint(
            ["after_sale_id"], ["after_sale.id"], name=op.f("fk_after_sale_line_after_sale_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_after_sale_line_order_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_sale_line")),
        sa.UniqueConstraint("after_sale_id", "order_line_id", name="uq_after_sale_line"),
    )
    op.create_index(
        op.f("ix_after_sale_line_order_line_id"), "after_sale_line", ["order_line_id"], unique=False
    )
    op.create_table(
        "claimed_line",
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("bought", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.CheckConstraint("claimed >= 0 AND claimed <= bought", name="ck_claimed_line_claimed"),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_claimed_line_order_line_id")
        ),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_claimed_line")),
    )


def downgrade() -> None:
    op.drop_table("claimed_line")
    op.drop_table("after_sale_line")
    op.drop_table("after_sale_picture")
    op.drop_table("after_sale_move")
    op.drop_table("order_urge")
    op.drop_table("after_sale")
    op.drop_table("address_change")
    op.drop_table("subscription_change")
    op.drop_table("privacy_request")
