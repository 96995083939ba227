"""Mass tasks of the sandbox: nothing is sent until a member confirms, and results say what was."""

import time
from collections.abc import Awaitable, Callable

import pytest

from tests.sandbox.corp import OTHER, SERVICER, CorpHands
from tests.sandbox.world import Json, World

API = "externalcontact"
HELLO: Json = {"text": {"content": "周五开团"}}
MONTH = 31 * 86_400


@pytest.fixture
async def hands(world: World) -> CorpHands:
    hands = CorpHands(world)
    await hands.begin()
    return hands


async def _contact(hands: CorpHands, userid: str = SERVICER, nickname: str = "小雨") -> Json:
    person = await hands.does("/people", nickname=nickname)
    await hands.does("/contacts/add", person_id=person["person_id"], userid=userid)
    return person


async def _make(hands: CorpHands, *people: Json, **change: object) -> Json:
    body = {**HELLO, "external_userid": [each["external_userid"] for each in people], **change}
    answer = await hands.call(f"{API}/add_msg_template", body)
    assert answer["errcode"] == 0, answer
    return answer


async def _make_for_groups(hands: CorpHands, *chat_ids: str, **change: object) -> Json:
    given = {**HELLO, "chat_type": "group", "sender": SERVICER, "chat_id_list": list(chat_ids)}
    answer = await hands.call(f"{API}/add_msg_template", {**given, **change})
    assert answer["errcode"] == 0, answer
    return answer


async def _confirm(hands: CorpHands, msgid: str, userid: str = SERVICER, **given: object) -> int:
    sent = await hands.does(f"/staff/{userid}/mass/confirm", msgid=msgid, **given)
    number: int = sent["sent"]
    return number


async def _results(hands: CorpHands, msgid: str, userid: str = SERVICER, **more: object) -> Json:
    return await hands.call(
        f"{API}/get_groupmsg_send_result", {"msgid": msgid, "userid": userid, **more}
    )


async def _statuses(hands: CorpHands, msgid: str, userid: str = SERVICER) -> list[int]:
    return [each["status"] for each in (await _results(hands, msgid, userid))["send_list"]]


async def _senders(hands: CorpHands, msgid: str) -> dict[str, int]:
    tasks = (await hands.call(f"{API}/get_groupmsg_task", {"msgid": msgid}))["task_list"]
    return {each["userid"]: each["status"] for each in tasks}


async def _seen(hands: CorpHands, person: Json) -> list[Json]:
    answer = await hands.world.control("GET", f"/wecom/people/{person['person_id']}/items")
    items: list[Json] = answer["items"]
    return items


async def _waiting(hands: CorpHands, userid: str = SERVICER) -> list[Json]:
    tasks: list[Json] = (await hands.world.control("GET", f"/wecom/staff/{userid}/mass"))["tasks"]
    return tasks


async def _media(hands: CorpHands) -> str:
    """A picture that the shop has uploaded."""
    await hands.does(f"/people/{hands.anna['person_id']}/messages", type="image")
    media_id: str = (await hands.log())[-1]["image"]["media_id"]
    return media_id


async def _card(hands: CorpHands, **change: str) -> Json:
    card = {
        "title": "猕猴桃三人团",
        "appid": hands.world.settings.mini_program.app_id,
        "page": "pages/group-buy/index.html?id=1",
        "pic_media_id": await _media(hands),
    }
    return {"msgtype": "miniprogram", "miniprogram": {**card, **change}}


async def _group(hands: CorpHands, owner: str = SERVICER) -> str:
    chat_id: str = (await hands.does("/groups", name="南山团购群", owner=owner))["chat_id"]
    return chat_id


async def test_nothing_is_sent_until_the_member_confirms(hands: CorpHands) -> None:
    rain = await _contact(hands)
    card = await _card(hands)
    msgid = (await _make(hands, rain, attachments=[card]))["msgid"]

    assert await _seen(hands, rain) == []
    assert await _senders(hands, msgid) == {SERVICER: 0}
    assert await _statuses(hands, msgid) == [0]
    (task,) = await _waiting(hands)
    assert (task["state"], task["text"], task["wanted"]) == ("waiting", "周五开团", 1)

    assert await _confirm(hands, msgid) == 1
    words, shown = await _seen(hands, rain)
    assert (words["payload"], words["account"]) == (HELLO["text"], SERVICER)
    assert shown["payload"] == card["miniprogram"]
    assert await _senders(hands, msgid) == {SERVICER: 2}
    (row,) = (await _results(hands, msgid))["send_list"]
    assert (row["external_userid"], row["status"]) == (rain["external_userid"], 1)
    assert row["send_time"] > 0


async def test_each_customer_is_reached_by_the_latest_contact(hands: CorpHands) -> None:
    rain, mist = await _contact(hands), await _contact(hands, OTHER, "小雾")
    await hands.world.move(1)
    await hands.does("/contacts/add", person_id=rain["person_id"], userid=OTHER)

    msgid = (await _make(hands, rain, mist))["msgid"]

    assert await _senders(hands, msgid) == {OTHER: 0}
    assert await _confirm(hands, msgid, OTHER) == 2


