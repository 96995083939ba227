"""Which members of a group were reminded of its end."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_reminder",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["group_member.id"], name=op.f("fk_group_reminder_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "minutes", name=op.f("pk_group_reminder")),
    )


def downgrade() -> None:
    op.drop_table("group_reminder")
