"""`python -m bot staff` and `python -m bot audit`: people who may open the console, and the log."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import segno
import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from bot.clock import SystemClock
from bot.database import Database
from bot.logs import configure_logs
from bot.refusal import PlainCommands
from bot.settings import Settings, load_settings
from bot.staff import audit as log
from bot.staff import authenticators, passwords, people
from bot.staff.tables import Role, Staff
from commerce.errors import NotFound, ShopError
from commerce.inserting import id_of
from commerce.sealing import Sealer

staff = typer.Typer(
    cls=PlainCommands, help="People who may open the console.", no_args_is_help=True
)
audit = typer.Typer(cls=PlainCommands, help="The log of what they did.", no_args_is_help=True)
console = Console(highlight=False)

Login = Annotated[str, typer.Argument(metavar="LOGIN")]
Password = Annotated[
    str,
    typer.Option(
        prompt="密码",
        hide_input=True,
        confirmation_prompt="再输一次",
        help="Asked for when left out.",
    ),
]


@staff.command()
def add(
    login: Login,
    password: Password,
    name: Annotated[str, typer.Option(help="As colleagues and customers read it.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.AGENT,
) -> None:
    """Take somebody on. Prints what their authenticator app scans."""
    with opened() as (session, sealer, now), told():
        staff_id = people.add(session, login, name, role, passwords.hash_of(password), now)
        secret = _enrol(session, sealer, people.get(session, staff_id))
        about = {"staff": staff_id, "role": role.value}
        log.note(session, sealer, log.COMMAND_LINE, "staff.added", about, now)
    show_link(secret, login)


@staff.command("list")
def show_all() -> None:
    """List everybody."""
    table = Table("login", "name", "role", "state", "authenticator", "WeCom")
    with opened() as (session, _, _):
        for each in people.list_all(session):
            state = "active" if each.is_active else "disabled"
            code = "yes" if each.totp_sealed else "no"
            row = (each.login, each.name, each.role, state, code, each.wecom_userid or "")
            table.add_row(*row)
    console.print(table)


@staff.command()
def disable(login: Login) -> None:
    """Let somebody go: they are logged out at once."""
    with opened() as (session, sealer, now), told():
        staff_id = id_of(_known(session, login))
        people.disable(session, staff_id)
        log.note(session, sealer, log.COMMAND_LINE, "staff.disabled", {"staff": staff_id}, now)
    console.print(f"{login} 已停用")


@staff.command()
def reset(login: Login, password: Password) -> None:
    """Give somebody another password and a new authenticator; they are logged out everywhere."""
    with opened() as (session, sealer, now), told():
        staff_id = id_of(_known(session, login))
        people.reset(session, staff_id, passwords.hash_of(password))
        people.enable(session, staff_id)
        secret = _enrol(session, sealer, people.get(session, staff_id))
        log.note(session, sealer, log.COMMAND_LINE, "staff.reset", {"staff": staff_id}, now)
    show_link(secret, login)


@staff.command()
def code(login: Login) -> None:
    """The code that an authenticator would show now. For development; refused in production."""
    if load_settings().environment == "production":
        console.print("生产环境不提供动态码", style="red")
        raise typer.Exit(1)
    with opened() as (session, sealer, now), told():
        secret = authenticators.secret_of(sealer, _known(session, login))
        console.print(
            authenticators.code_at(secret, now) if secret else "没有绑定动态码，登录时不用填"
        )


@audit.callback()
def of_the_log() -> None:
    """The log of what they did."""  # With a callback, its one command keeps its name.


@audit.command()
def verify() -> None:
    """Recompute the whole chain; fails when an entry was changed, removed or put in."""
    with opened() as (session, sealer, _):
        verdict = log.verify(session, sealer)
    if verdict.broken_at is not None:
        told = f"操作记录第{verdict.broken_at}条{verdict.reason}（前{verdict.count}条完好）"
        console.print(told, style="red")
        raise typer.Exit(1)
    console.print(f"操作记录{verdict.count}条，全部完好")


@contextlib.contextmanager
def opened() -> Iterator[tuple[Session, Sealer, datetime]]:
    """One transaction of the shop's database."""
    settings: Settings = load_settings()
    configure_logs(as_json=settings.environment == "production")
    sealer = Sealer.from_setting(settings.field_keys.get_secret_value())
    with (
        contextlib.closing(Database(settings.database_url)) as database,
        database.writing() as session,
    ):
        yield session, sealer, SystemClock(settings.clock_offset_file).now()


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What the shop refuses is said, and nothing is kept."""
    try:
        yield
    except ShopError as refusal:
        console.print(str(refusal), style="red", markup=False)
        raise typer.Exit(1) from refusal


def show_link(secret: str, login: str) -> None:
    """Print what an authenticator app scans, as a code and in letters."""
    link = authenticators.link(secret, login)
    console.print("用手机验证器扫这个码，登录时要输它显示的6位数：")
    segno.make(link, error="l").terminal(compact=True)
    console.print(link, markup=False, soft_wrap=True)


def _enrol(session: Session, sealer: Sealer, person: Staff) -> str:
    secret = authenticators.new_secret()
    authenticators.enrol(session, sealer, person, secret, 0)
    return secret


def _known(session: Session, login: str) -> Staff:
    found = people.find_by_login(session, login)
    if found is None:
        raise NotFound(f"没有账号 {login}")
    return found
