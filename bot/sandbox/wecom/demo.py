"""Three customer groups with their owners and a dozen people in them, to look at and play with."""

from bot.sandbox.wecom.contacts import Contacts
from bot.sandbox.wecom.groups import Groups
from bot.sandbox.wecom.people import People

_KNOWN_BY = {
    "LinZhiXia": "阿芒 豆苗 小满同学 木木 南栀 团团妈",
    "ZhouZiMo": "老唐 冬阳 青柠 桃子 阿屿 米粒",
}
_GROUPS = (
    (
        "南山鲜果团购群",
        "LinZhiXia",
        "阿芒 豆苗 小满同学 木木 老唐",
        (("豆苗", "上次的橙子真甜"), ("LinZhiXia", "喜欢就好，周五还有新到的")),
    ),
    (
        "福田尝鲜群",
        "LinZhiXia",
        "南栀 团团妈 阿芒 青柠",
        (("团团妈", "有适合小朋友的零食吗？"),),
    ),
    (
        "宝安邻里团购群",
        "ZhouZiMo",
        "老唐 冬阳 桃子 阿屿 米粒",
        (("冬阳", "大家一起拼更划算"), ("ZhouZiMo", "明天上午开团，我在群里说")),
    ),
)


def set_up_demo(people: People, contacts: Contacts, groups: Groups) -> bool:
    """Make them, unless there has ever been a group; whether they were made."""
    if groups.list_all():
        return False
    person_ids: dict[str, int] = {}
    for userid, names in _KNOWN_BY.items():
        for name in names.split():
            person_ids[name] = people.create(name)["id"]
            contacts.add(person_ids[name], userid, "", is_half=False)
    for title, owner, names, said in _GROUPS:
        members = [person_ids[name] for name in names.split()]
        chat_id = groups.create(title, owner, members)["chat_id"]
        for who, words in said:
            sender = who if who not in person_ids else _address(people, person_ids[who])
            groups.show(chat_id, sender, "text", {"content": words})
    return True


def _address(people: People, person_id: int) -> str:
    return str(people.get(person_id)["external_userid"])
