"""The scene of a code that was scanned: whose it is, noted the same way wherever it was scanned."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from commerce.distribution.bindings import Bound, bind
from commerce.distribution.promoters import SCENE as OF_PROMOTER
from commerce.sources.codes import SCENE as OF_SOURCE
from commerce.sources.coming import note_came
from commerce.sources.tables import Way

OF_A_FOLLOWER: Final = "qrscene_"


class SceneKind(StrEnum):
    """What a scene stands for."""

    SOURCE = "source"
    PROMOTER = "promoter"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of a scene. `bound` is of a promoter's, `is_noted` of a source's."""

    kind: SceneKind
    is_noted: bool = False
    bound: Bound | None = None


def arrive(
    session: Session, customer_id: int, scene: str, *, way: Way, source: str, now: datetime
) -> Arrival:
    """A customer came by a scene: note the source, or bind them to the promoter.

    `source` says where it was scanned. A scene that is neither is left to others.
    """
    if scene.startswith(OF_SOURCE):
        code = scene.removeprefix(OF_SOURCE)
        is_noted = note_came(session, customer_id, code, now, way=way)
        return Arrival(SceneKind.SOURCE, is_noted=is_noted)
    if scene.startswith(OF_PROMOTER):
        code = scene.removeprefix(OF_PROMOTER)
        bound = bind(session, customer_id, code, source=source, now=now)
        return Arrival(SceneKind.PROMOTER, bound=bound)
    return Arrival(SceneKind.OTHER)


def scene_of(event_key: str) -> str:
    """The scene of a follow or scan.

    WeChat (接收事件推送, 扫描带参数二维码事件) sends it as EventKey, behind `qrscene_` when the
    scan made somebody follow.
    """
    return event_key.removeprefix(OF_A_FOLLOWER)
