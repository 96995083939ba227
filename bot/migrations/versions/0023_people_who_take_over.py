"""The shop's people, and conversations that they take over."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('queued', 'owned')")


def upgrade() -> None:
    with op.batch_alter_table("outbox", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.add_column(sa.Column("speaker", sa.String(), nullable=False, server_default="bot"))
    with op.batch_alter_table("outbox", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.alter_column("speaker", server_default=None)
    op.add_column("chat_message", sa.Column("outbox_key", sa.String(), nullable=True))
    op.add_column("chat_message", sa.Column("inbox_key", sa.String(), nullable=True))
    _create_staff()
    _create_handovers()


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("wecom_userid", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_counter", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("presence", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'operator', 'agent')", name="ck_staff_role"),
        sa.CheckConstraint("presence IN ('online', 'away')", name="ck_staff_presence"),
        sa.CheckConstraint("capacity BETWEEN 1 AND 200", name="ck_staff_capacity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("row_key", name=op.f("uq_staff_row_key")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_index(
        "uq_staff_wecom_userid",
        "staff",
        ["wecom_userid"],
        unique=True,
        sqlite_where=sa.text("wecom_userid IS NOT NULL"),
        postgresql_where=sa.text("wecom_userid IS NOT NULL"),
    )


def _create_handovers() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_wrote_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_wrote_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'owned', 'ended', 'cancelled', 'left_word')",
            name="ck_handover_state",
        ),
        sa.CheckConstraint(
            "(state = 'owned') = (owner IS NOT NULL AND ended_at IS NULL)",
            name="ck_handover_owner",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_handover_conversation_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_handover_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_conversation_id"), "handover", ["conversation_id"])
    op.create_index(op.f("ix_handover_staff_id"), "handover", ["staff_id"])
    op.create_index("ix_handover_queue", "handover", ["state", "priority", "queued_at"])
    op.create_index(
        "uq_handover_live",
        "handover",
        ["conversation_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_table(
        "handover_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_handover_move_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_move")),
    )
    op.create_index(op.f("ix_handover_move_handover_id"), "handover_move", ["handover_id"])
    op.create_table(
        "private_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_private_note_conversation_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_private_note_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_note")),
        sa.UniqueConstraint("row_key", name=op.f("uq_private_note_row_key")),
    )
    op.create_index(op.f("ix_private_note_conversation_id"), "private_note", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("private_note")
    op.drop_table("handover_move")
    op.drop_table("handover")
    op.drop_table("staff")
    with op.batch_alter_table("chat_message", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.drop_column("inbox_key")
        batch.drop_column("outbox_key")
    with op.batch_alter_table("outbox", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.drop_column("speaker")
