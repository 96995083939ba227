"""Pages of freight and stores, through the real console."""

import pytest
from sqlmodel import Session, select

from bot.console.desk import Desk
from bot.console.pages.freight_form import read_template, write_rate, write_rule
from bot.staff.tables import Role
from commerce.freight.tables import FreightPolicy, FreightTemplate
from commerce.pickup.tables import Store
from tests.bot.console.conftest import Browser, OpenConsole

TEMPLATE = {
    "is_new": "yes",
    "name": "普通快递",
    "charged_by": "piece",
    "tariff-0": "1",
    "tariff-1": "8",
    "tariff-2": "1",
    "tariff-3": "2",
    "rates": "新疆维吾尔自治区、西藏自治区 | 1 20 1 10",
    "free_rules": "满99元\r\n满50元2件 | 浙江省",
    "no_delivery": "香港特别行政区",
}
STORE = {
    "name": "西湖店",
    "phone": "057188888888",
    "region": "浙江省 杭州市 西湖区",
    "address": "文三路1号",
    "opens": "09:00",
    "closes": "21:00",
    "slot_minutes": "30",
    "slot_capacity": "4",
    "is_open": "yes",
}


@pytest.fixture
async def operator(open_console: OpenConsole) -> Browser:
    return await open_console(Role.OPERATOR)


def test_what_a_form_shows_may_be_sent_again() -> None:
    first = read_template(TEMPLATE)
    rates = "\n".join(map(write_rate, first.rates))
    rules = "\n".join(map(write_rule, first.free_rules))

    assert read_template({**TEMPLATE, "rates": rates, "free_rules": rules}) == first


async def test_a_template_is_written_shown_and_removed(operator: Browser, desk: Desk) -> None:
    await operator.post("/freight", TEMPLATE)
    again = await operator.post("/freight", TEMPLATE)
    page = await operator.get("/freight")

    def read(session: Session) -> list[int | None]:
        return list(session.exec(select(FreightTemplate.id)))

    (number,) = await desk.database.read(read)
    assert again.status == 422
    assert "普通快递" in page.text
    assert "新疆维吾尔自治区" in (await operator.get(f"/freight/form?id={number}")).text
    await operator.post("/freight/policy", {"default": str(number), "free_over": "99"})
    refused = await operator.post(f"/freight/{number}/removal")
    await operator.post("/freight/policy", {"default": "", "free_over": ""})
    await operator.post(f"/freight/{number}/removal")
    assert refused.status == 422
    assert await desk.database.read(read) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rates": "火星 | 1 20 1 10"}, "rates"),
        ({"rates": "西藏自治区 20"}, "rates"),
        ({"free_rules": "满很多"}, "free_rules"),
        ({"tariff-1": "八块"}, "tariff-0"),
        ({"no_delivery": "火星"}, "no_delivery"),
        ({"charged_by": "moon"}, "charged_by"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(
    operator: Browser, change: dict[str, str], field: str
) -> None:
    answer = await operator.post("/freight", {**TEMPLATE, **change})

    assert answer.status == 422
    assert f'data-field="{field}"' in answer.text


async def test_the_shops_rule_is_written(operator: Browser, desk: Desk) -> None:
    await operator.post("/freight/policy", {"free_over": "99", "never_free": "西藏自治区"})

    def read(session: Session) -> FreightPolicy | None:
        return session.get(FreightPolicy, 1)

    policy = await desk.database.read(read)
    assert policy is not None
    assert (policy.free_over, policy.never_free) == (9900, ["西藏自治区"])


async def test_a_store_is_entered_and_closed(operator: Browser, desk: Desk) -> None:
    await operator.post("/freight/stores", STORE)
    doubled = await operator.post("/freight/stores", STORE)
    late = await operator.post("/freight/stores", {**STORE, "name": "夜店", "opens": "25:00"})

    def read(session: Session) -> Store:
        return session.exec(select(Store)).one()

    store = await desk.database.read(read)
    await operator.post("/freight/stores", {**STORE, "id": str(store.id), "is_open": ""})

    assert (doubled.status, late.status) == (422, 422)
    assert 'data-field="opens"' in late.text
    assert (store.opens_at, store.slot_capacity, store.is_open) == (540, 4, True)
    assert not (await desk.database.read(read)).is_open
    assert "文三路1号" in (await operator.get(f"/freight/stores/form?id={store.id}")).text


async def test_agents_read_and_do_not_write(open_console: OpenConsole) -> None:
    agent = await open_console(Role.AGENT)

    page = await agent.get("/freight")

    assert "还没有运费模板" in page.text
    assert (await agent.post("/freight", TEMPLATE)).status == 403
    assert (await agent.post("/freight/stores", STORE)).status == 403
