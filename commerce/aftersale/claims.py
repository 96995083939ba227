"""How many pieces of an order are asked for: no piece twice."""

from collections.abc import Mapping, Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from commerce.aftersale.tables import AfterSaleLine, ClaimedLine
from commerce.errors import IllegalMove
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.ordering.tables import OrderLine


def claim(session: Session, line: OrderLine, quantity: int) -> None:
    """Set pieces of a line aside for one request. Raises IllegalMove when fewer are free.

    The caller holds the order's lock.
    """
    line_id = id_of(line)
    insert_once(session, ClaimedLine, order_line_id=line_id, bought=line.quantity, claimed=0)
    guarded = (
        update(ClaimedLine)
        .where(
            col(ClaimedLine.order_line_id) == line_id,
            col(ClaimedLine.claimed) + quantity <= col(ClaimedLine.bought),
        )
        .values(claimed=col(ClaimedLine.claimed) + quantity)
    )
    if quantity < 1 or affected_rows(session, guarded) != 1:
        free = free_pieces(session, [line])[line_id]
        raise IllegalMove(f"“{line.title}”还能申请的只有{free}件", order_line_id=line_id, free=free)


def give_back(session: Session, after_sale_id: int) -> None:
    """A request's pieces may be asked for again. The caller holds the order's lock."""
    wanted = select(AfterSaleLine).where(AfterSaleLine.after_sale_id == after_sale_id)
    for line in session.exec(wanted).all():
        affected_rows(
            session,
            update(ClaimedLine)
            .where(col(ClaimedLine.order_line_id) == line.order_line_id)
            .values(claimed=col(ClaimedLine.claimed) - line.quantity),
        )


def free_pieces(session: Session, lines: Sequence[OrderLine]) -> Mapping[int, int]:
    """Pieces of each line, by its id, that no request asks for."""
    ids = [id_of(line) for line in lines]
    statement = select(ClaimedLine.order_line_id, ClaimedLine.claimed).where(
        col(ClaimedLine.order_line_id).in_(ids)
    )
    claimed = dict(session.exec(statement).all())
    return {id_of(line): line.quantity - claimed.get(id_of(line), 0) for line in lines}
