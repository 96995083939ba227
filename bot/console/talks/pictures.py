"""Pictures that the shop's people send: drawn anew, small enough for the platforms."""

import hashlib
import secrets
from pathlib import Path
from typing import Final

from bot.console import drawing

FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
LARGEST_SENT: Final = 2 * 1024 * 1024
"""Bytes of a temporary picture: WeCom takes 10 MB, an official account 10 MB, and older documents
of both say 2 (WeChat 新增临时素材 documentation)."""
LONGEST_SIDE: Final = 2_000
_QUALITIES: Final = (88, 78, 66, 50)


def keep_picture(folder: Path, content: bytes) -> str:
    """Draw an uploaded picture anew as JPEG into the picture folder; its file name there.

    Takes a while: call it outside of transactions and of the event loop. Raises InvalidInput.
    """
    drawn = drawing.drawn_within(content, (LONGEST_SIDE, LONGEST_SIDE), FORMATS)
    written = b""
    for quality in _QUALITIES:
        written = drawing.jpeg_of(drawn, quality)
        if len(written) <= LARGEST_SENT:
            break
    # The digest alone would tell whoever has the picture that it was sent here.
    name = f"sent-{hashlib.sha256(written).hexdigest()[:16]}{secrets.token_hex(8)}.jpg"
    drawing.keep(folder, name, written)
    return name
