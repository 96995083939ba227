"""Moments of the sandbox: written by the corp, published by its people, seen by their customers."""

import time
from collections.abc import Awaitable, Callable

from tests.sandbox.corp import OTHER, SERVICER, CorpHands
from tests.sandbox.world import Json

API = "externalcontact"
WORDS: Json = {"text": {"content": "橙子熟了"}}
MONTH = 30 * 86_400


async def _contact(hands: CorpHands, userid: str = SERVICER) -> Json:
    person = await hands.does("/people", nickname="小雨")
    await hands.does("/contacts/add", person_id=person["person_id"], userid=userid)
    return person


async def _job(hands: CorpHands, **change: object) -> str:
    answer = await hands.call(f"{API}/add_moment_task", {**WORDS, **change})
    assert answer["errcode"] == 0, answer
    jobid: str = answer["jobid"]
    return jobid


async def _result(hands: CorpHands, jobid: str) -> Json:
    return await hands.call(f"{API}/get_moment_task_result", jobid=jobid)


async def _make(hands: CorpHands, **change: object) -> str:
    done = await _result(hands, await _job(hands, **change))
    assert done["status"] == 3
    moment_id: str = done["result"]["moment_id"]
    return moment_id


async def _seen(hands: CorpHands, person: Json) -> list[Json]:
    path = f"/wecom/people/{person['person_id']}/moments"
    moments: list[Json] = (await hands.world.control("GET", path))["moments"]
    return moments


def _by(*userids: str, tags: tuple[str, ...] = ()) -> Json:
    senders = {"user_list": list(userids)}
    return {"sender_list": senders, "external_contact_list": {"tag_list": list(tags)}}


async def _statuses(hands: CorpHands, moment_id: str) -> dict[str, int]:
    answer = await hands.call(f"{API}/get_moment_task", {"moment_id": moment_id})
    return {each["userid"]: each["publish_status"] for each in answer["task_list"]}


async def test_a_moment_is_seen_once_its_member_has_published_it(hands: CorpHands) -> None:
    rain, mist = await _contact(hands), await _contact(hands, OTHER)
    moment_id = await _make(hands)
    asked = {"moment_id": moment_id, "userid": SERVICER}

    assert await _seen(hands, rain) == []
    assert await _statuses(hands, moment_id) == {SERVICER: 0, OTHER: 0}
    assert await hands.code(f"{API}/get_moment_send_result", asked) == 41062
    await hands.does(f"/staff/{SERVICER}/moments/publish", moment_id=moment_id)

    (shown,) = await _seen(hands, rain)
    assert (shown["text"], shown["name"]) == ("橙子熟了", "林知夏")
    assert await _seen(hands, mist) == []
    assert await _statuses(hands, moment_id) == {SERVICER: 1, OTHER: 0}
    sent = await hands.call(f"{API}/get_moment_send_result", asked)
    assert sent["customer_list"] == [{"external_userid": rain["external_userid"]}]


async def test_tags_narrow_who_may_see_a_moment(hands: CorpHands) -> None:
    gold, _ = await _contact(hands), await _contact(hands)
    tags = {"group_name": "等级", "tag": [{"name": "金卡"}]}
    made = await hands.call(f"{API}/add_corp_tag", tags)
    tag = made["tag_group"]["tag"][0]["id"]
    mark = {"userid": SERVICER, "external_userid": gold["external_userid"], "add_tag": [tag]}
    await hands.call(f"{API}/mark_tag", mark)

    moment_id = await _make(hands, visible_range=_by(SERVICER, tags=(tag,)))

    asked = {"moment_id": moment_id, "userid": SERVICER}
    chosen = await hands.call(f"{API}/get_moment_customer_list", asked)
    expected = {"userid": SERVICER, "external_userid": gold["external_userid"]}
    assert chosen["customer_list"] == [expected]


async def test_strangers_are_named_in_the_result_and_nobody_is_no_task(hands: CorpHands) -> None:
    some = await _result(hands, await _job(hands, visible_range=_by(SERVICER, "Ghost")))
    none = await _result(hands, await _job(hands, visible_range=_by("Ghost", tags=("et-no",))))

    assert some["result"]["invalid_sender_list"]["user_list"] == ["Ghost"]
    assert some["result"]["errcode"] == 0
    assert none["result"]["errcode"] == 81013
    assert none["result"]["invalid_external_contact_list"]["tag_list"] == ["et-no"]


async def test_a_job_takes_a_while_and_its_result_is_kept_for_a_day(hands: CorpHands) -> None:
    await hands.does("/mass", dispatch_seconds=5)
    jobid = await _job(hands)

    assert (await _result(hands, jobid))["status"] == 2
    await hands.world.move(5)
    assert (await _result(hands, jobid))["status"] == 3
    await hands.world.move(86_400)
    await hands.renew()
    assert (await _result(hands, jobid))["errcode"] == 40058


