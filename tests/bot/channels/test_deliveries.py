"""What leaves for WeChat, as it documents it, and what each failure means."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.channels.official_account_delivery import ProfileDelivery, ReplyDelivery
from bot.clock import FrozenClock
from bot.database import Database
from bot.media import MediaLibrary
from bot.messages import Card, Choices, Picture, Reply, Text, reply_to_json
from bot.outcomes import Doubtful, Failed, NoRoute, Outcome, Postponed, Sent
from commerce.customers.identities import identify
from commerce.customers.tables import Customer
from commerce.inserting import id_of
from tests.bot.channels.delivering import claimed, note
from tests.bot.conftest import ACCOUNT
from tests.wecom.far_end import FarEnd, closed_port, raw_server, read_request, reset
from wecom.transport import AsyncWeChatClient

SEND, UPLOAD = "/cgi-bin/message/custom/send", "/cgi-bin/media/upload"
CARD = Card("云朵拖鞋 ¥39", "pages/checkout/index?cart=x&source=oa-chat", "slippers.png")


# Replies.


@pytest.fixture
def pictures(tmp_path: Path, wechat: FarEnd) -> Path:
    """The shop's pictures; WeChat takes them."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "slippers.png").write_bytes(b"\x89PNG picture")
    wechat.answer(UPLOAD, {"type": "image", "media_id": "media-1", "created_at": 1})
    return folder


@pytest.fixture
def replies(
    wechat_client: AsyncWeChatClient, pictures: Path, database: Database, frozen_clock: FrozenClock
) -> ReplyDelivery:
    media = MediaLibrary(ACCOUNT, wechat_client, pictures, database, frozen_clock)
    return ReplyDelivery(wechat_client, media, "wx-mini")


async def delivered(replies: ReplyDelivery, reply: Reply, attempt: int = 1) -> Outcome:
    return await replies.deliver(claimed(reply_to_json(reply), attempt=attempt))


@pytest.mark.parametrize(
    ("reply", "sent"),
    [
        (Text("您好"), {"msgtype": "text", "text": {"content": "您好"}}),
        (
            Choices("您要？", ("找商品", "转人工"), "点一个"),
            {
                "msgtype": "msgmenu",
                "msgmenu": {
                    "head_content": "您要？",
                    "list": [{"id": "1", "content": "找商品"}, {"id": "2", "content": "转人工"}],
                    "tail_content": "点一个",
                },
            },
        ),
        (
            CARD,
            {
                "msgtype": "miniprogrampage",
                "miniprogrampage": {
                    "title": CARD.title,
                    "appid": "wx-mini",
                    "pagepath": CARD.path,
                    "thumb_media_id": "media-1",
                },
            },
        ),
        (Picture("slippers.png"), {"msgtype": "image", "image": {"media_id": "media-1"}}),
    ],
    ids=["text", "choices", "card", "picture"],
)
async def test_each_reply_leaves_as_wechat_documents_it(
    replies: ReplyDelivery, wechat: FarEnd, reply: Reply, sent: dict[str, Any]
) -> None:
    assert await delivered(replies, reply) == Sent()

    call = wechat.calls[-1]
    assert (call.method, call.path) == ("POST", SEND)
    assert call.content == {"touser": "o-alice", **sent}
    assert b"\\u" not in call.body


async def test_a_text_is_cut_to_its_limit_and_loses_what_does_not_print(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    await delivered(replies, Text("\u202e\x00" + "好" * 1000))

    assert wechat.calls[-1].content["text"]["content"] == "好" * 682


@pytest.mark.parametrize("code", [45015, 45047])
async def test_a_closed_window_waits_for_the_customer(
    replies: ReplyDelivery, wechat: FarEnd, code: int
) -> None:
    wechat.answer(SEND, {"errcode": code, "errmsg": "out of response"})

    assert isinstance(await delivered(replies, Text("您好")), NoRoute)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (40003, Failed),
        (45002, Failed),
        (48002, Failed),
        (99999, Failed),
        (45009, Postponed),
        (45011, Postponed),
        (-1, Doubtful),
    ],
)
async def test_each_refusal_means_what_the_table_says(
    replies: ReplyDelivery, wechat: FarEnd, code: int, outcome: type[Outcome]
) -> None:
    wechat.answer(SEND, {"errcode": code, "errmsg": "no"})

    assert isinstance(await delivered(replies, Text("您好")), outcome)


