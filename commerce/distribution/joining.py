"""Promoters and customers of theirs who prove to be one person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from commerce.distribution import chain
from commerce.distribution.tables import (
    Binding,
    BindingChange,
    BindingRule,
    JoinedCode,
    Promoter,
    PromoterState,
)
from commerce.distribution.terms import get_terms, lock_terms
from commerce.inserting import affected_rows, id_of

MERGE = "merge"
"""The source of a change that came of a merge."""


def join_promoters(session: Session, kept_id: int, gone_id: int, now: datetime) -> None:
    """One promoter, with both codes and everybody whom either has brought; one binding.

    Of two promoters the one who stays goes on under their own code, and is stopped if either was.
    Of two bindings the earlier one in force wins, or the later one where the last wins. A binding
    that would make somebody their own promoter, at whatever distance, ends. Both are locked.
    """
    _join_rows(session, kept_id, gone_id)
    bindings = _bindings_of(session, kept_id, gone_id)
    if not bindings:
        return
    lock_terms(session)
    _join_own(session, kept_id, gone_id, now)
    rows = Binding
    affected_rows(
        session,
        update(rows)
        .where(col(rows.promoter_customer_id) == gone_id)
        .values(promoter_customer_id=kept_id),
    )
    upline = chain.find_upline(session, kept_id, now)
    if upline is not None and chain.is_above(session, upline, kept_id, now):
        _end(session, chain.find_binding(session, kept_id), now)


def _join_rows(session: Session, kept_id: int, gone_id: int) -> None:
    both = select(Promoter).where(col(Promoter.customer_id).in_((kept_id, gone_id)))
    known = {each.customer_id: each for each in session.exec(both)}
    gone, kept = known.get(gone_id), known.get(kept_id)
    if gone is None:
        return
    if kept is None:
        gone.customer_id = kept_id
        session.add(gone)
        session.flush()
        return
    codes = update(JoinedCode).where(col(JoinedCode.promoter_id) == id_of(gone))
    affected_rows(session, codes.values(promoter_id=id_of(kept)))
    session.delete(gone)
    session.add(JoinedCode(code=gone.code, promoter_id=id_of(kept)))
    kept.since = min(kept.since, gone.since)
    if gone.state == PromoterState.STOPPED:  # Nobody gets round it with a second record.
        kept.state = PromoterState.STOPPED
    session.add(kept)
    session.flush()


def _bindings_of(session: Session, kept_id: int, gone_id: int) -> Sequence[Binding]:
    either = (kept_id, gone_id)
    statement = select(Binding).where(
        or_(col(Binding.customer_id).in_(either), col(Binding.promoter_customer_id).in_(either))
    )
    return session.exec(statement).all()


def _join_own(session: Session, kept_id: int, gone_id: int, now: datetime) -> None:
    """Leave one binding of theirs at most, and none to themselves."""
    own: list[Binding] = []
    for customer_id in (kept_id, gone_id):
        binding = chain.find_binding(session, customer_id)
        if binding is None:
            continue
        if binding.promoter_customer_id in (kept_id, gone_id):
            _end(session, binding, now)
        else:
            own.append(binding)
    in_force = [each for each in own if chain.is_in_force(each, now)] or own
    if not in_force:
        return
    in_force.sort(key=lambda each: (each.bound_at, id_of(each)))
    wins = in_force[-1 if get_terms(session).binding == BindingRule.LAST_WINS else 0]
    for each in own:
        if each is not wins:
            _end(session, each, now)
    wins.customer_id = kept_id
    session.add(wins)
    session.flush()


def _end(session: Session, binding: Binding | None, now: datetime) -> None:
    if binding is None:
        return
    session.delete(binding)
    session.add(
        BindingChange(
            customer_id=binding.customer_id,
            from_promoter_id=binding.promoter_customer_id,
            to_promoter_id=None,
            source=MERGE,
            at=now,
        )
    )
    session.flush()
