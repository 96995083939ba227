"""A promoter confirms a withdrawal on their phone, while it can be confirmed."""

import pytest

from bot.clock import FrozenClock
from bot.database import Database
from commerce.customers import identify
from commerce.distribution import withdrawals
from commerce.distribution.tables import TransferState
from commerce.inserting import id_of
from tests.bot import promoting
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Phone


@pytest.fixture
def number(database: Database, frozen_clock: FrozenClock, phone: Phone) -> str:
    """Of Alice's withdrawal, which is approved and on its way."""
    now = frozen_clock.now()
    with database.writing() as session:
        alice = id_of(identify(session, "mini_program", "wx-mini", phone.openid, now))
        promoting.earn(session, alice, now)
        return promoting.approved(session, alice, now).withdrawal_no


def record(database: Database, clock: FrozenClock, state: TransferState, package: str = "") -> None:
    with database.writing() as session:
        bill = promoting.latest(session).out_bill_no
        withdrawals.record_transfer(session, bill, state, now=clock.now(), package=package)


def path(number: str) -> str:
    return f"/distribution/withdrawals/{number}/confirmation"


async def test_the_owner_gets_what_wechat_confirms_with(
    phone: Phone, database: Database, frozen_clock: FrozenClock, number: str
) -> None:
    record(database, frozen_clock, TransferState.WAIT_USER_CONFIRM, "p")

    answer = await phone.get(path(number))

    assert answer.status == 200
    assert answer.json == {"mchId": "1900000001", "appId": "wx-mini", "package": "p"}


async def test_nobody_else_does(
    new_phone: NewPhone,
    stranger: Phone,
    database: Database,
    frozen_clock: FrozenClock,
    number: str,
) -> None:
    record(database, frozen_clock, TransferState.WAIT_USER_CONFIRM, "p")
    bob = await new_phone("o-bob")

    assert (await bob.get(path(number))).status == 404
    assert (await stranger.get(path(number))).status == 401
    assert (await bob.get(path("TX000000000000"))).status == 404


@pytest.mark.parametrize(
    ("states", "package", "hours"),
    [
        ([], "", 0),
        ([TransferState.ACCEPTED], "", 0),
        ([TransferState.WAIT_USER_CONFIRM], "", 0),
        ([TransferState.WAIT_USER_CONFIRM], "p", 24),
        ([TransferState.WAIT_USER_CONFIRM, TransferState.CANCELING], "p", 0),
        ([TransferState.WAIT_USER_CONFIRM, TransferState.SUCCESS], "p", 0),
        ([TransferState.WAIT_USER_CONFIRM, TransferState.FAIL], "p", 0),
    ],
)
async def test_what_cannot_be_confirmed_is_refused(
    phone: Phone,
    database: Database,
    frozen_clock: FrozenClock,
    number: str,
    states: list[TransferState],
    package: str,
    hours: int,
) -> None:
    for state in states:
        record(database, frozen_clock, state, package)
    frozen_clock.advance(hours=hours)

    answer = await phone.get(path(number))

    assert (answer.status, answer.error["code"]) == (409, "illegal_move")


async def test_a_confirmation_that_hangs_can_be_opened_again(
    phone: Phone, database: Database, frozen_clock: FrozenClock, number: str
) -> None:
    record(database, frozen_clock, TransferState.WAIT_USER_CONFIRM, "p")
    record(database, frozen_clock, TransferState.TRANSFERING)

    assert (await phone.get(path(number))).json["package"] == "p"
