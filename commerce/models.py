"""Every table of the shop in one place, for migrations and for tests."""

from commerce.aftersale import tables as aftersale
from commerce.catalogue import tables as catalogue
from commerce.corrections import MoneyAudit
from commerce.customers import tables as customers
from commerce.events import ShopEvent
from commerce.freight import tables as freight
from commerce.invoices import tables as invoices
from commerce.knowledge import tables as knowledge
from commerce.ledger import tables as ledger
from commerce.membership import tables as membership
from commerce.ordering import tables as ordering
from commerce.ordering.policy import ShopPolicy
from commerce.parcels import tables as parcels
from commerce.payments import tables as payments
from commerce.pickup import tables as pickup
from commerce.privacy import tables as privacy
from commerce.promotions import tables as promotions
from commerce.reconciliation import tables as reconciliation

__all__ = [
    "MoneyAudit",
    "ShopEvent",
    "ShopPolicy",
    "aftersale",
    "catalogue",
    "customers",
    "freight",
    "invoices",
    "knowledge",
    "ledger",
    "membership",
    "ordering",
    "parcels",
    "payments",
    "pickup",
    "privacy",
    "promotions",
    "reconciliation",
]
