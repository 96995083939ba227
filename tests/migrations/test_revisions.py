"""Every revision goes up, down and up again, on both databases, and ends at the tables we use."""

import asyncio
import sys
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlmodel import Session, SQLModel

from bot import migrations
from bot import models as bot_models
from bot.engines import create_shop_engine
from commerce import models as shop_tables

TABLES = (bot_models, shop_tables)
VERSION_TABLE = "alembic_version"

# Neither can read an index on an expression from SQLite; `index_statements` can.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based"),
]


def every_revision() -> list[Script]:
    """All revisions, oldest first."""
    scripts = ScriptDirectory.from_config(migrations.configuration("sqlite://"))
    return list(reversed(list(scripts.walk_revisions())))


def shape(engine: Engine) -> dict[str, Any]:
    """What the database says about each table, order and version table left out."""
    inspector = inspect(engine)
    return {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(name)
            },
            "primary key": inspector.get_pk_constraint(name)["constrained_columns"],
            "foreign keys": comparable(inspector.get_foreign_keys(name)),
            "unique": comparable(inspector.get_unique_constraints(name)),
            "checks": comparable(inspector.get_check_constraints(name)),
            "indexes": index_statements(engine, name),
        }
        for name in inspector.get_table_names()
        if name != VERSION_TABLE
    }


def comparable(found: Any) -> list[str]:
    """Reflected parts of a table in an order of our own."""
    return sorted(repr(sorted(part.items())) for part in found)


def index_statements(engine: Engine, table: str) -> list[str]:
    """The statements that made a table's indexes: conditions and expressions included."""
    with engine.connect() as connection:
        query = (
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql > ''"
            if engine.dialect.name == "sqlite"
            else "SELECT indexdef FROM pg_indexes WHERE tablename = :name"
        )
        return sorted(connection.execute(text(query), {"name": table}).scalars())


def test_the_revisions_are_one_line() -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration("sqlite://"))

    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


@pytest.mark.slow
@pytest.mark.database
@pytest.mark.parametrize("revision", every_revision(), ids=lambda script: str(script.revision))
def test_every_revision_goes_up_and_down_and_up(empty_database_url: str, revision: Script) -> None:
    before = str(revision.down_revision or "base")
    migrations.upgrade(empty_database_url, before)
    engine = create_shop_engine(empty_database_url)
    shape_before = shape(engine)

    migrations.upgrade(empty_database_url, revision.revision)
    shape_after = shape(engine)
    migrations.downgrade(empty_database_url, before)

    assert shape(engine) == shape_before
    migrations.upgrade(empty_database_url, revision.revision)
    assert shape(engine) == shape_after != shape_before
    engine.dispose()


@pytest.mark.database
def test_the_last_revision_makes_the_tables_we_use(
    database_url: str, empty_database_url: str
) -> None:
    migrated, declared = create_shop_engine(database_url), create_shop_engine(empty_database_url)
    with Session(declared) as session:
        SQLModel.metadata.create_all(session.connection())
        session.commit()

    assert shape(migrated) == shape(declared)
    migrated.dispose()
    declared.dispose()


@pytest.mark.database
def test_alembic_would_generate_nothing(database_url: str) -> None:
    engine = create_engine(create_shop_engine(database_url).url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})

        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


@pytest.mark.database
def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    head = migrations.current(database_url)

    migrations.upgrade(database_url)

    assert migrations.current(database_url) == head == every_revision()[-1].revision


@pytest.mark.database
def test_an_empty_database_is_at_no_revision(empty_database_url: str) -> None:
    assert migrations.current(empty_database_url) is None


@pytest.mark.database
@pytest.mark.slow
async def test_processes_that_upgrade_at_once_wait_for_each_other(empty_database_url: str) -> None:
    program = f"from bot import migrations; migrations.upgrade({empty_database_url!r})"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program) for _ in range(3)
    ]

    assert [await process.wait() for process in processes] == [0, 0, 0]
    assert migrations.current(empty_database_url) == every_revision()[-1].revision
