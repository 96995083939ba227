"""Freight templates, what goods weigh, and the default address of a customer."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TITLE_INDEX = "uq_product_title_brand"


def upgrade() -> None:
    create_templates()
    create_parts_of_templates()
    drop_title_index()
    with op.batch_alter_table("address") as address:
        address.add_column(sa.Column("is_default", sa.Boolean(), nullable=True))
    with op.batch_alter_table("variant") as variant:
        variant.add_column(sa.Column("weight", sa.Integer(), nullable=True))
        variant.add_column(sa.Column("volume", sa.Integer(), nullable=True))
    op.execute(sa.text("UPDATE address SET is_default = :no").bindparams(no=False))
    op.execute("UPDATE variant SET weight = 0, volume = 0")
    with op.batch_alter_table("address") as address:
        address.alter_column("is_default", nullable=False)
        address.create_index(
            "uq_address_default",
            ["customer_id"],
            unique=True,
            sqlite_where=sa.text("is_default"),
            postgresql_where=sa.text("is_default"),
        )
    with op.batch_alter_table("variant") as variant:
        variant.alter_column("weight", nullable=False)
        variant.alter_column("volume", nullable=False)
        variant.create_check_constraint("ck_variant_size", "weight >= 0 AND volume >= 0")
    with op.batch_alter_table("product") as product:
        product.add_column(sa.Column("freight_template_id", sa.Integer(), nullable=True))
        product.create_foreign_key(
            "fk_product_freight_template_id", "freight_template", ["freight_template_id"], ["id"]
        )
        product.create_index("ix_product_freight_template_id", ["freight_template_id"])
    create_title_index()


def create_templates() -> None:
    op.create_table(
        "freight_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("charged_by", sa.String(), nullable=False),
        sa.Column("first_units", sa.Integer(), nullable=False),
        sa.Column("first_price", sa.Integer(), nullable=False),
        sa.Column("extra_units", sa.Integer(), nullable=False),
        sa.Column("extra_price", sa.Integer(), nullable=False),
        sa.Column("no_delivery", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_units > 0 AND extra_units > 0", name="ck_freight_template_units"),
        sa.CheckConstraint(
            "first_price >= 0 AND extra_price >= 0", name="ck_freight_template_prices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_freight_template"),
        sa.UniqueConstraint("name", name="uq_freight_template_name"),
    )
    op.create_table(
        "freight_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("default_template_id", sa.Integer(), nullable=True),
        sa.Column("free_over", sa.Integer(), nullable=True),
        sa.Column("never_free", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_freight_policy_only"),
        sa.CheckConstraint("free_over > 0", name="ck_freight_policy_free_over"),
        sa.ForeignKeyConstraint(
            ["default_template_id"],
            ["freight_template.id"],
            name="fk_freight_policy_default_template_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_freight_policy"),
    )


def create_parts_of_templates() -> None:
    op.create_table(
        "freight_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("first_units", sa.Integer(), nullable=False),
        sa.Column("first_price", sa.Integer(), nullable=False),
        sa.Column("extra_units", sa.Integer(), nullable=False),
        sa.Column("extra_price", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_units > 0 AND extra_units > 0", name="ck_freight_rate_units"),
        sa.CheckConstraint("first_price >= 0 AND extra_price >= 0", name="ck_freight_rate_prices"),
        sa.ForeignKeyConstraint(
            ["template_id"], ["freight_template.id"], name="fk_freight_rate_template_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_freight_rate"),
    )
    op.create_index("ix_freight_rate_template_id", "freight_rate", ["template_id"])
    op.create_table(
        "freight_free_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(amount IS NOT NULL OR pieces IS NOT NULL)"
            " AND (amount IS NULL OR amount > 0) AND (pieces IS NULL OR pieces > 0)",
            name="ck_freight_free_rule_bounds",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["freight_template.id"], name="fk_freight_free_rule_template_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_freight_free_rule"),
    )
    op.create_index("ix_freight_free_rule_template_id", "freight_free_rule", ["template_id"])


def drop_title_index() -> None:
    """It is on an expression: rebuilding the table, SQLite's way to change it, would lose it."""
    op.drop_index(TITLE_INDEX, "product")


def create_title_index() -> None:
    op.create_index(
        TITLE_INDEX, "product", ["title", sa.text("coalesce(brand_id, 0)")], unique=True
    )


def downgrade() -> None:
    drop_title_index()
    with op.batch_alter_table("product") as product:
        product.drop_index("ix_product_freight_template_id")
        product.drop_constraint("fk_product_freight_template_id", type_="foreignkey")
        product.drop_column("freight_template_id")
    with op.batch_alter_table("variant") as variant:
        variant.drop_constraint("ck_variant_size", type_="check")
        variant.drop_column("volume")
        variant.drop_column("weight")
    create_title_index()
    with op.batch_alter_table("address") as address:
        address.drop_index("uq_address_default")
        address.drop_column("is_default")
    op.drop_table("freight_free_rule")
    op.drop_table("freight_rate")
    op.drop_table("freight_policy")
    op.drop_table("freight_template")
