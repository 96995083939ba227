"""Segments, campaigns, what they send and what they bring."""

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
    _create_journeys()
    _create_mass_tasks()
    _create_deliveries()
    _create_what_they_brought()
    _pace_the_outbox()


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


def _create_journeys() -> None:
    op.create_table(
        "journey_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_journey_entry_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_journey_entry_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["community_group.id"], name=op.f("fk_journey_entry_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["campaign_run.id"], name=op.f("fk_journey_entry_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_entry")),
    )
    with op.batch_alter_table("journey_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_journey_entry_campaign_id"), ["campaign_id"], unique=False
        )
        batch_op.create_index("ix_journey_entry_customer", ["customer_id", "state"], unique=False)
        batch_op.create_index(
            "ix_journey_entry_due",
            ["wake_at"],
            unique=False,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(
            "uq_journey_entry_cause", ["campaign_id", "recipient", "cause"], unique=True
        )
        batch_op.create_index(
            "uq_journey_entry_active",
            ["campaign_id", "recipient"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
    op.create_table(
        "journey_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journey_entry.id"], name=op.f("fk_journey_move_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_move")),
    )
    with op.batch_alter_table("journey_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journey_move_entry_id"), ["entry_id"], unique=False)


def _create_mass_tasks() -> None:
    op.create_table(
        "mass_receipt",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0", name="ck_mass_receipt_taken"),
        sa.PrimaryKeyConstraint("address", "day", name=op.f("pk_mass_receipt")),
    )
    op.create_table(
        "mass_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("chat_type", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("msgid", sa.String(), nullable=True),
        sa.Column("moment_id", sa.String(), nullable=False),
        sa.Column("outbox_key", sa.String(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stand_in_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("chat_type IN ('single', 'group', 'moment')", name="ck_mass_task_chat"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_mass_task_campaign_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["campaign_run.id"], name=op.f("fk_mass_task_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mass_task")),
        sa.UniqueConstraint("msgid", name=op.f("uq_mass_task_msgid")),
        sa.UniqueConstraint("outbox_key", name=op.f("uq_mass_task_outbox_key")),
        sa.UniqueConstraint("run_id", "node", "arm", "sender", "part", name="uq_mass_task"),
    )
    with op.batch_alter_table("mass_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mass_task_check_at"), ["check_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mass_task_state"), ["state"], unique=False)
    op.create_table(
        "mass_reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["mass_task.id"], name=op.f("fk_mass_reminder_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mass_reminder")),
    )
    with op.batch_alter_table("mass_reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mass_reminder_task_id"), ["task_id"], unique=False)


def _create_deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("outbox_key", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_delivery_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_delivery_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["community_group.id"], name=op.f("fk_delivery_group_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["campaign_run.id"], name=op.f("fk_delivery_run_id")),
        sa.ForeignKeyConstraint(["task_id"], ["mass_task.id"], name=op.f("fk_delivery_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("run_id", "occasion", "node", "recipient", name="uq_delivery"),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_customer", ["customer_id", "planned_at"], unique=False)
        batch_op.create_index(
            "ix_delivery_due",
            ["run_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'deferred'"),
            postgresql_where=sa.text("state = 'deferred'"),
        )
        batch_op.create_index("ix_delivery_run", ["run_id", "state", "reason", "arm"], unique=False)
        batch_op.create_index("ix_delivery_task", ["task_id"], unique=False)
        batch_op.create_index(
            "uq_delivery_outbox",
            ["outbox_key"],
            unique=True,
            sqlite_where=sa.text("outbox_key IS NOT NULL"),
            postgresql_where=sa.text("outbox_key IS NOT NULL"),
        )


def _create_what_they_brought() -> None:
    op.create_table(
        "campaign_visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column(
            "delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("promoter", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_visit_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_campaign_visit_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["community_group.id"], name=op.f("fk_campaign_visit_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["campaign_run.id"], name=op.f("fk_campaign_visit_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["mass_task.id"], name=op.f("fk_campaign_visit_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_visit")),
    )
    with op.batch_alter_table("campaign_visit", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_visit_campaign", ["campaign_id", "at"], unique=False)
        batch_op.create_index("ix_campaign_visit_customer", ["customer_id", "at"], unique=False)
    op.create_table(
        "campaign_credit",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("refunded", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("refunded BETWEEN 0 AND paid", name="ck_campaign_credit_refunded"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_credit_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_campaign_credit_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["community_group.id"], name=op.f("fk_campaign_credit_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_campaign_credit_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["campaign_run.id"], name=op.f("fk_campaign_credit_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["campaign_visit.id"], name=op.f("fk_campaign_credit_visit_id")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_campaign_credit")),
    )
    with op.batch_alter_table("campaign_credit", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_credit_campaign", ["campaign_id", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_campaign_credit_customer_id"), ["customer_id"], unique=False
        )
    op.create_table(
        "comparison_look",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("trials", sa.JSON(), nullable=False),
        sa.Column("p_values", sa.JSON(), nullable=False),
        sa.Column("winner", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["campaign_run.id"], name=op.f("fk_comparison_look_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_comparison_look")),
    )


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
    op.drop_table("comparison_look")
    with op.batch_alter_table("campaign_credit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_credit_customer_id"))
        batch_op.drop_index("ix_campaign_credit_campaign")
    op.drop_table("campaign_credit")
    with op.batch_alter_table("mass_reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mass_reminder_task_id"))
    op.drop_table("mass_reminder")
    with op.batch_alter_table("journey_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journey_move_entry_id"))
    op.drop_table("journey_move")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_delivery_outbox",
            sqlite_where=sa.text("outbox_key IS NOT NULL"),
            postgresql_where=sa.text("outbox_key IS NOT NULL"),
        )
        batch_op.drop_index("ix_delivery_task")
        batch_op.drop_index("ix_delivery_run")
        batch_op.drop_index(
            "ix_delivery_due",
            sqlite_where=sa.text("state = 'deferred'"),
            postgresql_where=sa.text("state = 'deferred'"),
        )
        batch_op.drop_index("ix_delivery_customer")
    op.drop_table("delivery")
    with op.batch_alter_table("campaign_visit", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_visit_customer")
        batch_op.drop_index("ix_campaign_visit_campaign")
    op.drop_table("campaign_visit")
    with op.batch_alter_table("mass_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mass_task_state"))
        batch_op.drop_index(batch_op.f("ix_mass_task_check_at"))
    op.drop_table("mass_task")
    with op.batch_alter_table("journey_entry", schema=None) as batch_op:
        batch_op.drop_index("uq_journey_entry_cause")
        batch_op.drop_index(
            "uq_journey_entry_active",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.drop_index(
            "ix_journey_entry_due",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.drop_index("ix_journey_entry_customer")
        batch_op.drop_index(batch_op.f("ix_journey_entry_campaign_id"))
    op.drop_table("journey_entry")
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
    op.drop_table("mass_receipt")
