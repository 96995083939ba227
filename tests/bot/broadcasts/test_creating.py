"""A planned task becomes one call, its sender hears of it, and no doubtful call is repeated."""

from datetime import timedelta

import pytest
from sqlmodel import Session, update

from bot.broadcasts.broadcaster import CREATE
from bot.outbox import end_lost_leases
from bot.tables import OutboxMessage, OutboxState, UploadedMedia
from campaigns.mass import cancelling
from campaigns.mass.tables import MassTask
from campaigns.shapes import Attachment, AttachmentKind, Content
from commerce.catalogue.tables import Product
from commerce.inserting import affected_rows, id_of
from tests.bot.broadcasts.conftest import Office
from tests.bot.broadcasts.corp import ROOT, MassCorp
from tests.campaigns.mass import massing
from tests.campaigns.mass.massing import NOW, customers

ADD = ROOT + "add_msg_template"
LINK = Attachment(kind=AttachmentKind.LINK, ref="https://shop.example/a?b=1", title="看看新款")
PICTURE = Attachment(kind=AttachmentKind.PICTURE, ref="slippers.png")


async def outbox_row(office: Office) -> OutboxMessage:
    """The row that makes the one task."""
    (row,) = [each for each in await office.rows(OutboxMessage) if each.kind == CREATE]
    found: OutboxMessage = row
    return found


async def test_a_task_is_made_with_words_pictures_and_links_that_carry_its_touch(
    office: Office, corp: MassCorp
) -> None:
    content = Content(text="{店名}上新了", attachments=[PICTURE, LINK])
    await office.gathers(customers(2), content=content)

    (made,) = corp.tasks
    task = await office.task()
    assert made.body == {
        "chat_type": "single",
        "sender": "lin",
        "external_userid": ["wm1", "wm2"],
        "text": {"content": "掌柜小店上新了"},
        "attachments": [
            {"msgtype": "image", "image": {"media_id": "M"}},
            {
                "msgtype": "link",
                "link": {
                    "title": "看看新款",
                    "url": f"https://shop.example/a?b=1&source=cp-t{task.id}",
                },
            },
        ],
    }
    assert (task.state, task.msgid) == ("created", "msg1")


async def test_a_card_of_a_product_is_a_mini_program(office: Office, corp: MassCorp) -> None:
    def put_on_sale(session: Session) -> int:
        product = Product(title="云朵拖鞋", picture="slippers.png", updated_at=NOW)
        product.on_sale = True
        session.add(product)
        session.flush()
        return id_of(product)

    await office.database.write(put_on_sale)
    page = Attachment(kind=AttachmentKind.PAGE, title="进店" + "逛" * 40)
    await office.gathers(["g:wr1", "g:wr2"], content=Content(text="", attachments=[page]))

    (made,) = corp.tasks
    assert (made.body["chat_type"], made.body["chat_id_list"]) == ("group", ["wr1", "wr2"])
    assert "text" not in made.body
    (attachment,) = made.body["attachments"]
    card = attachment["miniprogram"]
    assert (card["appid"], card["pic_media_id"]) == ("wx-mini", "M")
    assert len(card["title"].encode()) <= 64
    assert f"source=cp-t{(await office.task()).id}" in card["page"]


