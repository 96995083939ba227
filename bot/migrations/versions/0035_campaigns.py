"""Segments, campaigns and their runs; the outbox knows of runs and of quotas."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_terms()
    _create_segments()
    _create_campaigns()
    _pace_the_outbox()
    _move_contacts_of_merged_customers()


def _create_terms() -> None:
    op.create_table(
        "campaign_terms",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cap_policy", sa.String(), nullable=False),
        sa.Column("per_week", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("stand_ins", sa.JSON(), nullable=False),
        sa.Column("auto_pause_failures", sa.Integer(), nullable=False),
        sa.CheckConstraint("auto_pause_failures >= 1", name="ck_campaign_terms_auto_pause"),
        sa.CheckConstraint(
            "cap_policy IN ('month_days', 'week7', 'day1')", name="ck_campaign_terms_cap_policy"
        ),
        sa.CheckConstraint("id = 1", name="ck_campaign_terms_id"),
        sa.CheckConstraint("per_week BETWEEN 0 AND 50", name="ck_campaign_terms_per_week"),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23",
            name="ck_campaign_terms_quiet",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_terms")),
    )


def _create_segments() -> None:
    op.create_table(
        "segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("name", name=op.f("uq_segment_name")),
    )
    op.create_table(
        "segment_version",
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_version_segment_id")
        ),
        sa.PrimaryKeyConstraint("segment_id", "version", name=op.f("pk_segment_version")),
    )


def _create_campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=True),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("nodes", sa.JSON(), nullable=False),
        sa.Column("routes", sa.JSON(), nullable=False),
        sa.Column("holdout_percent", sa.Integer(), nullable=False),
        sa.Column("attribution_days", sa.Integer(), nullable=False),
        sa.Column("stop_rule", sa.JSON(), nullable=True),
        sa.Column("promoter_code", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("override_by", sa.String(), nullable=False),
        sa.Column("override_reason", sa.String(), nullable=False),
        sa.Column("override_digest", sa.String(), nullable=False),
        sa.Column("override_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attribution_days BETWEEN 1 AND 90", name="ck_campaign_attribution"),
        sa.CheckConstraint("holdout_percent BETWEEN 0 AND 50", name="ck_campaign_holdout"),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_campaign_segment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_state"), ["state"], unique=False)
    op.create_table(
        "campaign_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=True),
        sa.Column("nodes", sa.JSON(), nullable=False),
        sa.Column("routes", sa.JSON(), nullable=False),
        sa.Column(
            "upper_bound", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_planned", sa.Boolean(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audience_size", sa.Integer(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_run_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_run")),
        sa.UniqueConstraint("campaign_id", "slot", name="uq_campaign_run"),
    )
    with op.batch_alter_table("campaign_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_run_state"), ["state"], unique=False)


def _pace_the_outbox() -> None:
    op.create_table(
        "send_window",
        sa.Column("api", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("api", "seconds", name=op.f("pk_send_window")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("run_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_outbox_run",
            ["run_id"],
            unique=False,
            sqlite_where=sa.text(
                "run_id IS NOT NULL AND (state = 'held' OR state = 'pending' OR state = 'sending')"
            ),
            postgresql_where=sa.text(
                "run_id IS NOT NULL AND (state = 'held' OR state = 'pending' OR state = 'sending')"
            ),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_outbox_run_id"), "campaign_run", ["run_id"], ["id"]
        )


def _move_contacts_of_merged_customers() -> None:
    """Until now they stayed where they were; who writes to contacts looks for who stayed."""
    op.execute("""
        UPDATE contact SET customer_id = (
            WITH RECURSIVE line(id, next) AS (
                SELECT id, merged_into_id FROM customer WHERE customer.id = contact.customer_id
                UNION ALL
                SELECT customer.id, customer.merged_into_id
                FROM customer JOIN line ON customer.id = line.next
            )
            SELECT line.id FROM line WHERE line.next IS NULL
        )
        WHERE customer_id IN (SELECT id FROM customer WHERE merged_into_id IS NOT NULL)
    """)


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_outbox_run_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_outbox_run",
            sqlite_where=sa.text(
                "run_id IS NOT NULL AND (state = 'held' OR state = 'pending' OR state = 'sending')"
            ),
            postgresql_where=sa.text(
                "run_id IS NOT NULL AND (state = 'held' OR state = 'pending' OR state = 'sending')"
            ),
        )
        batch_op.drop_column("run_id")
    with op.batch_alter_table("campaign_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_run_state"))
    op.drop_table("campaign_run")
    op.drop_table("segment_version")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_state"))
        batch_op.drop_index(batch_op.f("ix_campaign_next_at"))
    op.drop_table("campaign")
    op.drop_table("send_window")
    op.drop_table("segment")
    op.drop_table("campaign_terms")
