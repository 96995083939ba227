"""QR codes of the account that somebody scanned: a coupon, a source, a promoter, or neither."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.handlers.coupon_taking import SCENE as OF_COUPON
from bot.handlers.coupon_taking import take_scanned
from bot.messages import Reply, Text
from bot.router import Router
from bot.scenes import Arrival, SceneKind, arrive, scene_of
from bot.turn import Turn
from commerce.distribution.bindings import Bound
from commerce.sources.tables import Way

router = Router()

BY_QR: Final = "qr"
WELCOME_BACK: Final = "欢迎回来！想找什么直接告诉我，说“菜单”看看我能做什么。"
_BOUND: Final[Mapping[Bound, str]] = {
    Bound.BOUND: "记下了，您是朋友推荐来的。价格和服务都一样，有问题随时问我。",
    Bound.SELF: "这是您自己的推广码。",
    Bound.LOOP: "这位朋友当初是您推荐来的，就不反过来记了。",
}
"""What is worth a word; whoever is somebody else's already is just welcome."""


@router.kind("scan")
def hear_scan(turn: Turn) -> Sequence[Reply]:
    """A follower scanned one of the shop's QR codes; an open question stays open."""
    turn.keep_question()
    scene = _scene(turn)
    if scene.startswith(OF_COUPON):
        return take_scanned(turn)
    arrival = _arrive(turn, scene, Way.SCAN)
    if arrival.kind is SceneKind.OTHER:
        return []
    return _told(arrival) or [Text(WELCOME_BACK)]


def hear_scene_of_follow(turn: Turn) -> Sequence[Reply]:
    """What the QR code gave that brought a new follower, if it gave anything to speak of."""
    scene = _scene(turn)
    if scene.startswith(OF_COUPON):
        return take_scanned(turn)
    return _told(_arrive(turn, scene, Way.FOLLOW))


def _arrive(turn: Turn, scene: str, way: Way) -> Arrival:
    return arrive(turn.session, turn.customer_id, scene, way=way, source=BY_QR, now=turn.now)


def _told(arrival: Arrival) -> list[Reply]:
    words = _BOUND.get(arrival.bound) if arrival.bound is not None else None
    return [Text(words)] if words else []


def _scene(turn: Turn) -> str:
    return scene_of(str(turn.incoming.payload.get("EventKey") or ""))
