"""What campaigns send: journeys and their steps, mass tasks, a delivery a recipient."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_journeys()
    _create_mass_tasks()
    _create_deliveries()


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
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stand_in_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("read_since", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("is_drawn", sa.Boolean(), nullable=False),
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


def downgrade() -> None:
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
    op.drop_table("mass_receipt")
