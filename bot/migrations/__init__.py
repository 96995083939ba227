"""The shop's database, from empty to the tables of today. Alembic reads pyproject.toml."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.engines import create_shop_engine

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to a revision, all steps in one transaction; harmless when it is there.

    Processes that call this at once wait for each other. A SQLite file's folder is made.
    """
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision, `base` for none, in one transaction."""
    command.downgrade(configuration(url), revision)


def current(url: str) -> str | None:
    """The revision that the database is at; None for one without our tables."""
    engine = create_shop_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def newest() -> str | None:
    """The revision that this program wants."""
    return ScriptDirectory.from_config(configuration("")).get_current_head()


def configuration(url: str) -> Config:
    """Alembic's configuration for one database, for its commands and its script directory."""
    config = Config(toml_file=PYPROJECT)
    config.attributes["url"] = url
    return config
