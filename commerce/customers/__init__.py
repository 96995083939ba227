"""Who buys, how we know them, and where their parcels go."""

from commerce.customers.identities import identify, link_unionid, list_identities
from commerce.customers.merging import find_customer, get_customer, ids_of, merge

__all__ = [
    "find_customer",
    "get_customer",
    "identify",
    "ids_of",
    "link_unionid",
    "list_identities",
    "merge",
]
