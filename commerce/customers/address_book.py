"""A customer's addresses as they keep them: numbered, with at most one default.

Whoever changes a book holds its customer's row, so that two changes at once cannot both win.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select, update
from sqlmodel.sql.expression import SelectOfScalar

from commerce.customers.addresses import (
    AddressInput,
    check_address,
    open_address,
    save_address,
    seal_address,
)
from commerce.customers.merging import lock_customer
from commerce.customers.tables import Address
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.sealing import Sealer

MOST_ADDRESSES: Final = 20
MOST_ROWS: Final = 100
"""Read of one book: those of several records of a person may repeat each other."""


@dataclass(frozen=True, slots=True)
class BookAddress:
    """An address in somebody's book."""

    id: int
    address: AddressInput
    is_default: bool


def list_book(session: Session, sealer: Sealer, customer_id: int) -> list[BookAddress]:
    """The customer's addresses, each once: the default, then the last used first."""
    found: dict[AddressInput, BookAddress] = {}
    for row in session.exec(_newest_first(customer_id).limit(MOST_ROWS)):
        address = open_address(sealer, Address.__tablename__, row)
        found.setdefault(address, BookAddress(id_of(row), address, row.is_default))
        if len(found) == MOST_ADDRESSES:
            break  # Opening a seal costs more than reading the row.
    return list(found.values())


def get_in_book(session: Session, sealer: Sealer, customer_id: int, address_id: int) -> BookAddress:
    """One of the customer's addresses. Raises NotFound."""
    row = _get(session, customer_id, address_id)
    address = open_address(sealer, Address.__tablename__, row)
    return BookAddress(id_of(row), address, row.is_default)


def find_default(session: Session, sealer: Sealer, customer_id: int) -> BookAddress | None:
    """The default address, or without one the last used; None in an empty book."""
    row = session.exec(_newest_first(customer_id).limit(1)).first()
    if row is None:
        return None
    address = open_address(sealer, Address.__tablename__, row)
    return BookAddress(id_of(row), address, row.is_default)


def default_region(session: Session, customer_id: int) -> str | None:
    """The region of the address that `find_default` gives: it decides freight, and is no secret."""
    newest = _newest_first(customer_id).with_only_columns(col(Address.region)).limit(1)
    return session.execute(newest).scalars().first()


def add_to_book(
    session: Session,
    sealer: Sealer,
    customer_id: int,
    address: AddressInput,
    now: datetime,
    *,
    is_default: bool = False,
) -> BookAddress:
    """Keep an address; the same one again only moves to the top. The first one is the default.

    Raises InvalidInput naming the field at fault, IllegalMove when the book is full.
    """
    checked = check_address(address)
    owner_id = id_of(lock_customer(session, customer_id))
    kept = list_book(session, sealer, owner_id)
    if len(kept) >= MOST_ADDRESSES and checked not in [each.address for each in kept]:
        raise IllegalMove(f"地址最多存{MOST_ADDRESSES}个，请先删掉不用的")
    row = save_address(session, sealer, owner_id, checked, now)
    if is_default or not kept:
        _set_default(session, owner_id, id_of(row))
    return get_in_book(session, sealer, owner_id, id_of(row))


def change_in_book(
    session: Session,
    sealer: Sealer,
    customer_id: int,
    address_id: int,
    address: AddressInput,
    now: datetime,
    *,
    is_default: bool | None = None,
) -> BookAddress:
    """Write an address anew; orders that are under way keep theirs.

    `is_default` None leaves that as it is. Raises NotFound, or InvalidInput naming the field.
    """
    checked = check_address(address)
    owner_id = id_of(lock_customer(session, customer_id))
    row = _get(session, owner_id, address_id)
    row.sqlmodel_update(seal_address(sealer, Address.__tablename__, row.row_key, checked))
    row.last_used_at = now
    session.add(row)
    session.flush()
    if is_default:
        _set_default(session, owner_id, address_id)
    elif is_default is False and row.is_default:
        _set_default(session, owner_id, None)
    session.refresh(row)
    return BookAddress(address_id, checked, row.is_default)


def remove_from_book(session: Session, sealer: Sealer, customer_id: int, address_id: int) -> None:
    """Forget an address, with every copy of it. Raises NotFound."""
    owner_id = id_of(lock_customer(session, customer_id))
    gone = open_address(sealer, Address.__tablename__, _get(session, owner_id, address_id))
    copies = [
        id_of(row)
        for row in session.exec(_newest_first(owner_id))
        if row.region == gone.region and open_address(sealer, Address.__tablename__, row) == gone
    ]
    session.exec(delete(Address).where(col(Address.id).in_(copies)))


def make_default(session: Session, customer_id: int, address_id: int) -> None:
    """Make one of the customer's addresses the default, and no other. Raises NotFound."""
    owner_id = id_of(lock_customer(session, customer_id))
    _get(session, owner_id, address_id)
    _set_default(session, owner_id, address_id)


def _set_default(session: Session, customer_id: int, address_id: int | None) -> None:
    session.flush()
    mine = col(Address.customer_id) == customer_id
    others = mine if address_id is None else mine & (col(Address.id) != address_id)
    session.exec(update(Address).where(others, col(Address.is_default)).values(is_default=False))
    session.exec(update(Address).where(mine, col(Address.id) == address_id).values(is_default=True))
    session.expire_all()


def _get(session: Session, customer_id: int, address_id: int) -> Address:
    mine = select(Address).where(Address.id == address_id, Address.customer_id == customer_id)
    row = session.exec(mine).first()
    if row is None:
        raise NotFound("没有这个地址", field="address_id")
    return row


def _newest_first(customer_id: int) -> SelectOfScalar[Address]:
    return (
        select(Address)
        .where(Address.customer_id == customer_id)
        .order_by(
            col(Address.is_default).desc(), col(Address.last_used_at).desc(), col(Address.id).desc()
        )
    )
