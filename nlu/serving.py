"""Rasa as a process of our own: started, waited for, stopped with all its children."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiohttp

from nlu.components.rasa_command import TOKEN_VARIABLE
from nlu.dictionary import catalogue_file
from nlu.errors import NluError
from nlu.rasa_environment import (
    EMBEDDER_VARIABLE,
    RASA_PYTHON,
    ROOT,
    VAR,
    VECTORS_AHEAD_VARIABLE,
    rasa_environment,
    rasas_embedder,
)
from nlu.training import Progress, TrainingFailed, ensure_model

START_PATIENCE: Final = 180.0  # Seconds. TensorFlow's import alone takes 5 to 15.
STOP_PATIENCE: Final = 8.0
_POLL: Final = 0.25


class RasaNotStarted(NluError):
    """Rasa is not installed, could not be trained, ended, or did not answer in time."""


def rasa_command(model: Path, port: int, python: Path = RASA_PYTHON) -> list[str]:
    """The command line that serves `model` on loopback; the token travels in the environment."""
    return [
        *(str(python), "-m", "nlu.components.rasa_command", "run", "--enable-api"),
        *("-i", "127.0.0.1", "-p", str(port), "-m", str(model), "--log-file", os.devnull),
    ]


def serving_environment(
    token: str, lexicon: Path | None = None, embedder: str | None = None, ahead: Path | None = None
) -> dict[str, str]:
    """What the server needs: its token, and two files that it watches.

    The catalogue's lexicon, and the vectors that a command computes ahead.
    """
    watched = (lexicon or catalogue_file()).resolve()
    return rasa_environment(
        SHOP_LEXICON_FILE=str(watched),
        **{
            TOKEN_VARIABLE: token,
            EMBEDDER_VARIABLE: rasas_embedder(embedder),
            VECTORS_AHEAD_VARIABLE: str((ahead or vectors_file()).resolve()),
        },
    )


def vectors_file(folder: Path = VAR) -> Path:
    """Where a Rasa of that folder looks for vectors that were computed ahead."""
    return folder / "vectors-ahead.npz"


class RasaProcess:
    """One Rasa server; `async with` starts and stops it.

    Its words go to `log`; `folder` holds the models, and the log and the file of vectors `ahead`
    where none is given; `embedder` is the setting of SHOP_EMBEDDER.
    """

    def __init__(
        self,
        port: int,
        token: str,
        *,
        log: Path | None = None,
        lexicon: Path | None = None,
        folder: Path = VAR,
        python: Path = RASA_PYTHON,
        embedder: str | None = None,
        ahead: Path | None = None,
    ) -> None:
        self.port = port
        self.token = token
        self.log = log or folder / f"rasa-{port}.log"
        self._lexicon = lexicon
        self._folder = folder.resolve()  # Rasa has a working directory of its own.
        self._python = python
        self._embedder = embedder
        self._ahead = ahead or vectors_file(folder)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The server's process id; raises RasaNotStarted when there is none."""
        if self._process is None:
            raise RasaNotStarted("not started")
        return self._process.pid

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
        if error is None:
            self.log.unlink(missing_ok=True)

    async def start(
        self, progress: Progress = lambda _: None, patience: float = START_PATIENCE
    ) -> None:
        """Train if needed, start, and return when it answers. Raises RasaNotStarted."""
        try:
            model = await asyncio.to_thread(
                ensure_model, progress, self._python, self._folder, self._embedder
            )
        except TrainingFailed as error:
            raise RasaNotStarted(str(error)) from error
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *rasa_command(model, self.port, self._python),
                cwd=ROOT,
                env=serving_environment(self.token, self._lexicon, self._embedder, self._ahead),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Its children go with it when the group is signalled.
            )
        await self._until_it_answers(progress, patience)

    async def stop(self) -> None:
        """End it and its children: asked first, then, after a while, without asking."""
        process, self._process = self._process, None
        if process is None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_PATIENCE)
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()

    async def _until_it_answers(self, progress: Progress, patience: float) -> None:
        began_at = time.monotonic()
        while (waited := time.monotonic() - began_at) < patience:
            if self._process is None or self._process.returncode is not None:
                raise RasaNotStarted(f"Rasa ended by itself:\n{self._last_words()}")
            if await answers(self.url, self.token):
                try:
                    await _warm_up(self.url, self.token)
                except aiohttp.ClientError as error:
                    raise RasaNotStarted(f"Rasa died parsing:\n{self._last_words()}") from error
                return
            progress(f"loading Rasa, {waited:.0f} s")
            await asyncio.sleep(_POLL)
        raise RasaNotStarted(f"Rasa did not answer in {patience:.0f} s:\n{self._last_words()}")

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


async def answers(url: str, token: str) -> bool:
    """Whether a Rasa with a loaded model is there and takes our token."""
    patience = aiohttp.ClientTimeout(total=2.0)
    try:
        async with (
            aiohttp.ClientSession(timeout=patience) as session,
            session.get(f"{url.rstrip('/')}/status", params={"token": token}) as response,
        ):
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


async def _warm_up(url: str, token: str) -> None:
    """The first parse pays for what Rasa builds lazily; no customer should."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{url}/model/parse", params={"token": token}, json={"text": "你好"}
        ) as response,
    ):
        await response.read()


@contextlib.asynccontextmanager
async def rasa_at(
    url: str,
    token: str,
    *,
    lexicon: Path | None = None,
    folder: Path = VAR,
    embedder: str | None = None,
) -> AsyncIterator[str]:
    """The address of a Rasa that answers to `token`: the given one, or one started for the block.

    The one started watches `lexicon`, keeps its models in `folder` and has the embedder of that
    setting. Raises RasaNotStarted.
    """
    if url and await answers(url, token):
        yield url
        return
    process = RasaProcess(free_port(), token, lexicon=lexicon, folder=folder, embedder=embedder)
    async with process as rasa:
        yield rasa.url


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def serve(port: int, token: str, progress: Progress) -> None:
    """Become the server: this process is replaced, so that signals reach Rasa itself."""
    model = ensure_model(progress)
    if not token:
        token = secrets.token_urlsafe(24)
        progress(f"SHOP_NLU_TOKEN is not set; the token of this run is {token}")
    progress(f"Rasa loads in 5 to 15 s and then answers at http://127.0.0.1:{port}")
    os.chdir(ROOT)
    command = rasa_command(model, port)
    os.execve(command[0], command, serving_environment(token))  # noqa: S606 - our own command


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
