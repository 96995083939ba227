"""What an operator writes of membership: levels, tasks, and what points buy."""

from sqlmodel import Session, col, select, update

from commerce.compliance import TextKind, check
from commerce.errors import IllegalMove, InvalidInput
from commerce.inserting import affected_rows
from commerce.membership.tables import MallItem, MemberLevel, MemberTask, TaskKind
from commerce.money import LARGEST_ORDER
from commerce.promotions.tables import CouponTemplate

LONGEST_NAME = 30
MOST_POINTS = 10_000_000
MOST_EARN_PERCENT = 1_000
WHOLE = 100


def save_level(
    session: Session, name: str, *, threshold: int, price_percent: int, earn_percent: int
) -> MemberLevel:
    """Write a level, over the one of its name. Raises InvalidInput naming the field.

    Where a member stands is reckoned anew from their purchases; placed orders keep their price.
    """
    name = _checked(name, "name")
    _within(threshold, 0, LARGEST_ORDER, "门槛", "threshold")
    _within(price_percent, 1, WHOLE, "会员价", "price_percent")
    _within(earn_percent, 0, MOST_EARN_PERCENT, "积分倍数", "earn_percent")
    same = select(MemberLevel.name).where(
        MemberLevel.threshold == threshold, MemberLevel.name != name
    )
    other = session.exec(same).first()
    if other is not None:
        raise InvalidInput(f"“{other}”也是这个门槛，请错开", field="threshold")
    level = session.exec(select(MemberLevel).where(MemberLevel.name == name)).first()
    level = level or MemberLevel(name=name, threshold=threshold)
    level.threshold, level.price_percent = threshold, price_percent
    level.earn_percent = earn_percent
    session.add(level)
    session.flush()
    return level


def save_task(session: Session, kind: str, *, title: str, points: int, is_open: bool) -> MemberTask:
    """Write what a task is called and worth; who has done it keeps what it was worth then.

    Raises InvalidInput naming the field.
    """
    if kind not in set(TaskKind):
        raise InvalidInput("没有这种任务", field="kind")
    title = _checked(title, "title")
    _within(points, 1, MOST_POINTS, "积分", "points")
    task = session.get(MemberTask, kind) or MemberTask(kind=kind, title=title, points=points)
    task.title, task.points, task.is_open = title, points, is_open
    session.add(task)
    session.flush()
    return task


def save_item(
    session: Session,
    title: str,
    *,
    points: int,
    added: int,
    most_each: int | None,
    coupon_template_id: int | None,
    is_open: bool,
) -> MallItem:
    """Write what points buy, over the thing of that title; `added` pieces are put in.

    What was had already stays as it is. Raises InvalidInput naming the field, and IllegalMove
    when fewer pieces are left than are taken out.
    """
    title = _checked(title, "title")
    _within(points, 1, MOST_POINTS, "积分", "points")
    _within(added, -MOST_POINTS, MOST_POINTS, "补货件数", "added")
    if most_each is not None:
        _within(most_each, 1, MOST_POINTS, "每人最多", "most_each")
    if coupon_template_id is not None and session.get(CouponTemplate, coupon_template_id) is None:
        raise InvalidInput("没有这张优惠券", field="coupon")
    item = session.exec(select(MallItem).where(MallItem.title == title)).first()
    item = item or MallItem(title=title, points=points, stock=0)
    item.points, item.most_each, item.is_open = points, most_each, is_open
    item.coupon_template_id = coupon_template_id
    session.add(item)
    session.flush()
    moved = update(MallItem).where(col(MallItem.id) == item.id, col(MallItem.stock) + added >= 0)
    if affected_rows(session, moved.values(stock=col(MallItem.stock) + added)) != 1:
        raise IllegalMove("没有那么多件可以拿出来", field="added")
    session.refresh(item)
    return item


def _checked(written: str, field: str) -> str:
    name = written.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(f"名字要写1到{LONGEST_NAME}个字", field=field)
    check(name, TextKind.OFFER, field)
    return name


def _within(value: int, lowest: int, highest: int, name: str, field: str) -> None:
    if not lowest <= value <= highest:
        raise InvalidInput(f"{name}要在{lowest}到{highest}之间", field=field)
