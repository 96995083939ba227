"""Run by alembic for every command: connects, then runs the revisions in one transaction."""

from pathlib import Path
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from bot import models as bot_models
from bot.engines import create_shop_engine
from bot.settings import load_settings
from commerce import models as shop_tables
from commerce.columns import UtcDateTime

TABLES = (bot_models, shop_tables)  # Imported so that the metadata knows them.
MIGRATION_LOCK = 0x7A67  # Any number that nobody else uses on this database.
LOCK_TIMEOUT = "5s"


def write_type(kind: str, item: Any, _autogenerating: AutogenContext) -> str | Literal[False]:
    """Types as plain SQLAlchemy: a revision must not change when our own types do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({f'length={item.length}' if item.length else ''})"
    return False


def connect() -> Engine:
    """An engine on the database asked for, or on the one in the settings."""
    url = context.config.attributes.get("url") or load_settings().database_url
    engine = create_shop_engine(url)
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    return engine


def suspend_foreign_keys(connection: Connection) -> None:
    """Let SQLite rebuild a table without deleting the rows that point to it.

    The pragma counts only outside a transaction, so it goes past SQLAlchemy, which opens one.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")


def refuse_broken_references(connection: Connection) -> None:
    """Raise if a revision left a row that points to nothing."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise CommandError(f"rows that point to nothing, as table and rowid: {broken[:5]}")


def migrate(connection: Connection) -> None:
    """Run what the command asked for; nobody else migrates this database meanwhile."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        suspend_foreign_keys(connection)
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        compare_server_default=True,
        render_item=write_type,
    )
    with context.begin_transaction():
        if not is_sqlite:
            # Whoever migrates already is waited for, however long it takes.
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        context.run_migrations()
        if is_sqlite:
            refuse_broken_references(connection)


if context.is_offline_mode():
    raise CommandError("revisions look at the database they run on: `--sql` is not supported")
engine = connect()
try:
    with engine.connect() as connection:
        migrate(connection)
finally:
    engine.dispose()