async def test_being_too_fast_waits_as_long_as_wechat_wants(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(SEND, {"errcode": 45011, "errmsg": "api minute-quota reach limit"})

    outcome = await delivered(replies, Text("您好"))

    assert isinstance(outcome, Postponed)
    assert outcome.after == timedelta(seconds=60)


async def test_a_media_id_that_lapsed_is_uploaded_again_and_sent_at_once(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(SEND, {"errcode": 40007, "errmsg": "invalid media_id"})
    assert await delivered(replies, CARD) == Postponed(ANY_REASON, timedelta())
    wechat.answer(UPLOAD, {"type": "image", "media_id": "media-2", "created_at": 2})
    wechat.answer(SEND, {"errcode": 0, "errmsg": "ok"})

    assert await delivered(replies, CARD, attempt=2) == Sent()

    assert wechat.calls[-1].content["miniprogrampage"]["thumb_media_id"] == "media-2"
    assert [call.path for call in wechat.calls] == [UPLOAD, SEND, UPLOAD, SEND]


async def test_a_picture_that_is_refused_again_waits(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(SEND, {"errcode": 40007, "errmsg": "invalid media_id"})
    await delivered(replies, CARD)

    assert await delivered(replies, CARD, attempt=2) == Postponed(ANY_REASON, None)


class _Anything(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    __hash__ = str.__hash__


ANY_REASON = _Anything()


async def test_an_upload_that_fails_for_now_is_tried_again_with_its_message(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(UPLOAD, {"errcode": -1, "errmsg": "system error"})

    assert isinstance(await delivered(replies, CARD), Postponed)
    assert [call.path for call in wechat.calls] == [UPLOAD]


async def test_a_picture_that_wechat_will_never_take_does_not_hold_up_later_messages(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(UPLOAD, {"errcode": 40009, "errmsg": "invalid image size"})

    assert isinstance(await delivered(replies, CARD), Failed)


async def test_a_picture_the_shop_does_not_have_fails_its_message(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    missing = Picture("../../etc/passwd")

    assert isinstance(await delivered(replies, missing), Failed)
    assert wechat.calls == []


@pytest.mark.parametrize("reply", [Text("您好"), CARD], ids=["text", "card"])
async def test_a_call_that_never_left_goes_again(replies: ReplyDelivery, reply: Reply) -> None:
    await replies.client.tokens.current()
    replies.client.base_url = f"http://127.0.0.1:{closed_port()}"

    assert isinstance(await delivered(replies, reply), Postponed)


async def test_a_message_that_may_have_arrived_stays_doubtful(replies: ReplyDelivery) -> None:
    async def read_and_hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        reset(writer)

    await replies.client.tokens.current()
    async with raw_server(read_and_hang_up) as url:
        replies.client.base_url = url
        assert isinstance(await delivered(replies, Text("您好")), Doubtful)


# Profiles.


async def test_the_unionid_of_a_new_follower_joins_them_with_their_mini_program_self(
    wechat_client: AsyncWeChatClient, wechat: FarEnd, database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    with database.writing() as session:
        follower = id_of(identify(session, "official_account", ACCOUNT, "o-alice", now))
        buyer = id_of(identify(session, "mini_program", "wx-mini", "m-alice", now, unionid="u-1"))
    assert follower != buyer
    wechat.answer("/cgi-bin/user/info", {"subscribe": 1, "openid": "o-alice", "unionid": "u-1"})
    delivery = ProfileDelivery(wechat_client, ACCOUNT, frozen_clock)

    outcome = await note(database, delivery, claimed({"openid": "o-alice"}))

    assert outcome == Sent({"unionid": "u-1", "follows": True})
    with database.reading() as session:
        merged = session.exec(
            select(Customer.id).where(Customer.merged_into_id != None)  # noqa: E711 - SQL
        ).all()
    assert len(merged) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"subscribe": 0, "openid": "o-alice"}, Sent({"unionid": None, "follows": False})),
        ({"errcode": 40003, "errmsg": "invalid openid"}, Failed(ANY_REASON)),
        ({"errcode": -1, "errmsg": "system error"}, Postponed(ANY_REASON)),
    ],
    ids=["has left", "unknown", "busy"],
)
async def test_somebody_without_a_unionid_stays_alone(
    wechat_client: AsyncWeChatClient,
    wechat: FarEnd,
    database: Database,
    frozen_clock: FrozenClock,
    answer: dict[str, Any],
    outcome: Outcome,
) -> None:
    wechat.answer("/cgi-bin/user/info", answer)
    delivery = ProfileDelivery(wechat_client, ACCOUNT, frozen_clock)

    assert await note(database, delivery, claimed({"openid": "o-alice"})) == outcome
