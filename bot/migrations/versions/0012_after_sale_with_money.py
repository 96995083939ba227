"""After-sale requests that move money: amounts, the parcel back, what each line has given back."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

REQUEST = "after_sale"
ALONE = {"resolve_fks": False}  # The tables that it points to stay as they are.
LINE = "after_sale_line"
FILLED = (
    "amount_wanted",
    "freight_back",
    "points_back",
    "points_clawed",
    "experience_clawed",
    "return_carrier",
    "return_tracking_no",
)
"""New columns of a request that always hold something."""
LEFT_EMPTY = ("amount_agreed", "refund_id", "resent_parcel_id")


def upgrade() -> None:
    _make_counters()
    with op.batch_alter_table(REQUEST, reflect_kwargs=ALONE) as request:
        for name in FILLED:
            kind = sa.String() if name.startswith("return_") else sa.Integer()
            request.add_column(sa.Column(name, kind, nullable=True))
        for name in LEFT_EMPTY:
            request.add_column(sa.Column(name, sa.Integer(), nullable=True))
    with op.batch_alter_table(LINE, reflect_kwargs=ALONE) as line:
        line.add_column(sa.Column("money", sa.Integer(), nullable=True))
        line.add_column(sa.Column("points", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE after_sale SET amount_wanted = 0, freight_back = 0, points_back = 0, "
        "points_clawed = 0, experience_clawed = 0, return_carrier = '', return_tracking_no = ''"
    )
    op.execute("UPDATE after_sale_line SET money = 0, points = 0")
    # Agreeing to a refund moved no money until now: it is to be decided again, and then it does.
    op.execute(
        "UPDATE after_sale SET state = 'requested' WHERE kind = 'refund_only' AND state = 'agreed'"
    )
    _bind()


def _bind() -> None:
    with op.batch_alter_table(REQUEST, reflect_kwargs=ALONE) as request:
        for name in FILLED:
            request.alter_column(name, nullable=False)
        request.create_check_constraint(
            "ck_after_sale_amounts",
            "amount_wanted >= 0 AND amount_agreed >= 0 AND points_back >= 0 "
            "AND points_clawed >= 0 AND experience_clawed >= 0",
        )
        request.create_check_constraint(
            "ck_after_sale_freight_back",
            "freight_back >= 0 AND (freight_back = 0 OR freight_back <= amount_agreed)",
        )
        request.create_unique_constraint("uq_after_sale_refund_id", ["refund_id"])
        request.create_foreign_key("fk_after_sale_refund_id", "refund", ["refund_id"], ["id"])
        request.create_foreign_key(
            "fk_after_sale_resent_parcel_id", "parcel", ["resent_parcel_id"], ["id"]
        )
    with op.batch_alter_table(LINE, reflect_kwargs=ALONE) as line:
        line.alter_column("money", nullable=False)
        line.alter_column("points", nullable=False)
        line.create_check_constraint("ck_after_sale_line_amounts", "money >= 0 AND points >= 0")


def _make_counters() -> None:
    counts = (
        *("bought", "pieces", "total", "money", "freight", "freight_back"),
        *("points_spent", "points_back", "points_given", "points_off"),
    )
    op.create_table(
        "refunded_line",
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.CheckConstraint("pieces >= 0 AND pieces <= bought", name="ck_refunded_line_pieces"),
        sa.CheckConstraint("money >= 0 AND money <= total", name="ck_refunded_line_money"),
        sa.CheckConstraint(
            "freight_back >= 0 AND freight_back <= freight", name="ck_refunded_line_freight"
        ),
        sa.CheckConstraint(
            "points_back >= 0 AND points_back <= points_spent", name="ck_refunded_line_points_back"
        ),
        sa.CheckConstraint(
            "points_off >= 0 AND points_off <= points_given", name="ck_refunded_line_points_off"
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_refunded_line_order_line_id")
        ),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_refunded_line")),
    )


def downgrade() -> None:
    op.execute(
        "UPDATE after_sale SET state = 'agreed' "
        "WHERE state IN ('refunding', 'returning', 'arrived', 'resent')"
    )
    with op.batch_alter_table(LINE, reflect_kwargs=ALONE) as line:
        line.drop_constraint("ck_after_sale_line_amounts", type_="check")
        line.drop_column("money")
        line.drop_column("points")
    with op.batch_alter_table(REQUEST, reflect_kwargs=ALONE) as request:
        request.drop_constraint("fk_after_sale_resent_parcel_id", type_="foreignkey")
        request.drop_constraint("fk_after_sale_refund_id", type_="foreignkey")
        request.drop_constraint("uq_after_sale_refund_id", type_="unique")
        request.drop_constraint("ck_after_sale_freight_back", type_="check")
        request.drop_constraint("ck_after_sale_amounts", type_="check")
        for name in (*FILLED, *LEFT_EMPTY):
            request.drop_column(name)
    op.drop_table("refunded_line")
