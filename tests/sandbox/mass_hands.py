"""What tests of mass tasks do on the WeCom side."""

from tests.sandbox.corp import SERVICER, CorpHands
from tests.sandbox.world import Json

API = "externalcontact"
HELLO: Json = {"text": {"content": "周五开团"}}


async def contact(hands: CorpHands, userid: str = SERVICER, nickname: str = "小雨") -> Json:
    """Somebody who has added one of the corp's people."""
    person = await hands.does("/people", nickname=nickname)
    await hands.does("/contacts/add", person_id=person["person_id"], userid=userid)
    return person


async def make(hands: CorpHands, *people: Json, **change: object) -> Json:
    """A task to these customers; what WeCom answers."""
    body = {**HELLO, "external_userid": [each["external_userid"] for each in people], **change}
    answer = await hands.call(f"{API}/add_msg_template", body)
    assert answer["errcode"] == 0, answer
    return answer


async def make_for_groups(hands: CorpHands, *chat_ids: str, **change: object) -> Json:
    """The same to customer groups."""
    given = {**HELLO, "chat_type": "group", "sender": SERVICER, "chat_id_list": list(chat_ids)}
    answer = await hands.call(f"{API}/add_msg_template", {**given, **change})
    assert answer["errcode"] == 0, answer
    return answer


async def confirm(hands: CorpHands, msgid: str, userid: str = SERVICER, **given: object) -> int:
    """A member confirms; how many were reached."""
    sent = await hands.does(f"/staff/{userid}/mass/confirm", msgid=msgid, **given)
    number: int = sent["sent"]
    return number


async def results(hands: CorpHands, msgid: str, userid: str = SERVICER, **more: object) -> Json:
    """A page of what became of a sender's recipients."""
    return await hands.call(
        f"{API}/get_groupmsg_send_result", {"msgid": msgid, "userid": userid, **more}
    )


async def statuses(hands: CorpHands, msgid: str, userid: str = SERVICER) -> list[int]:
    """The statuses of those results, in order."""
    return [each["status"] for each in (await results(hands, msgid, userid))["send_list"]]


async def senders(hands: CorpHands, msgid: str) -> dict[str, int]:
    """The status of each sender."""
    tasks = (await hands.call(f"{API}/get_groupmsg_task", {"msgid": msgid}))["task_list"]
    return {each["userid"]: each["status"] for each in tasks}


async def seen(hands: CorpHands, person: Json) -> list[Json]:
    """What a customer has got."""
    answer = await hands.world.control("GET", f"/wecom/people/{person['person_id']}/items")
    items: list[Json] = answer["items"]
    return items


async def waiting(hands: CorpHands, userid: str = SERVICER) -> list[Json]:
    """The tasks on a member's phone."""
    tasks: list[Json] = (await hands.world.control("GET", f"/wecom/staff/{userid}/mass"))["tasks"]
    return tasks


async def media(hands: CorpHands) -> str:
    """A picture that the shop has uploaded."""
    await hands.does(f"/people/{hands.anna['person_id']}/messages", type="image")
    media_id: str = (await hands.log())[-1]["image"]["media_id"]
    return media_id


async def new_card(hands: CorpHands, **change: str) -> Json:
    """A card with a picture that was uploaded."""
    card = {
        "title": "猕猴桃三人团",
        "appid": hands.world.settings.mini_program.app_id,
        "page": "pages/group-buy/index.html?id=1",
        "pic_media_id": await media(hands),
    }
    return {"msgtype": "miniprogram", "miniprogram": {**card, **change}}


async def new_group(hands: CorpHands, owner: str = SERVICER) -> str:
    """A new customer group."""
    chat_id: str = (await hands.does("/groups", name="南山团购群", owner=owner))["chat_id"]
    return chat_id
