"""Logging in to the console, staying logged in, and what keeps others out."""

import asyncio
import statistics
import time

import pyotp
import pytest
from sqlmodel import Session, col, func, select

from bot.clock import FrozenClock
from bot.console.desk import Desk
from bot.staff import audit, authenticators, logins, people, sessions
from bot.staff.audit_tables import AuditEntry
from bot.staff.login_tables import StaffSession
from bot.staff.tables import Role
from tests.bot.console.conftest import PASSWORD, Browser, OpenBrowser, OpenConsole, log_in


def cookie_of(browser: Browser) -> str:
    """What the browser holds as its session."""
    return browser.http.cookie_jar.filter_cookies(browser.base)["console"].value


async def guess(browser: Browser, login: str) -> int:
    """Fill in the login page with a wrong password; the status."""
    form = {"login": login, "password": "wrong", "code": "", "csrf": browser.token}
    return (await browser.post("/login", form, htmx=False)).status


@pytest.mark.parametrize("role", list(Role))
async def test_everybody_logs_in_and_sees_their_account(
    open_console: OpenConsole, role: Role
) -> None:
    browser = await open_console(role)

    page = await browser.get("/account")

    assert page.status == 200
    assert browser.login in page.text


async def test_nobody_sees_a_login_page_that_leads_to_what_they_asked_for(
    open_browser: OpenBrowser,
) -> None:
    page = await open_browser().get("/account")

    assert page.status == 401
    assert 'name="password"' in page.text
    assert 'value="/console/account"' in page.text


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example", "/console/..//evil", "/wechat", "/\\evil"]
)
async def test_a_login_leads_nowhere_else_than_into_the_console(
    open_console: OpenConsole, frozen_clock: FrozenClock, after: str
) -> None:
    browser = await open_console(Role.AGENT)
    await browser.post("/logout")
    await browser.get("/login")
    frozen_clock.advance(minutes=1)
    code = pyotp.TOTP(browser.secret).at(frozen_clock.now())

    form = {"login": browser.login, "password": PASSWORD, "code": code, "csrf": browser.token}
    answer = await browser.post("/login", {**form, "next": after}, htmx=False)

    assert answer.location == "/console/"


async def test_a_logged_out_session_opens_nothing_when_it_is_played_back(
    open_console: OpenConsole, open_browser: OpenBrowser
) -> None:
    browser, thief = await open_console(Role.OWNER), open_browser()
    stolen = {"Cookie": f"console={cookie_of(browser)}"}
    assert (await thief.get("/account", headers=stolen)).status == 200

    await browser.post("/logout")

    assert (await thief.get("/account", headers=stolen)).status == 401


async def test_the_secret_of_a_session_is_kept_nowhere(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.OWNER)

    kept = await desk.database.read(lambda s: s.exec(select(StaffSession.digest)).all())

    assert sessions.digest_of(cookie_of(browser)) in kept
    assert cookie_of(browser) not in kept


async def test_logging_in_changes_the_session_and_ends_the_one_before(
    open_console: OpenConsole, open_browser: OpenBrowser, desk: Desk, frozen_clock: FrozenClock
) -> None:
    browser = await open_console(Role.OWNER)
    before = cookie_of(browser)

    frozen_clock.advance(minutes=1)
    await log_in(browser, desk)

    assert cookie_of(browser) != before
    assert (
        await open_browser().get("/account", headers={"Cookie": f"console={before}"})
    ).status == 401


async def test_half_an_hour_without_a_sign_of_life_ends_a_session(
    open_console: OpenConsole, frozen_clock: FrozenClock
) -> None:
    browser = await open_console(Role.AGENT)

    frozen_clock.advance(minutes=29)
    assert (await browser.get("/account")).status == 200
    frozen_clock.advance(minutes=29)
    assert (await browser.get("/account")).status == 200
    frozen_clock.advance(minutes=31)

    assert (await browser.get("/account")).status == 401


async def test_twelve_hours_end_a_session_however_busy(
    open_console: OpenConsole, frozen_clock: FrozenClock
) -> None:
    browser = await open_console(Role.AGENT)

    for _ in range(36):
        assert (await browser.get("/account")).status == 200
        frozen_clock.advance(minutes=20)

    assert (await browser.get("/account")).status == 401


async def test_a_code_is_good_once(open_console: OpenConsole, desk: Desk) -> None:
    browser = await open_console(Role.OWNER)
    await browser.post("/logout")

    again = await log_in(browser, desk)

    assert again.status == 401


async def test_a_password_without_the_code_is_not_enough(
    open_console: OpenConsole, desk: Desk, frozen_clock: FrozenClock
) -> None:
    browser = await open_console(Role.OWNER)
    frozen_clock.advance(minutes=2)

    assert (await log_in(browser, desk, code="")).status == 401
    assert (await log_in(browser, desk, code="000000")).status == 401
    assert (await log_in(browser, desk)).status == 303


async def test_who_moves_money_sees_nothing_before_the_authenticator_is_set_up(
    open_browser: OpenBrowser, desk: Desk, password_hash: str
) -> None:
    browser = open_browser()
    browser.login = "newcomer"
    browser.staff_id = await desk.database.write(
        people.add, browser.login, "新人", Role.OPERATOR, password_hash, desk.clock.now()
    )
    await log_in(browser, desk)

    orders = await browser.get("/orders")
    assert (orders.status, orders.location) == (303, "/console/account/authenticator")
    assert (await browser.post("/products/new")).location == "/console/account/authenticator"

    page = await browser.get("/account/authenticator")
    sealed = page.text.partition('name="sealed" value="')[2].partition('"')[0]
    secret = page.text.partition('<span class="mono">')[2].partition("<")[0].replace(" ", "")
    form = {"sealed": sealed, "code": "123456"}
    assert (await browser.post("/account/authenticator", form)).status == 422
    form["code"] = pyotp.TOTP(secret).at(desk.clock.now())
    assert (await browser.post("/account/authenticator", form)).location == "/console/"
    assert (await browser.get("/account")).status == 200


