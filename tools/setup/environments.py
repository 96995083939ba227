"""uv, and the two Python environments it makes from the lock files."""

from __future__ import annotations

import shutil
import subprocess
import sys

from tools.setup import installing
from tools.setup.step import ROOT, Job, SetupFailed

UV_FOLDER = "var/tools/uv"
ADVICE_FOR_PACKAGES = (
    "if a download broke, run the same command again, what arrived is kept; "
    "if a hash differs, somebody changed the lock file: `git checkout` it"
)


def fetch_uv(job: Job) -> None:
    """uv from the PATH, or from the package index into a folder of its own."""
    if find_uv():
        return
    job.run(
        [sys.executable, "-m", "venv", "--clear", UV_FOLDER],
        advice="install the venv module (Debian: apt-get install python3-venv), or uv itself",
    )
    job.run(
        [f"{UV_FOLDER}/bin/python", "-m", "pip", "install", "--quiet", "uv"],
        advice="see that this machine reaches its package index, or install uv yourself",
    )


def find_uv() -> str:
    """The path of uv; empty where there is none."""
    own = ROOT / UV_FOLDER / "bin" / "uv"
    return shutil.which("uv") or (str(own) if own.exists() else "")


def install_bot(job: Job) -> None:
    """`.venv` with exactly what requirements-dev.txt says."""
    make_environment(job, ".venv", "3.12")
    job.progress = installing.Installation(job, installing.BOT).describe
    sync(job, ".venv", "requirements-dev.txt")


def install_rasa(job: Job) -> None:
    """`nlu/.venv` with exactly what nlu/requirements.txt says; over 2 GB."""
    make_environment(job, "nlu/.venv", "3.10")
    job.progress = installing.Installation(job, installing.RASA).describe
    sync(job, "nlu/.venv", "nlu/requirements.txt")


def make_environment(job: Job, folder: str, version: str) -> None:
    """An empty environment of that Python version, unless there is a working one."""
    if python_version(folder) == version:
        return
    shutil.rmtree(ROOT / folder, ignore_errors=True)
    job.run(
        [find_uv(), "venv", "--python", version, folder],
        advice=f"install Python {version} (for example `pyenv install {version}`) and try again",
    )


def python_version(folder: str) -> str:
    """The version of an environment's Python, such as `3.12`; empty when it does not run."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        run = subprocess.run(
            [str(ROOT / folder / "bin" / "python"), "-c", program],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return run.stdout.strip()


def sync(job: Job, folder: str, lock_file: str) -> None:
    """Make the environment hold exactly what the lock file says, byte-compiled.

    Uncompiled, jieba warns at its first import on 3.12, and Rasa loads at a third of its speed.
    """
    job.run(
        [
            *(find_uv(), "pip", "sync", "--require-hashes", "--compile-bytecode"),
            *("--python", f"{folder}/bin/python", lock_file),
        ],
        advice=ADVICE_FOR_PACKAGES,
    )
    if not python_version(folder):
        raise SetupFailed(f"{folder} does not run: remove it and try again")
