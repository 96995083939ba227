"""Every error code in the table of WeCom can be met by doing what it forbids."""

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from bot.sandbox.wecom.errors import WECOM_ERRORS
from bot.sandbox.wecom.rules import CALLS_A_MINUTE
from tests.sandbox.corp import OTHER, SERVICER, CorpHands
from tests.sandbox.test_wecom_groups import REFUSALS as OF_GROUPS
from tests.sandbox.test_wecom_mass_refusals import REFUSALS as OF_MASS
from tests.sandbox.test_wecom_moments import REFUSALS as OF_MOMENTS
from tests.sandbox.world import Json

API = "externalcontact"
HELLO: Json = {"text": {"content": "您好"}}
CLICK: Json = {"type": "click", "click": {"id": "1", "content": "好"}}


async def token(hands: CorpHands, **change: str) -> int:
    mine = {"corpid": hands.corp.corp_id, "corpsecret": hands.corp.secret}
    return await hands.code("gettoken", **{**mine, **change})


async def expired_token(hands: CorpHands) -> int:
    await hands.world.move(7200)
    return await hands.code("kf/account/list", {})


async def raw(hands: CorpHands, body: bytes) -> int:
    url = f"{hands.world.url}/wecom/cgi-bin/{API}/groupchat/list"
    asked = {"access_token": hands.token}
    async with hands.world.http.post(url, params=asked, data=body) as response:
        code: int = (await response.json())["errcode"]
        return code


async def upload(hands: CorpHands, kind: str, content: bytes | None) -> int:
    code: int = (await hands.uploads("upload", content, type=kind))["errcode"]
    return code


async def app_message(hands: CorpHands, **change: object) -> int:
    body = {"touser": SERVICER, "agentid": hands.corp.agent_id, "msgtype": "text", **HELLO}
    return await hands.code("message/send", {**body, **change})


async def welcome(hands: CorpHands, *, uses: int = 1, wait: float = 0) -> int:
    who = {"person_id": hands.anna["person_id"], "userid": SERVICER}
    code = (await hands.does("/contacts/add", **who))["welcome_code"]
    await hands.world.move(wait)
    body = {**HELLO, "welcome_code": code}
    codes = [await hands.code(f"{API}/send_welcome_msg", body) for _ in range(uses)]
    return codes[-1]


async def claimed_welcome(hands: CorpHands) -> int:
    who = {"person_id": hands.anna["person_id"], "userid": SERVICER}
    code = (await hands.does("/contacts/add", **who))["welcome_code"]
    await hands.does("/contacts/claim", welcome_code=code)
    return await hands.code(f"{API}/send_welcome_msg", {**HELLO, "welcome_code": code})


async def mark(hands: CorpHands, *, is_contact: bool) -> int:
    who = {"userid": SERVICER, "external_userid": hands.anna["external_userid"]}
    if is_contact:
        person_id = hands.anna["person_id"]
        await hands.does("/contacts/add", person_id=person_id, userid=SERVICER)
    return await hands.code(f"{API}/mark_tag", {**who, "add_tag": ["et-none"]})


async def same_tag(hands: CorpHands) -> int:
    body = {"group_name": "口味", "tag": [{"name": "爱吃辣"}]}
    assert await hands.code(f"{API}/add_corp_tag", body) == 0
    return await hands.code(f"{API}/add_corp_tag", body)


async def mass_task(hands: CorpHands) -> str:
    person_id = hands.anna["person_id"]
    await hands.does("/contacts/add", person_id=person_id, userid=SERVICER)
    made = await hands.call(f"{API}/add_msg_template", {**HELLO, "sender": SERVICER})
    msgid: str = made["msgid"]
    return msgid


async def cancelled_twice(hands: CorpHands) -> int:
    body = {"msgid": await mass_task(hands)}
    assert await hands.code(f"{API}/cancel_groupmsg_send", body) == 0
    return await hands.code(f"{API}/cancel_groupmsg_send", body)


async def reminded_often(hands: CorpHands) -> int:
    body = {"msgid": await mass_task(hands)}
    return [await hands.code(f"{API}/remind_groupmsg_send", body) for _ in range(4)][-1]


async def early_results(hands: CorpHands) -> int:
    await hands.does("/mass", dispatch_seconds=60)
    return await hands.code(f"{API}/get_groupmsg_task", {"msgid": await mass_task(hands)})


async def unpublished_moment(hands: CorpHands) -> int:
    jobid = (await hands.call(f"{API}/add_moment_task", HELLO))["jobid"]
    done = await hands.call(f"{API}/get_moment_task_result", jobid=jobid)
    asked = {"moment_id": done["result"]["moment_id"], "userid": SERVICER}
    return await hands.code(f"{API}/get_moment_send_result", asked)