async def test_five_failures_lock_the_login_for_a_quarter_of_an_hour(
    open_console: OpenConsole, desk: Desk, frozen_clock: FrozenClock
) -> None:
    browser = await open_console(Role.AGENT)
    await browser.post("/logout")
    await browser.get("/login")
    frozen_clock.advance(minutes=1)

    statuses = [await guess(browser, browser.login) for _ in range(7)]

    assert statuses == [401] * 5 + [429] * 2
    assert (await log_in(browser, desk)).status == 429
    frozen_clock.advance(minutes=15)
    assert (await log_in(browser, desk)).status == 303


async def test_of_guesses_made_all_at_once_five_are_looked_at(
    open_console: OpenConsole, open_browser: OpenBrowser
) -> None:
    victim = (await open_console(Role.AGENT)).login
    browser = open_browser()
    await browser.get("/login")

    statuses = await asyncio.gather(*(guess(browser, victim) for _ in range(12)))

    assert sorted(statuses) == [401] * 5 + [429] * 7


async def test_an_unknown_login_hears_the_same_and_is_locked_the_same(
    open_console: OpenConsole, open_browser: OpenBrowser
) -> None:
    known = (await open_console(Role.AGENT)).login
    browser = open_browser()
    await browser.get("/login")

    for login in (known, "nobody-here"):
        form = {"login": login, "password": "wrong", "code": "", "csrf": browser.token}
        answers = [await browser.post("/login", form, htmx=False) for _ in range(6)]
        assert [each.status for each in answers] == [401] * 5 + [429]
        assert logins.LoginRefused.words in answers[0].text
        assert logins.TooManyTries.words in answers[5].text


@pytest.mark.slow
async def test_an_unknown_login_takes_as_long_as_a_known_one(
    open_console: OpenConsole, desk: Desk, password_hash: str
) -> None:
    async def seconds(kept: str) -> float:
        began = time.perf_counter()
        assert not await desk.vault.fits(kept, "wrong")
        return time.perf_counter() - began

    await seconds("")
    known = [await seconds(password_hash) for _ in range(15)]
    unknown = [await seconds("") for _ in range(15)]

    ratio = statistics.median(unknown) / statistics.median(known)
    assert 0.7 < ratio < 1.4


async def test_a_deactivated_person_is_out_at_once(open_console: OpenConsole, desk: Desk) -> None:
    owner, agent = await open_console(Role.OWNER), await open_console(Role.AGENT)

    assert (await owner.post(f"/staff/{agent.staff_id}/end")).status == 200

    assert (await agent.get("/account")).status == 401
    await agent.get("/login")
    assert (await log_in(agent, desk)).status == 401


async def test_a_new_role_logs_somebody_out(open_console: OpenConsole) -> None:
    owner, agent = await open_console(Role.OWNER), await open_console(Role.AGENT)

    form = {"name": "小陈", "role": "operator", "capacity": "5", "wecom_userid": ""}
    await owner.post(f"/staff/{agent.staff_id}", form)

    assert (await agent.get("/account")).status == 401


async def test_another_password_ends_every_other_session(
    open_console: OpenConsole, open_browser: OpenBrowser, desk: Desk, frozen_clock: FrozenClock
) -> None:
    here = await open_console(Role.AGENT)
    there = open_browser()
    there.login, there.secret = here.login, here.secret
    frozen_clock.advance(minutes=1)
    await log_in(there, desk)

    form = {"present": PASSWORD, "password": "a better one", "again": "a better one"}
    assert (await here.post("/account/password", form)).status == 200

    assert (await here.get("/account")).status == 200
    assert (await there.get("/account")).status == 401


async def test_a_password_is_not_changed_by_who_does_not_know_it(
    open_console: OpenConsole,
) -> None:
    browser = await open_console(Role.AGENT)

    form = {"present": "wrong", "password": "a better one", "again": "a better one"}
    answer = await browser.post("/account/password", form)

    assert answer.status == 422
    assert 'data-field="present"' in answer.text


def test_a_code_of_the_step_before_or_after_is_good_and_no_other(
    frozen_clock: FrozenClock,
) -> None:
    secret, now = authenticators.new_secret(), frozen_clock.now()
    present = int(now.timestamp()) // 30
    otp = pyotp.TOTP(secret)

    found = {
        step: authenticators.step_of(secret, otp.generate_otp(present + step), 0, now)
        for step in (-2, -1, 0, 1, 2)
    }

    assert {step for step, counter in found.items() if counter is not None} == {-1, 0, 1}
    assert authenticators.step_of(secret, otp.generate_otp(present), present, now) is None


async def test_logins_and_failures_are_in_the_audit_log(
    open_console: OpenConsole, desk: Desk, open_browser: OpenBrowser
) -> None:
    owner = await open_console(Role.OWNER)
    browser = open_browser()
    await browser.get("/login")
    await guess(browser, owner.login)

    def count(session: Session) -> dict[str, int]:
        statement = select(AuditEntry.did, func.count()).group_by(col(AuditEntry.did))
        return dict(session.exec(statement).all())

    assert await desk.database.read(count) == {"login": 1, "login.failed": 1}
    assert (await desk.database.read(audit.verify, desk.sealer)).broken_at is None
