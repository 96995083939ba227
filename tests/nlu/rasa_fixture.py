"""The real Rasa, one process a run: started in the background as soon as a test will need it.

Listed among the `pytest_plugins`, it begins to load right after collection, while the tests that
do not need it run.
"""

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import pytest

from nlu.rasa_environment import VAR
from nlu.serving import RasaProcess, free_port

PATIENCE = 180.0
TOKEN = "token-of-the-tests"


@dataclass(frozen=True, slots=True)
class RasaServer:
    """A Rasa that answers. It watches the catalogue's file and that of vectors computed ahead."""

    url: str
    token: str
    lexicon: Path
    ahead: Path


class BackgroundRasa:
    """A Rasa process on an event loop and a thread of its own."""

    def __init__(self) -> None:
        self.started: Future[RasaServer] = Future()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="rasa", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            self.started.set_exception(error)
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        port = free_port()
        lexicon = VAR / f"lexicon-{port}.txt"
        lexicon.unlink(missing_ok=True)
        ahead = VAR / f"vectors-ahead-{port}.npz"
        try:
            async with RasaProcess(port, TOKEN, lexicon=lexicon, ahead=ahead) as process:
                self.started.set_result(RasaServer(process.url, TOKEN, lexicon, ahead))
                await self._over.wait()
        finally:
            lexicon.unlink(missing_ok=True)


_background: list[BackgroundRasa] = []


def background_rasa() -> BackgroundRasa:
    """The run's one Rasa, started by whoever asks first."""
    if not _background:
        _background.append(BackgroundRasa())
    return _background[0]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin to load while other tests run; of several workers the one that needs it begins."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    needs_rasa = any("rasa_server" in getattr(item, "fixturenames", ()) for item in session.items)
    if needs_rasa and not session.config.option.collectonly:
        background_rasa()


def pytest_unconfigure() -> None:
    """Leave no process behind, whatever happened."""
    while _background:
        _background.pop().stop()


@pytest.fixture(scope="session")
def rasa_server() -> Iterator[RasaServer]:
    """The real Rasa; a run without it fails, it never skips."""
    try:
        yield background_rasa().started.result(timeout=PATIENCE)
    except TimeoutError:
        pytest.fail(f"Rasa did not answer within {PATIENCE:.0f} s")
