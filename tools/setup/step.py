"""One step of set-up: what it needs, whether it is done already, and running its commands."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAMPS = ROOT / "var" / "stamps"
LOGS = ROOT / "var" / "log"
LINES_OF_LOG = 25


class SetupFailed(Exception):
    """A step did not work; the message says which command, how its log ends and what to do."""


@dataclass(frozen=True)
class Step:
    """Something that set-up brings about. `work` runs when the stamp of `inputs` is not current.

    A step without inputs runs every time: it finds out by itself whether there is anything to do.
    """

    name: str
    work: Callable[[Job], None]
    after: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    """Paths that must exist for the stamp to count."""

    def is_current(self) -> bool:
        """Whether it was done before with the same inputs, and its products are still there."""
        return (
            bool(self.inputs)
            and all((ROOT / product).exists() for product in self.products)
            and self._stamp.exists()
            and self._stamp.read_text() == self._digest()
        )

    def mark_current(self) -> None:
        """Remember that it was done with the present inputs."""
        if self.inputs:
            STAMPS.mkdir(parents=True, exist_ok=True)
            self._stamp.write_text(self._digest())

    @property
    def _stamp(self) -> Path:
        return STAMPS / self.name.replace(" ", "-")

    def _digest(self) -> str:
        digest = hashlib.sha256(str(ROOT).encode())
        for name in self.inputs:
            digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
        return digest.hexdigest()


class Job:
    """A step at work: runs commands with their output in a log, and can tell how far it is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.began_at = time.monotonic()
        self.log = LOGS / f"setup-{name.replace(' ', '-')}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.progress: Callable[[], str] = str
        self.notes: list[str] = []
        self._lock = threading.Lock()
        self._is_stopped = False
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return time.monotonic() - self.began_at

    def run(self, command: Sequence[str], *, advice: str) -> None:
        """Run a command in the repository. Raises SetupFailed, which ends with the advice."""
        with self.log.open("ab") as log, self._lock:
            if self._is_stopped:
                raise SetupFailed(f"{self.name} was stopped")
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            self.process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        status = self.process.wait()
        if status != 0:
            raise SetupFailed(self._account_of(command, status, advice))

    def stop(self) -> None:
        """End the command that runs now, and all it started; a later one is not begun."""
        with self._lock:
            self._is_stopped = True
            if self.process is not None and self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGTERM)

    def _account_of(self, command: Sequence[str], status: int, advice: str) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-LINES_OF_LOG:]
        return "\n".join(
            [
                f"{self.name}: this command ended with status {status}:",
                f"  {' '.join(command)}",
                f"The end of {self.log.relative_to(ROOT)}:",
                *(f"  │ {line}" for line in lines),
                f"What to do: {advice}",
            ]
        )
