"""Pictures of products: whatever was handed in becomes a plain JPEG in the shape of a card."""

from hashlib import blake2b
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from bot.console import drawing

FORMATS: Final = ("JPEG", "PNG", "WEBP")
SIZE: Final = (800, 640)
"""5:4, the shape of a mini-program card's cover."""
_AMPLE: Final = (3_200, 3_200)
"""What is left to cut from: four times SIZE, for pictures that are much longer than wide."""
_QUALITY: Final = 86


def keep_picture(content: bytes, folder: Path) -> str:
    """Draw a picture anew into the folder, cut to SIZE around its middle; its file name.

    Raises InvalidInput for what is no picture.
    """
    drawn = drawing.drawn_within(content, _AMPLE, FORMATS)
    fitted = ImageOps.fit(drawn, SIZE, Image.Resampling.LANCZOS)
    written = drawing.jpeg_of(fitted, _QUALITY)
    name = f"p-{blake2b(written, digest_size=12).hexdigest()}.jpg"
    drawing.keep(folder, name, written)
    return name
