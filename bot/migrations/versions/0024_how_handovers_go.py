"""Hours, terms, canned answers, and what customers thought of it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "conversation", sa.Column("owner_since", sa.DateTime(timezone=True), nullable=True)
    )
    _create_calendar()
    _create_terms()
    _create_outcomes()


def _create_calendar() -> None:
    op.create_table(
        "opening_span",
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens_minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closes_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_opening_span_weekday"),
        sa.CheckConstraint(
            "opens_minute >= 0 AND opens_minute < closes_minute AND closes_minute <= 1440",
            name="ck_opening_span_minutes",
        ),
        sa.PrimaryKeyConstraint("weekday", "opens_minute", name=op.f("pk_opening_span")),
    )
    op.create_table(
        "holiday_override",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday_override")),
    )


def _create_terms() -> None:
    op.create_table(
        "service_terms",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("auto_assign", sa.Boolean(), nullable=False),
        sa.Column("reply_within_minutes", sa.Integer(), nullable=False),
        sa.Column("ends_after_minutes", sa.Integer(), nullable=False),
        sa.Column("first_response_minutes", sa.Integer(), nullable=False),
        sa.Column("next_response_minutes", sa.Integer(), nullable=False),
        sa.Column("resolution_minutes", sa.Integer(), nullable=False),
        sa.Column("vip_level", sa.String(), nullable=False),
        sa.Column("large_cart_fen", sa.Integer(), nullable=False),
        sa.Column("kf_place", sa.String(), nullable=False),
        sa.Column("out_of_hours_words", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_service_terms_id"),
        sa.CheckConstraint(
            "reply_within_minutes BETWEEN 1 AND 240 AND ends_after_minutes BETWEEN 1 AND 2880",
            name="ck_service_terms_minutes",
        ),
        sa.CheckConstraint(
            "first_response_minutes >= 0 AND next_response_minutes >= 0 "
            "AND resolution_minutes >= 0",
            name="ck_service_terms_promises",
        ),
        sa.CheckConstraint("large_cart_fen >= 0", name="ck_service_terms_large_cart"),
        sa.CheckConstraint("kf_place IN ('console', 'wecom')", name="ck_service_terms_kf_place"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_terms")),
    )
    op.create_table(
        "canned_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_answer")),
        sa.UniqueConstraint("code", name=op.f("uq_canned_answer_code")),
    )


def _create_outcomes() -> None:
    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 1 AND 3", name="ck_rating_score"),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_rating_handover_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_rating_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("handover_id", name=op.f("uq_rating_handover_id")),
    )
    op.create_index("ix_rating_conversation_id", "rating", ["conversation_id", "asked_at"])
    op.create_table(
        "service_miss",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "clock IN ('first_response', 'next_response', 'resolution')",
            name="ck_service_miss_clock",
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_service_miss_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_miss")),
        sa.UniqueConstraint("handover_id", "clock", "since", name="uq_service_miss"),
    )
    op.create_index("ix_service_miss_at", "service_miss", ["at"])


def downgrade() -> None:
    op.drop_table("service_miss")
    op.drop_table("rating")
    op.drop_table("canned_answer")
    op.drop_table("service_terms")
    op.drop_table("holiday_override")
    op.drop_table("opening_span")
    with op.batch_alter_table("conversation", reflect_kwargs={"resolve_fks": False}) as batch:
        batch.drop_column("owner_since")
