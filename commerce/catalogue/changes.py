"""Which products search must look at again: noted with the change, removed once indexed."""

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from commerce.catalogue import tables as catalogue
from commerce.inserting import core

_TO_INDEX = SQLModel.metadata.tables[catalogue.ProductToIndex.__tablename__]
_OLDEST = select(_TO_INDEX.c.product_id, _TO_INDEX.c.version).order_by(_TO_INDEX.c.product_id)
_FORGET = delete(_TO_INDEX).where(
    _TO_INDEX.c.product_id == bindparam("product"), _TO_INDEX.c.version == bindparam("seen")
)


def mark_for_indexing(session: Session, product_ids: Iterable[int]) -> None:
    """Have search learn of these products; one that waits already counts one change more.

    Call it after the changes themselves: rows are then locked in one order by everybody.
    """
    rows = [{"product_id": product_id, "version": 1} for product_id in sorted(set(product_ids))]
    if not rows:
        return
    connection = core(session)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_TO_INDEX).on_conflict_do_update(
        index_elements=["product_id"], set_={"version": _TO_INDEX.c.version + 1}
    )
    connection.execute(statement, rows)


def list_changes(session: Session, limit: int | None = None) -> dict[int, int]:
    """Products to look at again, with the version seen; all of them unless limited."""
    rows = core(session).execute(_OLDEST.limit(limit))
    return {row.product_id: row.version for row in rows}


def forget_changes(session: Session, changes: Mapping[int, int]) -> None:
    """These are indexed; what changed since it was seen stays."""
    if changes:
        core(session).execute(
            _FORGET,
            [{"product": each, "seen": version} for each, version in sorted(changes.items())],
        )
