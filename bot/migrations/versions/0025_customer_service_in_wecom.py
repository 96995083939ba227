"""Customer service in WeCom: accounts, sessions, media received."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kf_cursor",
        sa.Column("open_kfid", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("open_kfid", name=op.f("pk_kf_cursor")),
    )
    _create_sessions()
    op.create_table(
        "kf_servicer",
        sa.Column("open_kfid", sa.String(), nullable=False),
        sa.Column("userid", sa.String(), nullable=False),
        sa.Column("is_receiving", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("open_kfid", "userid", name=op.f("pk_kf_servicer")),
    )
    op.create_table(
        "kf_seen",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kf_seen")),
    )
    op.create_index(op.f("ix_kf_seen_at"), "kf_seen", ["at"])
    op.create_table(
        "recalled_message",
        sa.Column("inbox_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("inbox_key", name=op.f("pk_recalled_message")),
    )
    _create_media()


def _create_sessions() -> None:
    op.create_table(
        "kf_session",
        sa.Column("conversation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("servicer", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wants", sa.Integer(), nullable=False),
        sa.Column("rejects", sa.Boolean(), nullable=False),
        sa.Column("scene", sa.String(), nullable=False),
        sa.Column("scene_param", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state BETWEEN 0 AND 4", name="ck_kf_session_state"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_kf_session_conversation_id")
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_kf_session")),
    )
    op.create_index("ix_kf_session_state", "kf_session", ["state", "read_at"])


def _create_media() -> None:
    op.create_table(
        "received_media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inbox_key", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'kept', 'too_large', 'gone')", name="ck_received_media_state"
        ),
        sa.CheckConstraint(
            "(state = 'kept') = (name_sealed IS NOT NULL)", name="ck_received_media_name"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_received_media_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_media")),
        sa.UniqueConstraint("inbox_key", name=op.f("uq_received_media_inbox_key")),
    )
    op.create_index(
        op.f("ix_received_media_conversation_id"), "received_media", ["conversation_id"]
    )


def downgrade() -> None:
    for table in (
        "received_media",
        "recalled_message",
        "kf_seen",
        "kf_servicer",
        "kf_session",
        "kf_cursor",
    ):
        op.drop_table(table)
