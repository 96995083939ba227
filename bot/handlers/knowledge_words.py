"""What is said around the shop's written answers."""

from typing import Final

WHICH_QUESTION: Final = "您想问的是哪一个？点一下就行："
NONE_OF_THESE: Final = "都不是"
LEFT_TO_PEOPLE: Final = "好的，这个我没有准信，已经记下，店里的同事会看到。"

REACHES: Final = "{region}可以送到，一般{days}到"
REACHES_FAR: Final = "{region}可以送到，走{carrier}，一般{days}到"
DOES_NOT_REACH: Final = "{region}暂时寄不到"
REACHES_MOST: Final = "大部分地区一般{days}到，{far}等偏远地区一般{far_days}到，{out}暂时寄不到"

ANY_GOODS: Final = "店里的商品"
THESE_GOODS: Final = "“{title}”"
MAY_GO_BACK: Final = "{goods}支持{days}天无理由退货"
MAY_GO_BACK_UNOPENED: Final = (
    "{goods}属于{category}，没拆封的{days}天内可以退，拆封后不能无理由退，有质量问题照样退"
)
MAY_GO_BACK_MOSTLY: Final = "{goods}支持{days}天无理由退货，{categories}拆封后除外"

SHOP_OPEN: Final = "现在正在营业。"
SHOP_OPENS_LATER: Final = "今天{opens}开门。"
SHOP_CLOSED: Final = "今天已经关门了，{day}{opens}开门。"
SHOP_RESTS: Final = "今天休息，{day}{opens}开门。"
STAFF_HERE: Final = "现在就在。"
STAFF_AWAY: Final = "现在已经下班了。"
RESTS: Final = "{days}休息，其他日子照常"
RESTS_NOT: Final = "近期没有放假安排，天天照常"
LATEST_ORDER: Final = "最近一笔（{order_no}）{state}。"
