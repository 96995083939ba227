"""The one way to write the books: a transaction at a time, each under its own name, once."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session, SQLModel

from commerce.errors import IdempotencyConflict, IllegalMove, NotFound
from commerce.inserting import core, insert_once
from commerce.ledger.accounts import AccountKey, AccountKind, find_account, open_account
from commerce.ledger.tables import LedgerAccount, LedgerEntry, LedgerTransaction
from commerce.prepared import Prepared

__all__ = ["AccountKey", "AccountKind", "Insufficient", "balance", "is_posted", "post", "reverse"]

REVERSED: Final = "_reversed"
"""What the kind of a transaction ends with that undoes another."""

_ACCOUNT, _ENTRY, _TRANSACTION = (
    SQLModel.metadata.tables[str(table.__tablename__)]
    for table in (LedgerAccount, LedgerEntry, LedgerTransaction)
)
_FIND = Prepared(
    select(_TRANSACTION.c.id).where(
        _TRANSACTION.c.kind == bindparam("kind"), _TRANSACTION.c.ref == bindparam("ref")
    )
)
_ENTRIES = Prepared(
    select(
        _ACCOUNT.c.id,
        _ACCOUNT.c.kind,
        _ACCOUNT.c.owner_id,
        _ACCOUNT.c.joined_to_id,
        _ENTRY.c.amount,
    )
    .join_from(_ENTRY, _ACCOUNT, _ENTRY.c.account_id == _ACCOUNT.c.id)
    .where(_ENTRY.c.transaction_id == bindparam("id"))
)
_CHANGE = Prepared(
    update(_ACCOUNT)
    .where(
        _ACCOUNT.c.id == bindparam("account"),
        _ACCOUNT.c.joined_to_id.is_(None),
        _ACCOUNT.c.balance + bindparam("change") >= bindparam("least"),
    )
    .values(balance=_ACCOUNT.c.balance + bindparam("change"))
)
_ENTER = Prepared(
    insert(_ENTRY).values(
        transaction_id=bindparam("transaction"),
        account_id=bindparam("account"),
        amount=bindparam("amount"),
    )
)
_BALANCE = Prepared(select(_ACCOUNT.c.balance).where(_ACCOUNT.c.id == bindparam("account")))
_SUM = Prepared(
    select(func.coalesce(func.sum(_ENTRY.c.amount), 0).label("balance")).where(
        _ENTRY.c.account_id == bindparam("account")
    )
)
_NO_FLOOR: Final = -(2**62)


class Insufficient(IllegalMove):
    """An account would fall under the balance it must keep; `details["account"]` is its kind."""


class _PostedMeanwhile(Exception):
    """Somebody else posted the same transaction in this moment."""


def post(
    session: Session,
    *,
    kind: str,
    ref: str,
    entries: Mapping[AccountKey, int],
    actor: str,
    memo: str,
    now: datetime,
    keep: Mapping[AccountKey, int] | None = None,
) -> bool:
    """Post a transaction; False if the very same was posted before, and nothing happens.

    The amounts sum to zero, in one unit; above zero is onto the account. `keep` names balances
    that customers' accounts must not fall below this time, beside their own floor. All or
    nothing: raises Insufficient, and IdempotencyConflict when `kind` and `ref` were posted with
    other entries. Raises ValueError for entries that are no transaction.
    """
    wanted = {key: amount for key, amount in entries.items() if amount}
    units = {key.unit for key in wanted}
    if sum(wanted.values()) or len(units) != 1:
        raise ValueError(f"no transaction of one unit that sums to zero: {kind} {ref}")
    if _is_repeated(session, kind, ref, wanted):
        return False
    named = {"kind": kind, "ref": ref, "memo": memo, "actor": actor, "at": now}
    header = {**named, "id": uuid.uuid4().hex, "unit": units.pop().value}
    try:
        with session.begin_nested():
            _write(session, header, wanted, keep or {})
    except _PostedMeanwhile:
        return not _is_repeated(session, kind, ref, wanted)
    return True


def reverse(session: Session, kind: str, ref: str, *, actor: str, memo: str, now: datetime) -> bool:
    """Undo a whole transaction by its opposite, once; False if that was done before.

    Its own row says for ever who did it and why (`memo`). Customers' accounts may fall into debt
    by it, down to their floor. Raises NotFound when there is nothing to undo, Insufficient when a
    floor forbids it.
    """
    header = _FIND.first(session, kind=kind, ref=ref)
    if header is None:
        raise NotFound("账上没有这一笔", kind=kind, ref=ref)
    opposite = _sums(
        (AccountKey(AccountKind(row.kind), row.owner_id), -row.amount)
        for row in _ENTRIES.all(session, id=header.id)
    )
    return post(
        session, kind=kind + REVERSED, ref=ref, entries=opposite, actor=actor, memo=memo, now=now
    )


def balance(session: Session, key: AccountKey) -> int:
    """What is on an account now. The shop's own are summed up, which takes a while."""
    account = find_account(session, key)
    if account is None:
        return 0
    row: Any = (_SUM if key.owner_id is None else _BALANCE).one(session, account=account)
    return int(row.balance)


def is_posted(session: Session, kind: str, ref: str) -> bool:
    """Whether a transaction of that name is in the books."""
    return _FIND.first(session, kind=kind, ref=ref) is not None


def _is_repeated(session: Session, kind: str, ref: str, wanted: Mapping[AccountKey, int]) -> bool:
    header = _FIND.first(session, kind=kind, ref=ref)
    if header is None:
        return False
    posted = _sums(
        (row.id if row.joined_to_id is None else row.joined_to_id, row.amount)
        for row in _ENTRIES.all(session, id=header.id)
    )
    if posted != _sums((find_account(session, key), amount) for key, amount in wanted.items()):
        raise IdempotencyConflict("这一笔已经记过账，内容却不一样", kind=kind, ref=ref)
    return True


def _write(
    session: Session,
    header: Mapping[str, Any],
    wanted: Mapping[AccountKey, int],
    keep: Mapping[AccountKey, int],
) -> None:
    core(session)  # Sets the savepoint: SQLAlchemy waits for a statement of its own.
    accounts = {key: open_account(session, key) for key in wanted}
    # In the order of their ids, so that two transactions never wait for each other.
    for key, account in sorted(accounts.items(), key=lambda item: item[1]):
        if key.owner_id is not None:
            accounts[key] = _change(session, key, account, wanted[key], keep.get(key))
    _ENTER.run_many(
        session,
        [
            {"transaction": header["id"], "account": account, "amount": wanted[key]}
            for key, account in accounts.items()
        ],
    )
    if not insert_once(session, LedgerTransaction, **header):
        raise _PostedMeanwhile


def _change(session: Session, key: AccountKey, account: int, change: int, kept: int | None) -> int:
    """Change a customer's balance; the account that it was, which a merge may have changed."""
    floors = [floor for floor in (key.floor, kept) if floor is not None] if change < 0 else []
    least = max(floors, default=_NO_FLOOR)
    if _CHANGE.run(session, account=account, change=change, least=least) == 1:
        return account
    present = open_account(session, key)
    if present == account:
        raise Insufficient("余额不够", account=key.kind.value)
    return _change(session, key, present, change, kept)


def _sums[T](amounts: Iterable[tuple[T, int]]) -> dict[T, int]:
    sums: dict[T, int] = {}
    for what, amount in amounts:
        sums[what] = sums.get(what, 0) + amount
    return sums
