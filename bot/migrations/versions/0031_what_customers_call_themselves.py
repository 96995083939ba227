"""What customers call themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nickname",
        sa.Column("identity_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_nickname_identity_id")
        ),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_nickname")),
        sa.UniqueConstraint("row_key", name=op.f("uq_nickname_row_key")),
    )


def downgrade() -> None:
    op.drop_table("nickname")
