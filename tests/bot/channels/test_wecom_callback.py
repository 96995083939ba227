"""WeCom's callback: its address check, each event once, a tapped card answered."""

import base64
from collections.abc import Awaitable, Callable
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web
from sqlmodel import Session, select

from bot import wecom_events
from bot.background import Background
from bot.channels.wecom import WeComChannel
from bot.clock import FrozenClock
from bot.database import Database
from bot.wecom_events import MOST_ATTEMPTS, WeComEvent
from commerce.sealing import Sealer
from tests.bot.channels.callback import Client
from tests.bot.channels.platform_side import NOW, PlatformSide
from wecom.callback import Told, WeComWire
from wecom.events import CardTapped, KfPoked

PATH = "/wecom/callback"
PLATFORM = PlatformSide(app_id="ww5823bf96d3bd56c7")
POKE = (
    "<Event><![CDATA[kf_msg_or_event]]></Event><Token><![CDATA[ENC]]></Token>"
    "<OpenKfId><![CDATA[wk-1]]></OpenKfId>"
)
TAP = "<Event>template_card_event</Event><EventKey>take:7</EventKey><TaskId>t</TaskId>"


def event(rest: str, sender: str = "sys") -> str:
    return (
        f"<xml><ToUserName>{PLATFORM.app_id}</ToUserName><FromUserName>{sender}</FromUserName>"
        f"<CreateTime>1794398400</CreateTime><MsgType>event</MsgType>{rest}</xml>"
    )


class Ears:
    """Hears, unless it is deaf."""

    def __init__(self) -> None:
        self.heard: list[Told] = []
        self.is_deaf = False

    async def hear(self, told: Told) -> str | None:
        if self.is_deaf:
            raise RuntimeError("deaf")
        self.heard.append(told)
        return "已接入" if isinstance(told.event, CardTapped) else None


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def channel(database: Database, sealer: Sealer, ears: Ears) -> WeComChannel:
    wire = WeComWire(corp_id=PLATFORM.app_id, token=PLATFORM.token, aes_key=PLATFORM.aes_key)
    hears = {KfPoked: ears.hear, CardTapped: ears.hear}
    clock, background = FrozenClock(NOW), Background()
    return WeComChannel(wire, PLATFORM.app_id, hears, database, clock, sealer, background)


@pytest.fixture
async def client(channel: WeComChannel, aiohttp_client: Callable[..., Awaitable[Client]]) -> Client:
    app = web.Application()
    app.add_routes(channel.routes(PATH))

    async def drain(_app: web.Application) -> None:
        await channel.background.close(5.0)

    app.on_cleanup.append(drain)
    return await aiohttp_client(app)


async def deliver(client: Client, xml: str) -> tuple[int, str]:
    query, body = PLATFORM.deliver(xml)
    query.pop("encrypt_type")  # WeCom sends no such thing.
    async with client.post(PATH, params=query, data=body) as response:
        return response.status, await response.text()


async def states(database: Database) -> list[str]:
    return list(await database.read(lambda s: s.exec(select(WeComEvent.state)).all()))


async def test_the_address_check_gets_its_echo_decrypted(client: Client) -> None:
    echo = PLATFORM.encrypt(b"1616140317555161061")
    stamp, nonce = str(int(NOW.timestamp())), "n1"
    query = {"timestamp": stamp, "nonce": nonce, "echostr": echo}
    signed = {**query, "msg_signature": PLATFORM.sign(stamp, nonce, echo)}

    async with client.get(PATH, params=signed) as response:
        assert (response.status, await response.text()) == (200, "1616140317555161061")
    async with client.get(PATH, params={**signed, "nonce": "n2"}) as response:
        assert response.status == 403
    async with client.get(PATH, params=query) as response:
        assert response.status == 403


async def test_the_documentation_s_own_example_is_answered() -> None:
    wire = WeComWire(
        corp_id="wx5823bf96d3bd56c7",
        token="QDG6eK",
        aes_key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    )
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
        "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7Oa"
        "BO+FZXvnaqQ==",
    }
    then = NOW.fromtimestamp(1409659589, NOW.tzinfo)

    assert wire.verify_url(query, now=then) == "1616140317555161061"


async def test_an_event_is_heard_once_however_often_it_comes(
    client: Client, channel: WeComChannel, ears: Ears, database: Database
) -> None:
    query, body = PLATFORM.deliver(event(POKE))
    for _ in range(3):
        async with client.post(PATH, params=query, data=body) as response:
            assert (response.status, await response.text()) == (200, "")
    await channel.background.close(5.0)

    assert [told.event for told in ears.heard] == [KfPoked("wk-1", "ENC")]
    assert await states(database) == ["heard"]


async def test_equal_events_of_another_moment_are_two(
    client: Client, channel: WeComChannel, ears: Ears
) -> None:
    await deliver(client, event(POKE))
    await deliver(client, event(POKE).replace("1794398400", "1794398401"))
    await channel.background.close(5.0)

    assert len(ears.heard) == 2


