"""Requests about personal data: taken, numbered, answered within fifteen days."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, SQLModel, col, select, update

from commerce.columns import in_state
from commerce.customers.merging import lock_customer
from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import id_of, insert_once
from commerce.privacy.tables import PrivacyKind, PrivacyRequest, PrivacyState
from commerce.request_numbers import TRIES, new_request_no

ANSWERED_WITHIN: Final = timedelta(days=15)
"""Calendar days; the rule is fifteen working days (App违法违规收集使用个人信息行为认定方法, 六)."""

_LIVE: Final = in_state(
    SQLModel.metadata.tables[PrivacyRequest.__tablename__], PrivacyState.RECEIVED
)

LEGAL_MOVES: Final[dict[PrivacyState, frozenset[PrivacyState]]] = {
    PrivacyState.RECEIVED: frozenset({PrivacyState.DONE, PrivacyState.WITHDRAWN}),
    PrivacyState.DONE: frozenset(),
    PrivacyState.WITHDRAWN: frozenset(),
}
"""From each state, the states a request may move to. Everything else is refused."""


def receive(
    session: Session,
    customer_id: int,
    kind: PrivacyKind,
    now: datetime,
    *,
    conversation_id: int | None = None,
) -> tuple[PrivacyRequest, bool]:
    """The customer's request of that kind that is under way, and whether it is new.

    Announces `privacy_requested` and `person_wanted` for a new one.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    for _ in range(TRIES):
        is_new = insert_once(
            session,
            PrivacyRequest,
            request_no=new_request_no("GR", now),
            customer_id=customer_id,
            conversation_id=conversation_id,
            kind=kind,
            state=PrivacyState.RECEIVED,
            received_at=now,
            due_at=now + ANSWERED_WITHIN,
            finished_by="",
        )
        request = find_live(session, customer_id, kind)
        if request is not None:
            break
    else:
        raise RuntimeError("no free request number was found")  # A million a day, five tries.
    if is_new:
        _announce(session, "privacy_requested", request, now)
        _announce(session, "person_wanted", request, now, reason="privacy_request")
    return request, is_new


def finish(session: Session, request_no: str, *, actor: str, now: datetime) -> PrivacyRequest:
    """What was asked for has been done. Announces `privacy_done`. Raises NotFound, IllegalMove."""
    return _move(session, request_no, PrivacyState.DONE, actor=actor, now=now)


def withdraw(session: Session, customer_id: int, request_no: str, now: datetime) -> PrivacyRequest:
    """The customer takes a request of their own back. Raises NotFound, IllegalMove."""
    request = _find(session, request_no)
    if request is None or request.customer_id != customer_id:
        raise NotFound("没有这个申请", request_no=request_no)
    actor = f"customer:{customer_id}"
    return _move(session, request_no, PrivacyState.WITHDRAWN, actor=actor, now=now)


def find_live(session: Session, customer_id: int, kind: PrivacyKind) -> PrivacyRequest | None:
    """The customer's request of that kind that is under way, or None."""
    statement = select(PrivacyRequest).where(
        PrivacyRequest.customer_id == customer_id,
        PrivacyRequest.kind == kind,
        _LIVE,
    )
    return session.exec(statement.execution_options(populate_existing=True)).first()


def list_requests(
    session: Session, customer_id: int, *, states: Sequence[PrivacyState] | None = None
) -> Sequence[PrivacyRequest]:
    """The customer's requests, newest first, of all states or of those given."""
    statement = select(PrivacyRequest).where(PrivacyRequest.customer_id == customer_id)
    if states is not None:
        statement = statement.where(col(PrivacyRequest.state).in_(states))
    return session.exec(statement.order_by(col(PrivacyRequest.id).desc())).all()


def list_due(session: Session, before: datetime) -> Sequence[PrivacyRequest]:
    """Requests that have to be answered before that moment and are not, most urgent first."""
    statement = select(PrivacyRequest).where(_LIVE, col(PrivacyRequest.due_at) < before)
    return session.exec(
        statement.order_by(col(PrivacyRequest.due_at), col(PrivacyRequest.id))
    ).all()


def _move(
    session: Session, request_no: str, to: PrivacyState, *, actor: str, now: datetime
) -> PrivacyRequest:
    request = _find(session, request_no)
    if request is None:
        raise NotFound("没有这个申请", request_no=request_no)
    state = PrivacyState(request.state)
    guarded = (
        update(PrivacyRequest)
        .where(col(PrivacyRequest.id) == request.id, col(PrivacyRequest.state) == state)
        .values(state=to, finished_at=now, finished_by=actor)
        .execution_options(synchronize_session="fetch")
    )
    if to not in LEGAL_MOVES[state] or session.exec(guarded).rowcount != 1:
        raise IllegalMove("这个申请已经结束了", state=state, wanted=to)
    _announce(session, f"privacy_{to}", request, now)
    return request


def _find(session: Session, request_no: str) -> PrivacyRequest | None:
    statement = select(PrivacyRequest).where(PrivacyRequest.request_no == request_no.upper())
    return session.exec(statement.execution_options(populate_existing=True)).first()


def _announce(
    session: Session, kind: str, request: PrivacyRequest, now: datetime, **more: str
) -> None:
    announce(
        session,
        kind,
        now=now,
        request_no=request.request_no,
        kind_of_request=request.kind,
        customer_id=request.customer_id,
        conversation_id=request.conversation_id,
        **more,
    )
