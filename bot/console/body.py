"""Bodies of forms: what was typed, and files, each up to a size."""

from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.console.errors import ConsoleRefusal, TooLarge

LARGEST_FORM: Final = 256 * 1024
LARGEST_BODY: Final = 12 * 1024 * 1024
MOST_FIELDS: Final = 5_000
"""A long campaign has some thousand."""
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it arrived; name and type are only what the browser claims."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """What a form sent."""

    fields: Sequence[tuple[str, str]] = ()
    files: Mapping[str, UploadedFile] = field(default_factory=dict)


async def read_body(request: web.Request) -> Body:
    """The form in a request's body. Raises ConsoleRefusal and TooLarge."""
    try:
        match request.content_type:
            case "multipart/form-data":
                return _without_nul(await _read_parts(request))
            case "application/x-www-form-urlencoded":
                content = await _read_within(request.content.iter_chunked(_CHUNK), LARGEST_FORM)
                pairs = parse_qsl(
                    content.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS
                )
                return _without_nul(Body(pairs))
            case _:
                return Body()
    except (HttpProcessingError, UnicodeDecodeError, ValueError) as error:
        raise ConsoleRefusal from error


async def _read_parts(request: web.Request) -> Body:
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooLarge
    fields: list[tuple[str, str]] = []
    files: dict[str, UploadedFile] = {}
    left = LARGEST_BODY
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise ConsoleRefusal
        if len(fields) + len(files) >= MOST_FIELDS:
            raise ConsoleRefusal
        content = bytearray()
        while chunk := await part.read_chunk(_CHUNK):
            content += chunk
            left -= len(chunk)
            if left < 0:
                raise TooLarge
        if part.filename is None:
            fields.append((part.name, content.decode()))
        elif part.filename:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files[part.name] = UploadedFile(part.filename, kind, bytes(content))
    return Body(fields, files)


def _without_nul(body: Body) -> Body:
    """The same; PostgreSQL keeps no text with a NUL, and nobody types one."""
    if any("\0" in name or "\0" in value for name, value in body.fields):
        raise ConsoleRefusal
    return body


async def _read_within(chunks: AsyncIterable[bytes], largest: int) -> bytes:
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > largest:
            raise TooLarge
    return bytes(content)
