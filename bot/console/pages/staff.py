"""The shop's people: who is here, what they may do, taking them on and letting them go."""

import secrets
from typing import Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.rendering import ROLES
from bot.console.route import Route
from bot.staff import people
from bot.staff.permissions import NEED_AUTHENTICATOR, Permission
from bot.staff.tables import Role
from commerce.errors import IllegalMove, InvalidInput

PATH: Final = "/staff"
_ONE: Final = f"{PATH}/{{staff:[0-9]{{1,9}}}}"
_ROLE_HINTS: Final = {
    Role.OWNER: "什么都能看、能改，包括员工和设置",
    Role.OPERATOR: "管订单、售后、商品、活动和知识库",
    Role.AGENT: "接待顾客，能查订单和商品",
}
PASSWORD_BYTES: Final = 9


async def show_list(page: Page) -> web.StreamResponse:
    """Everybody."""
    everybody = await page.read(people.list_all)
    return page.html("staff/list.html", title="员工", people=everybody, need=NEED_AUTHENTICATOR)


async def show_new(page: Page) -> web.StreamResponse:
    """The form for somebody new."""
    return _form(page, None)


async def show(page: Page) -> web.StreamResponse:
    """The form of somebody who is here."""
    return _form(page, await page.read(people.get, _number(page)))


async def add(page: Page) -> web.StreamResponse:
    """Take somebody on. Their first password is shown once."""
    form = await page.form()
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    kept = await page.desk.vault.hash_of(password)
    role = _role(form.get("role", ""))

    def take_on(session: Session) -> int:
        return people.add(
            session,
            form.get("login", ""),
            form.get("name", ""),
            role,
            kept,
            page.now,
            capacity=_whole(form.get("capacity", "")),
            wecom_userid=form.get("wecom_userid", ""),
        )

    staff_id = await page.write(
        take_on, did="staff.added", about=lambda number: {"staff": number, "role": role.value}
    )
    return await _show_password(page, staff_id, password)


async def change(page: Page) -> web.StreamResponse:
    """Change what is written of somebody."""
    form, staff_id = await page.form(), _number(page)
    role = _role(form.get("role", ""))
    if staff_id == page.staff.id and role != page.staff.role:
        raise IllegalMove("不能改自己的角色，请另一位店主来改")

    def rewrite(session: Session) -> dict[str, object]:
        staff = people.get(session, staff_id)
        before, bound_to = staff.model_dump(include=_SHOWN), staff.wecom_userid
        people.change(
            session,
            staff_id,
            name=form.get("name", ""),
            role=role,
            capacity=_whole(form.get("capacity", "")),
            wecom_userid=form.get("wecom_userid", ""),
        )
        staff = people.get(session, staff_id)
        after, is_bound_anew = staff.model_dump(include=_SHOWN), staff.wecom_userid != bound_to
        return {"staff": staff_id, "before": before, "after": after, "rebound": is_bound_anew}

    await page.write(rewrite, did="staff.changed", about=lambda said: said)
    return page.go(PATH)


async def disable(page: Page) -> web.StreamResponse:
    """Let somebody go."""
    staff_id = _number(page)
    if staff_id == page.staff.id:
        raise IllegalMove("不能停用自己")
    await page.write(people.disable, staff_id, did="staff.disabled", about={"staff": staff_id})
    return page.go(PATH, said="已停用，对方的登录已经全部退出")


async def enable(page: Page) -> web.StreamResponse:
    """Take somebody on again."""
    staff_id = _number(page)
    await page.write(people.enable, staff_id, did="staff.enabled", about={"staff": staff_id})
    return page.go(PATH, said="已启用")


async def reset(page: Page) -> web.StreamResponse:
    """Another password, shown once, and no authenticator."""
    staff_id = _number(page)
    if staff_id == page.staff.id:
        raise IllegalMove("自己的密码请在「我的账号」里换")
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    kept = await page.desk.vault.hash_of(password)
    await page.write(people.reset, staff_id, kept, did="staff.reset", about={"staff": staff_id})
    return await _show_password(page, staff_id, password)


async def _show_password(page: Page, staff_id: int, password: str) -> web.Response:
    person = await page.read(people.get, staff_id)
    return page.html("staff/password.html", title="登录密码", person=person, password=password)


def _form(page: Page, person: object) -> web.Response:
    roles = [(role.value, f"{words}：{_ROLE_HINTS[role]}") for role, words in ROLES.items()]
    title = "员工资料" if person else "添加员工"
    return page.html("staff/form.html", title=title, person=person, roles=roles)


def _number(page: Page) -> int:
    return int(page.match("staff"))


def _role(written: str) -> Role:
    if written not in set(Role):
        raise InvalidInput("请选一个角色", field="role")
    return Role(written)


def _whole(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 6):
        raise InvalidInput("同时接待数要填整数", field="capacity")
    return int(written)


_SHOWN: Final = {"role", "capacity"}
_MANAGE: Final = Permission.MANAGE_STAFF
ROUTES: Final = (
    Route("GET", PATH, _MANAGE, show_list),
    Route("GET", f"{PATH}/new", _MANAGE, show_new),
    Route("POST", f"{PATH}/new", _MANAGE, add),
    Route("GET", _ONE, _MANAGE, show),
    Route("POST", _ONE, _MANAGE, change),
    Route("POST", f"{_ONE}/end", _MANAGE, disable),
    Route("POST", f"{_ONE}/return", _MANAGE, enable),
    Route("POST", f"{_ONE}/password", _MANAGE, reset),
)
