"""What the pages of the shop share: whose work it is, and a page of a list."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.paging import Paged, page_of


def actor_of(page: Page) -> str:
    """Who does it, as the shop's own histories name people."""
    return f"agent:{page.staff.id}"


def paged_as[T, R](
    session: Session,
    statement: SelectOfScalar[T],
    number: int,
    rows: Callable[[Session, Sequence[T]], Sequence[R]],
) -> Paged[R]:
    """A page of what a statement finds, each as the list shows it."""
    found: Paged[Any] = page_of(session, statement, number)
    return Paged(rows(session, found.items), found.page, found.pages, found.total)
