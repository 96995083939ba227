"""Pages of mass tasks: who has not confirmed, what came of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.pages.campaigns.words import reason_words
from bot.console.pages.shown import paged_as
from bot.console.pages.written import minute, row_id
from bot.console.paging import Paged
from bot.console.route import Route
from bot.staff.people import names_in_wecom
from bot.staff.permissions import Permission
from campaigns.mass import cancelling, reminding
from campaigns.mass.tables import ChatType, MassReminder, MassTask, TaskState
from campaigns.ports import Broadcaster
from campaigns.tables import Campaign, Delivery, DeliveryState
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of

STATES: Final[Mapping[str, tuple[str, str]]] = {
    TaskState.PLANNED: ("正在创建", "info"),
    TaskState.CREATED: ("等员工确认", "warn"),
    TaskState.SENT: ("已发送", "good"),
    TaskState.PARTLY: ("部分送达", "good"),
    TaskState.EXPIRED: ("没有确认，已过期", "bad"),
    TaskState.CANCELLED: ("已停止", ""),
    TaskState.FAILED: ("没有建成", "bad"),
    TaskState.UNKNOWN: ("不知道有没有建成", "bad"),
}
TYPES: Final[Mapping[str, str]] = {
    ChatType.SINGLE: "顾客",
    ChatType.GROUP: "客户群",
    ChatType.MOMENT: "朋友圈",
}
WAITING: Final = "waiting"
"""The filter for what its sender has still to confirm."""
CSV_HEADER: Final = (
    *("活动", "发到", "由谁确认", "收件数", "已送达", "状态", "创建时间", "确认时间", "提醒次数"),
)
MISSING: Final = "没有这个群发任务"
NOT_IN_WECOM: Final = "店铺还没有接入企业微信，没有群发任务"
DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Row:
    """A task in the list."""

    task: MassTask
    campaign: str
    sender: str
    sent: int
    reminders: int
    """Within the last 24 hours; three are the most."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who has still to confirm."""

    name: str
    tasks: int
    recipients: int
    oldest: datetime


async def show_list(page: Page) -> web.StreamResponse:
    """The tasks that are wanted, and who is waited for."""
    state, sender = page.query("state", WAITING), page.query("sender")
    found = await page.read(_list, state, sender, page.now, page.number)
    return page.html(
        "mass_tasks/list.html",
        title="群发任务",
        found=found,
        senders=await page.read(_senders),
        state=state,
        sender=sender,
        states=STATES,
        types=TYPES,
        most=reminding.MOST,
    )


async def show(page: Page) -> web.StreamResponse:
    """One task, with its recipients counted by what became of them."""
    row, counts, times = await page.read(_see, _id(page), page.now)
    return page.html(
        "mass_tasks/show.html",
        title="群发任务",
        row=row,
        counts=counts,
        times=times,
        states=STATES,
        types=TYPES,
        most=reminding.MOST,
    )


async def export(page: Page) -> web.StreamResponse:
    """The same list as a spreadsheet."""
    rows = await page.read(_all, page.query("state", WAITING), page.query("sender"), page.now)
    lines = [
        (
            each.campaign,
            TYPES[each.task.chat_type],
            each.sender,
            each.task.recipients,
            each.sent,
            STATES[each.task.state][0],
            minute(each.task.created_at),
            minute(each.task.confirmed_at),
            each.reminders,
        )
        for each in rows
    ]
    return page.csv("群发任务.csv", CSV_HEADER, lines)


async def remind(page: Page) -> web.StreamResponse:
    """Have WeCom remind the sender: three times in 24 hours at most."""
    task_id, broadcaster, by = _id(page), _broadcaster(page), f"staff:{page.staff.id}"

    def write(session: Session) -> None:
        reminding.remind(session, broadcaster, task_id, by, page.now)

    await page.write(write, did="mass_task.reminded", about={"task": task_id})
    return page.go(f"/mass-tasks/{task_id}", said="已请企业微信提醒")


async def cancel(page: Page) -> web.StreamResponse:
    """Stop what was not sent."""
    task_id, broadcaster = _id(page), _broadcaster(page)

    def write(session: Session) -> None:
        cancelling.cancel(session, broadcaster, task_id, "运营停止", page.now)

    await page.write(write, did="mass_task.cancelled", about={"task": task_id})
    return page.go(f"/mass-tasks/{task_id}", said="已停止，确认之前的都不再发")


