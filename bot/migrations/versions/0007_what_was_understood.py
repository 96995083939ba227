"""What the bot understood of each message."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat_message", sa.Column("understood_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("chat_message", "understood_sealed")
