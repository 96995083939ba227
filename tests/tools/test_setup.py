"""Set-up does what is missing, once, in order, and says clearly what went wrong."""

import sys
import threading
from pathlib import Path

import pytest

from tools.setup import step as step_module
from tools.setup.__main__ import SetUp, main
from tools.setup.installing import about, gigabytes
from tools.setup.plan import PLANS
from tools.setup.screen import Screen
from tools.setup.step import Job, SetupFailed, Step


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder of the test's own."""
    monkeypatch.setattr(step_module, "ROOT", tmp_path)
    monkeypatch.setattr(step_module, "STAMPS", tmp_path / "var/stamps")
    monkeypatch.setattr(step_module, "LOGS", tmp_path / "var/log")
    (tmp_path / "lock.txt").write_text("package==1")
    return tmp_path


def make(job: Job) -> None:
    """Make the product."""
    (step_module.ROOT / "product").write_text(job.name)


STEP = Step("product", make, inputs=("lock.txt",), products=("product",))


def test_a_step_is_done_once_and_again_when_its_inputs_change(folder: Path) -> None:
    assert not STEP.is_current()

    SetUp((STEP,), Screen()).finish()

    assert STEP.is_current()
    (folder / "lock.txt").write_text("package==2")
    assert not STEP.is_current()


def test_a_step_is_done_again_when_its_product_is_gone(folder: Path) -> None:
    SetUp((STEP,), Screen()).finish()

    (folder / "product").unlink()

    assert not STEP.is_current()


def test_a_step_waits_for_those_before_it_and_others_do_not() -> None:
    both_at_work = threading.Barrier(2, timeout=10)
    order: list[str] = []

    def meet(job: Job) -> None:
        both_at_work.wait()
        order.append(job.name)

    steps = (
        Step("one", meet),
        Step("other", meet),
        Step("last", lambda job: order.append(job.name), after=("one", "other")),
    )
    SetUp(steps, Screen()).finish()

    assert order[-1] == "last"
    assert len(order) == 3


def test_a_failure_names_the_command_the_end_of_its_log_and_what_to_do() -> None:
    program = "print('the reason'); raise SystemExit(3)"

    with pytest.raises(SetupFailed) as failure:
        Job("bot environment").run([sys.executable, "-c", program], advice="try again")

    account = str(failure.value)
    assert "status 3" in account
    assert program in account
    assert "var/log/setup-bot-environment.log" in account
    assert "│ the reason" in account
    assert account.endswith("What to do: try again")


def test_a_failure_ends_the_steps_beside_it_and_starts_none_after_it(folder: Path) -> None:
    at_work = threading.Event()

    def work_for_long(job: Job) -> None:
        at_work.set()
        job.run([sys.executable, "-c", "import time; time.sleep(60)"], advice="")

    def fail(_job: Job) -> None:
        at_work.wait(10)
        raise SetupFailed("no package index")

    steps = (Step("long", work_for_long), Step("failing", fail), Step("after", make, ("failing",)))
    with pytest.raises(SetupFailed, match="no package index"):
        SetUp(steps, Screen()).finish()

    assert not (folder / "product").exists()


def test_every_plan_names_its_steps_after_those_they_wait_for() -> None:
    for steps in PLANS.values():
        names = [step.name for step in steps]
        for position, step in enumerate(steps):
            assert set(step.after) & set(names) <= set(names[:position])


def test_an_unknown_plan_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["everything"]) == 2
    assert "run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "a few seconds left"), (42, "about 40 s left"), (200, "about 3 min left")],
)
def test_the_wait_is_told_no_more_precisely_than_it_is_known(seconds: float, words: str) -> None:
    assert about(seconds) == words


def test_amounts_are_told_in_gigabytes() -> None:
    assert gigabytes(1_140_000_000, 2_750_000_000) == "1.1 of 2.8 GB"
