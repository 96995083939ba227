"""A session of WeCom's customer service is to change its state."""

from bot import outbox
from bot.outbox import Post
from bot.reactions.heard import Heard


def session_wanted(heard: Heard) -> None:
    """Have WeCom asked, once a wish."""
    about = heard.about
    message = Post(
        key=f"kf-session:{about['conversation_id']}:{about['number']}",
        kind="wecom.session",
        payload=dict(about),
    )
    outbox.post(heard.session, heard.sealer, message, heard.now)
