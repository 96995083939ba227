"""What campaigns bring: visits, orders, and looks at variants that are compared."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_what_they_brought()


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


def downgrade() -> None:
    op.drop_table("comparison_look")
    with op.batch_alter_table("campaign_credit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_credit_customer_id"))
        batch_op.drop_index("ix_campaign_credit_campaign")
    op.drop_table("campaign_credit")
    with op.batch_alter_table("campaign_visit", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_visit_customer")
        batch_op.drop_index("ix_campaign_visit_campaign")
    op.drop_table("campaign_visit")