async def test_moments_are_listed_twenty_at_a_time(hands: CorpHands) -> None:
    now = int(time.time())
    made = [await _make(hands) for _ in range(21)]
    asked = {"start_time": now - 60, "end_time": now + 60, "limit": 100}

    first = await hands.call(f"{API}/get_moment_list", asked)
    rest = await hands.call(f"{API}/get_moment_list", {**asked, "cursor": first["next_cursor"]})

    listed = [*first["moment_list"], *rest["moment_list"]]
    assert [each["moment_id"] for each in listed] == made
    assert len(first["moment_list"]) == 20
    assert (listed[0]["text"], listed[0]["visible_type"]) == (WORDS["text"], 1)
    mine = await hands.call(f"{API}/get_moment_list", {**asked, "filter_type": 1})
    assert mine["moment_list"] == []


async def test_a_declined_moment_can_be_published_after_all_but_once(hands: CorpHands) -> None:
    moment_id = await _make(hands)
    path = f"/wecom/staff/{SERVICER}/moments"
    await hands.does(f"/staff/{SERVICER}/moments/decline", moment_id=moment_id)
    (declined,) = (await hands.world.control("GET", path))["moments"]
    await hands.does(f"/staff/{SERVICER}/moments/publish", moment_id=moment_id)
    (published,) = (await hands.world.control("GET", path))["moments"]

    assert (declined["state"], published["state"]) == ("declined", "published")
    again = await hands.world.try_control("POST", f"{path}/publish", {"moment_id": moment_id})
    assert again[0] == 409


async def _tasks(hands: CorpHands, userid: str = SERVICER) -> dict[str, str]:
    """The states of the moments on a member's phone."""
    answer = await hands.world.control("GET", f"/wecom/staff/{userid}/moments")
    return {each["moment_id"]: each["state"] for each in answer["moments"]}


async def _publish(hands: CorpHands, moment_id: str, userid: str = SERVICER) -> int:
    """The status with which the phone answers."""
    path = f"/wecom/staff/{userid}/moments/publish"
    return (await hands.world.try_control("POST", path, {"moment_id": moment_id}))[0]


async def test_a_stopped_moment_is_published_by_nobody_else(hands: CorpHands) -> None:
    rain, mist = await _contact(hands), await _contact(hands, OTHER)
    moment_id = await _make(hands)
    assert await _publish(hands, moment_id) == 200

    stops = [
        await hands.code(f"{API}/cancel_moment_task", {"moment_id": moment_id}) for _ in range(2)
    ]

    assert stops == [0, 0], "again is harmless"
    assert await _publish(hands, moment_id, OTHER) == 409
    assert await _tasks(hands) == {moment_id: "published"}
    assert await _tasks(hands, OTHER) == {moment_id: "cancelled"}
    assert await _statuses(hands, moment_id) == {SERVICER: 1, OTHER: 0}
    assert [len(await _seen(hands, each)) for each in (rain, mist)] == [1, 0]


async def test_a_stopped_moment_cannot_be_put_aside_either(hands: CorpHands) -> None:
    moment_id = await _make(hands)
    await hands.code(f"{API}/cancel_moment_task", {"moment_id": moment_id})

    path = f"/wecom/staff/{SERVICER}/moments/decline"
    status, _ = await hands.world.try_control("POST", path, {"moment_id": moment_id})

    assert (status, await _tasks(hands)) == (409, {moment_id: "cancelled"})


async def test_a_member_s_own_moment_is_listed_as_theirs_and_waits_for_nobody(
    hands: CorpHands,
) -> None:
    rain = await _contact(hands)
    own = await _own(hands)
    moment_id = await _make(hands)

    assert [each["text"] for each in await _seen(hands, rain)] == ["今天天气真好"]
    assert await _tasks(hands) == {moment_id: "waiting"}
    listed = {wanted: await _listed(hands, filter_type=wanted) for wanted in (0, 1, 2)}
    assert [sorted(rows) for rows in listed.values()] == [
        [moment_id],
        [own],
        sorted([own, moment_id]),
    ]
    assert (listed[1][own]["create_type"], listed[1][own]["creator"]) == (1, SERVICER)
    assert "creator" not in listed[0][moment_id]
    assert await _listed(hands, creator=OTHER) == {}


