"""Mass tasks and moments as the corp's client asks for them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from tests.wecom.far_end import MovableClock
from tests.wecom.test_wecom_client import Corp
from wecom.broadcasts import CreatedTask, MomentMaking, Rows, WeComBroadcasts
from wecom.client import AsyncWeComClient
from wecom.errors import OutcomeUnknown, Reaction, Refused
from wecom.tokens import MemoryTokenStore
from wecom.transport import open_http

ROOT = "externalcontact/"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def corp() -> Corp:
    return Corp()


@pytest.fixture
async def client(
    corp: Corp, aiohttp_server: Callable[..., Awaitable[TestServer]]
) -> AsyncIterator[AsyncWeComClient]:
    server = await aiohttp_server(corp.app())
    async with open_http() as http:
        made = AsyncWeComClient(
            "ww1",
            "corp-secret",
            http=http,
            token_store=MemoryTokenStore(),
            now=MovableClock(),
            base_url=str(server.make_url("/")),
        )
        yield made
        await made.close()


@pytest.fixture
def broadcasts(client: AsyncWeComClient) -> WeComBroadcasts:
    found: WeComBroadcasts = client.broadcasts
    return found


async def test_a_task_is_made_and_who_is_refused_is_told(
    broadcasts: WeComBroadcasts, corp: Corp
) -> None:
    corp.answer(f"{ROOT}add_msg_template", {"msgid": "msg1", "fail_list": ["wm2"]})
    body = {"chat_type": "single", "external_userid": ["wm1", "wm2"], "sender": "lin"}

    assert await broadcasts.create(body) == CreatedTask("msg1", ("wm2",))
    assert corp.asked(f"{ROOT}add_msg_template") == [body]


@pytest.mark.parametrize("api", ["add_msg_template", "add_moment_task"])
async def test_an_answer_without_an_id_says_nothing(
    broadcasts: WeComBroadcasts, corp: Corp, api: str
) -> None:
    make = broadcasts.create if api == "add_msg_template" else broadcasts.create_moment

    with pytest.raises(OutcomeUnknown):
        await make({})


async def test_results_are_read_page_by_page(broadcasts: WeComBroadcasts, corp: Corp) -> None:
    rows = [{"external_userid": "wm1", "status": 1, "send_time": 1}]
    corp.answer(
        f"{ROOT}get_groupmsg_send_result", {"send_list": rows, "next_cursor": "C"}, {"errcode": 0}
    )

    first = await broadcasts.results("msg1", "lin")
    last = await broadcasts.results("msg1", "lin", first.next_cursor)

    assert (first, last) == (Rows(rows, "C"), Rows([], ""))
    asked = {"msgid": "msg1", "userid": "lin", "limit": 1000}
    assert corp.asked(f"{ROOT}get_groupmsg_send_result") == [asked, {**asked, "cursor": "C"}]


async def test_tasks_are_listed_by_time(broadcasts: WeComBroadcasts, corp: Corp) -> None:
    corp.answer(f"{ROOT}get_groupmsg_list_v2", {"group_msg_list": [{"msgid": "msg1"}]})

    found = await broadcasts.tasks("group", NOON - timedelta(hours=1), NOON)

    assert found == Rows([{"msgid": "msg1"}], "")
    assert corp.asked(f"{ROOT}get_groupmsg_list_v2") == [
        {
            "chat_type": "group",
            "start_time": 1795402800,
            "end_time": 1795406400,
            "filter_type": 0,
            "limit": 100,
        }
    ]


@pytest.mark.parametrize(
    ("call", "api", "body"),
    [
        (lambda api: api.senders("m"), "get_groupmsg_task", {"msgid": "m", "limit": 1000}),
        (lambda api: api.remind("m"), "remind_groupmsg_send", {"msgid": "m"}),
        (lambda api: api.cancel("m"), "cancel_groupmsg_send", {"msgid": "m"}),
        (lambda api: api.publishers("mo"), "get_moment_task", {"moment_id": "mo", "limit": 1000}),
        (lambda api: api.cancel_moment("mo"), "cancel_moment_task", {"moment_id": "mo"}),
    ],
)
async def test_each_call_says_what_the_documents_want(
    broadcasts: WeComBroadcasts,
    corp: Corp,
    call: Callable[[WeComBroadcasts], Awaitable[Any]],
    api: str,
    body: dict[str, Any],
) -> None:
    await call(broadcasts)

    assert corp.asked(f"{ROOT}{api}") == [body]


async def test_a_moment_is_made_by_a_job(broadcasts: WeComBroadcasts, corp: Corp) -> None:
    corp.answer(f"{ROOT}add_moment_task", {"jobid": "job1"})
    corp.answer(
        f"{ROOT}get_moment_task_result",
        {"status": 2},
        {"status": 3, "result": {"errcode": 0, "moment_id": "mo1"}},
        {"status": 3, "result": {"errcode": 41061}},
    )

    assert await broadcasts.create_moment({"text": {"content": "上新"}}) == "job1"
    told = [await broadcasts.moment_making("job1") for _ in range(3)]
    assert told == [
        MomentMaking(is_done=False, moment_id="", code=0),
        MomentMaking(is_done=True, moment_id="mo1", code=0),
        MomentMaking(is_done=True, moment_id="", code=41061),
    ]


async def test_the_corp_s_moments_are_listed_by_time(
    broadcasts: WeComBroadcasts, corp: Corp
) -> None:
    listed = {"moment_list": [{"moment_id": "mo1"}], "next_cursor": "C"}
    corp.answer(f"{ROOT}get_moment_list", listed, {"errcode": 0})

    first = await broadcasts.moments(NOON - timedelta(hours=1), NOON)
    last = await broadcasts.moments(NOON - timedelta(hours=1), NOON, first.next_cursor)

    assert (first, last) == (Rows([{"moment_id": "mo1"}], "C"), Rows([], ""))
    asked = {"start_time": 1795402800, "end_time": 1795406400, "filter_type": 0, "limit": 20}
    assert corp.asked(f"{ROOT}get_moment_list") == [asked, {**asked, "cursor": "C"}]


async def test_pictures_of_moments_are_uploaded_as_attachments(
    client: AsyncWeComClient, corp: Corp
) -> None:
    corp.answer("media/upload_attachment", {"media_id": "M"})

    answer = await client.moment_pictures.upload("image", ("a.png", b"png", "image/png"))

    assert answer["media_id"] == "M"
    _, query, _ = corp.calls[-1]
    assert (query["media_type"], query["attachment_type"]) == ("image", "1")


async def test_rows_that_are_none_are_no_answer(broadcasts: WeComBroadcasts, corp: Corp) -> None:
    corp.answer(f"{ROOT}get_groupmsg_task", {"task_list": "none"})

    with pytest.raises(OutcomeUnknown):
        await broadcasts.senders("msg1")


@pytest.mark.parametrize(
    ("code", "reaction", "is_permanent"),
    [
        (41047, Reaction.BUG, True),
        (41048, Reaction.FINISHED, True),
        (41063, Reaction.BACK_OFF, False),
        (41064, Reaction.BUG, True),
        (41065, Reaction.BUG, True),
        (41093, Reaction.FINISHED, True),
        (41094, Reaction.FINISHED, True),
        (84061, Reaction.DROP_RECIPIENT, True),
        (50100, Reaction.RESYNC, False),
        (41060, Reaction.BUG, True),
    ],
)
async def test_refusals_say_what_to_do(
    broadcasts: WeComBroadcasts, corp: Corp, code: int, reaction: Reaction, is_permanent: bool
) -> None:
    corp.answer(f"{ROOT}remind_groupmsg_send", {"errcode": code, "errmsg": "no"})

    with pytest.raises(Refused) as refused:
        await broadcasts.remind("msg1")

    assert (refused.value.reaction, refused.value.permanent) == (reaction, is_permanent)
