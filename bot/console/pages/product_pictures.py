"""Pictures of products: whatever was handed in becomes a plain JPEG in the shape of a card."""

import io
from hashlib import blake2b
from pathlib import Path
from typing import Final

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from commerce.errors import InvalidInput

LARGEST: Final = 8 * 1024 * 1024
SIZE: Final = (800, 640)
"""5:4, the shape of a mini-program card's cover."""
MOST_PIXELS: Final = 40_000_000
"""A phone's largest photo; more is a file made to fill the memory."""
TAKEN: Final = {".jpg": "JPEG", ".jpeg": "JPEG", ".jfif": "JPEG", ".png": "PNG", ".webp": "WEBP"}
_QUALITY: Final = 86


def keep_picture(content: bytes, folder: Path) -> str:
    """Write a picture anew into the folder; its file name. Nothing of the original is kept.

    Raises InvalidInput for what is no picture.
    """
    drawn = redrawn(content)
    name = f"p-{blake2b(drawn, digest_size=12).hexdigest()}.jpg"
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{name}"
    beside.write_bytes(drawn)
    beside.replace(folder / name)
    return name


def redrawn(content: bytes) -> bytes:
    """The picture as a JPEG of SIZE, cut to shape around its middle. Raises InvalidInput."""
    kind = _kind_of(content)
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InvalidInput("图片太大了，请缩小到4000万像素以内", field="picture")
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise InvalidInput("这张图片打不开，请换一张", field="picture") from None
    ground = Image.new("RGBA", upright.size, "white")
    ground.alpha_composite(upright)
    fitted = ImageOps.fit(ground.convert("RGB"), SIZE, Image.Resampling.LANCZOS)
    written = io.BytesIO()
    fitted.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def _kind_of(content: bytes) -> str:
    """What the bytes are, whatever their name says."""
    try:
        found = puremagic.from_string(content).lower()
    except (puremagic.PureError, ValueError):
        found = ""
    if found not in TAKEN:
        raise InvalidInput("只能用JPG、PNG或WebP图片", field="picture")
    return TAKEN[found]
