"""Cards of those who bring customers: the shop to pass on, and a withdrawal to confirm."""

from commerce.distribution.tables import Withdrawal
from commerce.money import yuan
from miniprogram_cards.cards import CardContent
from miniprogram_cards.limits import cut_to_bytes
from miniprogram_cards.paths import INDEX_PAGE, PROMOTER_PAGE, CardPath, build


def shop_card(title: str, code: str, picture: str, source: str) -> CardContent:
    """The shop's front with a promoter's code: whoever opens it came from them."""
    return CardContent(
        title=cut_to_bytes(title),
        path=build(CardPath(INDEX_PAGE, code, source)),
        picture=picture,
    )


def withdrawal_card(title: str, withdrawal: Withdrawal, picture: str, source: str) -> CardContent:
    """The promoter's page at a withdrawal, with what will arrive."""
    return CardContent(
        title=cut_to_bytes(title, keep_end=f" {yuan(withdrawal.net)}"),
        path=build(CardPath(PROMOTER_PAGE, withdrawal.withdrawal_no, source)),
        picture=picture,
    )
