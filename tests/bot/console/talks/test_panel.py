"""The customer beside a conversation: what the shop has with them, and nothing beyond that."""

from sqlmodel import Session

from bot.clock import FrozenClock
from bot.staff.tables import Role
from commerce.customers.addresses import AddressInput, save_address
from commerce.customers.subscription import unsubscribe
from commerce.customers.tags import save_tag, tag_customer
from commerce.inserting import id_of
from commerce.membership.points import give
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.talks.conftest import Floor

HOME = AddressInput("王小明", "13800138000", "浙江省 杭州市 西湖区", "文三路 1 号")


async def test_the_panel_shows_points_tags_region_and_that_they_want_no_messages(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    customer_id, now = (await floor.row(talk)).customer_id or 0, floor.desk.clock.now()

    sealer = floor.desk.sealer

    def know(session: Session) -> None:
        give(session, customer_id, 120, kind="gift", ref="test", memo="送的", now=now)
        tag_customer(session, customer_id, id_of(save_tag(session, "喜好", "爱喝茶")), "test", now)
        save_address(session, sealer, customer_id, HOME, now)
        unsubscribe(session, sealer, customer_id, channel="wecom", words="退订", now=now)

    await floor.desk.database.write(know)

    panel = (await agent.get(f"/talks/{talk}/panel")).text

    for shown in ("120", "爱喝茶", "浙江省 杭州市 西湖区", "已退订营销消息"):
        assert shown in panel
    for hidden in ("王小明", "13800138000", "文三路"):
        assert hidden not in panel


async def test_the_panel_tells_how_often_a_person_was_wanted(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT, name="小王")
    talk = await floor.hears()
    await floor.queues(talk)
    await floor.act(agent, talk, "take")
    await floor.act(agent, talk, "end")

    panel = (await agent.get(f"/talks/{talk}/panel")).text

    assert "要找人工" in panel
    assert "已结束" in panel
    assert "小王" in panel


async def test_the_panel_tells_by_which_ways_the_customer_can_be_told_something(
    floor: Floor, open_console: OpenConsole, frozen_clock: FrozenClock
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()

    assert "还能发" in _ways((await agent.get(f"/talks/{talk}/panel")).text)
    frozen_clock.advance(days=3)
    agent = await open_console(Role.AGENT)
    assert "要等对方再发一条" in _ways((await agent.get(f"/talks/{talk}/panel")).text)


def _ways(panel: str) -> str:
    return panel.partition('data-testid="ways"')[2].partition("购物车")[0]
