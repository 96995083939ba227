"""The demo shop: a small believable catalogue, its sales figures and its pictures."""

from pathlib import Path

_FOLDER = Path(__file__).parent

PRODUCTS_CSV = _FOLDER / "products.csv"
"""The catalogue, in the columns that ``import-products`` reads."""

SALES_CSV = _FOLDER / "sales.csv"
"""``title,brand,sales``: how many of each product the shop says it has sold."""
