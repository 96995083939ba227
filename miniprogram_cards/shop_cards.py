"""Cards that invite into the shop: its front, and a coupon to take."""

from miniprogram_cards.cards import CardContent
from miniprogram_cards.limits import cut_to_bytes
from miniprogram_cards.paths import COUPON_PAGE, INDEX_PAGE, CardPath, build


def shop_card(title: str, picture: str, source: str, promoter: str = "") -> CardContent:
    """The card of the shop's front."""
    return CardContent(
        title=cut_to_bytes(title),
        path=build(CardPath(INDEX_PAGE, promoter, source)),
        picture=picture,
    )


def coupon_card(
    name: str, rule: str, code: str, picture: str, source: str, promoter: str = ""
) -> CardContent:
    """The card on which a coupon is taken; the title keeps what it does, such as 满¥100减¥10."""
    return CardContent(
        title=cut_to_bytes(name, keep_end=f" {rule}"),
        path=build(CardPath(COUPON_PAGE, code, source, promoter)),
        picture=picture,
    )
