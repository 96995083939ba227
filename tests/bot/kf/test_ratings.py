"""What customers thought of a servicer: asked once, by the code of the session's end."""

from typing import Any

from bot.clock import FrozenClock
from bot.handlers.handover import hear_rating
from bot.handlers.handover_words import HOW_WAS_IT, SCORES, THANKS_FOR
from bot.handover.service_tables import Rating
from bot.kf.kf_words import ENDED
from tests.bot.kf.desk import Desk
from tests.bot.kf.wecom_service import WeComService


async def serve(desk: Desk, service: WeComService) -> str:
    """A servicer serves Alice and ends the session; the code of its end."""
    service.write("wm-alice", "在吗")
    await desk.hear()
    service.take("wm-alice", "zhang")
    service.write("wm-alice", "什么时候发货")
    service.add("wm-alice", "text", {"content": "今天"}, origin=5, servicer_userid="zhang")
    return service.end("wm-alice")


async def follow(desk: Desk) -> None:
    """Hear of the end, and do what follows from it."""
    await desk.hear()
    await desk.react()


def said_by(service: WeComService, code: str) -> list[dict[str, Any]]:
    """What was said by a code."""
    return [each for each in service.by_code if each["code"] == code]


async def scores(desk: Desk) -> list[int | None]:
    """The scores of all that were asked, None for who has not answered."""
    rows = sorted(await desk.rows(Rating), key=lambda row: row.id or 0)
    return [row.score for row in rows]


async def test_the_code_of_an_end_asks_once_within_its_twenty_seconds(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock
) -> None:
    code = await serve(desk, service)
    service.log.append(service.log[-1])
    frozen_clock.advance(seconds=18)

    await follow(desk)
    await follow(desk)

    (question,) = said_by(service, code)
    assert question["msgmenu"]["head_content"] == HOW_WAS_IT
    options = [each["click"]["content"] for each in question["msgmenu"]["list"]]
    assert options == list(SCORES)
    assert await scores(desk) == [None]
    assert [words for _, words in await desk.said()].count(ENDED) == 0


async def test_whose_end_is_heard_of_too_late_counts_as_not_asked(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock
) -> None:
    late = await serve(desk, service)
    frozen_clock.advance(seconds=21)
    await follow(desk)
    assert (said_by(service, late), await scores(desk)) == ([], [])

    frozen_clock.advance(minutes=5)
    again = await serve(desk, service)
    await follow(desk)

    assert "msgmenu" in said_by(service, again)[0]
    assert await scores(desk) == [None]


async def test_an_answer_days_later_is_still_stored_and_once(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock
) -> None:
    desk.pipeline.router.anywhere(hear_rating)
    await serve(desk, service)
    await follow(desk)
    frozen_clock.advance(days=3)

    for score in ("满意", "不满意"):
        service.write("wm-alice", score)
        await desk.hear()

    assert await scores(desk) == [SCORES["满意"]]
    answers = [each["text"]["content"] for each in service.sent[-2:]]
    assert answers[0] == THANKS_FOR[3]
    assert answers[1] not in THANKS_FOR.values()


async def test_a_second_end_within_a_day_asks_nothing_and_one_after_it_asks_again(
    desk: Desk, service: WeComService, frozen_clock: FrozenClock
) -> None:
    said = []
    for hours in (0, 23, 2):
        frozen_clock.advance(hours=hours)
        code = await serve(desk, service)
        await follow(desk)
        said += said_by(service, code)

    assert [each["msgtype"] for each in said] == ["msgmenu", "text", "msgmenu"]
    assert said[1]["text"]["content"] == ENDED
    assert await scores(desk) == [None, None]
