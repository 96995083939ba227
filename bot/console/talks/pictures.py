"""Pictures that the shop's people send: checked by what they hold, drawn anew, kept by name."""

import hashlib
import io
import secrets
from pathlib import Path
from typing import Final

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from commerce.errors import InvalidInput

LARGEST_UPLOAD: Final = 8 * 1024 * 1024
LARGEST_SENT: Final = 2 * 1024 * 1024
"""Bytes of a temporary picture: WeCom takes 10 MB, an official account 10 MB, and older documents
of both say 2 (WeChat 新增临时素材 documentation)."""
LONGEST_SIDE: Final = 2_000
MOST_PIXELS: Final = 40_000_000
"""More is refused before it is unpacked: a small file may hold a picture that fills the memory."""
_KINDS: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"})
_QUALITIES: Final = (88, 78, 66, 50)
NOT_A_PICTURE: Final = "这个文件不是图片，支持 JPG、PNG、GIF、WebP、BMP"
TOO_LARGE: Final = "图片太大，请选8MB以内的"


def keep_picture(folder: Path, content: bytes) -> str:
    """Draw an uploaded picture anew as JPEG into the picture folder; its file name there.

    Nothing of the file is kept but what is seen: no place, no camera, nothing hidden behind the
    picture. Takes a while: call it outside of transactions and of the event loop. Raises
    InvalidInput.
    """
    if len(content) > LARGEST_UPLOAD:
        raise InvalidInput(TOO_LARGE, field="picture")
    drawn = _draw(content)
    # The digest alone would tell whoever has the picture that it was sent here.
    name = f"sent-{hashlib.sha256(drawn).hexdigest()[:16]}{secrets.token_hex(8)}.jpg"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{name}"
    unfinished.write_bytes(drawn)
    unfinished.replace(folder / name)
    return name


def _draw(content: bytes) -> bytes:
    try:
        if puremagic.from_string(content, mime=True) not in _KINDS:
            raise InvalidInput(NOT_A_PICTURE, field="picture")
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise InvalidInput("图片的像素太多，请先缩小一些", field="picture")
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            flat = Image.new("RGB", upright.size, "white")
            layered = upright.convert("RGBA")
            flat.paste(layered, mask=layered.getchannel("A"))
    except (puremagic.PureError, UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InvalidInput(NOT_A_PICTURE, field="picture") from error
    except Image.DecompressionBombError as error:
        raise InvalidInput("图片的像素太多，请先缩小一些", field="picture") from error
    return _written(flat)


def _written(picture: Image.Image) -> bytes:
    for quality in _QUALITIES:
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=quality, optimize=True)
        if written.tell() <= LARGEST_SENT:
            break
    return written.getvalue()