async def test_who_is_no_contact_of_the_sender_is_in_the_fail_list(hands: CorpHands) -> None:
    rain, mist = await _contact(hands), await _contact(hands, OTHER, "小雾")
    ghost = {"external_userid": "wm-ghost"}

    made = await _make(hands, rain, mist, hands.anna, ghost, sender=SERVICER)

    assert set(made["fail_list"]) == {
        mist["external_userid"],
        hands.anna["external_userid"],
        "wm-ghost",
    }
    assert await _statuses(hands, made["msgid"]) == [0]


async def test_a_sender_alone_means_all_contacts(hands: CorpHands) -> None:
    for name in ("一", "二", "三"):
        await _contact(hands, nickname=name)
    await _contact(hands, OTHER, "四")

    made = await hands.call(f"{API}/add_msg_template", {**HELLO, "sender": SERVICER})

    assert made["fail_list"] == []
    assert await _confirm(hands, made["msgid"]) == 3


async def test_tags_of_a_group_are_alternatives_and_every_group_counts(hands: CorpHands) -> None:
    made = await hands.call(
        f"{API}/add_corp_tag",
        {"group_name": "口味", "tag": [{"name": name} for name in ("辣", "甜", "酸")]},
    )
    hot, sweet, sour = (each["id"] for each in made["tag_group"]["tag"])
    people = [await _contact(hands) for _ in range(3)]
    for person, tags in zip(people, ([hot, sour], [sweet, sour], [sour]), strict=True):
        who = {"person_id": person["person_id"], "userid": SERVICER}
        await hands.does("/contacts/edit", **who, add_tag=tags)
    wanted = {"group_list": [{"tag_list": [hot, sweet]}, {"tag_list": [sour]}]}

    task = await _make(hands, *people, tag_filter=wanted)
    body = {**HELLO, "sender": SERVICER, "tag_filter": wanted}
    whole = await hands.call(f"{API}/add_msg_template", body)

    assert task["fail_list"] == [people[2]["external_userid"]]
    assert await _statuses(hands, whole["msgid"]) == [0, 0]


async def test_who_left_meanwhile_is_no_friend_any_more(hands: CorpHands) -> None:
    rain, mist = await _contact(hands), await _contact(hands)
    msgid = (await _make(hands, rain, mist))["msgid"]
    gone = {"person_id": rain["person_id"], "userid": SERVICER, "by": "customer"}
    await hands.does("/contacts/delete", **gone)

    assert await _confirm(hands, msgid) == 1
    assert await _statuses(hands, msgid) == [2, 1]
    assert await _seen(hands, rain) == []


@pytest.mark.parametrize(
    ("policy", "allowed", "later"), [("day1", 1, 86_400), ("week7", 7, 7 * 86_400)]
)
async def test_over_the_cap_another_message_is_not_received(
    hands: CorpHands, policy: str, allowed: int, later: int
) -> None:
    rain = await _contact(hands)
    await hands.does("/mass", policy=policy)
    tasks = [(await _make(hands, rain))["msgid"] for _ in range(allowed + 2)]
    for msgid in tasks[:-1]:
        await _confirm(hands, msgid)

    assert [await _statuses(hands, each) for each in tasks] == [[1]] * allowed + [[3], [0]]
    await hands.world.move(later)
    await hands.renew()
    assert await _confirm(hands, tasks[-1]) == 1


async def test_a_month_allows_as_many_messages_as_it_has_days(hands: CorpHands) -> None:
    rain = await _contact(hands)
    await hands.world.control("POST", "/clock", {"until": "2027-02-01T00:00:00+08:00"})
    await hands.renew()

    reached = [await _confirm(hands, (await _make(hands, rain))["msgid"]) for _ in range(29)]

    assert reached == [1] * 28 + [0]


async def test_groups_may_be_chosen_and_the_others_sent_to_later(hands: CorpHands) -> None:
    first, second, theirs = await _group(hands), await _group(hands), await _group(hands, OTHER)
    made = await _make_for_groups(hands, first, second, theirs)

    assert made["fail_list"] == [theirs]
    assert (await _results(hands, made["msgid"]))["send_list"] == []
    assert await _confirm(hands, made["msgid"], chat_ids=[second]) == 1
    (row,) = (await _results(hands, made["msgid"]))["send_list"]
    assert (row["chat_id"], row["status"]) == (second, 1)
    assert [each["state"] for each in await _waiting(hands)] == ["partly"]
    said = (await hands.world.control("GET", f"/wecom/groups/{second}/items"))["items"]
    assert [each["payload"]["content"] for each in said] == ["周五开团"]
    assert await _confirm(hands, made["msgid"]) == 1


async def test_without_a_list_all_groups_of_the_owner_are_meant(hands: CorpHands) -> None:
    await _group(hands)
    await _group(hands)
    body = {**HELLO, "chat_type": "group", "sender": SERVICER}

    made = await hands.call(f"{API}/add_msg_template", body)

    assert await _confirm(hands, made["msgid"]) == 2


