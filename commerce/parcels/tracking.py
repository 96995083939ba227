"""What carriers say of parcels: when to ask them, and what becomes of their answers."""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, or_, select, update

from commerce.customers.addresses import open_address, phone_tail
from commerce.events import announce
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.tables import FINAL, Parcel, ParcelEvent, ParcelState
from commerce.sealing import Place, SealBroken, Sealer

POLITE_PAUSE: Final = timedelta(minutes=30)
"""Between two questions about one parcel. 快递100 asks to query in real time only when a customer
wants to know, and locks numbers that are queried over and over (实时查询 documentation)."""
_RHYTHM: Final = {
    ParcelState.ANNOUNCED: timedelta(hours=4),
    ParcelState.COLLECTED: timedelta(hours=6),
    ParcelState.MOVING: timedelta(hours=6),
    ParcelState.DELIVERING: timedelta(hours=1),
    ParcelState.WAITING: timedelta(hours=6),
    ParcelState.TROUBLED: timedelta(hours=6),
    ParcelState.RETURNING: timedelta(hours=12),
}
GIVEN_UP_AFTER: Final = timedelta(days=30)
LONGEST_PAUSE: Final = timedelta(hours=12)
LEASE: Final = POLITE_PAUSE
"""Before a parcel is asked about again by another process, if the one that took it has died."""
LONGEST_WORDS: Final = 300
TOLD: Final = frozenset(
    {
        ParcelState.DELIVERING,
        ParcelState.WAITING,
        ParcelState.DELIVERED,
        ParcelState.TROUBLED,
        ParcelState.RETURNING,
        ParcelState.RETURNED,
    }
)
"""States that a customer wants to hear of when they begin; the others are told when asked for."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One line of a carrier's answer; `at` is aware UTC."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Track:
    """A carrier's whole answer, its scans in any order."""

    state: ParcelState
    scans: tuple[Scan, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a carrier. `phone_tail` is empty for those that do not want it."""

    parcel_id: int
    carrier: str
    tracking_no: str
    phone_tail: str


def list_parcels(session: Session, order_ids: Iterable[int]) -> list[Parcel]:
    """The parcels of orders, in the order they left."""
    statement = select(Parcel).where(col(Parcel.order_id).in_(list(order_ids)))
    return list(session.exec(statement.order_by(col(Parcel.id))))


def find_own_parcel(session: Session, customer_id: int, tracking_no: str) -> Parcel | None:
    """The customer's parcel of that number; None as well when it is somebody else's."""
    statement = (
        select(Parcel)
        .join(Order, col(Order.id) == col(Parcel.order_id))
        .where(Order.customer_id == customer_id, Parcel.tracking_no == tracking_no)
    )
    return session.exec(statement).first()


def list_scans(session: Session, sealer: Sealer, parcel: Parcel, limit: int) -> list[Scan]:
    """The last scans of a parcel, newest first."""
    statement = (
        select(ParcelEvent)
        .where(ParcelEvent.parcel_id == parcel.id)
        .order_by(col(ParcelEvent.at).desc(), col(ParcelEvent.id).desc())
        .limit(limit)
    )
    return [Scan(row.at, _open(sealer, row)) for row in session.exec(statement)]


def ask_soon(session: Session, parcel: Parcel, now: datetime) -> bool:
    """A customer wants to know: its carrier is asked next, unless it was a short while ago."""
    is_recent = parcel.tried_at is not None and now - parcel.tried_at < POLITE_PAUSE
    if ParcelState(parcel.state) in FINAL or is_recent:
        return False
    guarded = (
        update(Parcel)
        .where(
            col(Parcel.id) == parcel.id,
            col(Parcel.state) == parcel.state,
            or_(col(Parcel.tried_at).is_(None), col(Parcel.tried_at) <= now - POLITE_PAUSE),
        )
        .values(next_ask_at=now)
    )
    return session.exec(guarded).rowcount == 1


def take_due(session: Session, sealer: Sealer, now: datetime, limit: int = 20) -> list[Question]:
    """Parcels whose carriers are to be asked now. Each is taken by one process."""
    due = session.exec(
        select(Parcel)
        .where(col(Parcel.next_ask_at) <= now)
        .order_by(col(Parcel.next_ask_at))
        .limit(limit)
    ).all()
    taken = []
    for parcel in due:
        guarded = (
            update(Parcel)
            .where(col(Parcel.id) == parcel.id, col(Parcel.next_ask_at) == parcel.next_ask_at)
            .values(next_ask_at=now + LEASE, tried_at=now)
        )
        if session.exec(guarded).rowcount != 1:
            continue
        try:
            taken.append(_question(session, sealer, parcel))
        except (SealBroken, KeyError) as error:  # One broken row must not stop all others.
            record_silence(session, id_of(parcel), repr(error), now, for_good=True)
    return taken


def record(
    session: Session, sealer: Sealer, parcel_id: int, track: Track, now: datetime
) -> Sequence[Scan]:
    """Take in a carrier's answer; the scans that were new, oldest first.

    A change of state announces `parcel_moved` once, and is told if customers want to hear of it.
    An answer that falls behind what is known (a carrier's cache, no news) changes nothing.
    """
    parcel = session.get_one(Parcel, parcel_id, with_for_update=True, populate_existing=True)
    known_until = _newest(session, parcel_id)
    fresh = _enter(session, sealer, parcel_id, track.scans)
    before = ParcelState(parcel.state)
    answered_until = max((scan.at for scan in track.scans), default=None)
    is_behind = answered_until is None or (known_until and answered_until < known_until)
    if track.state != before and before not in FINAL and not is_behind:
        parcel.state, parcel.moved_at = track.state, now
        _announce(session, parcel, before, now)
    parcel.asked_at, parcel.failures, parcel.trouble = now, 0, ""
    is_over = ParcelState(parcel.state) in FINAL or now - parcel.shipped_at > GIVEN_UP_AFTER
    parcel.next_ask_at = None if is_over else now + _RHYTHM[ParcelState(parcel.state)]
    session.add(parcel)
    return fresh


def record_silence(
    session: Session,
    parcel_id: int,
    reason: str,
    now: datetime,
    *,
    for_good: bool = False,
    pause: timedelta | None = None,
) -> None:
    """A carrier did not answer: it is asked again after growing pauses, or `for_good` never.

    With `pause` it is asked after that, and the question does not count against the carrier.
    """
    parcel = session.get_one(Parcel, parcel_id, with_for_update=True, populate_existing=True)
    parcel.trouble = reason[:LONGEST_WORDS]
    if pause is None:
        parcel.failures += 1
        pause = min(POLITE_PAUSE * 2 ** min(parcel.failures - 1, 8), LONGEST_PAUSE)
    is_over = for_good or now - parcel.shipped_at > GIVEN_UP_AFTER
    parcel.next_ask_at = None if is_over else now + pause
    session.add(parcel)


def _question(session: Session, sealer: Sealer, parcel: Parcel) -> Question:
    carrier = CARRIERS[parcel.carrier]
    tail = ""
    if carrier.needs_phone:
        order = session.get_one(Order, parcel.order_id)
        tail = phone_tail(open_address(sealer, Order.__tablename__, order).phone)
    return Question(id_of(parcel), parcel.carrier, parcel.tracking_no, tail)


def _newest(session: Session, parcel_id: int) -> datetime | None:
    statement = (
        select(ParcelEvent.at)
        .where(ParcelEvent.parcel_id == parcel_id)
        .order_by(col(ParcelEvent.at).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def _enter(session: Session, sealer: Sealer, parcel_id: int, scans: Iterable[Scan]) -> list[Scan]:
    known = set(session.exec(select(ParcelEvent.digest).where(ParcelEvent.parcel_id == parcel_id)))
    fresh: dict[str, Scan] = {}
    for scan in scans:
        digest = hashlib.sha256(f"{scan.at.isoformat()}|{scan.words}".encode()).hexdigest()
        if digest not in known:
            fresh.setdefault(digest, scan)
    ordered = sorted(fresh.items(), key=lambda item: item[1].at)
    for digest, scan in ordered:
        row_key = uuid.uuid4().hex
        words = sealer.seal(scan.words[:LONGEST_WORDS], _place(row_key))
        session.add(
            ParcelEvent(
                parcel_id=parcel_id, digest=digest, row_key=row_key, at=scan.at, words_sealed=words
            )
        )
    return [scan for _, scan in ordered]


def _announce(session: Session, parcel: Parcel, before: ParcelState, now: datetime) -> None:
    order = session.get_one(Order, parcel.order_id)
    announce(
        session,
        "parcel_moved",
        now=now,
        parcel_id=parcel.id,
        order_id=order.id,
        order_no=order.order_no,
        customer_id=order.customer_id,
        conversation_id=order.conversation_id,
        from_state=before,
        to_state=parcel.state,
    )


def _open(sealer: Sealer, row: ParcelEvent) -> str:
    return sealer.open(row.words_sealed, _place(row.row_key))


def _place(row_key: str) -> Place:
    return Place(ParcelEvent.__tablename__, "words", row_key)
