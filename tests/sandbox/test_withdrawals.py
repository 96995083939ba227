"""Commission on its way through the sandbox: once, under one number, and back if it fails."""

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot import outbox
from bot.database import Database
from commerce.distribution.tables import WithdrawalState
from tests.commerce.shop import SEALER
from tests.sandbox.payout import Payout, open_payout
from tests.sandbox.world import Json, World

WAITING = (WithdrawalState.WAIT_CONFIRM, 3800, 1200)
UNSURE = (WithdrawalState.APPROVED, 3800, 1200)
PAID = (WithdrawalState.PAID, 3800, 0)
BACK = (WithdrawalState.FAILED, 5000, 0)
DAY = 86_400


@pytest.fixture
async def fan(world: World) -> Json:
    """Has bought something, so that the merchant's account holds 129 yuan."""
    fan = await world.fan()
    await world.control("POST", "/notify", {"on": False})
    await world.paid(fan)
    return fan


@pytest.fixture
async def payout(world: World, database: Database, fan: Json) -> AsyncIterator[Payout]:
    async with open_payout(world, database) as payout:
        yield payout


async def told(payout: Payout) -> None:
    """Let Pay tell what has happened: the payment of the fixture, and the transfer."""
    await payout.world.control("POST", "/notify", {"on": True})
    await payout.world.noticed(2)
    transfers = [each for each in payout.world.shop.notices if b"MCHTRANSFER" in each[1]]
    payout.world.shop.notices[:] = transfers


async def transfers(world: World) -> list[str]:
    """What was taken in, by number; each is there as often as it was."""
    counters = await world.control("GET", "/counters")
    return [
        name.removeprefix("accepted:transfer:")
        for name, count in counters.items()
        if name.startswith("accepted:transfer:")
        for _ in range(count)
    ]


async def test_a_confirmed_withdrawal_is_paid_once_however_often_that_is_told(
    payout: Payout, world: World, fan: Json
) -> None:
    withdrawal = await payout.approve(fan)
    await payout.send()
    assert payout.standing() == WAITING

    await world.control("POST", f"/transfers/{payout.package()}/confirm")
    await world.move(2)
    await told(payout)

    assert await payout.read_notices(times=3) == ["success"] * 3
    await payout.rounds.ask_about_transfers()
    assert payout.standing() == PAID
    assert await transfers(world) == [withdrawal.out_bill_no]


async def test_a_declined_withdrawal_is_available_again(
    payout: Payout, world: World, fan: Json
) -> None:
    await payout.approve(fan)
    await payout.send()
    await world.control("POST", f"/transfers/{payout.package()}/decline")
    await told(payout)

    assert await payout.read_notices(times=2) == ["fail", "fail"]
    assert payout.standing() == BACK


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "only found by asking"])
async def test_what_nobody_confirms_is_back_after_a_day(
    payout: Payout, world: World, fan: Json, is_told: bool
) -> None:
    await payout.approve(fan)
    await payout.send()
    await world.move(DAY - 60)
    await payout.rounds.ask_about_transfers()
    assert payout.standing() == WAITING

    await world.move(3600)
    if is_told:
        await told(payout)
        await payout.read_notices()
    else:
        await payout.rounds.ask_about_transfers()

    assert payout.standing() == BACK


async def test_a_transfer_whose_answer_was_swallowed_is_found_and_not_made_again(
    payout: Payout, world: World, fan: Json
) -> None:
    await world.control("POST", "/faults", {"api": "pay/transfer", "fault": "swallow"})
    withdrawal = await payout.approve(fan)
    with capture_logs():
        await payout.send()
    assert payout.standing() == UNSURE

    await world.move(61)
    await payout.rounds.ask_about_transfers()
    assert (payout.standing(), payout.package()) == (WAITING, "")
    await payout.send()

    assert payout.package()
    assert await transfers(world) == [withdrawal.out_bill_no]


@pytest.mark.parametrize("fault", ["500", "reset", "html", "errcode:NOT_ENOUGH"])
async def test_a_transfer_in_doubt_keeps_its_number_and_the_money_until_it_is_clear(
    payout: Payout, world: World, fan: Json, fault: str
) -> None:
    await world.control("POST", "/faults", {"api": "pay/transfer", "fault": fault, "times": 2})
    withdrawal = await payout.approve(fan)
    with capture_logs():
        for _ in range(2):
            assert await payout.send() == 1
            assert payout.standing() == UNSURE
            await world.move(10)

    await payout.send()

    assert payout.standing() == WAITING
    assert await transfers(world) == [withdrawal.out_bill_no]


async def test_a_sender_that_dies_between_call_and_record_has_sent_once(
    payout: Payout, world: World, fan: Json
) -> None:
    withdrawal = await payout.approve(fan)
    now = payout.clock.now()
    [claimed] = await payout.database.write(lambda session: outbox.claim_due(session, SEALER, now))
    await payout.rounds.transfers.transfer(**claimed.payload)
    assert payout.standing() == UNSURE

    await world.move(outbox.LEASE.total_seconds() + 1)
    assert await payout.send() == 1

    assert payout.standing() == WAITING
    assert await transfers(world) == [withdrawal.out_bill_no]


async def test_a_receiver_whom_pay_does_not_know_gets_nothing_and_keeps_the_money(
    payout: Payout, world: World
) -> None:
    await payout.approve({"mini_openid": "o-nobody"})

    with capture_logs():
        await payout.send()

    assert payout.standing() == BACK
    assert await transfers(world) == []


async def test_a_call_that_never_arrived_is_made_again_under_the_same_number(
    payout: Payout, world: World, fan: Json
) -> None:
    """Its row is over, as if its seal were broken: asking finds out."""
    withdrawal = await payout.approve(fan)
    with payout.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE outbox SET state = 'failed'")
    await world.move(61)

    for _ in range(2):
        await payout.rounds.ask_about_transfers()
        await payout.send()

    assert payout.standing() == WAITING
    assert await transfers(world) == [withdrawal.out_bill_no]


async def test_a_transfer_that_the_shop_takes_back_is_available_again(
    payout: Payout, world: World, fan: Json
) -> None:
    withdrawal = await payout.approve(fan)
    await payout.send()

    bill = await payout.rounds.transfers.cancel(withdrawal.out_bill_no)
    assert bill.state == "CANCELING"
    await world.move(62)
    await payout.rounds.ask_about_transfers()

    assert payout.standing() == BACK
