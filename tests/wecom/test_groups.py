"""Customer groups, codes into them and words for newcomers, as the corp's client asks for them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from tests.wecom.far_end import MovableClock
from tests.wecom.test_wecom_client import Corp
from wecom.broadcasts import Rows
from wecom.client import AsyncWeComClient
from wecom.errors import OutcomeUnknown, Reaction, Refused
from wecom.groups import GONE, SCOPE_TOO_WIDE
from wecom.tokens import MemoryTokenStore
from wecom.transport import open_http

CHAT = "externalcontact/groupchat/"
WELCOME = "externalcontact/group_welcome_template/"


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


async def test_a_page_of_groups_tells_where_to_go_on(client: AsyncWeComClient, corp: Corp) -> None:
    row = {"chat_id": "wr-1", "status": 0}
    corp.answer(f"{CHAT}list", {"group_chat_list": [row], "next_cursor": "c1"}, {})

    assert await client.groups.chats() == Rows([row], "c1")
    assert await client.groups.chats(["wang", "li"], "c1") == Rows([], "")
    first, second = corp.asked(f"{CHAT}list")
    assert first == {"status_filter": 0, "limit": 1000}
    assert second == {
        **first,
        "owner_filter": {"userid_list": ["wang", "li"]},
        "cursor": "c1",
    }


async def test_a_corp_that_is_too_wide_says_so(client: AsyncWeComClient, corp: Corp) -> None:
    corp.answer(f"{CHAT}list", {"errcode": SCOPE_TOO_WIDE})

    with pytest.raises(Refused) as refusal:
        await client.groups.chats()

    assert refusal.value.code == SCOPE_TOO_WIDE
    assert refusal.value.permanent


async def test_a_group_is_read_without_names_unless_they_are_wanted(
    client: AsyncWeComClient, corp: Corp
) -> None:
    group = {"chat_id": "wr-1", "name": "一群", "member_list": [], "member_version": "v1"}
    corp.answer(f"{CHAT}get", {"group_chat": group})

    assert await client.groups.get("wr-1") == group
    await client.groups.get("wr-1", need_name=True)
    assert corp.asked(f"{CHAT}get") == [
        {"chat_id": "wr-1", "need_name": 0},
        {"chat_id": "wr-1", "need_name": 1},
    ]


@pytest.mark.parametrize("code", sorted(GONE))
async def test_a_group_that_is_gone_is_refused_for_good(
    client: AsyncWeComClient, corp: Corp, code: int
) -> None:
    corp.answer(f"{CHAT}get", {"errcode": code})

    with pytest.raises(Refused) as refusal:
        await client.groups.get("wr-1")

    assert refusal.value.reaction is Reaction.FINISHED


async def test_a_code_is_made_read_changed_and_taken_away(
    client: AsyncWeComClient, corp: Corp
) -> None:
    way = {"scene": 2, "chat_id_list": ["wr-1"], "state": "qun"}
    corp.answer(f"{CHAT}add_join_way", {"config_id": "c-1"})
    corp.answer(f"{CHAT}get_join_way", {"join_way": {**way, "qr_code": "https://p/1"}})

    assert await client.groups.add_join_way(way) == "c-1"
    assert (await client.groups.join_way("c-1"))["qr_code"] == "https://p/1"
    await client.groups.update_join_way({"config_id": "c-1", **way})
    await client.groups.delete_join_way("c-1")

    assert corp.asked(f"{CHAT}add_join_way") == [way]
    assert corp.asked(f"{CHAT}update_join_way") == [{"config_id": "c-1", **way}]
    assert corp.asked(f"{CHAT}del_join_way") == [{"config_id": "c-1"}]


async def test_words_are_kept_read_changed_and_taken_away(
    client: AsyncWeComClient, corp: Corp
) -> None:
    body = {"text": {"content": "欢迎%NICKNAME%"}}
    corp.answer(f"{WELCOME}add", {"template_id": "t-1"})
    corp.answer(f"{WELCOME}get", body)

    assert await client.groups.add_welcome(body) == "t-1"
    assert (await client.groups.welcome("t-1"))["text"] == body["text"]
    await client.groups.edit_welcome({"template_id": "t-1", **body})
    await client.groups.delete_welcome("t-1")

    assert corp.asked(f"{WELCOME}edit") == [{"template_id": "t-1", **body}]
    assert corp.asked(f"{WELCOME}del") == [{"template_id": "t-1"}]


@pytest.mark.parametrize(
    ("api", "call"),
    [
        (f"{CHAT}get", lambda groups: groups.get("wr-1")),
        (f"{CHAT}add_join_way", lambda groups: groups.add_join_way({})),
        (f"{CHAT}get_join_way", lambda groups: groups.join_way("c-1")),
        (f"{WELCOME}add", lambda groups: groups.add_welcome({})),
    ],
)
async def test_an_answer_without_what_was_asked_for_is_no_success(
    client: AsyncWeComClient, corp: Corp, api: str, call: Callable[[Any], Awaitable[Any]]
) -> None:
    corp.answer(api, {})

    with pytest.raises(OutcomeUnknown):
        await call(client.groups)
