"""How Rasa is called: its own interpreter, a clean environment, no secrets, no telemetry."""

import os
from pathlib import Path
from typing import Final

from nlu.embedder import BUNDLED, OFF

ROOT: Final = Path(__file__).resolve().parent.parent
RASA_PYTHON: Final = ROOT / "nlu/.venv/bin/python"
VAR: Final = Path(os.environ.get("SHOP_VAR_FOLDER") or ROOT / "var") / "nlu"

EMBEDDER_VARIABLE: Final = "SHOP_EMBEDDER"
KEPT_VECTORS_VARIABLE: Final = "ZHANGGUI_VECTORS"
VECTORS_AHEAD_VARIABLE: Final = "ZHANGGUI_VECTORS_AHEAD"

_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SYSTEMROOT")


def rasas_embedder(setting: str | None = None) -> str:
    """`off`, or else the embedder inside Rasa's own process, whatever the bot uses.

    `setting` is that of SHOP_EMBEDDER. A remote one would keep all of Rasa waiting: it parses one
    sentence after the other.
    """
    setting = os.environ.get(EMBEDDER_VARIABLE, BUNDLED) if setting is None else setting
    return OFF if setting in ("", OFF) else BUNDLED


def rasa_environment(**extra: str) -> dict[str, str]:
    """Of our own environment only what a program needs to run; `extra` comes on top."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed_on,
        "PYTHONUTF8": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        # Its cache does not see changes in modules that components import.
        "RASA_MAX_CACHE_SIZE": "0",
        "PYTHONWARNINGS": "ignore",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "",
        # Idle threads of theirs spin: on two busy cores that made a parse six times as dear.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "passive",
        **extra,
    }
