"""Two people at one form: whoever saves second is told, and overwrites nothing that they have not
seen. The same goes for a form that is sent twice."""

from hashlib import blake2b
from typing import Final

from sqlmodel import Session, SQLModel
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.errors import ConsoleRefusal

FIELD: Final = "seen"


class ChangedMeanwhile(ConsoleRefusal):
    """What the form was filled in from is not there any more."""

    status = 409
    words = "这里刚刚有人改过，请刷新看看再保存"


def mark_of(*shown: object) -> str:
    """What a form brings back of the values that it was filled in from."""
    return blake2b(repr(shown).encode(), digest_size=12).hexdigest()


def refuse_changed(brought: str, *present: object) -> None:
    """Raise ChangedMeanwhile unless the form was filled in from these values. A form that brings
    nothing has shown nothing that it could overwrite unseen."""
    if brought and brought != mark_of(*present):
        raise ChangedMeanwhile


def hold[Row: SQLModel](session: Session, statement: SelectOfScalar[Row]) -> Row | None:
    """The row as it is now, which nobody else changes before this transaction ends."""
    held = statement.with_for_update().execution_options(populate_existing=True)
    return session.exec(held).first()
