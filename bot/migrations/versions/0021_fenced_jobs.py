"""Job slots with an epoch: who was overtaken writes nothing more."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A row held the latest slot of a job that begins at once wherever none is known.
    op.drop_table("job_slot")
    op.create_table(
        "job_slot",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("overdue", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_slot")),
    )


def downgrade() -> None:
    op.drop_table("job_slot")
    op.create_table(
        "job_slot",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_slot")),
    )
