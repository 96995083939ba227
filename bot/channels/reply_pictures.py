"""Pictures of replies as a platform's media, in time for the message that shows them."""

import asyncio
from typing import Final

from sqlalchemy.exc import DBAPIError

from bot.media import MediaLibrary
from bot.messages import Card, Picture, Reply
from wecom.errors import WeChatError

PREPARING_SECONDS: Final = 10.0
"""What a picture may take, so that time is left for the message itself."""


class UploadFailed(WeChatError):
    """A picture could not be uploaded. Whatever became of that, its message has not left."""

    def __init__(self, cause: WeChatError | DBAPIError | TimeoutError) -> None:
        super().__init__(f"picture not uploaded: {cause}")
        self.permanent = isinstance(cause, WeChatError) and cause.permanent


async def media_id_of(media: MediaLibrary, picture: str) -> str:
    """The id of a picture, uploaded if need be. Raises PictureMissing or UploadFailed."""
    try:
        async with asyncio.timeout(PREPARING_SECONDS):
            return await media.media_id(picture)
    except (WeChatError, DBAPIError, TimeoutError) as error:
        raise UploadFailed(error) from error


async def forget_picture(media: MediaLibrary, reply: Reply) -> None:
    """The platform refused the id of a reply's picture: it is uploaded again next time."""
    match reply:
        case Card(_, _, picture) | Picture(picture):
            await media.forget(picture)
