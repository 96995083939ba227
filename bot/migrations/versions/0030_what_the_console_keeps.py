"""What the pages of the console keep."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_approvals()
    _make_decisions()


def downgrade() -> None:
    op.drop_table("outbox_decision")
    op.drop_table("money_approval")


def _make_approvals() -> None:
    op.create_table(
        "money_approval",
        sa.Column("withdrawal_no", sa.String(), nullable=False),
        sa.Column("first_by", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_by", sa.Integer(), nullable=True),
        sa.Column("second_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("second_by <> first_by", name=op.f("ck_money_approval_two_people")),
        sa.CheckConstraint(
            "(second_by IS NULL) = (second_at IS NULL)", name=op.f("ck_money_approval_second")
        ),
        sa.ForeignKeyConstraint(
            ["first_by"], ["staff.id"], name=op.f("fk_money_approval_first_by")
        ),
        sa.ForeignKeyConstraint(
            ["second_by"], ["staff.id"], name=op.f("fk_money_approval_second_by")
        ),
        sa.PrimaryKeyConstraint("withdrawal_no", name=op.f("pk_money_approval")),
    )


def _make_decisions() -> None:
    op.create_table(
        "outbox_decision",
        sa.Column("outbox_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_outbox_decision_staff_id")
        ),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_outbox_decision")),
    )
