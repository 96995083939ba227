"""What the lines of orders have given back: counted once, and never more than was paid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, select

from commerce.aftersale.backs import Back, LineBack
from commerce.aftersale.tables import RefundedLine
from commerce.errors import IllegalMove
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.ordering.orders import list_lines
from commerce.ordering.tables import Order, OrderLine


@dataclass(frozen=True, slots=True)
class Kept:
    """What a customer keeps of an order when its refunds are taken off.

    `pieces` is by order line id; `goods` is fen paid for them, freight and rebates
    off; `points_given` are the points that the order has given or will give.
    """

    pieces: dict[int, int]
    goods: int
    points_given: int

    @property
    def is_empty(self) -> bool:
        """Whether every piece has gone back."""
        return not any(self.pieces.values())


def kept_of(session: Session, order: Order) -> Kept:
    """What is left of an order, refunds that are promised but not yet sent taken off."""
    lines = list_lines(session, order)
    rows = _rows(session, [id_of(line) for line in lines])
    return Kept(
        pieces={
            id_of(line): line.quantity - (row.pieces if (row := rows.get(id_of(line))) else 0)
            for line in lines
        },
        goods=sum(line.total - line.rebate for line in lines)
        - sum(row.money for row in rows.values()),
        points_given=sum(line.points_given for line in lines)
        - sum(row.points_off for row in rows.values()),
    )


def counted(session: Session, order_line_ids: Sequence[int]) -> dict[int, int]:
    """How many pieces of each line, by its id, have gone back; lines without any are left out."""
    return {line_id: row.pieces for line_id, row in _rows(session, order_line_ids).items()}


def count_back(session: Session, order: Order, back: Back) -> None:
    """Count what is promised back. The caller holds the order's lock. Raises IllegalMove."""
    lines = {id_of(line): line for line in list_lines(session, order)}
    for line_back in back.lines:
        _count_line(session, lines[line_back.order_line_id], line_back)
    if back.freight:
        _count_freight(session, lines.values(), back.freight)


def _count_line(session: Session, line: OrderLine, back: LineBack) -> None:
    insert_once(
        session,
        RefundedLine,
        order_line_id=id_of(line),
        bought=line.quantity,
        total=line.total - line.rebate,
        freight=line.freight,
        points_spent=line.points_spent,
        points_given=line.points_given,
        **dict.fromkeys(("pieces", "money", "freight_back", "points_back", "points_off"), 0),
    )
    row = RefundedLine
    guarded = (
        update(row)
        .where(
            col(row.order_line_id) == line.id,
            col(row.pieces) + back.pieces <= col(row.bought),
            col(row.money) + back.money <= col(row.total),
        )
        .values(
            pieces=col(row.pieces) + back.pieces,
            money=col(row.money) + back.money,
            points_back=col(row.points_back) + back.points_back,
            points_off=col(row.points_off) + back.points_off,
        )
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove(f"“{line.title}”没有这么多可以退", order_line_id=line.id)


def _count_freight(session: Session, lines: Iterable[OrderLine], freight: int) -> None:
    """Count freight off the lines that bore it, the first ones first."""
    for line in lines:
        part = min(freight, line.freight)
        guarded = (
            update(RefundedLine)
            .where(
                col(RefundedLine.order_line_id) == line.id,
                col(RefundedLine.freight_back) + part <= col(RefundedLine.freight),
            )
            .values(freight_back=col(RefundedLine.freight_back) + part)
        )
        if part and affected_rows(session, guarded) != 1:
            raise IllegalMove("运费已经退过了", order_line_id=line.id)
        freight -= part
    if freight:
        raise IllegalMove("运费没有这么多可以退")


def _rows(session: Session, order_line_ids: Sequence[int]) -> dict[int, RefundedLine]:
    statement = (
        select(RefundedLine)
        .where(col(RefundedLine.order_line_id).in_(order_line_ids))
        .execution_options(populate_existing=True)
    )
    return {row.order_line_id: row for row in session.exec(statement)}
