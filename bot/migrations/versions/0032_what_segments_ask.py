"""What segments ask of customers, filled from the shop's books."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

SUMMARIES = """
INSERT INTO customer_summary (
    customer_id, last_seen_at, experience, orders, spent, first_paid_at, last_paid_at,
    cart_left_at, birth_month, birth_day, is_promoter, contact_state, follows, first_code, r, f, m)
SELECT
    customer.id,
    customer.last_seen_at,
    coalesce((SELECT CASE WHEN balance > 0 THEN balance ELSE 0 END FROM ledger_account
              WHERE kind = 'experience' AND coalesce(owner_id, 0) = customer.id), 0),
    coalesce(paid.orders, 0),
    coalesce((SELECT sum(payment.amount - payment.refunded) FROM payment
              JOIN customer_order ON customer_order.id = payment.order_id
              WHERE customer_order.customer_id = customer.id AND payment.state = 'paid'), 0),
    paid.first_at,
    paid.last_at,
    (SELECT updated_at FROM cart WHERE cart.customer_id = customer.id
     AND EXISTS (SELECT 1 FROM cart_line WHERE cart_line.cart_id = cart.id)),
    coalesce(member.birth_month, 0),
    coalesce(member.birth_day, 0),
    EXISTS (SELECT 1 FROM promoter
            WHERE promoter.customer_id = customer.id AND promoter.state = 'active'),
    '',
    EXISTS (SELECT 1 FROM identity WHERE identity.customer_id = customer.id
            AND identity.channel = 'official_account' AND identity.follows),
    coalesce((SELECT code FROM customer_came WHERE customer_came.customer_id = customer.id
              ORDER BY at, id LIMIT 1), ''),
    0, 0, 0
FROM customer
LEFT JOIN (SELECT customer_id, count(*) AS orders, min(paid_at) AS first_at, max(paid_at) AS last_at
           FROM customer_order WHERE paid_at IS NOT NULL GROUP BY customer_id) AS paid
    ON paid.customer_id = customer.id
LEFT JOIN member ON member.customer_id = customer.id
WHERE customer.merged_into_id IS NULL
"""
BOUGHT = """
INSERT INTO customer_bought (customer_id, product_id, times, at)
SELECT customer_order.customer_id, order_line.product_id, count(DISTINCT customer_order.id),
       max(customer_order.paid_at)
FROM customer_order JOIN order_line ON order_line.order_id = customer_order.id
WHERE customer_order.paid_at IS NOT NULL
GROUP BY customer_order.customer_id, order_line.product_id
"""
CONTACTS = """
WITH RECURSIVE family(id, root) AS (
    SELECT id, id FROM customer WHERE merged_into_id IS NULL
    UNION ALL
    SELECT customer.id, family.root FROM customer JOIN family ON customer.merged_into_id = family.id
), known AS (
    SELECT family.root, max(CASE WHEN contact.ended_at IS NULL THEN 1 ELSE 0 END) AS lives
    FROM contact JOIN family ON family.id = contact.customer_id GROUP BY family.root
)
UPDATE customer_summary
SET contact_state = CASE WHEN known.lives = 1 THEN 'contact' ELSE 'lost' END
FROM known WHERE known.root = customer_summary.customer_id
"""
SCORES = """
UPDATE customer_summary SET r = scored.r, f = scored.f, m = scored.m
FROM (SELECT customer_id,
             ntile(5) OVER (ORDER BY last_paid_at) AS r,
             ntile(5) OVER (ORDER BY orders) AS f,
             ntile(5) OVER (ORDER BY spent) AS m
      FROM customer_summary WHERE orders > 0) AS scored
WHERE scored.customer_id = customer_summary.customer_id
"""
"""Equal customers may be torn apart here; the first night's scores mend that."""


def upgrade() -> None:
    _make_summary()
    _make_bought()
    for statement in (SUMMARIES, BOUGHT, CONTACTS, SCORES):
        op.execute(sa.text(statement))


def downgrade() -> None:
    with op.batch_alter_table("customer_bought", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_bought_product")
    op.drop_table("customer_bought")
    with op.batch_alter_table("customer_summary", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_summary_paid")
        batch_op.drop_index(
            "ix_customer_summary_cart",
            sqlite_where=sa.text("cart_left_at IS NOT NULL"),
            postgresql_where=sa.text("cart_left_at IS NOT NULL"),
        )
    op.drop_table("customer_summary")


def _make_summary() -> None:
    op.create_table(
        "customer_summary",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("experience", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("first_paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cart_left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("birth_month", sa.Integer(), nullable=False),
        sa.Column("birth_day", sa.Integer(), nullable=False),
        sa.Column("is_promoter", sa.Boolean(), nullable=False),
        sa.Column("contact_state", sa.String(), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("first_code", sa.String(), nullable=False),
        sa.Column("r", sa.Integer(), nullable=False),
        sa.Column("f", sa.Integer(), nullable=False),
        sa.Column("m", sa.Integer(), nullable=False),
        sa.CheckConstraint("orders >= 0 AND experience >= 0", name="ck_customer_summary_sums"),
        sa.CheckConstraint(
            "contact_state IN ('', 'contact', 'lost')", name="ck_customer_summary_contact_state"
        ),
        sa.CheckConstraint(
            "r BETWEEN 0 AND 5 AND f BETWEEN 0 AND 5 AND m BETWEEN 0 AND 5",
            name="ck_customer_summary_scores",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_summary_customer_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_summary")),
    )
    with op.batch_alter_table("customer_summary", schema=None) as batch_op:
        batch_op.create_index(
            "ix_customer_summary_cart",
            ["cart_left_at"],
            unique=False,
            sqlite_where=sa.text("cart_left_at IS NOT NULL"),
            postgresql_where=sa.text("cart_left_at IS NOT NULL"),
        )
        batch_op.create_index("ix_customer_summary_paid", ["last_paid_at"], unique=False)


def _make_bought() -> None:
    op.create_table(
        "customer_bought",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_bought_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_customer_bought_product_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", "product_id", name=op.f("pk_customer_bought")),
    )
    with op.batch_alter_table("customer_bought", schema=None) as batch_op:
        batch_op.create_index(
            "ix_customer_bought_product", ["product_id", "at", "customer_id"], unique=False
        )
