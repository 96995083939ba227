"""What is decided about money, through the real console."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from bot.console.desk import Desk
from bot.console.money_approval import MoneyApproval
from bot.staff.tables import Role
from commerce.distribution.promoters import get_promoter
from commerce.distribution.tables import DistributionTerms, PromoterState, Withdrawal
from commerce.reconciliation.tables import ReconciliationFinding
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.pages_a.stock import Stock
from tests.bot.console.pages_a.test_orders import did

TERMS = {
    "who": "appointed",
    "binding": "days",
    "binding_days": "30",
    "protection_days": "15",
    "first_bp": "12.5",
    "second_bp": "3",
    "freeze_days": "7",
    "withdraw_min": "1",
    "withdraw_most": "1999",
    "fee_bp": "0",
    "reason": "双十二",
}


def state_of(session: Session, number: str) -> str:
    return session.exec(select(Withdrawal.state).where(Withdrawal.withdrawal_no == number)).one()


async def test_a_small_withdrawal_is_let_go_by_one_person_once(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OWNER)

    answers = [await browser.post(f"/withdrawals/{shop.small_no}/approval") for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 422]
    assert await desk.database.read(state_of, shop.small_no) == "approved"
    assert await desk.database.read(did) == ["withdrawal.approved"]


async def test_a_large_withdrawal_needs_two_different_people(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    first, second = await open_console(Role.OWNER), await open_console(Role.OWNER)
    path = f"/withdrawals/{shop.large_no}/approval"

    assert (await first.post(path)).status == 200
    again = await first.post(path)
    assert again.status == 422
    assert "另一位同事" in again.text
    assert await desk.database.read(state_of, shop.large_no) == "asked"
    assert (await second.post(path)).status == 200

    assert await desk.database.read(state_of, shop.large_no) == "approved"


async def test_who_said_yes_first_may_take_it_back_and_nobody_else(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    first, second = await open_console(Role.OWNER), await open_console(Role.OWNER)
    path = f"/withdrawals/{shop.large_no}/approval"
    await first.post(path)

    assert (await second.post(f"{path}/end")).status == 422
    assert (await first.post(f"{path}/end")).status == 200
    await second.post(path)

    assert await desk.database.read(state_of, shop.large_no) == "asked"


@pytest.mark.database
async def test_the_row_itself_refuses_one_person_twice(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OWNER)
    twice = MoneyApproval(
        withdrawal_no=shop.large_no,
        first_by=browser.staff_id,
        first_at=desk.clock.now(),
        second_by=browser.staff_id,
        second_at=desk.clock.now(),
    )

    with pytest.raises(IntegrityError):
        await desk.database.write(lambda session: session.add(twice))


async def test_a_withdrawal_is_given_back_with_a_reason(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OWNER)
    path = f"/withdrawals/{shop.small_no}/refusal"

    assert (await browser.post(path, {"reason": ""})).status == 422
    assert await desk.database.read(state_of, shop.small_no) == "asked"
    assert (await browser.post(path, {"reason": "订单还在核对"})).status == 200
    assert await desk.database.read(state_of, shop.small_no) == "refused"


async def test_an_operator_lets_no_money_out(open_console: OpenConsole, shop: Stock) -> None:
    browser = await open_console(Role.OPERATOR)

    for path in (
        f"/withdrawals/{shop.small_no}/approval",
        "/distribution/terms",
        "/reconciliation/1/end",
        f"/after-sales/{shop.request_no}/money",
    ):
        assert (await browser.post(path)).status == 403, path


async def test_terms_are_changed_with_a_reason_and_a_bad_one_is_named(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.OWNER)

    for change, field in (
        ({"first_bp": "101"}, "first_bp"),
        ({"second_bp": "95"}, "second_bp"),
        ({"withdraw_most": "2000"}, "withdraw_most"),
        ({"reason": ""}, "reason"),
    ):
        answer = await browser.post("/distribution/terms", {**TERMS, **change})
        assert answer.status == 422
        assert f'data-field="{field}"' in answer.text
    assert (await browser.post("/distribution/terms", TERMS)).status == 200

    terms = await desk.database.read(lambda session: session.get_one(DistributionTerms, 1))
    assert (terms.first_bp, terms.second_bp, terms.binding) == (1250, 300, "days")
    assert "双十二" in (await browser.get("/distribution/terms")).text


async def test_a_promoter_is_stopped_and_taken_on_again(
    open_console: OpenConsole, desk: Desk, shop: Stock
) -> None:
    browser = await open_console(Role.OPERATOR)
    own = shop.promoter

    assert (await browser.post(f"/distribution/{own}/end", {"reason": ""})).status == 422
    await browser.post(f"/distribution/{own}/end", {"reason": "刷单"})
    stopped = await desk.database.read(get_promoter, own)
    assert stopped.state == PromoterState.STOPPED
    await browser.post("/distribution", {"customer": str(own), "reason": "查清了"})

    assert (await desk.database.read(get_promoter, own)).state == PromoterState.ACTIVE
    assert await desk.database.read(did) == ["promoter.stopped", "promoter.appointed"]


@pytest.mark.usefixtures("shop")
async def test_a_difference_is_accepted_with_a_note_and_leaves_the_list(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.OWNER)

    answers = [
        await browser.post("/reconciliation/1/end", {"note": note})
        for note in ("", "盘点过", "盘点过")
    ]

    assert [answer.status for answer in answers] == [422, 200, 422]
    row = await desk.database.read(lambda session: session.get_one(ReconciliationFinding, 1))
    assert (row.state, row.resolution) == ("accepted", "盘点过")
    assert "账都对得上" in (await browser.get("/reconciliation")).text
    assert "盘点过" in (await browser.get("/reconciliation?state=accepted")).text
