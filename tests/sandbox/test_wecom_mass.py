"""Mass tasks of the sandbox: nothing is sent until a member confirms, and results say what was."""

import time

import pytest

from tests.sandbox.corp import OTHER, SERVICER, CorpHands
from tests.sandbox.mass_hands import (
    API,
    HELLO,
    confirm,
    contact,
    make,
    make_for_groups,
    media,
    new_card,
    new_group,
    results,
    seen,
    senders,
    statuses,
    waiting,
)
from tests.sandbox.world import Json


async def test_nothing_is_sent_until_the_member_confirms(hands: CorpHands) -> None:
    rain = await contact(hands)
    card = await new_card(hands)
    msgid = (await make(hands, rain, attachments=[card]))["msgid"]

    assert await seen(hands, rain) == []
    assert await senders(hands, msgid) == {SERVICER: 0}
    assert await statuses(hands, msgid) == [0]
    (task,) = await waiting(hands)
    assert (task["state"], task["text"], task["wanted"]) == ("waiting", "周五开团", 1)

    assert await confirm(hands, msgid) == 1
    words, shown = await seen(hands, rain)
    assert (words["payload"], words["account"]) == (HELLO["text"], SERVICER)
    assert shown["payload"] == card["miniprogram"]
    assert await senders(hands, msgid) == {SERVICER: 2}
    (row,) = (await results(hands, msgid))["send_list"]
    assert (row["external_userid"], row["status"]) == (rain["external_userid"], 1)
    assert row["send_time"] > 0


async def test_each_customer_is_reached_by_the_latest_contact(hands: CorpHands) -> None:
    rain, mist = await contact(hands), await contact(hands, OTHER, "小雾")
    await hands.world.move(1)
    await hands.does("/contacts/add", person_id=rain["person_id"], userid=OTHER)

    msgid = (await make(hands, rain, mist))["msgid"]

    assert await senders(hands, msgid) == {OTHER: 0}
    assert await confirm(hands, msgid, OTHER) == 2


async def test_who_is_no_contact_of_the_sender_is_in_the_fail_list(hands: CorpHands) -> None:
    rain, mist = await contact(hands), await contact(hands, OTHER, "小雾")
    ghost = {"external_userid": "wm-ghost"}

    made = await make(hands, rain, mist, hands.anna, ghost, sender=SERVICER)

    assert set(made["fail_list"]) == {
        mist["external_userid"],
        hands.anna["external_userid"],
        "wm-ghost",
    }
    assert await statuses(hands, made["msgid"]) == [0]


async def test_a_sender_alone_means_all_contacts(hands: CorpHands) -> None:
    for name in ("一", "二", "三"):
        await contact(hands, nickname=name)
    await contact(hands, OTHER, "四")

    made = await hands.call(f"{API}/add_msg_template", {**HELLO, "sender": SERVICER})

    assert made["fail_list"] == []
    assert await confirm(hands, made["msgid"]) == 3


async def test_tags_of_a_group_are_alternatives_and_every_group_counts(hands: CorpHands) -> None:
    made = await hands.call(
        f"{API}/add_corp_tag",
        {"group_name": "口味", "tag": [{"name": name} for name in ("辣", "甜", "酸")]},
    )
    hot, sweet, sour = (each["id"] for each in made["tag_group"]["tag"])
    people = [await contact(hands) for _ in range(3)]
    for person, tags in zip(people, ([hot, sour], [sweet, sour], [sour]), strict=True):
        who = {"person_id": person["person_id"], "userid": SERVICER}
        await hands.does("/contacts/edit", **who, add_tag=tags)
    wanted = {"group_list": [{"tag_list": [hot, sweet]}, {"tag_list": [sour]}]}

    task = await make(hands, *people, tag_filter=wanted)
    body = {**HELLO, "sender": SERVICER, "tag_filter": wanted}
    whole = await hands.call(f"{API}/add_msg_template", body)

    assert task["fail_list"] == [people[2]["external_userid"]]
    assert await statuses(hands, whole["msgid"]) == [0, 0]


async def test_who_left_meanwhile_is_no_friend_any_more(hands: CorpHands) -> None:
    rain, mist = await contact(hands), await contact(hands)
    msgid = (await make(hands, rain, mist))["msgid"]
    gone = {"person_id": rain["person_id"], "userid": SERVICER, "by": "customer"}
    await hands.does("/contacts/delete", **gone)

    assert await confirm(hands, msgid) == 1
    assert await statuses(hands, msgid) == [2, 1]
    assert await seen(hands, rain) == []


@pytest.mark.parametrize(
    ("policy", "allowed", "later"), [("day1", 1, 86_400), ("week7", 7, 7 * 86_400)]
)
async def test_over_the_cap_another_message_is_not_received(
    hands: CorpHands, policy: str, allowed: int, later: int
) -> None:
    rain = await contact(hands)
    await hands.does("/mass", policy=policy)
    tasks = [(await make(hands, rain))["msgid"] for _ in range(allowed + 2)]
    for msgid in tasks[:-1]:
        await confirm(hands, msgid)

    assert [await statuses(hands, each) for each in tasks] == [[1]] * allowed + [[3], [0]]
    await hands.world.move(later)
    await hands.renew()
    assert await confirm(hands, tasks[-1]) == 1


