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

GROUP_BUYS_FILE = _FOLDER / "group_buys.toml"
"""What is sold to groups, in the form of ``commerce.group_buys.importing``."""

FLASH_SALES_FILE = _FOLDER / "flash_sales.toml"
"""A week of sales from the day of reading, in the form of ``commerce.flash_sales.importing``."""

BARGAINS_FILE = _FOLDER / "bargains.toml"
"""What may be bargained for once it is switched on, as ``commerce.bargains.importing`` reads it."""

STORES_FILE = _FOLDER / "stores.toml"
"""Where orders are fetched, in the form of ``commerce.pickup.stores``."""

DISTRIBUTION_FILE = _FOLDER / "distribution.toml"
"""Who may promote, for how much: in the form of ``commerce.distribution.terms``."""

FREIGHT_FILE = _FOLDER / "freight.toml"
"""Freight templates and what heavy goods weigh, in the form of ``commerce.freight.seeding``."""

LIVE_FILE = _FOLDER / "live.toml"
"""Live streams of the coming weeks, in the form of ``commerce.live.entering``."""

SOURCES_FILE = _FOLDER / "sources.toml"
"""Codes that say where customers come from, in the form of ``commerce.sources.codes``."""

SEGMENTS_FILE = _FOLDER / "segments.toml"
"""Rules that pick customers, in the form of ``campaigns.segments.seeding``."""

CAMPAIGNS_FILE = _FOLDER / "campaigns.toml"
"""Drafts of campaigns, in the form of ``campaigns.seeding``."""

SERVICE_FILE = _FOLDER / "service.toml"
"""Service by people: hours, terms, answers; in the form of ``bot.handover.seeding``."""
