"""What stands in a command's way, told in one sentence instead of a traceback."""

from typing import Any, Final

import typer
from alembic.util import CommandError
from rich.console import Console
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from typer.core import TyperGroup

from bot.errors import BotError
from commerce.errors import ShopError
from commerce.sealing import SealingRefused
from nlu.errors import NluError

FAULTS: Final = (
    *(ShopError, BotError, NluError),
    *(SQLAlchemyError, CommandError, OSError, UnicodeError),
)
"""What an operator can mend. Anything else is a fault of ours and keeps its traceback."""
_NO_TABLES: Final = ("no such table", "UndefinedTable", "no such column", "UndefinedColumn")


class PlainCommands(TyperGroup):
    """Commands that end with a sentence and status 2 when something is in their way."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # Whoever read our output has gone: `… | head`.
        except FAULTS as fault:
            console = Console(stderr=True)
            console.print(sentence_of(fault), style="red", markup=False, soft_wrap=True)
            raise typer.Exit(2) from fault


def sentence_of(fault: BaseException) -> str:
    """What is wrong and, where it is known, what to do."""
    match fault:
        case SealingRefused():
            return f"SHOP_FIELD_KEYS: {fault}"
        case ArgumentError():
            return "SHOP_DATABASE_URL: not in SQLAlchemy's form, such as sqlite:///var/shop.db"
        case DBAPIError():
            return _about_database(fault)
        case UnicodeDecodeError():
            return f"This is not {fault.encoding.upper()} text: {fault.reason}"
        case OSError() if fault.strerror:
            return f"{fault.filename}: {fault.strerror}" if fault.filename else fault.strerror
    return str(fault) or type(fault).__name__


def _about_database(fault: DBAPIError) -> str:
    reason = f"{type(fault.orig).__name__} {fault.orig}"
    if any(words in reason for words in _NO_TABLES):
        return "The database lacks our tables: run `python -m bot migrate`"
    first_line = str(fault.orig).splitlines()[0]
    return f"SHOP_DATABASE_URL: the database says: {first_line}"