async def test_a_tapped_card_is_answered_with_its_new_words(client: Client) -> None:
    status, sealed = await deliver(client, event(TAP, "wang"))

    assert status == 200
    envelope = {each.tag: each.text or "" for each in ET.fromstring(sealed)}  # noqa: S314
    signed = (envelope["TimeStamp"], envelope["Nonce"], envelope["Encrypt"])
    assert envelope["MsgSignature"] == PLATFORM.sign(*signed)
    xml, corp_id = PLATFORM.decrypt(envelope["Encrypt"])
    assert corp_id == PLATFORM.app_id
    answer = ET.fromstring(xml)  # noqa: S314
    assert answer.findtext("MsgType") == "update_button"
    assert answer.findtext("Button/ReplaceName") == "已接入"
    assert answer.findtext("ToUserName") == "wang"


async def test_what_was_heard_in_vain_is_heard_again(
    client: Client, channel: WeComChannel, ears: Ears, database: Database
) -> None:
    ears.is_deaf = True
    assert (await deliver(client, event(POKE)))[0] == 200
    await channel.background.close(5.0)
    assert await states(database) == ["pending"]

    ears.is_deaf = False
    await channel.hear_left_behind()
    assert ears.heard == [], "somebody may be hearing it still"
    clock = channel.clock
    assert isinstance(clock, FrozenClock)
    clock.advance(seconds=7)
    await channel.hear_left_behind()

    assert [told.event for told in ears.heard] == [KfPoked("wk-1", "ENC")]
    assert await states(database) == ["heard"]


async def test_an_event_whose_seal_is_broken_keeps_no_other_from_being_heard(
    client: Client, channel: WeComChannel, ears: Ears, database: Database
) -> None:
    ears.is_deaf = True
    await deliver(client, event(POKE))
    await deliver(client, event(POKE, "other"))
    await channel.background.close(5.0)

    def tamper(session: Session) -> None:
        row = session.get_one(WeComEvent, 1)
        row.fields_sealed = b"?"
        session.add(row)

    await database.write(tamper)
    ears.is_deaf = False
    clock = channel.clock
    assert isinstance(clock, FrozenClock)
    clock.advance(seconds=7)
    await channel.hear_left_behind()

    assert await states(database) == ["given_up", "heard"]


async def test_what_nobody_can_hear_is_given_up_and_seen(
    client: Client, channel: WeComChannel, ears: Ears, database: Database
) -> None:
    ears.is_deaf = True
    await deliver(client, event(POKE))
    clock = channel.clock
    assert isinstance(clock, FrozenClock)
    for _ in range(MOST_ATTEMPTS + 1):
        clock.advance(hours=1)
        await channel.hear_left_behind()

    assert await states(database) == ["given_up"]


async def test_old_events_are_forgotten(
    client: Client, channel: WeComChannel, database: Database
) -> None:
    await deliver(client, event(POKE))
    await channel.background.close(5.0)
    clock = channel.clock
    assert isinstance(clock, FrozenClock)
    clock.advance(days=4)

    assert await database.write(wecom_events.forget_old, clock.now()) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"msg_signature": "0" * 40}, 403),
        ({"timestamp": "1"}, 400),
        ({"nonce": "<"}, 400),
        ({"timestamp": str(int(NOW.timestamp()) - 601)}, 403),
    ],
)
async def test_strangers_are_refused(
    client: Client, ears: Ears, change: dict[str, str], status: int
) -> None:
    query, body = PLATFORM.deliver(event(POKE))
    async with client.post(PATH, params={**query, **change}, data=body) as response:
        assert response.status == status

    assert ears.heard == []


@pytest.mark.parametrize(
    "body",
    [b"", b"<xml/>", b"not xml", b"<!DOCTYPE a><xml/>", b"{}", b"<xml>" + b"<a>" * 99],
)
async def test_bodies_without_an_envelope_are_refused(client: Client, body: bytes) -> None:
    query, _ = PLATFORM.deliver(event(POKE))
    async with client.post(PATH, params=query, data=body) as response:
        assert response.status in (400, 403)


async def test_an_envelope_for_another_corp_is_refused(client: Client) -> None:
    sealed = PLATFORM.encrypt(event(POKE).encode(), app_id="wwother")
    query, body = PLATFORM.deliver_encrypted(sealed)
    async with client.post(PATH, params=query, data=body) as response:
        assert (response.status, await response.text()) == (403, "wrong_account")


async def test_what_does_not_decrypt_is_refused(client: Client) -> None:
    query, body = PLATFORM.deliver_encrypted(base64.b64encode(b"0" * 64).decode())
    async with client.post(PATH, params=query, data=body) as response:
        assert response.status in (400, 403)
