"""`python3 -m tools.setup PLAN`: do what of the plan is not done yet, side by side where it may."""

from __future__ import annotations

import fcntl
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from tools.setup.plan import PLANS
from tools.setup.screen import Screen, duration
from tools.setup.step import ROOT, Job, SetupFailed, Step

OLDEST_PYTHON = (3, 9)
TICK_SECONDS = 1


@contextmanager
def only_one(screen: Screen) -> Iterator[None]:
    """Wait while another set-up works in this folder."""
    lock_file = ROOT / "var" / "setup.lock"
    lock_file.parent.mkdir(exist_ok=True)
    with lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            screen.say("Another set-up is at work in this folder: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class SetUp:
    """Every step of a plan, each in a thread that waits for those before it."""

    def __init__(self, steps: tuple[Step, ...], screen: Screen) -> None:
        self._steps = steps
        self._screen = screen
        self._jobs: dict[str, Job] = {}
        self._futures: dict[str, Future[None]] = {}
        self._is_stopping = False

    def finish(self) -> None:
        """Return when all is done. Raises SetupFailed when a step failed; the others are ended."""
        with ThreadPoolExecutor(len(self._steps)) as threads:
            try:
                for step in self._steps:
                    self._futures[step.name] = threads.submit(self._do, step)
                self._watch()
            finally:
                self._is_stopping = True
                for job in list(self._jobs.values()):
                    job.stop()

    def _watch(self) -> None:
        unfinished: set[Future[None]] = set(self._futures.values())
        while unfinished:
            done, unfinished = wait(unfinished, TICK_SECONDS, FIRST_EXCEPTION)
            for future in done:
                future.result()
            self._screen.show_progress(list(self._jobs.values()))

    def _do(self, step: Step) -> None:
        for name in step.after:
            if name in self._futures:
                self._futures[name].result()
        if self._is_stopping or step.is_current():
            return
        job = self._jobs[step.name] = Job(step.name)
        try:
            step.work(job)
        finally:
            del self._jobs[step.name]
        step.mark_current()
        if job.process is not None:
            self._screen.say(f"  ✓ {step.name} ({duration(job.seconds)})")
        for note in job.notes:
            self._screen.say(f"    {note}")


def main(arguments: list[str]) -> int:
    """Set up what one plan needs; the exit status."""
    if sys.version_info < OLDEST_PYTHON:
        print(f"python3 is {sys.version.split()[0]}: set-up needs 3.9 or newer", file=sys.stderr)
        return 2
    if len(arguments) != 1 or arguments[0] not in PLANS:
        print(f"usage: python3 -m tools.setup {'|'.join(PLANS)}", file=sys.stderr)
        return 2
    steps = PLANS[arguments[0]]
    screen = Screen()
    began_at = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with only_one(screen):
            if any(step.name == "Rasa environment" and not step.is_current() for step in steps):
                screen.say("Setting up. The Rasa environment is over 2 GB: the first time takes a")
                screen.say("few minutes, most of them for the download.")
            SetUp(steps, screen).finish()
    except SetupFailed as failure:
        screen.say(f"\nSet-up failed.\n{failure}")
        return 1
    except KeyboardInterrupt:
        screen.say("Set-up stopped. What is done is kept.")
        return 130
    screen.say(f"Set up ({duration(time.monotonic() - began_at)}).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
