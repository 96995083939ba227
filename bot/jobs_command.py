"""`python -m bot jobs`: what the clock makes happen, and who is at it."""

import contextlib
import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.logs import configure_logs
from bot.settings import load_settings

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def jobs(as_json: AsJson = False) -> None:
    """List the clock's jobs: rhythm, what becomes of overdue slots, latest slot, who holds it.

    A job is listed once a process has met it. Times are Shanghai's.
    """
    # As in bot.cli: `--help` must not load the whole shop.
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.database import Database  # noqa: PLC0415
    from bot.jobs.listing import list_jobs  # noqa: PLC0415
    from commerce.shanghai import SHANGHAI  # noqa: PLC0415

    settings = load_settings()
    configure_logs(as_json=settings.environment == "production")
    now = SystemClock(settings.clock_offset_file).now()
    with (
        contextlib.closing(Database(settings.database_url)) as database,
        database.reading() as session,
    ):
        found = list_jobs(session, now)
    if as_json:
        for each in found:
            line = asdict(each) | {"slot": each.slot.isoformat()}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    table = Table("job", "rhythm", "overdue slots", "latest slot", "runs", "holder", "state")
    for each in found:
        slot = f"{each.slot.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        row = (each.name, each.rhythm, each.overdue, slot, str(each.runs), each.holder, each.state)
        table.add_row(*row)
    Console().print(table)
