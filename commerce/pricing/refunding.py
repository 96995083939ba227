"""What pieces of a paid line give back: exactly what was paid for them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line as it was paid: fen for all its pieces, points spent on it, points it gives."""

    quantity: int
    total: int
    points_spent: int
    points_given: int


@dataclass(frozen=True, slots=True)
class Back:
    """What goes back: fen and points to the customer, points given that are taken again."""

    money: int
    points_spent: int
    points_given: int


def back_for(line: PaidLine, already: int, pieces: int) -> Back:
    """What `pieces` more give back when `already` of the line have gone back.

    Each piece gives back the floor of its part, the last piece all that is left: however the
    pieces are grouped, all of them together give back the whole. Raises ValueError for pieces
    that the line does not have.

    >>> line = PaidLine(3, 101, 0, 10)
    >>> [back_for(line, already, 1).money for already in range(3)], back_for(line, 1, 2).money
    ([33, 33, 35], 68)
    """
    if already < 0 or pieces < 1 or already + pieces > line.quantity:
        raise ValueError("the line does not have these pieces")
    return Back(
        money=_part(line.total, line.quantity, already, pieces),
        points_spent=_part(line.points_spent, line.quantity, already, pieces),
        points_given=_part(line.points_given, line.quantity, already, pieces),
    )


def _part(whole: int, quantity: int, already: int, pieces: int) -> int:
    each = whole // quantity
    if already + pieces == quantity:
        return whole - each * already
    return each * pieces
