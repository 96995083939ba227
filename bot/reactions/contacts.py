"""What follows for contacts in WeCom."""

from bot.contacts.merging import follow_merge
from bot.reactions.heard import Heard


def customers_merged(heard: Heard) -> None:
    """Contacts go over to the customer who stays."""
    follow_merge(heard.session, heard.about["customer_id"], heard.about["gone_id"])
