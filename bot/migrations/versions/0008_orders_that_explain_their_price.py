"""Orders keep how every line came to its price, and the points and coupons that go with it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ORDER = "customer_order"
ALONE = {"resolve_fks": False}  # The tables that it points to stay as they are.
LINE = "order_line"
NEW_ON_ORDER = ("points_spent", "points_given", "gifts")
NEW_ON_LINE = ("product_id", "shares", "freight", "points_spent", "points_given")


def upgrade() -> None:
    with op.batch_alter_table(ORDER, reflect_kwargs=ALONE) as order:
        order.add_column(sa.Column("coupon_id", sa.Integer(), nullable=True))
        order.add_column(sa.Column("points_spent", sa.Integer(), nullable=True))
        order.add_column(sa.Column("points_given", sa.Integer(), nullable=True))
        order.add_column(sa.Column("gifts", sa.JSON(), nullable=True))
    with op.batch_alter_table(LINE, reflect_kwargs=ALONE) as line:
        line.add_column(sa.Column("product_id", sa.Integer(), nullable=True))
        line.add_column(sa.Column("category_id", sa.Integer(), nullable=True))
        line.add_column(sa.Column("shares", sa.JSON(), nullable=True))
        line.add_column(sa.Column("freight", sa.Integer(), nullable=True))
        line.add_column(sa.Column("points_spent", sa.Integer(), nullable=True))
        line.add_column(sa.Column("points_given", sa.Integer(), nullable=True))
    fill_in()
    with op.batch_alter_table(ORDER, reflect_kwargs=ALONE) as order:
        for name in NEW_ON_ORDER:
            order.alter_column(name, nullable=False)
        order.create_index("ix_customer_order_coupon_id", ["coupon_id"])
        order.create_check_constraint("ck_order_points", "points_spent >= 0 AND points_given >= 0")
    with op.batch_alter_table(LINE, reflect_kwargs=ALONE) as line:
        for name in NEW_ON_LINE:
            line.alter_column(name, nullable=False)
        line.create_foreign_key("fk_order_line_product_id", "product", ["product_id"], ["id"])
        line.create_check_constraint(
            "ck_order_line_total", "total >= 0 AND total <= price * quantity"
        )
        line.create_check_constraint(
            "ck_order_line_shares", "freight >= 0 AND points_spent >= 0 AND points_given >= 0"
        )


def fill_in() -> None:
    """Orders from before had neither discounts nor points nor freight."""
    op.execute("UPDATE customer_order SET points_spent = 0, points_given = 0, gifts = '[]'")
    op.execute(
        "UPDATE order_line SET shares = '[]', freight = 0, points_spent = 0, points_given = 0, "
        "product_id = (SELECT product_id FROM variant WHERE variant.id = order_line.variant_id)"
    )
    op.execute(
        "UPDATE order_line SET category_id = "
        "(SELECT category_id FROM product WHERE product.id = order_line.product_id)"
    )


def downgrade() -> None:
    with op.batch_alter_table(LINE, reflect_kwargs=ALONE) as line:
        line.drop_constraint("ck_order_line_shares", type_="check")
        line.drop_constraint("ck_order_line_total", type_="check")
        line.drop_constraint("fk_order_line_product_id", type_="foreignkey")
        for name in (*NEW_ON_LINE, "category_id"):
            line.drop_column(name)
    with op.batch_alter_table(ORDER, reflect_kwargs=ALONE) as order:
        order.drop_constraint("ck_order_points", type_="check")
        order.drop_index("ix_customer_order_coupon_id")
        for name in (*NEW_ON_ORDER, "coupon_id"):
            order.drop_column(name)
