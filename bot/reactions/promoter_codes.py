"""A promoter wants their QR code."""

from bot.promoter_codes import call_for_code
from bot.reactions.heard import Heard


def promoter_code_wanted(heard: Heard) -> None:
    """Have it made; what delivers it sends it to them."""
    about = heard.about
    call_for_code(
        heard.session,
        heard.sealer,
        about["customer_id"],
        about["conversation_id"],
        heard.now,
        cause=f"event:{heard.event.id}",
    )
