"""Uploaded pictures, judged by what they hold and drawn anew: nothing of a file is kept but what
is seen. No place, no camera, nothing hidden behind the picture."""

import io
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Final

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from commerce.errors import InvalidInput

LARGEST: Final = 8 * 1024 * 1024
MOST_PIXELS: Final = 40_000_000
"""A phone's largest photo. More is refused before it is unpacked: a small file may hold a picture
that fills the memory."""
_FORMATS: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/bmp": "BMP",
}
NOT_A_PICTURE: Final = "这个文件不是能用的图片，支持 {kinds}"
TOO_LARGE: Final = "图片太大，请选8MB以内的"
TOO_MANY_PIXELS: Final = "图片太大了，请缩小到4000万像素以内"


def drawn_within(content: bytes, size: tuple[int, int], formats: Collection[str]) -> Image.Image:
    """The picture upright on white ground, shrunk until it fits into `size`; never enlarged.

    `formats` are those of Pillow that are taken. Takes a while: call it outside of transactions
    and of the event loop. Raises InvalidInput.
    """
    if len(content) > LARGEST:
        raise InvalidInput(TOO_LARGE, field="picture")
    refusal = InvalidInput(NOT_A_PICTURE.format(kinds="、".join(formats)), field="picture")
    try:
        found = _FORMATS.get(puremagic.from_string(content, mime=True), "")
        if found not in formats:
            raise refusal
        # By its own format alone: Pillow would try all it knows, PostScript among them.
        with Image.open(io.BytesIO(content), formats=[found]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise InvalidInput(TOO_MANY_PIXELS, field="picture")
            opened.thumbnail(size)  # First of all: whatever follows copies what is left.
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (puremagic.PureError, UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise refusal from error
    except Image.DecompressionBombError as error:
        raise InvalidInput(TOO_MANY_PIXELS, field="picture") from error
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    return flat


def jpeg_of(picture: Image.Image, quality: int) -> bytes:
    """The picture as a JPEG file."""
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()


def keep(folder: Path, name: str, content: bytes) -> None:
    """Put a file into a folder: it is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{name}.{secrets.token_hex(4)}"
    unfinished.write_bytes(content)
    unfinished.replace(folder / name)
