"""What the demo shop answers, and what it tells of itself."""

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent

FACTS_FILE: Final = _FOLDER / "facts.toml"
ENTRY_FILES: Final = tuple(
    sorted(path for path in _FOLDER.glob("*.toml") if path.name != FACTS_FILE.name)
)
