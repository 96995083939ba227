"""Training of Rasa's model, once for every state of its sources."""

import fcntl
import hashlib
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nlu.errors import NluError
from nlu.rasa_environment import (
    EMBEDDER_VARIABLE,
    KEPT_VECTORS_VARIABLE,
    RASA_PYTHON,
    ROOT,
    VAR,
    rasa_environment,
    rasas_embedder,
)

# All that shapes the model. The catalogue's lexicon does not: it is read anew while serving.
_SOURCES: Final = (
    "config.yml",
    "nlu/domain.yml",
    "nlu/requirements.txt",
    "nlu/data/**/*.yml",
    "nlu/lexicon/*.txt",
    "nlu/components/*.py",
    "nlu/extractors/*.py",
    "nlu/keywords/*.py",
    "nlu/keywords/*.rules",
    "nlu/text.py",
    "nlu/findings.py",
    "nlu/merging.py",
    "nlu/normalise.py",
    "nlu/dictionary.py",
    "nlu/embedder.py",
)
_KEPT: Final = 3
_PATIENCE: Final = 900.0  # Seconds; one to three minutes are usual.

type Progress = Callable[[str], None]


class TrainingFailed(NluError):
    """Rasa could not train; the message ends with the last lines that it wrote."""


def model_path(root: Path = ROOT, folder: Path = VAR, embedder: str | None = None) -> Path:
    """Where the model of the present sources is, or will be, below `folder`.

    `embedder` is the setting of SHOP_EMBEDDER, taken from the environment where it is None.
    """
    digest = hashlib.sha256(rasas_embedder(embedder).encode())
    for pattern in _SOURCES:
        for path in sorted(root.glob(pattern)):
            digest.update(f"{path.relative_to(root)}\0".encode())
            digest.update(path.read_bytes() + b"\0")
    return folder / "models" / f"{digest.hexdigest()[:16]}.tar.gz"


def ensure_model(
    progress: Progress = lambda _: None,
    python: Path = RASA_PYTHON,
    folder: Path = VAR,
    embedder: str | None = None,
) -> Path:
    """The model of the present sources, trained now if there is none.

    Several processes may ask at once: one trains, the others wait for it.
    Raises TrainingFailed.
    """
    model = model_path(folder=folder, embedder=embedder)
    if model.exists():
        return model
    with _one_at_a_time(model.parent):
        if not model.exists():
            progress("training the language model, one to three minutes")
            train(python, model, embedder)
            _forget_old_models(model.parent)
    return model


def train(python: Path, out: Path, embedder: str | None = None) -> None:
    """Train into `out`, which appears whole or not at all. Raises TrainingFailed.

    The sentences' vectors are kept beside the folder of `out`: the next training is quicker.
    """
    if not python.exists():
        raise TrainingFailed(f"no Rasa at {python}: `make setup` installs it")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        command = [
            *(str(python), "-m", "nlu.components.rasa_command", "train", "nlu"),
            *("--config", "config.yml", "--domain", "nlu/domain.yml", "--nlu", "nlu/data"),
            *("--out", folder, "--fixed-model-name", "model"),
        ]
        # No catalogue: the same sources give the same model in every shop.
        environment = rasa_environment(
            SHOP_LEXICON_FILE="/dev/null",
            RASA_CACHE_DIRECTORY=folder,
            **{
                EMBEDDER_VARIABLE: rasas_embedder(embedder),
                KEPT_VECTORS_VARIABLE: str(out.parent.parent / "vectors.npz"),
            },
        )
        written = _run(command, environment)
        made = Path(folder) / "model.tar.gz"
        if not made.exists():
            raise TrainingFailed(f"Rasa wrote no model:\n{written}")
        made.rename(out)


def _run(command: list[str], environment: dict[str, str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
            text=True,
        )
    except subprocess.TimeoutExpired as error:
        raise TrainingFailed(f"training took more than {_PATIENCE:.0f} s") from error
    last_lines = "\n".join(done.stdout.splitlines()[-20:])
    if done.returncode != 0:
        raise TrainingFailed(f"Rasa ended with status {done.returncode}:\n{last_lines}")
    return last_lines


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_old_models(folder: Path) -> None:
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for old in models[:-_KEPT]:
        old.unlink(missing_ok=True)
