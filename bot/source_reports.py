"""What an operator does with source codes on the command line, and how it is shown."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table

from bot.clock import SystemClock
from bot.database import Database
from bot.errors import BotError
from bot.platform import open_platform
from bot.scene_codes import SceneCodes
from bot.settings import Settings
from commerce.money import yuan
from commerce.sealing import Sealer
from commerce.sources.codes import SCENE, add_code
from commerce.sources.counting import list_counts
from commerce.sources.tables import CodeKind
from wecom.errors import WeChatError
from wecom.transport import open_http

console = Console()


class CodeNotMade(BotError):
    """WeChat made no code."""


def enter_code(
    settings: Settings, code: str, *, name: str, kind: CodeKind, note: str, file: Path | None
) -> None:
    """Enter a code and write its picture to a file, if one is named.

    Raises InvalidInput, CodeNotMade; the code stays entered then.
    """
    now = SystemClock(settings.clock_offset_file).now()
    with contextlib.closing(Database(settings.database_url)) as database:
        with database.writing() as session:
            add_code(session, code, name=name, kind=kind, note=note, now=now)
        console.print(f"来源码{code}已录入，场景值 {SCENE}{code}", soft_wrap=True)
        if file is None:
            return
        picture = asyncio.run(_make(settings, database, kind, f"{SCENE}{code}"))
    with Image.open(picture) as image:
        image.save(file)  # WeChat gives one a JPEG and the other a PNG: it is what FILE says.
    console.print(f"码图写到 {file}", soft_wrap=True)


def show_counts(settings: Settings, *, as_json: bool) -> None:
    """Print what came of each code."""
    with (
        contextlib.closing(Database(settings.database_url)) as database,
        database.reading() as session,
    ):
        counts = list_counts(session)
    if as_json:
        for each in counts:
            row = {name: getattr(each, name) for name in COLUMNS}
            known = {"code": each.source.code, "name": each.source.name, "kind": each.source.kind}
            sys.stdout.write(json.dumps({**known, **row}, ensure_ascii=False) + "\n")
        return
    table = Table(title=f"{len(counts)}个来源")
    for title in ("来源码", "名字", "种类", "来过", "人数", "关注", "下单", "付款"):
        table.add_column(title, justify="left" if title in {"来源码", "名字", "种类"} else "right")
    for each in counts:
        numbers = (each.visits, each.customers, each.follows, each.orders)
        source = each.source
        kind = KIND_NAMES[CodeKind(source.kind)]
        table.add_row(source.code, source.name, kind, *map(str, numbers), yuan(each.paid))
    console.print(table)


COLUMNS = ("visits", "customers", "follows", "orders", "paid")
KIND_NAMES = {CodeKind.OA: "公众号", CodeKind.MINI: "小程序"}


async def _make(settings: Settings, database: Database, kind: CodeKind, scene: str) -> Path:
    """The file of the code in the picture folder."""
    clock = SystemClock(settings.clock_offset_file)
    sealer = Sealer.from_setting(settings.field_keys.get_secret_value())
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(open_http())
        platform = await open_platform(stack, settings, clock, database, sealer, http)
        codes = SceneCodes(
            platform.official_account,
            platform.mini_program,
            settings.picture_folder,
            database,
            clock,
        )
        try:
            made = await codes.picture(kind, scene)
        except WeChatError as error:
            raise CodeNotMade(f"WeChat: {error}") from error
    return settings.picture_folder / made.name
