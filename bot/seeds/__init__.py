"""The demo shop: a small believable catalogue, its sales figures and its pictures."""

from pathlib import Path

_FOLDER = Path(__file__).parent

PRODUCTS_CSV = _FOLDER / "products.csv"
"""The catalogue, in the columns that ``import-products`` reads."""

SALES_CSV = _FOLDER / "sales.csv"
"""``title,brand,sales``: how many of each product the shop says it has sold."""

MEMBERSHIP_FILE = _FOLDER / "membership.toml"
"""Levels, tasks, what points buy, the rules: in the form of ``commerce.membership.importing``."""

PROMOTIONS_FILE = _FOLDER / "promotions.toml"
"""Coupons, a discount for a time and a 满减送, in the form of ``commerce.promotions.importing``."""

STORES_FILE = _FOLDER / "stores.toml"
"""Where orders are fetched, in the form of ``commerce.pickup.stores``."""

FREIGHT_FILE = _FOLDER / "freight.toml"
"""Freight templates and what heavy goods weigh, in the form of ``commerce.freight.seeding``."""
