"""Every table of the shop in one place, for migrations and for tests."""

from commerce.aftersale import tables as aftersale
from commerce.bargains import tables as bargains
from commerce.calendar import tables as calendar
from commerce.catalogue import tables as catalogue
from commerce.community import tables as community
from commerce.corrections import MoneyAudit
from commerce.customers import nickname_tables as nicknames
from commerce.customers import summary_tables as summaries
from commerce.customers import tables as customers
from commerce.customers import tag_tables as customer_tags
from commerce.distribution import tables as distribution
from commerce.events import ShopEvent
from commerce.flash_sales import tables as flash_sales
from commerce.freight import tables as freight
from commerce.group_buys import tables as group_buys
from commerce.invoices import tables as invoices
from commerce.knowledge import tables as knowledge
from commerce.ledger import tables as ledger
from commerce.live import tables as live
from commerce.membership import tables as membership
from commerce.ordering import tables as ordering
from commerce.ordering.policy import ShopPolicy
from commerce.parcels import tables as parcels
from commerce.payments import tables as payments
from commerce.pickup import tables as pickup
from commerce.privacy import tables as privacy
from commerce.promotions import tables as promotions
from commerce.reconciliation import tables as reconciliation
from commerce.sources import tables as sources
from commerce.watching import tables as watching

__all__ = [
    "MoneyAudit",
    "ShopEvent",
    "ShopPolicy",
    "aftersale",
    "bargains",
    "calendar",
    "catalogue",
    "community",
    "customer_tags",
    "customers",
    "distribution",
    "flash_sales",
    "freight",
    "group_buys",
    "invoices",
    "knowledge",
    "ledger",
    "live",
    "membership",
    "nicknames",
    "ordering",
    "parcels",
    "payments",
    "pickup",
    "privacy",
    "promotions",
    "reconciliation",
    "sources",
    "summaries",
    "watching",
]
