"""Templates: HTML with every value escaped, and how amounts and moments are shown."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from bot.staff.tables import Role
from commerce.shanghai import SHANGHAI

FOLDER: Final = Path(__file__).parent
TEMPLATES: Final = FOLDER / "templates"
STATIC: Final = FOLDER / "static"
VENDOR: Final = FOLDER.parents[1] / "var" / "vendor"
"""Scripts of others, which set-up brings."""
MACROS: Final = ("badge", "empty", "field", "icon", "table", "tick")
ROLES: Final = {Role.OWNER: "店主", Role.OPERATOR: "运营", Role.AGENT: "客服"}


def money(fen: int | None) -> str:
    """An amount, such as ¥12.30."""
    if fen is None:
        return "—"
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02}"


def moment(at: datetime | None) -> str:
    """A moment in Shanghai, such as 2026-11-23 12:00."""
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day(at: datetime | None) -> str:
    """Its day in Shanghai."""
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d")


def role_words(role: str) -> str:
    """A role as people read it."""
    return ROLES[Role(role)]


def static(path: str) -> str:
    """The address of one of our files, which changes with it."""
    return f"/console/static/{path}?v={_digest(STATIC / path)}"


def vendor(path: str) -> str:
    """The address of a script of others."""
    return f"/console/vendor/{path}?v={_digest(VENDOR / path)}"


@cache
def environment() -> Environment:
    """The templates. The macros are known everywhere, without an import."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(static=static, vendor=vendor, role_words=role_words)
    env.globals.update(money=money, moment=moment, day=day)
    env.filters.update(money=money, moment=moment, day=day)
    macros: Any = env.get_template("_macros.html").module
    env.globals.update({name: getattr(macros, name) for name in MACROS})

    @pass_context
    def pager(context: Context, page: object) -> Markup:
        """The pages of a list, keeping what the address filters by."""
        return Markup(macros.pager(page, context.get("filters", "")))  # noqa: S704

    @pass_context
    def csrf(context: Context) -> Markup:
        """What every form of ours brings back."""
        return Markup('<input type="hidden" name="csrf" value="{}">').format(context["token"])

    env.globals.update(pager=pager, csrf=csrf)
    return env


def render(template: str, values: Mapping[str, Any], *, block: str = "") -> str:
    """A template, or one block of it alone."""
    found = environment().get_template(template)
    if not block or block not in found.blocks:
        return found.render(values)
    return "".join(found.blocks[block](found.new_context(dict(values))))


@cache
def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "0"
