"""`make migration m="…"`: a revision from what the tables say and the last revision does not.

It compares on PostgreSQL: on SQLite alembic does not see indexes on expressions.
"""

import sys

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot import migrations
from tools.postgres import throw_away_postgres


def write_revision(sentence: str) -> None:
    """Write the next numbered revision, to be read and mended before it is committed."""
    with throw_away_postgres() as url:
        migrations.upgrade(url)
        configuration = migrations.configuration(url)
        number = next_number(configuration)
        command.revision(configuration, sentence, autogenerate=True, rev_id=number)


def next_number(configuration: Config) -> str:
    """The number after the last revision's."""
    head = ScriptDirectory.from_config(configuration).get_current_head()
    return f"{int(head or 0) + 1:04d}"


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('say what it does: make migration m="Orders know their coupon"')
    write_revision(sys.argv[1])
