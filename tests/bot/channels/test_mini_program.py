"""A mini-program's message push, in both forms that its console offers, and what is sent there."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.mini_program_delivery import MiniProgramReplyDelivery
from bot.channels.official_account_wire import OfficialAccountWire
from bot.clock import FrozenClock
from bot.database import Database
from bot.media import MediaLibrary
from bot.messages import Card, Choices, Incoming, Reply, Text, reply_to_json
from bot.notices import wallet
from tests.bot.channels.delivering import claimed
from tests.bot.channels.platform_side import NOW, PlatformSide
from tests.wecom.far_end import FarEnd
from wecom.callback import BadRequest
from wecom.transport import AsyncWeChatClient

PLATFORM = PlatformSide(app_id="wxmini")
WIRE = OfficialAccountWire(
    token=PLATFORM.token, aes_key=PLATFORM.aes_key, app_id="wxmini", channel="mini_program"
)
BASE = {"ToUserName": "gh_mini", "FromUserName": "oMini", "CreateTime": 1794398400}


def pushed(content: dict[str, Any]) -> Incoming:
    """What arrives when the console is set to JSON."""
    encrypted = PLATFORM.encrypt(json.dumps({**BASE, **content}, ensure_ascii=False).encode())
    query, _ = PLATFORM.deliver_encrypted(encrypted)
    body = json.dumps({"ToUserName": "gh_mini", "Encrypt": encrypted}).encode()
    return WIRE.read_incoming(query, body, now=NOW)


def test_a_message_in_json_is_read_like_one_in_xml() -> None:
    heard = pushed({"MsgType": "text", "Content": "在吗", "MsgId": 24700000000000001})

    assert (heard.channel, heard.account, heard.external_user) == (
        "mini_program",
        "wxmini",
        "oMini",
    )
    assert (heard.kind, heard.text) == ("text", "在吗")
    assert heard.key == "mini_program:wxmini:oMini:24700000000000001"


def test_entering_the_conversation_is_no_message() -> None:
    heard = pushed(
        {"MsgType": "event", "Event": "user_enter_tempsession", "SessionFrom": "order=1"}
    )

    assert (heard.kind, heard.text) == ("enter", "")
    assert heard.payload["SessionFrom"] == "order=1"


async def test_acceptances_come_as_json_too(database: Database) -> None:
    popup = {
        "List": [
            {"TemplateId": "t1", "SubscribeStatusString": "accept", "PopupScene": "0"},
            {"TemplateId": "t2", "SubscribeStatusString": "reject", "PopupScene": "0"},
        ]
    }
    heard = pushed({"MsgType": "event", "Event": wallet.POPUP, "SubscribeMsgPopupEvent": popup})
    await database.write(wallet.take_in, heard, NOW)

    assert await database.read(wallet.count, "wxmini", "oMini", "t1") == 1
    assert await database.read(wallet.count, "wxmini", "oMini", "t2") == 0


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1', "{" * 5000])
def test_what_is_no_json_object_is_refused(content: str) -> None:
    query, _ = PLATFORM.deliver_encrypted(base64.b64encode(b"0" * 32).decode())

    with pytest.raises(BadRequest):
        WIRE.read_incoming(query, content.encode(), now=NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("reply", "sent"),
    [
        (Text("您好"), {"msgtype": "text", "text": {"content": "您好"}}),
        (
            Choices("您要？", ("找商品", "转人工")),
            {"msgtype": "text", "text": {"content": "您要？\n· 找商品\n· 转人工"}},
        ),
        (
            Card("云朵拖鞋 ¥39", "pages/product/index?id=1", "slippers.png"),
            {
                "msgtype": "miniprogrampage",
                "miniprogrampage": {
                    "title": "云朵拖鞋 ¥39",
                    "pagepath": "pages/product/index?id=1",
                    "thumb_media_id": "media-1",
                },
            },
        ),
    ],
)
async def test_replies_leave_in_the_forms_that_a_mini_program_has(
    wechat: FarEnd,
    wechat_client: AsyncWeChatClient,
    database: Database,
    frozen_clock: FrozenClock,
    tmp_path: Path,
    reply: Reply,
    sent: dict[str, Any],
) -> None:
    (tmp_path / "slippers.png").write_bytes(b"\x89PNG picture")
    wechat.answer("/cgi-bin/media/upload", {"media_id": "media-1", "created_at": 1})
    media = MediaLibrary("wxmini", wechat_client, tmp_path, database, frozen_clock)
    row = claimed(reply_to_json(reply), kind="mini_program.reply")

    await MiniProgramReplyDelivery(wechat_client, media, "wxmini").deliver(
        replace(row, external_user="oMini")
    )

    assert wechat.calls[-1].content == {"touser": "oMini", **sent}
