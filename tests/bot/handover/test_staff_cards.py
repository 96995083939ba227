"""Staff hear of who waits in WeCom, and take or leave them with one tap."""

import json
from dataclasses import dataclass

import pytest
from sqlmodel import select

from bot.clock import FrozenClock
from bot.database import Database
from bot.handover import owning, queue, staff_cards, terms
from bot.handover.staff_cards import CardTaps, answer_tap, post_card
from bot.handover.tables import Handover
from bot.kf import sessions
from bot.kf.tables import KfServicer, KfSession
from bot.reactions import handovers
from bot.reactions.heard import Heard
from bot.tables import OutboxMessage
from commerce.events import ShopEvent
from commerce.sealing import Place, Sealer
from tests.bot.conftest import ACCOUNT
from tests.bot.handover.conftest import Floor, begin_talk, hire


@dataclass(frozen=True)
class Tap:
    userid: str
    key: str
    task_id: str = ""
    response_code: str = ""


def hear_queued(floor: Floor, sealer: Sealer, kind: str = "handover_queued") -> None:
    """What follows from the latest event of that kind."""
    statement = select(ShopEvent).where(ShopEvent.kind == kind).order_by(ShopEvent.id.desc())  # type: ignore[union-attr]
    event = floor.session.exec(statement).first()
    assert event is not None
    handovers.queued(Heard(floor.session, sealer, event, floor.now))


def cards(floor: Floor, sealer: Sealer) -> list[dict[str, object]]:
    rows = floor.session.exec(
        select(OutboxMessage).where(OutboxMessage.kind == staff_cards.KIND).order_by("id")
    )
    return [
        json.loads(sealer.open(row.payload_sealed, Place("outbox", "payload", row.key)))
        for row in rows
    ]


def test_a_card_goes_to_all_when_nobody_online_has_room_and_to_nobody_when_somebody_has(
    floor: Floor, sealer: Sealer
) -> None:
    wang = floor.hire(wecom_userid="wang", capacity=1)
    floor.hire(wecom_userid="li", is_online=False)
    floor.hire(is_online=False)
    floor.ask(floor.write_in())
    hear_queued(floor, sealer)
    assert cards(floor, sealer) == []

    owning.take(floor.session, floor.talks[0], wang, 0, floor.now)
    asked = floor.ask(floor.write_in())
    hear_queued(floor, sealer)

    (card,) = cards(floor, sealer)
    assert card["userids"] == ["li", "wang"]
    shown = card["card"]
    assert isinstance(shown, dict)
    assert [each["key"] for each in shown["button_list"]] == [
        f"take:{asked.handover_id}",
        f"skip:{asked.handover_id}",
    ]


def test_a_free_seat_of_who_let_the_customer_wait_keeps_no_card_back(
    floor: Floor, sealer: Sealer
) -> None:
    wang, talk_id = floor.hire(wecom_userid="wang"), floor.write_in()
    floor.ask(talk_id)
    owning.take(floor.session, talk_id, wang, 0, floor.now)
    owning.requeue(floor.session, talk_id, "clock", 1, floor.now, why="silent")

    hear_queued(floor, sealer, "handover_requeued")

    assert len(cards(floor, sealer)) == 1


def test_every_wait_has_one_card_of_its_own(floor: Floor, sealer: Sealer) -> None:
    wang, talk_id = floor.hire(wecom_userid="wang", is_online=False), floor.write_in()
    asked = floor.ask(talk_id)
    handover = floor.session.get_one(Handover, asked.handover_id)
    assert post_card(floor.session, sealer, handover, floor.now)
    assert not post_card(floor.session, sealer, handover, floor.now)

    owning.take(floor.session, talk_id, wang, 0, floor.now)
    floor.advance(minutes=6)
    owning.requeue(floor.session, talk_id, "clock", 1, floor.now, why="silent")
    hear_queued(floor, sealer, "handover_requeued")

    task_ids = [card["card"]["task_id"] for card in cards(floor, sealer)]  # type: ignore[index]
    assert len(set(task_ids)) == 2