async def test_a_declined_task_stays_unsent_and_can_be_sent_after_all(hands: CorpHands) -> None:
    msgid = (await _make(hands, await _contact(hands)))["msgid"]
    await hands.does(f"/staff/{SERVICER}/mass/decline", msgid=msgid)

    assert [each["state"] for each in await _waiting(hands)] == ["declined"]
    assert await _senders(hands, msgid) == {SERVICER: 0}
    assert await _confirm(hands, msgid) == 1


async def test_a_cancelled_task_stops_what_is_not_sent(hands: CorpHands) -> None:
    rain, mist = await _contact(hands), await _contact(hands, OTHER, "小雾")
    msgid = (await _make(hands, rain, mist))["msgid"]
    await _confirm(hands, msgid)

    assert await hands.code(f"{API}/cancel_groupmsg_send", {"msgid": msgid}) == 0
    path = f"/wecom/staff/{OTHER}/mass/confirm"
    assert (await hands.world.try_control("POST", path, {"msgid": msgid}))[0] == 409
    assert await hands.code(f"{API}/cancel_groupmsg_send", {"msgid": msgid}) == 41093
    assert await hands.code(f"{API}/remind_groupmsg_send", {"msgid": msgid}) == 41093
    assert await _statuses(hands, msgid) == [1]


async def test_three_reminders_in_a_day_are_shown_and_a_fourth_refused(hands: CorpHands) -> None:
    msgid = (await _make(hands, await _contact(hands)))["msgid"]
    remind = f"{API}/remind_groupmsg_send"

    assert [await hands.code(remind, {"msgid": msgid}) for _ in range(4)] == [0, 0, 0, 41094]
    assert [each["reminders"] for each in await _waiting(hands)] == [3]
    await hands.world.move(86_400)
    await hands.renew()
    assert await hands.code(remind, {"msgid": msgid}) == 0


async def test_results_are_not_to_be_had_while_a_task_is_dispatched(hands: CorpHands) -> None:
    await hands.does("/mass", dispatch_seconds=60)
    msgid = (await _make(hands, await _contact(hands)))["msgid"]
    asked = {"msgid": msgid, "userid": SERVICER}

    assert await hands.code(f"{API}/get_groupmsg_task", asked) == 41063
    assert await hands.code(f"{API}/get_groupmsg_send_result", asked) == 41063
    await hands.world.move(60)
    assert await hands.code(f"{API}/get_groupmsg_task", asked) == 0


async def test_tasks_are_listed_by_time_and_kind(hands: CorpHands) -> None:
    start = int(time.time()) - 10
    made = [(await _make(hands, await _contact(hands)))["msgid"] for _ in range(3)]
    await _make_for_groups(hands, await _group(hands))
    asked = {"chat_type": "single", "start_time": start, "end_time": start + 3600, "limit": 2}
    listing = f"{API}/get_groupmsg_list_v2"

    first = await hands.call(listing, asked)
    rest = await hands.call(listing, {**asked, "cursor": first["next_cursor"]})
    personal = await hands.call(listing, {**asked, "filter_type": 1})

    listed = [*first["group_msg_list"], *rest["group_msg_list"]]
    assert [each["msgid"] for each in listed] == made
    assert (listed[0]["text"], rest["next_cursor"]) == (HELLO["text"], "")
    assert personal["group_msg_list"] == []


async def test_ten_thousand_are_reached_within_two_seconds_and_read_in_pages(
    hands: CorpHands,
) -> None:
    crowd = await hands.does("/crowd", count=10_000, userid=SERVICER)
    body = {**HELLO, "external_userid": crowd["external_userids"], "sender": SERVICER}

    begun = time.perf_counter()
    made = await hands.call(f"{API}/add_msg_template", body)
    reached = await _confirm(hands, made["msgid"])
    took = time.perf_counter() - begun
    pages: list[list[Json]] = []
    cursor = ""
    while not pages or cursor:
        page = await _results(hands, made["msgid"], limit=1_000, cursor=cursor)
        pages.append(page["send_list"])
        cursor = page["next_cursor"]

    assert (made["fail_list"], reached) == ([], 10_000)
    assert took < 2
    assert [len(page) for page in pages] == [1_000] * 10
    read = [each["external_userid"] for page in pages for each in page]
    assert read == crowd["external_userids"]
    assert len((await _results(hands, made["msgid"], limit=1_001))["send_list"]) == 500


async def _create(hands: CorpHands, **change: object) -> int:
    rain = await _contact(hands)
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
    msgid = (await _make(hands, await _contact(hands)))["msgid"]
    asked = {"msgid": msgid, "userid": SERVICER, **change}
    return await hands.code(f"{API}/get_groupmsg_send_result", asked)


async def _bad_card(hands: CorpHands, **change: str) -> int:
    return await _create(hands, attachments=[await _card(hands, **change)])


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


async def test_an_uploaded_picture_goes_with_a_task(hands: CorpHands) -> None:
    image = {"msgtype": "image", "image": {"media_id": await _media(hands)}}
    rain = await _contact(hands)

    msgid = (await _make(hands, rain, text={}, attachments=[image]))["msgid"]
    await _confirm(hands, msgid)

    (shown,) = await _seen(hands, rain)
    assert (shown["kind"], shown["payload"]) == ("image", image["image"])
