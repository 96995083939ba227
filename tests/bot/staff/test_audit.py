"""The audit log cannot be changed unseen, and people are taken on and let go as they should be."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot.clock import FrozenClock
from bot.database import Database
from bot.staff import audit, people
from bot.staff.audit import Who
from bot.staff.tables import Role
from commerce.errors import IllegalMove, InvalidInput
from commerce.sealing import Sealer

GUARDS_OF_SQLITE = (
    "audit_entry_stays_on_update",
    "audit_entry_stays_on_delete",
    "audit_entry_is_new",
)
TAMPERINGS = (
    "UPDATE audit_entry SET about = '{\"order\": 9}' WHERE id = 3",
    "UPDATE audit_entry SET staff_id = NULL WHERE id = 3",
    "UPDATE audit_entry SET did = 'login' WHERE id = 3",
    "UPDATE audit_entry SET address = '10.0.0.9' WHERE id = 3",
    "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE id = 3",
    "UPDATE audit_entry SET prev_hash = hash WHERE id = 3",
    "DELETE FROM audit_entry WHERE id = 3",
)


def take_on(session: Session, now: datetime, login: str = "owner", role: Role = Role.OWNER) -> int:
    """Somebody new."""
    return people.add(session, login, "王掌柜", role, "hash", now)


def write_five(database: Database, sealer: Sealer, clock: FrozenClock) -> None:
    """Five entries, each in a transaction of its own."""
    with database.writing() as session:
        staff_id = take_on(session, clock.now())
    for number in range(1, 6):
        clock.advance(seconds=1)
        with database.writing() as session:
            who = Who(staff_id, "10.0.0.1")
            audit.note(session, sealer, who, "order.shipped", {"order": number}, clock.now())


@pytest.fixture
def without_guards(database: Database) -> Callable[[str], None]:
    """Changes the table as somebody who may do everything with the database."""

    def run(statement: str) -> None:
        with database.writing() as session:
            if database.is_sqlite:
                for guard in GUARDS_OF_SQLITE:
                    session.connection().execute(text(f"DROP TRIGGER IF EXISTS {guard}"))
            else:
                session.connection().execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
            session.connection().execute(text(statement))

    return run


@pytest.mark.database
def test_a_chain_that_nobody_touched_verifies(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock
) -> None:
    write_five(database, sealer, frozen_clock)

    with database.reading() as session:
        assert audit.verify(session, sealer) == audit.Verdict(5)


@pytest.mark.database
@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_any_change_to_a_row_breaks_the_chain_there(
    database: Database,
    sealer: Sealer,
    frozen_clock: FrozenClock,
    without_guards: Callable[[str], None],
    tampering: str,
) -> None:
    write_five(database, sealer, frozen_clock)

    without_guards(tampering)

    with database.reading() as session:
        verdict = audit.verify(session, sealer)
    assert (verdict.count, verdict.broken_at) == (2, 3)


def test_a_tail_that_was_cut_off_is_missed(
    database: Database,
    sealer: Sealer,
    frozen_clock: FrozenClock,
    without_guards: Callable[[str], None],
) -> None:
    write_five(database, sealer, frozen_clock)

    without_guards("DELETE FROM audit_entry WHERE id > 3")

    with database.reading() as session:
        assert audit.verify(session, sealer).broken_at == 4


def test_a_chain_made_again_without_the_key_is_recognised(
    database: Database,
    sealer: Sealer,
    frozen_clock: FrozenClock,
    without_guards: Callable[[str], None],
) -> None:
    forger = Sealer({"other": bytes(32)})
    write_five(database, forger, frozen_clock)

    with database.reading() as session:
        assert audit.verify(session, sealer).broken_at == 1


@pytest.mark.database
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET did = 'nothing' WHERE id = 2",
        "DELETE FROM audit_entry WHERE id = 5",
    ],
)
def test_the_database_itself_refuses_to_change_a_row(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock, statement: str
) -> None:
    write_five(database, sealer, frozen_clock)

    with pytest.raises(DBAPIError), database.writing() as session:
        session.connection().execute(text(statement))


async def test_entries_written_at_once_form_one_chain(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()

    for number in range(20):
        await database.write(audit.note, sealer, Who(None), "login.failed", {"n": number}, now)

    assert await database.read(audit.verify, sealer) == audit.Verdict(20)


async def test_what_fails_leaves_no_entry(
    database: Database, sealer: Sealer, frozen_clock: FrozenClock
) -> None:
    def fail(session: Session) -> None:
        audit.note(session, sealer, Who(None), "order.shipped", {}, frozen_clock.now())
        raise InvalidInput("没有这个快递公司")

    with pytest.raises(InvalidInput):
        await database.write(fail)

    assert await database.read(audit.verify, sealer) == audit.Verdict(0)


def test_the_last_owner_stays(session: Session, frozen_clock: FrozenClock) -> None:
    owner = take_on(session, frozen_clock.now())

    with pytest.raises(IllegalMove):
        people.disable(session, owner)
    with pytest.raises(IllegalMove):
        people.change(session, owner, name="王", role=Role.AGENT, capacity=5, wecom_userid="")

    take_on(session, frozen_clock.now(), "second")
    people.disable(session, owner)
    assert not people.get(session, owner).is_active


@pytest.mark.database
async def test_two_owners_who_let_each_other_go_at_once_leave_one(
    database: Database, frozen_clock: FrozenClock
) -> None:
    now, meet = frozen_clock.now(), Barrier(2)
    owners = [await database.write(take_on, now, login) for login in ("first", "second")]

    def let_go(session: Session, staff_id: int) -> None:
        people.get(session, staff_id)
        with suppress(BrokenBarrierError):  # SQLite writes one after the other.
            meet.wait(0.2)
        people.disable(session, staff_id)

    ended = await asyncio.gather(
        *(database.write(let_go, each) for each in owners), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in ended) == ["IllegalMove", "NoneType"]
    everybody = await database.read(people.list_all)
    assert sum(each.is_active for each in everybody) == 1


@pytest.mark.parametrize("login", ["", "a", "王掌柜", "a b", "x" * 40, "-a", "a<b>"])
def test_a_login_is_plain_letters(session: Session, frozen_clock: FrozenClock, login: str) -> None:
    with pytest.raises(InvalidInput):
        take_on(session, frozen_clock.now(), login)


def test_a_login_and_a_wecom_account_belong_to_one_person(
    session: Session, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    people.add(session, "first", "小陈", Role.AGENT, "hash", now, wecom_userid="chen")

    with pytest.raises(InvalidInput):
        people.add(session, "FIRST", "小赵", Role.AGENT, "hash", now)
    with pytest.raises(InvalidInput):
        people.add(session, "second", "小赵", Role.AGENT, "hash", now, wecom_userid="chen")