async def test_the_sender_hears_once_what_waits_and_for_how_many(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(customers(3))

    (card,) = corp.cards
    told = card["template_card"]
    assert card["touser"] == "lin"
    assert told["main_title"] == {"title": "有一条群发等您确认", "desc": "发给3位顾客"}
    assert [each["value"] for each in told["horizontal_content_list"]] == [
        "A款到货了",
        "客户联系 · 群发助手",
        "11月25日 12:00",
    ]
    assert [each["text"] for each in told["button_list"]] == ["知道了", "不发"]


async def test_fail_list_is_kept(office: Office, corp: MassCorp) -> None:
    corp.refused = {"wm2"}
    await office.gathers(customers(3))

    assert await office.states() == {
        "wm1": ("posted", ""),
        "wm2": ("failed", "refused"),
        "wm3": ("posted", ""),
    }


@pytest.mark.parametrize(
    ("code", "why", "reason"),
    [(41048, "nobody", "没有可以发送的人"), (41065, "not_made", "errcode 41065")],
)
async def test_what_wecom_refuses_fails_whole(
    office: Office, corp: MassCorp, code: int, why: str, reason: str
) -> None:
    corp.errors[ADD] = [code]
    await office.gathers(customers(2))

    task = await office.task()
    assert task.state == "failed"
    assert reason in task.reason
    assert set((await office.states()).values()) == {("failed", why)}
    assert corp.cards == []


async def test_what_an_attachment_showed_is_gone(office: Office, corp: MassCorp) -> None:
    gone = Attachment(kind=AttachmentKind.PRODUCT, ref="7")
    await office.gathers(customers(1), content=Content(text="上新", attachments=[gone]))

    assert (await office.task()).reason == "这件商品已经下架，请换一件"
    assert corp.asked("add_msg_template") == []


async def test_lapsed_pictures_are_uploaded_again(office: Office, corp: MassCorp) -> None:
    corp.errors[ADD] = [40007]
    await office.gathers(customers(1), content=Content(text="", attachments=[PICTURE]))

    assert (await office.task()).state == "created"
    assert sum(api == "media/upload" for api, _ in corp.calls) == 2
    (kept,) = await office.rows(UploadedMedia)
    assert kept.expires_at == office.clock.now() + timedelta(days=3)


async def test_a_busy_platform_is_asked_again(office: Office, corp: MassCorp) -> None:
    corp.errors[ADD] = [45033]
    await office.gathers(customers(1))
    assert (await office.task()).state == "planned"

    await office.waits(seconds=5)

    assert (await office.task()).state == "created"
    assert len(corp.tasks) == 1


async def test_of_a_paused_run_nothing_is_made_until_it_goes_on(
    office: Office, corp: MassCorp
) -> None:
    corp.errors[ADD] = [45033]
    await office.gathers(customers(1))
    await office.turns_run("paused")
    await office.waits(minutes=10)
    assert corp.tasks == []

    await office.turns_run("running")
    await office.waits(seconds=10)

    assert len(corp.tasks) == 1


async def test_a_doubtful_call_is_found_and_adopted(office: Office, corp: MassCorp) -> None:
    corp.swallows.add(ADD)
    await office.gathers(customers(2))
    assert (await office.task()).state == "unknown"
    assert (await outbox_row(office)).state == OutboxState.UNKNOWN

    await office.waits(minutes=2)

    task = await office.task()
    assert (task.state, task.msgid) == ("created", "msg1")
    assert (await outbox_row(office)).state == OutboxState.SENT
    assert len(corp.tasks) == 1
    assert len(corp.cards) == 1


async def test_the_task_of_a_sender_that_died_is_found_too(office: Office, corp: MassCorp) -> None:
    await office.gathers(customers(1))

    def forget(session: Session) -> None:
        """As if the process had died between the call and its record."""
        lost = {"state": "sending", "result": None, "lease_until": office.clock.now()}
        affected_rows(session, update(OutboxMessage).values(**lost))
        back = {"state": "planned", "msgid": None, "created_at": None, "check_at": None}
        affected_rows(session, update(MassTask).values(**back))
        end_lost_leases(session, office.clock.now() + timedelta(seconds=1), ["wecom.app_card"])

    await office.database.write(forget)
    await office.waits(minutes=2)

    task = await office.task()
    assert (task.state, task.msgid) == ("created", "msg1")
    assert len(corp.tasks) == 1


async def test_another_s_task_with_the_same_words_is_not_adopted(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(customers(1))
    stranger = corp.tasks[0]
    stranger.msgid = "of-somebody-else"
    corp.errors[ADD] = [-1]
    await office.gathers(customers(1, since=7))

    await office.waits(minutes=2)

    assert [task.state for task in await office.tasks()] == ["created", "unknown"]


async def test_what_a_person_declares_not_sent_is_given_back(
    office: Office, corp: MassCorp
) -> None:
    corp.errors[ADD] = [-1]
    await office.gathers(customers(1))

    def decide(session: Session) -> None:
        left = {"state": "failed", "reason": "no answer"}
        affected_rows(session, update(OutboxMessage).values(**left))

    await office.database.write(decide)
    await office.waits(minutes=1)

    assert (await office.task()).state == "failed"
    assert await office.states() == {"wm1": ("failed", "not_made")}


async def test_a_task_stopped_before_it_left_is_never_made(office: Office, corp: MassCorp) -> None:
    corp.errors[ADD] = [45033]
    await office.gathers(customers(1))
    task = await office.task()

    await office.database.write(
        cancelling.cancel, office.broadcaster, id_of(task), "写错了", office.clock.now()
    )
    await office.waits(minutes=10)

    assert corp.tasks == []
    assert (await outbox_row(office)).state == OutboxState.SUPERSEDED
    assert await office.states() == {"wm1": ("failed", "cancelled")}


async def test_a_moment_is_words_and_pictures(office: Office, corp: MassCorp) -> None:
    content = Content(text="上新了", attachments=[PICTURE, LINK])
    await office.gathers(["m:lin"], sender="lin", content=content)

    (moment,) = corp.moments
    task = await office.task()
    assert moment.body == {
        "visible_range": {"sender_list": {"user_list": ["lin"]}},
        "text": {"content": f"上新了\n看看新款 https://shop.example/a?b=1&source=cp-t{task.id}"},
        "attachments": [{"msgtype": "image", "image": {"media_id": "MOMENT"}}],
    }
    assert (task.state, task.msgid) == ("created", "job1")


@pytest.mark.parametrize("is_answered", [True, False])
async def test_a_task_that_is_stopped_while_wecom_makes_it_is_stopped_there(
    office: Office, corp: MassCorp, is_answered: bool
) -> None:
    corp.meanwhile[ADD] = office.stops
    if not is_answered:
        corp.swallows.add(ADD)
    await office.gathers(customers(2))
    assert (await office.task()).ended_at is None
    corp.confirm(corp.tasks[0], wm2=0)  # Its sender was quicker than the stop.

    for _ in range(3):
        await office.waits(minutes=2)

    task = await office.task()
    assert (task.state, task.msgid, corp.tasks[0].cancelled) == ("cancelled", "msg1", True)
    assert task.ended_at is not None
    assert await office.states() == {"wm1": ("sent", ""), "wm2": ("failed", "cancelled")}


async def test_a_task_outlasts_the_pause_of_its_run(office: Office, corp: MassCorp) -> None:
    corp.errors[ADD] = [45033]
    await office.gathers(customers(1))
    await office.turns_run("paused")
    await office.waits(days=3)
    assert (await office.task()).state == "planned"

    await office.turns_run("running")
    await office.waits(seconds=10)

    task = await office.task()
    assert task.state == "created"
    assert task.expires_at == office.clock.now() + timedelta(days=2)


async def test_a_run_at_which_we_fail_costs_no_other_its_tasks(
    office: Office, corp: MassCorp
) -> None:
    def break_nodes(session: Session) -> None:
        broken = massing.a_run(session)
        massing.gather(session, broken, customers(1))
        broken.nodes = []
        session.add(broken)

    await office.database.write(break_nodes)
    await office.gathers(customers(1, since=7))

    assert [made.body["external_userid"] for made in corp.tasks] == [["wm7"]]
