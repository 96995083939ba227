"""Every table of the shop in one place, for migrations and for tests."""

from commerce.catalogue import tables as catalogue
from commerce.customers import tables as customers
from commerce.events import ShopEvent
from commerce.ordering import tables as ordering
from commerce.payments import tables as payments

__all__ = ["ShopEvent", "catalogue", "customers", "ordering", "payments"]