def _list(session: Session, state: str, sender: str, now: datetime, number: int) -> Paged[Row]:
    statement = _wanted(state, sender)

    def rows(session: Session, found: Sequence[MassTask]) -> Sequence[Row]:
        return _rows(session, found, now)

    return paged_as(session, statement, number, rows)


def _all(session: Session, state: str, sender: str, now: datetime) -> Sequence[Row]:
    return _rows(session, session.exec(_wanted(state, sender)).all(), now)


def _wanted(state: str, sender: str) -> SelectOfScalar[MassTask]:
    statement = select(MassTask).order_by(col(MassTask.id).desc())
    if sender:
        statement = statement.where(MassTask.sender == sender)
    if state == WAITING:
        waits = col(MassTask.confirmed_at).is_(None)
        return statement.where(MassTask.state == TaskState.CREATED, waits)
    return statement.where(MassTask.state == state) if state in STATES else statement


def _rows(session: Session, found: Sequence[MassTask], now: datetime) -> Sequence[Row]:
    ids = [id_of(each) for each in found]
    campaigns = dict(
        session.exec(
            select(Campaign.id, Campaign.name).where(
                col(Campaign.id).in_([each.campaign_id for each in found])
            )
        ).all()
    )
    sent = session.exec(
        select(Delivery.task_id, func.count())
        .where(col(Delivery.task_id).in_(ids), Delivery.state == DeliveryState.SENT)
        .group_by(col(Delivery.task_id))
    )
    reminded = session.exec(
        select(MassReminder.task_id, func.count())
        .where(col(MassReminder.task_id).in_(ids), col(MassReminder.at) > now - DAY)
        .group_by(col(MassReminder.task_id))
    )
    arrived, reminders, names = dict(sent.all()), dict(reminded.all()), names_in_wecom(session)
    return [
        Row(
            task=each,
            campaign=campaigns.get(each.campaign_id, ""),
            sender=names.get(each.sender, each.sender),
            sent=arrived.get(each.id, 0),
            reminders=reminders.get(id_of(each), 0),
        )
        for each in found
    ]


def _senders(session: Session) -> Sequence[Sender]:
    """Who has still to confirm something, the longest waiting first."""
    statement = (
        select(
            MassTask.sender,
            func.count(),
            func.sum(col(MassTask.recipients)),
            func.min(col(MassTask.created_at)),
        )
        .where(MassTask.state == TaskState.CREATED, col(MassTask.confirmed_at).is_(None))
        .group_by(col(MassTask.sender))
        .order_by(func.min(col(MassTask.created_at)))
    )
    names = names_in_wecom(session)
    return [
        Sender(names.get(sender, sender), tasks, int(recipients), oldest)
        for sender, tasks, recipients, oldest in session.exec(statement)
        if oldest is not None
    ]


def _see(
    session: Session, task_id: int, now: datetime
) -> tuple[Row, Mapping[str, int], Sequence[MassReminder]]:
    task = session.get(MassTask, task_id)
    if task is None:
        raise NotFound(MISSING)
    statement = (
        select(Delivery.state, Delivery.reason, func.count())
        .where(Delivery.task_id == task_id)
        .group_by(col(Delivery.state), col(Delivery.reason))
        .order_by(func.count().desc())
    )
    counts: dict[str, int] = {}
    for state, reason, count in session.exec(statement):
        words = _STATE_WORDS.get(DeliveryState(state)) or reason_words(reason)
        counts[words] = counts.get(words, 0) + count
    times = session.exec(
        select(MassReminder)
        .where(MassReminder.task_id == task_id)
        .order_by(col(MassReminder.at).desc())
    ).all()
    return _rows(session, [task], now)[0], counts, times


_STATE_WORDS: Final = {DeliveryState.SENT: "已送达", DeliveryState.POSTED: "等待"}


def _broadcaster(page: Page) -> Broadcaster:
    broadcaster = page.desk.campaign_parts.broadcaster
    if broadcaster is None:
        raise IllegalMove(NOT_IN_WECOM)
    return broadcaster


def _id(page: Page) -> int:
    return row_id(page.match("id"), MISSING)


ROUTES: Final = (
    Route("GET", "/mass-tasks", Permission.EDIT_CAMPAIGNS, show_list),
    Route("GET", "/mass-tasks.csv", Permission.EXPORT, export),
    Route("GET", "/mass-tasks/{id}", Permission.EDIT_CAMPAIGNS, show),
    Route("POST", "/mass-tasks/{id}/remind", Permission.RUN_CAMPAIGNS, remind),
    Route("POST", "/mass-tasks/{id}/cancel", Permission.RUN_CAMPAIGNS, cancel),
)
