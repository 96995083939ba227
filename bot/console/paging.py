"""Lists, twenty to a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, func, select
from sqlmodel.sql.expression import Select, SelectOfScalar

A_PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Paged[T]:
    """One page of a list. Pages count from 1; there is one even when the list is empty."""

    items: Sequence[T]
    page: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """The place of the first one shown in the whole list, from 1; 0 in an empty list."""
        return (self.page - 1) * A_PAGE + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The place of the last one shown."""
        return (self.page - 1) * A_PAGE + len(self.items)


def page_of[T](session: Session, statement: Select[T] | SelectOfScalar[T], number: int) -> Paged[T]:
    """That page of a query's rows; the nearest one when there is no such page."""
    counted: Any = select(func.count()).select_from(statement.order_by(None).subquery())
    total: int = session.exec(counted).one()
    pages = max(1, -(-total // A_PAGE))
    page = min(max(number, 1), pages)
    items: Any = session.exec(statement.limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    return Paged(items, page, pages, total)


def paged[T](rows: Sequence[T], number: int) -> Paged[T]:
    """The same of rows that are here already."""
    pages = max(1, -(-len(rows) // A_PAGE))
    page = min(max(number, 1), pages)
    return Paged(rows[(page - 1) * A_PAGE : page * A_PAGE], page, pages, len(rows))