async def test_a_month_allows_as_many_messages_as_it_has_days(hands: CorpHands) -> None:
    rain = await contact(hands)
    await hands.world.control("POST", "/clock", {"until": "2027-02-01T00:00:00+08:00"})
    await hands.renew()

    reached = [await confirm(hands, (await make(hands, rain))["msgid"]) for _ in range(29)]

    assert reached == [1] * 28 + [0]


async def test_groups_may_be_chosen_and_the_others_sent_to_later(hands: CorpHands) -> None:
    first, second, theirs = (
        await new_group(hands),
        await new_group(hands),
        await new_group(hands, OTHER),
    )
    made = await make_for_groups(hands, first, second, theirs)

    assert made["fail_list"] == [theirs]
    assert (await results(hands, made["msgid"]))["send_list"] == []
    assert await confirm(hands, made["msgid"], chat_ids=[second]) == 1
    (row,) = (await results(hands, made["msgid"]))["send_list"]
    assert (row["chat_id"], row["status"]) == (second, 1)
    assert [each["state"] for each in await waiting(hands)] == ["partly"]
    said = (await hands.world.control("GET", f"/wecom/groups/{second}/items"))["items"]
    assert [each["payload"]["content"] for each in said] == ["周五开团"]
    assert await confirm(hands, made["msgid"]) == 1


async def test_without_a_list_all_groups_of_the_owner_are_meant(hands: CorpHands) -> None:
    await new_group(hands)
    await new_group(hands)
    body = {**HELLO, "chat_type": "group", "sender": SERVICER}

    made = await hands.call(f"{API}/add_msg_template", body)

    assert await confirm(hands, made["msgid"]) == 2


async def test_a_declined_task_stays_unsent_and_can_be_sent_after_all(hands: CorpHands) -> None:
    msgid = (await make(hands, await contact(hands)))["msgid"]
    await hands.does(f"/staff/{SERVICER}/mass/decline", msgid=msgid)

    assert [each["state"] for each in await waiting(hands)] == ["declined"]
    assert await senders(hands, msgid) == {SERVICER: 0}
    assert await confirm(hands, msgid) == 1


async def test_a_cancelled_task_stops_what_is_not_sent(hands: CorpHands) -> None:
    rain, mist = await contact(hands), await contact(hands, OTHER, "小雾")
    msgid = (await make(hands, rain, mist))["msgid"]
    await confirm(hands, msgid)

    assert await hands.code(f"{API}/cancel_groupmsg_send", {"msgid": msgid}) == 0
    path = f"/wecom/staff/{OTHER}/mass/confirm"
    assert (await hands.world.try_control("POST", path, {"msgid": msgid}))[0] == 409
    assert await hands.code(f"{API}/cancel_groupmsg_send", {"msgid": msgid}) == 41093
    assert await hands.code(f"{API}/remind_groupmsg_send", {"msgid": msgid}) == 41093
    assert await statuses(hands, msgid) == [1]


async def test_three_reminders_in_a_day_are_shown_and_a_fourth_refused(hands: CorpHands) -> None:
    msgid = (await make(hands, await contact(hands)))["msgid"]
    remind = f"{API}/remind_groupmsg_send"

    assert [await hands.code(remind, {"msgid": msgid}) for _ in range(4)] == [0, 0, 0, 41094]
    assert [each["reminders"] for each in await waiting(hands)] == [3]
    await hands.world.move(86_400)
    await hands.renew()
    assert await hands.code(remind, {"msgid": msgid}) == 0


async def test_results_are_not_to_be_had_while_a_task_is_dispatched(hands: CorpHands) -> None:
    await hands.does("/mass", dispatch_seconds=60)
    msgid = (await make(hands, await contact(hands)))["msgid"]
    asked = {"msgid": msgid, "userid": SERVICER}

    assert await hands.code(f"{API}/get_groupmsg_task", asked) == 41063
    assert await hands.code(f"{API}/get_groupmsg_send_result", asked) == 41063
    await hands.world.move(60)
    assert await hands.code(f"{API}/get_groupmsg_task", asked) == 0


async def test_tasks_are_listed_by_time_and_kind(hands: CorpHands) -> None:
    start = int(time.time()) - 10
    made = [(await make(hands, await contact(hands)))["msgid"] for _ in range(3)]
    await make_for_groups(hands, await new_group(hands))
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
    reached = await confirm(hands, made["msgid"])
    took = time.perf_counter() - begun
    pages: list[list[Json]] = []
    cursor = ""
    while not pages or cursor:
        page = await results(hands, made["msgid"], limit=1_000, cursor=cursor)
        pages.append(page["send_list"])
        cursor = page["next_cursor"]

    assert (made["fail_list"], reached) == ([], 10_000)
    assert took < 2
    assert [len(page) for page in pages] == [1_000] * 10
    read = [each["external_userid"] for page in pages for each in page]
    assert read == crowd["external_userids"]
    assert len((await results(hands, made["msgid"], limit=1_001))["send_list"]) == 500


async def test_an_uploaded_picture_goes_with_a_task(hands: CorpHands) -> None:
    image = {"msgtype": "image", "image": {"media_id": await media(hands)}}
    rain = await contact(hands)

    msgid = (await make(hands, rain, text={}, attachments=[image]))["msgid"]
    await confirm(hands, msgid)

    (shown,) = await seen(hands, rain)
    assert (shown["kind"], shown["payload"]) == ("image", image["image"])
