"""Chinese lettering: finds a font that has the characters, or does without."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

from PIL import ImageFont

_NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
_USUAL_PLACES = (
    (_NOTO, 2),  # In the Noto CJK collections face 2 is Simplified Chinese.
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/STHeiti Medium.ttc", 0),
)


@cache
def find_font() -> tuple[str, int] | None:
    """Return file and face of a font for simplified Chinese, or None when there is none.

    Asks fontconfig first, then looks where the usual distributions put theirs.
    """
    return next((place for place in (*_ask_fontconfig(), *_USUAL_PLACES) if _writes(*place)), None)


@cache
def chinese_font(pixels: int) -> ImageFont.FreeTypeFont | None:
    """Return the Chinese font in a size, or None when this machine has none."""
    place = find_font()
    return ImageFont.truetype(place[0], pixels, index=place[1]) if place else None


def _ask_fontconfig() -> list[tuple[str, int]]:
    command = shutil.which("fc-match")
    if command is None:
        return []
    pattern = "Noto Sans CJK SC:bold:lang=zh-cn"
    try:
        # The arguments are constants and the program is the one on this machine's PATH.
        answer = subprocess.run(  # noqa: S603
            [command, "-f", "%{file}|%{index}", pattern],
            capture_output=True,
            check=True,
            text=True,
            timeout=5,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    file, _, index = answer.stdout.partition("|")
    # Fontconfig keeps the named instance of a variable font in the upper half.
    return [(file, int(index) & 0xFFFF)] if index.isdigit() else []


def _writes(file: str, index: int) -> bool:
    """Tell whether the font draws 裙 as something else than its box for missing characters."""
    if not Path(file).is_file():
        return False
    try:
        font = ImageFont.truetype(file, 24, index=index)
    except OSError:
        return False
    return bytes(font.getmask("裙")) != bytes(font.getmask("\U0010fffd"))
