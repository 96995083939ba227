"""Every table of the shop in one place, for migrations and for tests."""

from commerce.aftersale import tables as aftersale
from commerce.catalogue import tables as catalogue
from commerce.customers import tables as customers
from commerce.events import ShopEvent
from commerce.knowledge import tables as knowledge
from commerce.ordering import tables as ordering
from commerce.parcels import tables as parcels
from commerce.payments import tables as payments
from commerce.privacy import tables as privacy

__all__ = [
    "ShopEvent",
    "aftersale",
    "catalogue",
    "customers",
    "knowledge",
    "ordering",
    "parcels",
    "payments",
    "privacy",
]
