"""Orders bought under a deal, and what was given back on a line afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ALONE = {"resolve_fks": False}  # The tables that it points to stay as they are.


def upgrade() -> None:
    with op.batch_alter_table("customer_order", reflect_kwargs=ALONE) as table:
        table.add_column(sa.Column("came_by", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("deal", sa.String(), nullable=False, server_default=""))
        table.add_column(
            sa.Column("awaits_group", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.create_index(op.f("ix_customer_order_came_by"), ["came_by"])
    with op.batch_alter_table("customer_order", reflect_kwargs=ALONE) as table:
        for name in ("came_by", "deal", "awaits_group"):
            table.alter_column(name, server_default=None)
    with op.batch_alter_table("order_line", reflect_kwargs=ALONE) as table:
        table.add_column(sa.Column("rebate", sa.Integer(), nullable=False, server_default="0"))
        table.create_check_constraint("ck_order_line_rebate", "rebate >= 0 AND rebate <= total")
    with op.batch_alter_table("order_line", reflect_kwargs=ALONE) as table:
        table.alter_column("rebate", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("order_line", reflect_kwargs=ALONE) as table:
        table.drop_constraint("ck_order_line_rebate", type_="check")
        table.drop_column("rebate")
    with op.batch_alter_table("customer_order", reflect_kwargs=ALONE) as table:
        table.drop_index(op.f("ix_customer_order_came_by"))
        for name in ("awaits_group", "deal", "came_by"):
            table.drop_column(name)