async def test_a_moment_is_listed_once_it_is_made_and_never_when_nobody_is_asked(
    hands: CorpHands,
) -> None:
    await hands.does("/mass", dispatch_seconds=60)
    jobid = await _job(hands)
    await _job(hands, visible_range=_by("Ghost", tags=("et-no",)))
    assert await _listed(hands) == {}

    await hands.world.move(60)

    done = await _result(hands, jobid)
    assert list(await _listed(hands)) == [done["result"]["moment_id"]]


async def _own(hands: CorpHands) -> str:
    """A moment that a member has written and published."""
    answer = await hands.does(f"/staff/{SERVICER}/moments", text="今天天气真好")
    moment_id: str = answer["moment_id"]
    return moment_id


async def _listed(hands: CorpHands, **change: object) -> dict[str, Json]:
    now = int(time.time())
    asked = {"start_time": now - 60, "end_time": now + 3600, **change}
    rows = (await hands.call(f"{API}/get_moment_list", asked))["moment_list"]
    return {each["moment_id"]: each for each in rows}


async def _create(hands: CorpHands, **change: object) -> int:
    return await hands.code(f"{API}/add_moment_task", {**WORDS, **change})


async def _upload(hands: CorpHands) -> str:
    answer = await hands.uploads("upload_attachment", media_type="image", attachment_type="1")
    media_id: str = answer["media_id"]
    return media_id


async def _attach(hands: CorpHands, *kinds: str, **more: str) -> int:
    content = {"media_id": await _upload(hands), **more}
    return await _create(hands, attachments=[{"msgtype": kind, kind: content} for kind in kinds])


async def _read(hands: CorpHands, api: str, **change: str) -> int:
    asked = {"moment_id": await _make(hands), "userid": SERVICER, **change}
    return await hands.code(f"{API}/{api}", asked)


async def _list(hands: CorpHands, **change: object) -> int:
    return await hands.code(f"{API}/get_moment_list", {"start_time": 1, "end_time": 2, **change})


async def _stop(hands: CorpHands, moment_id: str) -> int:
    return await hands.code(f"{API}/cancel_moment_task", {"moment_id": moment_id})


async def _stop_own(hands: CorpHands) -> int:
    return await _stop(hands, await _own(hands))


async def _senders_of_own(hands: CorpHands) -> int:
    return await hands.code(f"{API}/get_moment_task", {"moment_id": await _own(hands)})


type Scenario = Callable[[CorpHands], Awaitable[int]]

REFUSALS: dict[str, tuple[int, Scenario]] = {
    "nothing to say": (40058, lambda h: _create(h, text={})),
    "a long text": (40058, lambda h: _create(h, text={"content": "长" * 1_334})),
    "ten pictures": (41064, lambda h: _attach(h, *["image"] * 10)),
    "two films": (41064, lambda h: _attach(h, "video", "video")),
    "kinds that are mixed": (41065, lambda h: _attach(h, "image", "video")),
    "a card": (41065, lambda h: _attach(h, "miniprogram")),
    "a long link title": (
        40058,
        lambda h: _attach(h, "link", url="https://shop.example", title="长" * 22),
    ),
    "a link without a scheme": (40058, lambda h: _attach(h, "link", url="shop.example")),
    "a picture that is gone": (
        40007,
        lambda h: _create(h, attachments=[{"msgtype": "image", "image": {"media_id": "gone"}}]),
    ),
    "no such job": (40058, lambda h: h.code(f"{API}/get_moment_task_result", jobid="none")),
    "no moment_id": (41059, lambda h: _read(h, "get_moment_task", moment_id="")),
    "no such moment": (41060, lambda h: _read(h, "get_moment_task", moment_id="mom-none")),
    "stopping without a moment_id": (41059, lambda h: h.code(f"{API}/cancel_moment_task", {})),
    "stopping no such moment": (41060, lambda h: _stop(h, "mom-none")),
    "stopping a member's own moment": (41060, _stop_own),
    "a member's own moment has no senders": (41060, _senders_of_own),
    "somebody who is not asked": (
        41061,
        lambda h: _read(h, "get_moment_customer_list", userid="Ghost"),
    ),
    "a strange cursor": (50100, lambda h: _read(h, "get_moment_customer_list", cursor="?")),
    "more than thirty days": (40058, lambda h: _list(h, end_time=MONTH + 2)),
    "a list without times": (40058, lambda h: _list(h, start_time=None)),
    "a strange filter": (40058, lambda h: _list(h, filter_type=3)),
}


async def test_what_is_wrong_about_moments_has_its_code(hands: CorpHands) -> None:
    met = {what: await scenario(hands) for what, (_, scenario) in REFUSALS.items()}

    assert met == {what: errcode for what, (errcode, _) in REFUSALS.items()}


async def test_nine_pictures_are_as_many_as_a_moment_may_show(hands: CorpHands) -> None:
    assert await _attach(hands, *["image"] * 9) == 0
