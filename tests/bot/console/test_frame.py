"""What holds for every page: where requests come from, what browsers are told, how faults look."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from aiohttp.test_utils import make_mocked_request
from sqlmodel import Session, select

from bot.console import csv, tokens
from bot.console.desk import Desk
from bot.console.feed import Feed, talk
from bot.console.paging import paged
from bot.console.rendering import environment, money
from bot.settings import Settings
from bot.staff.audit_tables import AuditEntry
from bot.staff.tables import Role
from tests.bot.console.conftest import FROM_OUR_PAGE, OpenBrowser, OpenConsole

FORGERIES: tuple[Mapping[str, str], ...] = (
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "null"},
)


@pytest.mark.parametrize("headers", FORGERIES)
async def test_a_form_of_another_site_is_refused_and_written_down(
    open_console: OpenConsole, desk: Desk, headers: Mapping[str, str]
) -> None:
    browser = await open_console(Role.OWNER)

    answer = await browser.post("/account/sessions", headers=headers)

    assert answer.status == 403
    assert await desk.database.read(_latest) == "forged"


async def test_a_form_without_its_token_is_refused(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)

    assert (await browser.post("/account/sessions", token="")).status == 403
    assert (await browser.post("/account/sessions", token="x" * 43)).status == 403


async def test_the_token_of_another_session_is_refused(open_console: OpenConsole) -> None:
    one, other = await open_console(Role.OWNER), await open_console(Role.OWNER)

    assert (await one.post("/account/sessions", token=other.token)).status == 403


async def test_a_request_that_names_no_origin_is_refused(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)
    url = browser.base.join(browser.base.with_path("/console/account/sessions"))

    async with browser.http.post(url, headers={"X-CSRF-Token": browser.token}) as answer:
        assert answer.status == 403


async def test_a_plain_form_brings_its_token_in_a_field(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)
    url = browser.base.join(browser.base.with_path("/console/account/sessions"))
    headers = {"Origin": str(browser.base.origin())}

    async with browser.http.post(
        url, headers=headers, data={"csrf": browser.token}, allow_redirects=False
    ) as answer:
        assert answer.status == 303


async def test_every_answer_forbids_scripts_frames_and_caches(
    open_console: OpenConsole, open_browser: OpenBrowser
) -> None:
    browser = await open_console(Role.OWNER)
    answers = [
        await browser.get("/account"),
        await browser.get("/no-such-page"),
        await browser.post("/account/password"),
        await open_browser().get("/account"),
        await open_browser().get("/login"),
    ]

    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


async def test_no_page_holds_an_inline_script_or_style(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)

    for path in ("/account", "/staff", "/staff/new", "/settings", "/canned", "/audit"):
        page = await browser.get(path)
        assert page.status == 200, path
        assert "<script>" not in page.text
        assert "style=" not in page.text
        assert " onclick=" not in page.text


async def test_what_is_not_there_is_said_kindly(open_console: OpenConsole) -> None:
    browser = await open_console(Role.AGENT)

    page = await browser.get("/no-such-page")

    assert page.status == 404
    assert "没有这个页面" in page.text


async def test_a_refused_form_hears_one_sentence_and_the_field(
    open_console: OpenConsole,
) -> None:
    browser = await open_console(Role.OWNER)

    form = {"login": "X Y", "name": "新人", "role": "agent", "capacity": "5"}
    answer = await browser.post("/staff/new", form)

    assert answer.status == 422
    assert 'data-field="login"' in answer.text
    assert "<html" not in answer.text


async def test_a_script_gets_the_content_alone(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)

    part = await browser.get("/staff", partial=True)

    assert "添加员工" in part.text
    assert "<html" not in part.text


async def test_words_of_the_last_page_are_shown_once(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)

    await browser.post("/account/sessions")
    first, second = await browser.get("/account"), await browser.get("/account")

    assert "其他地方的登录都已退出" in first.text
    assert "其他地方的登录都已退出" not in second.text


@pytest.mark.parametrize("path", ["../frame.py", "%2e%2e/frame.py", "css/../../route.py", "/etc"])
async def test_no_file_beside_the_static_ones_is_served(
    open_browser: OpenBrowser, path: str
) -> None:
    assert (await open_browser().get(f"/static/{path}")).status in {401, 404}


async def test_our_files_are_served_to_keep(open_browser: OpenBrowser) -> None:
    answer = await open_browser().get("/static/css/tokens.css?v=1")

    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]


async def test_a_body_that_is_too_large_is_refused(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)

    assert (await browser.post("/staff/new", {"name": "x" * 300_000})).status == 413


async def test_a_broken_upload_is_refused(open_console: OpenConsole) -> None:
    browser = await open_console(Role.OWNER)
    headers = {**FROM_OUR_PAGE, "Content-Type": "multipart/form-data; boundary=x"}

    answer = await browser.post("/staff/new", b"--x\r\nno header", headers=headers)

    assert answer.status == 400


def test_cookies_of_a_public_shop_are_bound_to_its_host_and_tls(desk: Desk) -> None:
    behind_tls = _public(desk)

    assert tokens.session_cookie(behind_tls) == "__Host-console"
    assert behind_tls.is_secure
    assert tokens.session_cookie(desk) == "console"


def test_a_public_shop_is_reached_from_its_own_address_alone(desk: Desk) -> None:
    behind_tls = _public(desk)

    def asked(origin: str, host: str) -> bool:
        request = make_mocked_request("POST", "/", headers={"Origin": origin, "Host": host})
        return tokens.is_ours(behind_tls, request)

    assert asked("https://shop.example", "10.0.0.5:8000")
    assert not asked("http://shop.example", "shop.example")
    assert not asked("https://shop.example.evil", "shop.example")


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x",
     " =1", "\u3000=1", "%0a", "|x"],
)  # fmt: skip
def test_no_cell_of_a_table_is_taken_for_a_formula(cell: str) -> None:
    assert str(csv.neutral(cell)).startswith("'")


def test_numbers_and_long_numbers_stay_what_they_are() -> None:
    assert csv.neutral(-3) == -3
    assert csv.neutral("-12.50") == "-12.50"
    assert csv.neutral("13800138000") == "13800138000\t"
    assert csv.neutral("小王") == "小王"
    assert csv.table_of(["名字"], [["小王"]]).startswith(b"\xef\xbb\xbf")


def test_values_in_templates_are_escaped() -> None:
    shown = environment().from_string("{{ words }}").render(words="<script>alert(1)</script>")

    assert shown == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_amounts_are_shown_to_the_fen() -> None:
    assert [money(each) for each in (0, 5, 123456, -1230)] == [
        "¥0.00",
        "¥0.05",
        "¥1,234.56",
        "-¥12.30",
    ]


def test_a_page_beyond_the_last_is_the_last() -> None:
    found = paged(list(range(45)), 9)

    assert (found.page, found.pages, found.total, len(found.items)) == (3, 3, 45, 5)
    assert paged([], 1).pages == 1


async def test_pages_hear_of_what_they_listen_to_and_nothing_else() -> None:
    feed = Feed()

    with feed.listen(frozenset({talk(5)})) as queue:
        feed.publish(talk(6), id=6)
        feed.publish(talk(5), id=5)
        news = await asyncio.wait_for(queue.get(), 1)
        assert news is not None
        assert news.topic == "talk:5"
        assert queue.empty()

    assert not feed.is_heard


async def test_an_open_page_is_told_at_once_and_hears_no_more_once_logged_out(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.AGENT)
    url = browser.base.with_path("/console/events").with_query(topics="inbox")

    async with browser.http.get(url) as stream:
        assert stream.status == 200
        await stream.content.readuntil(b": open\n\n")
        desk.feed.publish("inbox", n=1)
        assert await stream.content.readuntil(b"\n\n") == b'event: inbox\ndata: {"n": 1}\n\n'
        await browser.post("/logout")
        desk.feed.publish("inbox", n=2)
        rest = await stream.content.read()

    assert b"signed-out" in rest
    assert b'"n": 2' not in rest


@pytest.mark.parametrize("topics", ["", "orders", "talk:x", "inbox," * 9 + "inbox"])
async def test_what_is_no_topic_is_refused(open_console: OpenConsole, topics: str) -> None:
    browser = await open_console(Role.AGENT)

    assert (await browser.get(f"/events?topics={topics}")).status == 400


async def test_a_role_that_may_not_read_the_log_does_not_reach_its_table(
    open_console: OpenConsole,
) -> None:
    browser = await open_console(Role.OPERATOR)

    assert (await browser.get("/audit.csv")).status == 403


def _latest(session: Session) -> str:
    return session.exec(select(AuditEntry.did).order_by(AuditEntry.id.desc())).first() or ""  # type: ignore[attr-defined]


def _public(desk: Desk) -> Desk:
    """The same shop, reached over TLS."""
    return replace(desk, settings=Settings(_env_file=None, public_url="https://shop.example"))