async def busy_api(hands: CorpHands) -> int:
    now = (await hands.world.control("GET", "/clock"))["now"]
    minute = int(datetime.fromisoformat(now).timestamp() // 60) + 1
    begins = datetime.fromtimestamp(minute * 60, UTC).isoformat()
    await hands.world.control("POST", "/clock", {"until": begins})
    row = (f"wecom:{API}/groupchat/list", 60, minute, CALLS_A_MINUTE.value)
    with contextlib.closing(sqlite3.connect(hands.world.settings.database)) as memory, memory:
        memory.execute("INSERT INTO quota_uses VALUES (?, ?, ?, ?)", row)
    return await hands.code(f"{API}/groupchat/list", {"limit": 1})


async def answer(hands: CorpHands, *, times: int = 1, wait: float = 0, state: int = 0) -> int:
    await hands.says("在吗")
    if state:
        assert await hands.moves(state) == 0
    await hands.world.move(wait)
    await hands.renew()
    return [await hands.sends() for _ in range(times)][-1]


async def menu(hands: CorpHands, *options: Json) -> int:
    await hands.says("在吗")
    body = {**hands.text(), "msgtype": "msgmenu", "msgmenu": {"list": list(options)}}
    return await hands.code("kf/send_msg", body)


async def move(hands: CorpHands, *states: int, servicer: str = "") -> int:
    await hands.says("转人工")
    return [await hands.moves(each, servicer) for each in states][-1]


async def ended_session(hands: CorpHands) -> int:
    await hands.says("转人工")
    assert [await hands.moves(3, SERVICER), await hands.moves(4)] == [0, 0]
    return await hands.moves(2)


async def resting_servicer(hands: CorpHands) -> int:
    await hands.does(f"/staff/{OTHER}", is_receiving=False)
    return await move(hands, 3, servicer=OTHER)


type Scenario = Callable[[CorpHands], Awaitable[int]]

SCENARIOS: dict[int, Scenario] = {
    40001: lambda h: token(h, corpsecret="wrong"),
    40004: lambda h: upload(h, "poster", b"a picture"),
    40006: lambda h: upload(h, "image", b"tiny"),
    40008: lambda h: app_message(h, msgtype="image"),
    40013: lambda h: token(h, corpid="wrong"),
    40014: lambda h: h.code("kf/account/list", {}, access_token="wrong"),
    40056: lambda h: app_message(h, agentid=1),
    40068: lambda h: mark(h, is_contact=True),
    40071: same_tag,
    41001: lambda h: h.code("kf/account/list", {}, access_token=""),
    41002: lambda h: token(h, corpid=""),
    41004: lambda h: token(h, corpsecret=""),
    41005: lambda h: upload(h, "image", None),
    41050: lambda h: welcome(h, wait=20),
    41051: lambda h: welcome(h, uses=2),
    41062: unpublished_moment,
    41063: early_results,
    41093: cancelled_twice,
    41094: reminded_often,
    41096: claimed_welcome,
    42001: expired_token,
    43002: lambda h: h.code(f"{API}/groupchat/list"),
    44002: lambda h: raw(h, b""),
    45009: busy_api,
    47001: lambda h: raw(h, b"[]"),
    81013: lambda h: app_message(h, touser="Ghost"),
    84061: lambda h: mark(h, is_contact=False),
    95000: lambda h: h.code("kf/sync_msg", {"open_kfid": "wk-none"}),
    95001: lambda h: answer(h, times=6),
    95002: lambda h: answer(h, wait=48 * 3600),
    95007: lambda h: h.code("kf/sync_msg", {"open_kfid": h.kfid, "token": "ENC"}),
    95008: lambda h: menu(h, *[CLICK] * 11),
    95009: lambda h: menu(h, {"type": "dial"}),
    95013: ended_session,
    95014: lambda h: move(h, 3, servicer="Nobody"),
    95016: lambda h: move(h, 2, 1),
    95018: lambda h: answer(h, state=2),
    95019: resting_servicer,
    95031: lambda h: h.moves(2),
}


def test_no_code_of_the_table_is_left_out() -> None:
    tables = (OF_GROUPS, OF_MASS, OF_MOMENTS)
    elsewhere = {errcode for table in tables for errcode, _ in table.values()}

    assert {*SCENARIOS, *elsewhere} == set(WECOM_ERRORS)


@pytest.mark.parametrize("errcode", SCENARIOS)
async def test_the_documented_code_is_produced(hands: CorpHands, errcode: int) -> None:
    assert await SCENARIOS[errcode](hands) == errcode
