"""`python -m bot …`: every command an operator or developer needs."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from bot import (
    asking_commands,
    deal_commands,
    jobs_command,
    lint_command,
    migrations,
    money_commands,
    source_commands,
)
from bot.logs import configure_logs
from bot.refusal import PlainCommands
from bot.settings import SANDBOX_ENV_FILE, Settings, SettingsRefused, load_settings

if TYPE_CHECKING:
    from aiohttp import web

app = typer.Typer(
    cls=PlainCommands,
    help="掌柜: a shopkeeper that lives in WeChat.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(money_commands.ledger, name="ledger")
app.add_typer(source_commands.app, name="source")
app.add_typer(deal_commands.app, name="deals")
console = Console(stderr=True)

EVERYTHING_AFTER: dict[str, Any] = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}
"""For a command that hands all its words on, `--help` among them."""


@app.command()
def serve(
    sandbox: Annotated[bool, typer.Option(help="Mount the fake platform (development).")] = True,
    work: Annotated[bool, typer.Option(help="Do the background work here too.")] = True,
) -> None:
    """Serve the web, and on one machine do the background work too.

    In development the fake platform is mounted at /sandbox, once `python -m bot.sandbox keys`
    has made its keys.
    """
    from bot.keys import refuse_unusable_keys
    from bot.serving import serve_forever

    settings = start()
    refuse_unusable_keys(settings)
    is_mounted = sandbox and settings.environment == "development"
    mounts = sandbox_mount() if is_mounted and Path(SANDBOX_ENV_FILE).exists() else {}
    run_until_stopped(serve_forever(settings, mounts, work=work))


@app.command()
def worker() -> None:
    """Do the background work alone: outbox, listeners, the clock's jobs."""
    from bot.keys import refuse_unusable_keys
    from bot.serving import work_forever

    settings = start()
    refuse_unusable_keys(settings)
    run_until_stopped(work_forever(settings))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = start()
    Path(settings.var_folder).mkdir(parents=True, exist_ok=True)
    migrations.upgrade(settings.database_url)
    console.print("Database is at the newest schema.")


@app.command()
def seed() -> None:
    """Stock the demo shop: products, sales figures and pictures. Repeating it changes nothing."""
    from bot.seeding import seed_shop

    settings = start()
    with Progress(console=console) as progress:
        for message in seed_shop(settings, progress):
            console.print(message)


@app.command("import-products")
def import_products(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE.csv")],
) -> None:
    """Import products from a CSV file.

    Columns: sku,title,category,brand,price,stock,attributes,image. Price in yuan; attributes like
    颜色=红;尺码=XL. Bad rows are reported by line number and skipped; a title that breaks a rule of
    advertising is reported and taken.
    """
    from bot.seeding import import_file

    settings = start()
    with Progress(console=console) as progress:
        report = import_file(settings, file, progress)
    for fault in report.rejected:
        console.print(f"第{fault.line}行 {fault.field}：{fault.message}", style="red", markup=False)
    for fault in report.warned:
        told = f"第{fault.line}行 {fault.field}（已导入，请改）：{fault.message}"
        console.print(told, style="yellow", markup=False, soft_wrap=True)
    console.print(
        f"新增{report.created}，更新{report.updated}，未变{report.unchanged}，"
        f"跳过{len(report.rejected)}行。"
    )
    if report.rejected:
        raise typer.Exit(1)


@app.command("ship-orders")
def ship_orders(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE.csv")],
    dry_run: Annotated[bool, typer.Option(help="Say what would happen, and do nothing.")] = False,
    rejected: Annotated[
        Path | None, typer.Option(metavar="OUT.csv", help="Write the skipped rows there.")
    ] = None,
) -> None:
    """Ship orders by a CSV file of tracking numbers.

    Columns: order_no,carrier,tracking_no[,sku,quantity]. The carrier by its code or name, 圆通 or
    顺丰速运; a row without sku ships all that is left of its order. Bad rows are reported by line
    number and skipped; what was entered before stays as it is.
    """
    from bot.bulk_shipping import ship_file

    settings = start()
    with Progress(console=console) as progress:
        report = ship_file(settings, file, progress, is_rehearsal=dry_run, rejected_path=rejected)
    for fault in report.rejected:
        told = f"第{fault.line}行 {fault.field}：{fault.message}"
        console.print(told, style="red", markup=False, soft_wrap=True)
    did = "试运行，什么都没有改。会发出" if dry_run else "发出"
    console.print(
        f"{did}{report.shipped}个包裹，已录过{report.unchanged}个，跳过{len(report.rejected)}行。"
    )
    if report.rejected:
        raise typer.Exit(1)


