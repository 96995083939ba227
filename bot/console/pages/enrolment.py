"""Setting an authenticator up: a QR code to scan, and a code that proves it was."""

from typing import Final

import segno
from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.route import Route
from bot.staff import authenticators, people
from bot.staff.permissions import NEED_AUTHENTICATOR, Permission
from commerce.errors import IllegalMove, InvalidInput
from commerce.sealing import Place, SealBroken, Sealer

PATH: Final = "/account/authenticator"


async def show(page: Page) -> web.StreamResponse:
    """The QR code of a fresh secret."""
    return await _ask(page)


async def prove(page: Page) -> web.StreamResponse:
    """Keep the secret once a code of it is right."""
    form = await page.form()
    secret = _open(page, form.get("sealed", ""))
    await page.write(_enrol, page, secret, form.get("code", ""), did="authenticator.enrolled")
    return page.go("/", said="动态码已绑定，下次登录要用它")


async def _ask(page: Page) -> web.StreamResponse:
    staff = await page.read(people.get, page.staff.id)
    secret = authenticators.new_secret()
    link = authenticators.link(secret, staff.login)
    return page.html(
        "enrolment.html",
        title="绑定动态码",
        picture=segno.make(link, error="m").svg_data_uri(scale=5, border=2),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        sealed=_seal(page, secret),
        has_one=staff.totp_sealed is not None,
        is_needed=page.staff.role in NEED_AUTHENTICATOR,
    )


def _enrol(session: Session, page: Page, secret: str, code: str) -> None:
    staff = people.get(session, page.staff.id)
    if staff.totp_sealed is not None:
        raise IllegalMove("已经绑过动态码了，要换手机请先让店主重置")
    step = authenticators.step_of(secret, code, 0, page.now)
    if step is None:
        raise InvalidInput("动态码不对，请看一下手机上最新的6位数", field="code")
    authenticators.enrol(session, page.desk.sealer, staff, secret, step)


def _seal(page: Page, secret: str) -> str:
    """The secret as the form carries it: for this person's session alone."""
    return page.desk.sealer.seal(secret, _place(page)).hex()


def _open(page: Page, sealed: str) -> str:
    sealer: Sealer = page.desk.sealer
    try:
        return sealer.open(bytes.fromhex(sealed), _place(page))
    except (SealBroken, ValueError) as error:
        raise InvalidInput("页面过期了，请刷新后重新扫码") from error


def _place(page: Page) -> Place:
    return Place("staff_session", "authenticator", page.token)


ROUTES: Final = (
    Route("GET", PATH, Permission.OWN_ACCOUNT, show),
    Route("POST", PATH, Permission.OWN_ACCOUNT, prove),
)
