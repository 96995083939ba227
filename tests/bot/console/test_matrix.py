"""Every route of the console by every role, made from the table: what is not granted is refused."""

import re
from typing import Final

import pytest
from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.desk import Desk
from bot.console.frame import Console
from bot.console.route import Route
from bot.console.table import OPEN_ROUTES, ROUTES, DoubledRoute, refuse_doubles
from bot.console.visit import BASE
from bot.staff.audit_tables import AuditEntry
from bot.staff.permissions import GRANTS, Permission
from bot.staff.tables import Role
from tests.bot.console.conftest import Browser, OpenBrowser, OpenConsole

SAMPLES: Final = ("1", "9" * 18, "SH" + "1" * 12, "GR" + "1" * 12, "TX" + "1" * 12, "a" * 32)
CHANGE_THE_LOGIN: Final = frozenset({"/logout", "/account/sessions"})
"""Tested by themselves: whoever may do them is another browser afterwards."""
_PART: Final = re.compile(r"\{\w+(?::((?:[^{}]|\{[^{}]*\})+))?\}")

NEVER: Final = {
    Role.AGENT: {"ship", "decide_after_sale", "pay_out", "export", "mend", "manage_staff"},
    Role.OPERATOR: {"pay_out", "manage_staff", "manage_settings", "read_audit"},
    Role.OWNER: set(),
}


def address_of(route: Route) -> str:
    """An address that the route answers to."""

    def sample(part: re.Match[str]) -> str:
        pattern = re.compile(part[1] or "[^/]+")
        return next(each for each in SAMPLES if pattern.fullmatch(each))

    return _PART.sub(sample, route.path)


async def ask(browser: Browser, route: Route) -> int:
    """Call the route as its page would; the status."""
    path = address_of(route)
    answer = await (browser.get(path) if route.method == "GET" else browser.post(path))
    return answer.status


def list_refused(session: Session) -> list[tuple[str, str]]:
    """Methods and paths of the refused calls in the audit log."""
    statement = select(AuditEntry).where(AuditEntry.did == "refused").order_by(col(AuditEntry.id))
    return [(each.about["method"], each.about["path"]) for each in session.exec(statement)]


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
async def test_a_role_reaches_what_it_is_granted_and_nothing_else(
    open_console: OpenConsole, desk: Desk, role: Role
) -> None:
    browser = await open_console(role)
    denied = [each for each in ROUTES if each.permission not in GRANTS[role]]
    granted = [
        each
        for each in ROUTES
        if each.permission in GRANTS[role] and each.path not in CHANGE_THE_LOGIN
    ]

    refused = {each.path: await ask(browser, each) for each in denied}
    reached = {f"{each.method} {each.path}": await ask(browser, each) for each in granted}

    assert {path: status for path, status in refused.items() if status != 403} == {}
    assert {path: status for path, status in reached.items() if status in {401, 403}} == {}
    assert {path: status for path, status in reached.items() if status >= 500} == {}
    written = await desk.database.read(list_refused)
    assert written == [(each.method, each.path) for each in denied]


@pytest.mark.slow
async def test_nobody_reaches_anything(open_browser: OpenBrowser) -> None:
    browser = open_browser()
    await browser.get("/login")

    reached = {f"{each.method} {each.path}": await ask(browser, each) for each in ROUTES}

    assert {path: status for path, status in reached.items() if status != 401} == {}


def test_what_serves_below_the_console_is_what_the_table_declares(desk: Desk) -> None:
    app = web.Application()
    app.add_routes(Console(desk).routes())
    declared = {(each.method, BASE + each.path) for each in ROUTES}
    declared |= {(each.method, BASE + each.path) for each in OPEN_ROUTES}
    besides = {
        ("GET", "/console/static/{path}"),
        ("GET", "/console/vendor/{path}"),
        ("GET", BASE),
        ("*", "/console/{rest}"),
    }
    patterns = {_PART.sub(lambda part: "{" + part[0][1:-1].partition(":")[0] + "}", path): path
                for _, path in declared}  # fmt: skip

    served = {
        (route.method, patterns.get(route.resource.canonical, route.resource.canonical))
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }

    assert served == declared | besides


def test_a_route_that_is_declared_twice_is_refused() -> None:
    with pytest.raises(DoubledRoute, match="GET /account"):
        refuse_doubles((*ROUTES, next(e for e in ROUTES if e.path == "/account")), OPEN_ROUTES)


@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_must_never_be_granted(role: Role) -> None:
    assert not {each.value for each in GRANTS[role]} & NEVER[role]


def test_the_owner_may_do_everything() -> None:
    assert GRANTS[Role.OWNER] == frozenset(Permission)