@app.command("counter", context_settings=EVERYTHING_AFTER)
def counter(context: typer.Context) -> None:
    """Hand over what is fetched, and enter invoices; `counter --help` tells how."""
    from bot.counter_commands import app as desk

    name = "python -m bot counter"
    raise typer.Exit(desk(args=context.args, prog_name=name, standalone_mode=False) or 0)


@app.command("distribution", context_settings=EVERYTHING_AFTER)
def distribution(context: typer.Context) -> None:
    """Promoters, their terms and their withdrawals; `distribution --help` tells how."""
    from bot.distribution_commands import app as desk

    name = "python -m bot distribution"
    raise typer.Exit(desk(args=context.args, prog_name=name, standalone_mode=False) or 0)


@app.command("staff", context_settings=EVERYTHING_AFTER)
def staff(context: typer.Context) -> None:
    """People who may open the console; `staff --help` tells how."""
    from bot.staff.commands import staff as desk

    name = "python -m bot staff"
    raise typer.Exit(desk(args=context.args, prog_name=name, standalone_mode=False) or 0)


@app.command("audit", context_settings=EVERYTHING_AFTER)
def audit(context: typer.Context) -> None:
    """The log of what people did in the console; `audit --help` tells how."""
    from bot.staff.commands import audit as desk

    name = "python -m bot audit"
    raise typer.Exit(desk(args=context.args, prog_name=name, standalone_mode=False) or 0)


@app.command()
def chat(
    url: Annotated[str, typer.Option(help="The sandbox; SHOP_PUBLIC_URL/sandbox else.")] = "",
    name: Annotated[str, typer.Option(help="Which follower to be.")] = "终端顾客",
) -> None:
    """Chat with the shop in the terminal, over a sandbox that is running.

    Cards are shown as boxes; a menu's option is chosen by its number. Ctrl-D leaves.
    """
    from bot.chat import chat_in_terminal

    settings = start()
    shop = settings.public_url or f"http://127.0.0.1:{settings.port}"
    place = url or f"{shop.rstrip('/')}/sandbox"
    try:
        asyncio.run(chat_in_terminal(place, name, sys.stdin, Console(highlight=False)))
    except KeyboardInterrupt:
        console.print("Stopped.")


@app.command()
def doctor() -> None:
    """Check the installation and its accounts, and say what to mend and where."""
    from bot.checkup import State, examine

    marks = {State.WELL: "[green]✓[/]", State.FAULT: "[red]✗[/]", State.SKIPPED: "[dim]–[/]"}
    with console.status("在检查…"):
        checks = asyncio.run(examine(start()))
    for check in checks:
        told = f"{marks[check.state]} {check.name}：{escape(check.finding)}"
        console.print(told, soft_wrap=True)
    if any(check.is_fault for check in checks):
        raise typer.Exit(1)


app.command()(asking_commands.search)
app.command()(asking_commands.parse)
app.command()(money_commands.reconcile)
app.command()(lint_command.lint)
app.command()(jobs_command.jobs)


def start() -> Settings:
    """The settings, with logs set up. Raises SettingsRefused."""
    settings = load_settings()
    configure_logs(as_json=settings.environment == "production")
    return settings


def sandbox_mount() -> "dict[str, web.Application]":
    """The fake platform by its path. Raises SettingsRefused when its file lacks a key."""
    from bot.sandbox.app import MOUNT, create_app
    from bot.sandbox.errors import SandboxError
    from bot.sandbox.settings import SandboxSettings

    try:
        return {MOUNT: create_app(SandboxSettings.load(Path(SANDBOX_ENV_FILE)))}
    except SandboxError as refused:
        raise SettingsRefused(str(refused)) from refused


def run_until_stopped(work: Any) -> None:
    """Run on uvloop until Ctrl-C or SIGTERM."""
    import uvloop

    try:
        uvloop.run(work)
    except KeyboardInterrupt:
        console.print("Stopped.")
