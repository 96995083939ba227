"""Keeping the search index in step with the catalogue."""

from collections.abc import Mapping
from itertools import batched
from typing import Final

from sqlalchemy import bindparam, select
from sqlmodel import Session, SQLModel

from commerce.catalogue import tables as catalogue
from commerce.catalogue.changes import forget_changes, list_changes
from commerce.catalogue.index import SearchIndex
from commerce.catalogue.queries import list_products
from commerce.inserting import core

BATCH: Final = 500
LARGEST_RUN: Final = 1_000
"""Changes taken up at once: an index commit costs ten milliseconds however much it holds."""

_PRODUCT = SQLModel.metadata.tables[catalogue.Product.__tablename__]
_NEXT = (
    select(_PRODUCT.c.id)
    .where(_PRODUCT.c.id > bindparam("after"), _PRODUCT.c.on_sale)
    .order_by(_PRODUCT.c.id)
    .limit(BATCH)
)


def index_changes(session: Session, index: SearchIndex, limit: int = LARGEST_RUN) -> int:
    """Bring the index up to date with at most so many changed products; how many it were.

    Raises IndexBusy when somebody else is at it. For a caller that must not write long, the
    three steps: `list_changes`, `apply_changes` (reads only), `forget_changes`.
    """
    changes = list_changes(session, limit)
    apply_changes(session, index, changes)
    forget_changes(session, changes)
    return len(changes)


def apply_changes(session: Session, index: SearchIndex, changes: Mapping[int, int]) -> None:
    """Enter the present state of the changed products. Doing so twice changes nothing more."""
    if not changes:
        return
    with index.writing() as writing:
        for product_ids in batched(changes, BATCH):
            products = {each.id: each for each in list_products(session, product_ids)}
            for product_id in product_ids:
                if product_id in products:
                    writing.put(products[product_id])
                else:
                    writing.remove(product_id)


def rebuild(session: Session, index: SearchIndex) -> int:
    """Enter the whole catalogue anew; how many products it holds. Raises IndexBusy.

    Readers see the former state until it is done. What changes meanwhile is still noted as
    changed, and indexed afterwards.
    """
    count = 0
    with index.writing() as writing:
        writing.clear()
        connection = core(session)
        after = 0
        while product_ids := list(connection.execute(_NEXT, {"after": after}).scalars()):
            for product in list_products(session, product_ids):
                writing.add(product)
                count += 1
            after = product_ids[-1]
    index.mark_complete()
    return count
