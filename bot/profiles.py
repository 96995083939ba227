"""The question to a platform who somebody is."""

from datetime import datetime

from sqlmodel import Session

from bot import outbox
from bot.outbox import Post
from commerce.sealing import Sealer


def want_profile(
    session: Session,
    sealer: Sealer,
    channel: str,
    account: str,
    external_user: str,
    now: datetime,
    *,
    again: str = "",
) -> None:
    """Have it asked, once for each person, and once more for each cause named in `again`."""
    cause = f":{again}" if again else ""
    message = Post(
        key=f"profile:{channel}:{account}:{external_user}{cause}",
        kind=f"{channel}.profile",
        payload={"openid": external_user},
    )
    outbox.post(session, sealer, message, now)