def test_what_a_tap_answers(floor: Floor) -> None:
    floor.hire(name="小王", wecom_userid="wang")
    floor.hire(name="小李", wecom_userid="li")
    number = floor.ask(floor.write_in()).handover_id

    def tap(userid: str, verb: str = "take", handover_id: int = number) -> str:
        return answer_tap(floor.session, userid, verb, handover_id, floor.now)

    assert tap("li", "skip") == "已忽略"
    assert tap("stranger") == "请联系管理员"
    assert tap("wang") == "已接入"
    assert tap("li") == "已由小王接入"
    assert tap("wang") == "已接入"
    assert tap("wang", handover_id=number + 1) == "已结束"

    queue_again = floor.ask(floor.write_in()).handover_id
    queue.cancel(floor.session, floor.talks[-1], "customer", floor.now)
    assert tap("wang", handover_id=queue_again) == "已结束"


@pytest.mark.parametrize(("is_receiving", "wants"), [(True, 1), (False, 0)])
def test_a_customer_of_wecom_goes_to_the_phone_of_a_servicer_who_takes_customers(
    floor: Floor, is_receiving: bool, wants: int
) -> None:
    floor.hire(wecom_userid="wang")
    talk_id = floor.write_in("wecom")
    floor.session.add(
        KfServicer(open_kfid=ACCOUNT, userid="wang", is_receiving=is_receiving, told_at=floor.now)
    )
    number = floor.ask(talk_id).handover_id

    assert answer_tap(floor.session, "wang", "take", number, floor.now) == "已接入"

    seen = sessions.find(floor.session, talk_id)
    assert (seen.wants if seen else 0) == wants


@pytest.mark.parametrize(
    ("receiving", "state", "servicer"),
    [(["li", "wang"], 3, "wang"), (["li", "zhao"], 3, "zhao"), ([], 2, "")],
)
def test_where_wecom_is_the_place_the_last_servicer_gets_them_then_the_least_busy_then_the_pool(
    floor: Floor, sealer: Sealer, receiving: list[str], state: int, servicer: str
) -> None:
    terms.set_terms(floor.session, kf_place="wecom")
    floor.hire(wecom_userid="wang")
    talk_id, other = floor.write_in("wecom"), floor.write_in("wecom")
    owning.taken_by_servicer(floor.session, talk_id, "wang", floor.now)
    owning.ended_by_platform(floor.session, talk_id, floor.now)
    sessions.begin(floor.session, other, floor.now)
    row = floor.session.get_one(KfSession, other)
    row.state, row.servicer = 3, "li"
    for userid in receiving:
        floor.session.add(
            KfServicer(open_kfid=ACCOUNT, userid=userid, is_receiving=True, told_at=floor.now)
        )
    floor.ask(talk_id)

    hear_queued(floor, sealer)

    (wanted,) = floor.events(sessions.WANTED)
    assert (wanted["state"], wanted["servicer"]) == (state, servicer)


@pytest.mark.database
async def test_of_two_who_tap_at_once_one_has_the_customer_and_the_other_reads_whose_they_are(
    database: Database, frozen_clock: FrozenClock
) -> None:
    def prepare(session: object) -> int:
        floor = Floor(session, frozen_clock)  # type: ignore[arg-type]
        for userid in ("wang", "li"):
            hire(floor.session, floor.now, name=userid, wecom_userid=userid)
        talk_id = begin_talk(floor.session, floor.now)
        return floor.ask(talk_id).handover_id

    number = await database.write(prepare)
    taps = CardTaps(database, frozen_clock)

    said = [await taps.tapped(Tap(who, f"take:{number}")) for who in ("wang", "li")]

    assert said == ["已接入", "已由wang接入"]
    assert await taps.tapped(Tap("wang", "approve:7")) is None
    assert await taps.tapped(Tap("wang", "take:x")) is None
