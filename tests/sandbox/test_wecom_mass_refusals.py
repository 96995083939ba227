"""What the sandbox refuses about mass tasks, each with its code."""

from collections.abc import Awaitable, Callable

from tests.sandbox.corp import OTHER, SERVICER, CorpHands
from tests.sandbox.mass_hands import API, HELLO, contact, make, new_card
from tests.sandbox.world import Json

MONTH = 31 * 86_400


async def _create(hands: CorpHands, **change: object) -> int:
    rain = await contact(hands)
    body = {**HELLO, "external_userid": [rain["external_userid"]], **change}
    return await hands.code(f"{API}/add_msg_template", body)


async def _attach(hands: CorpHands, kind: str, **content: object) -> int:
    return await _create(hands, attachments=[{"msgtype": kind, kind: content}])


async def _for_group(hands: CorpHands, **change: object) -> int:
    body = {**HELLO, "chat_type": "group", "sender": SERVICER, **change}
    return await hands.code(f"{API}/add_msg_template", body)


async def _list(hands: CorpHands, **change: object) -> int:
    asked = {"chat_type": "single", "start_time": 1, "end_time": 2, **change}
    return await hands.code(f"{API}/get_groupmsg_list_v2", asked)


async def _result(hands: CorpHands, **change: object) -> int:
    msgid = (await make(hands, await contact(hands)))["msgid"]
    asked = {"msgid": msgid, "userid": SERVICER, **change}
    return await hands.code(f"{API}/get_groupmsg_send_result", asked)


async def _bad_card(hands: CorpHands, **change: str) -> int:
    return await _create(hands, attachments=[await new_card(hands, **change)])


type Scenario = Callable[[CorpHands], Awaitable[int]]

LINK: Json = {"title": "开团", "url": "https://shop.example"}
REFUSALS: dict[str, tuple[int, Scenario]] = {
    "nothing to say": (40058, lambda h: _create(h, text={})),
    "a long text": (40058, lambda h: _create(h, text={"content": "长" * 1_334})),
    "a strange kind": (40058, lambda h: _create(h, chat_type="crowd")),
    "ten attachments": (
        41064,
        lambda h: _create(h, attachments=[{"msgtype": "link", "link": LINK}] * 10),
    ),
    "a voice attached": (41065, lambda h: _attach(h, "voice", media_id="m")),
    "an attachment without its kind": (
        41065,
        lambda h: _create(h, attachments=[{"msgtype": "link", "image": {}}]),
    ),
    "a picture that is gone": (40007, lambda h: _attach(h, "image", media_id="gone")),
    "a file that is gone": (40007, lambda h: _attach(h, "file", media_id="gone")),
    "a long link title": (40058, lambda h: _attach(h, "link", **{**LINK, "title": "长" * 43})),
    "a long description": (40058, lambda h: _attach(h, "link", **LINK, desc="长" * 171)),
    "a link without a scheme": (40058, lambda h: _attach(h, "link", **{**LINK, "url": "a.cn"})),
    "a long card title": (40058, lambda h: _bad_card(h, title="长" * 22)),
    "another's mini-program": (40058, lambda h: _bad_card(h, appid="wx-other")),
    "a card without a picture": (40007, lambda h: _bad_card(h, pic_media_id="")),
    "too many customers": (
        40058,
        lambda h: _create(h, external_userid=[f"wm{number}" for number in range(10_001)]),
    ),
    "an empty list": (40058, lambda h: _create(h, external_userid=[])),
    "too many tags": (
        40058,
        lambda h: _create(h, tag_filter={"group_list": [{"tag_list": ["et"] * 101}]}),
    ),
    "neither customers nor sender": (
        40058,
        lambda h: h.code(f"{API}/add_msg_template", HELLO),
    ),
    "no external_userid": (40096, lambda h: _create(h, external_userid=["zhangsan"])),
    "strangers alone": (41048, lambda h: _create(h, external_userid=["wm-ghost"])),
    "a sender without contacts": (
        41048,
        lambda h: h.code(f"{API}/add_msg_template", {**HELLO, "sender": OTHER}),
    ),
    "no such sender": (40003, lambda h: _create(h, sender="Ghost")),
    "groups without a sender": (40058, lambda h: _for_group(h, sender="")),
    "too many groups": (40058, lambda h: _for_group(h, chat_id_list=["wr"] * 2_001)),
    "an owner without groups": (41048, _for_group),
    "no msgid": (41046, lambda h: h.code(f"{API}/get_groupmsg_task", {"msgid": ""})),
    "no such msgid": (41047, lambda h: h.code(f"{API}/remind_groupmsg_send", {"msgid": "x"})),
    "cancelling nothing": (41047, lambda h: h.code(f"{API}/cancel_groupmsg_send", {"msgid": "x"})),
    "somebody else's results": (40003, lambda h: _result(h, userid=OTHER)),
    "a strange cursor": (50100, lambda h: _result(h, cursor="?")),
    "a limit that is no number": (40058, lambda h: _result(h, limit="many")),
    "a list of a strange kind": (40058, lambda h: _list(h, chat_type="")),
    "a list without times": (40058, lambda h: _list(h, end_time=None)),
    "more than a month": (40058, lambda h: _list(h, end_time=MONTH + 2)),
    "a strange filter": (40058, lambda h: _list(h, filter_type=3)),
}


async def test_what_is_wrong_about_mass_tasks_has_its_code(hands: CorpHands) -> None:
    met = {what: await scenario(hands) for what, (_, scenario) in REFUSALS.items()}

    assert met == {what: errcode for what, (errcode, _) in REFUSALS.items()}
