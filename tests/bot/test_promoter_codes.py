"""Codes with a scene: fetched once, kept, and a promoter's sent into the chat."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.channels.promoter_code_delivery import MOST_TRIES, PromoterCodeDelivery
from bot.clock import FrozenClock
from bot.database import Database
from bot.listeners import Listeners
from bot.outcomes import Failed, Outcome, Postponed, Sent
from bot.promoter_codes import KIND, want_promoter_code
from bot.scene_codes import NoPicture, SceneCodes
from bot.tables import OutboxMessage, SceneCode
from commerce.distribution import promoters
from commerce.inserting import id_of
from commerce.sources.tables import CodeKind
from tests.bot.channels.delivering import claimed, note
from tests.bot.counter import Counter
from tests.bot.listening.conftest import Make
from tests.wecom.far_end import FarEnd
from wecom.transport import AsyncWeChatClient

CREATE, SHOW = "/cgi-bin/qrcode/create", "/cgi-bin/showqrcode"
UNLIMITED = "/wxa/getwxacodeunlimit"
JPEG, PNG = b"\xff\xd8\xff a square", b"\x89PNG\r\n\x1a\n a circle"
TOO_MANY = {"errcode": 45029, "errmsg": "qrcode count out of limit"}
BUSY = {"errcode": -1, "errmsg": "system error"}


@pytest.fixture
def codes(
    wechat: FarEnd,
    wechat_client: AsyncWeChatClient,
    database: Database,
    frozen_clock: FrozenClock,
    tmp_path: Path,
) -> SceneCodes:
    wechat.answer(CREATE, {"ticket": "gQ1", "url": "http://weixin.qq.com/q/1"})
    wechat.answer(SHOW, JPEG)
    wechat.answer(UNLIMITED, PNG)
    return SceneCodes(wechat_client, wechat_client, tmp_path / "pictures", database, frozen_clock)


async def test_a_code_is_fetched_once_and_lies_under_a_name_that_tells_nothing(
    codes: SceneCodes, wechat: FarEnd
) -> None:
    made = await codes.picture(CodeKind.OA, "src_door")
    again = await codes.picture(CodeKind.OA, "src_door")

    assert made == again
    assert made.expires_at is None
    assert (codes.folder / made.name).read_bytes() == JPEG
    assert made.name.endswith(".jpg")
    assert "door" not in made.name
    create, show = wechat.calls
    assert create.content["action_name"] == "QR_LIMIT_STR_SCENE"
    assert create.content["action_info"] == {"scene": {"scene_str": "src_door"}}
    assert show.query == {"ticket": "gQ1"}


async def test_a_code_of_the_mini_program_carries_scene_and_page(
    codes: SceneCodes, wechat: FarEnd
) -> None:
    made = await codes.picture(CodeKind.MINI, "src_card")

    (call,) = wechat.calls
    assert (codes.folder / made.name).read_bytes() == PNG
    assert (call.method, call.content["scene"], call.content["page"]) == (
        "POST",
        "src_card",
        "pages/index/index",
    )


async def test_a_picture_that_is_gone_is_fetched_again(codes: SceneCodes) -> None:
    made = await codes.picture(CodeKind.OA, "src_door")
    (codes.folder / made.name).unlink()

    again = await codes.picture(CodeKind.OA, "src_door")

    assert (codes.folder / again.name).is_file()
    with codes.database.reading() as session:
        assert [each.picture for each in session.exec(select(SceneCode))] == [again.name]


async def test_an_account_without_permanent_codes_left_gets_one_for_a_month_and_renews_it(
    codes: SceneCodes, wechat: FarEnd, frozen_clock: FrozenClock
) -> None:
    def only_temporary() -> Any:
        asked = wechat.calls[-1].content["action_name"]
        wechat.answer(CREATE, TOO_MANY if "LIMIT" in asked else {"ticket": "gQ2"})
        answer = wechat.answers[CREATE]()
        wechat.answers[CREATE] = only_temporary
        return answer

    wechat.answers[CREATE] = only_temporary

    made = await codes.picture(CodeKind.OA, "p_AB23CD")

    assert made.expires_at == frozen_clock.now() + timedelta(days=30)
    frozen_clock.advance(seconds=timedelta(days=26).total_seconds())
    assert await codes.picture(CodeKind.OA, "p_AB23CD") == made
    frozen_clock.advance(seconds=timedelta(days=1).total_seconds())
    assert await codes.picture(CodeKind.OA, "p_AB23CD") != made


async def test_what_is_no_picture_is_not_kept(codes: SceneCodes, wechat: FarEnd) -> None:
    wechat.answer(SHOW, b"<html>busy</html>")

    with pytest.raises(NoPicture):
        await codes.picture(CodeKind.OA, "src_door")

    assert not list(codes.folder.glob("*"))


@pytest.fixture
async def talk(counter: Counter, message: Make) -> tuple[int, int]:
    """The ids of a promoter and of their conversation."""
    accepted = await counter.hear(message("闷着", sent_at=counter.clock.now()))
    customer_id = (await counter.conversation()).customer_id
    assert customer_id is not None
    with counter.database.writing() as session:
        promoters.appoint(
            session, customer_id, actor="agent:1", reason="test", now=counter.clock.now()
        )
    return customer_id, accepted.conversation_id


@pytest.fixture
def delivery(codes: SceneCodes, counter: Counter) -> PromoterCodeDelivery:
    return PromoterCodeDelivery(codes, counter.sealer, counter.clock)


async def wanted(counter: Counter, talk: tuple[int, int]) -> list[tuple[str, Any]]:
    """The calls in the outbox after the promoter asked for their code."""
    with counter.database.writing() as session:
        want_promoter_code(session, *talk, counter.clock.now())
    listeners = Listeners(counter.database, counter.clock, counter.sealer, counter.sender)
    while await counter.database.write(listeners.handle_some):
        pass
    return await counter.outbox(KIND)


async def delivered(
    counter: Counter, delivery: PromoterCodeDelivery, payload: Mapping[str, Any], attempt: int = 1
) -> Outcome:
    row = claimed(dict(payload), kind=KIND, attempt=attempt)
    return await note(counter.database, delivery, row)


async def test_a_promoter_who_asks_is_sent_their_code(
    counter: Counter, delivery: PromoterCodeDelivery, talk: tuple[int, int], wechat: FarEnd
) -> None:
    ((_, payload),) = await wanted(counter, talk)
    with counter.database.reading() as session:
        promoter = promoters.find_promoter(session, talk[0])
    assert promoter is not None

    assert isinstance(await delivered(counter, delivery, payload), Sent)

    ((_, picture),) = await counter.outbox()
    assert picture["type"] == "picture"
    assert (delivery.codes.folder / picture["name"]).read_bytes() == JPEG
    scene = wechat.calls[0].content["action_info"]["scene"]["scene_str"]
    assert scene == f"p_{promoter.code}"
    assert (await counter.transcript())[-1] == ("bot", "[图片]")


async def test_whoever_is_no_promoter_any_more_gets_none(
    counter: Counter, talk: tuple[int, int]
) -> None:
    with counter.database.writing() as session:
        promoters.stop(session, talk[0], actor="agent:1", reason="test", now=counter.clock.now())

    assert await wanted(counter, talk) == []


async def test_a_platform_in_trouble_is_asked_again_and_then_the_promoter_is_told(
    counter: Counter, delivery: PromoterCodeDelivery, talk: tuple[int, int], wechat: FarEnd
) -> None:
    ((_, payload),) = await wanted(counter, talk)
    wechat.answer(CREATE, BUSY)

    assert isinstance(await delivered(counter, delivery, payload), Postponed)
    assert await counter.outbox() == []
    assert isinstance(await delivered(counter, delivery, payload, MOST_TRIES), Failed)

    ((_, told),) = await counter.outbox()
    assert "没做出来" in told["content"]


async def test_asking_twice_makes_two_calls_and_one_code(
    counter: Counter, delivery: PromoterCodeDelivery, talk: tuple[int, int]
) -> None:
    await wanted(counter, talk)
    (first, second) = await wanted(counter, talk)
    for _, payload in (first, second):
        await delivered(counter, delivery, payload)

    def kept(session: Session) -> tuple[int, int]:
        calls = select(OutboxMessage.id).where(col(OutboxMessage.kind) == KIND)
        rows = session.exec(select(SceneCode)).all()
        return len(session.exec(calls).all()), len([id_of(each) for each in rows])

    assert await counter.database.read(kept) == (2, 1)
