"""Words that mean one thing and need no parser: the shop's own options, and what it says to say."""

import re
from collections.abc import Mapping
from typing import Final

from nlu.text import fold
from nlu.understanding import Intent, Understanding

SHORTCUTS: Final[Mapping[str, Intent]] = {
    **dict.fromkeys(("找商品", "商品分类", "分类", "随便看看", "逛逛"), Intent.SEARCH_PRODUCT),
    **dict.fromkeys(("热销商品", "新品", "更多分类"), Intent.SEARCH_PRODUCT),
    **dict.fromkeys(("换一批", "下一页", "上一页"), Intent.REFINE_SEARCH),
    **dict.fromkeys(("看看购物车", "购物车"), Intent.VIEW_CART),
    **dict.fromkeys(("清空购物车", "清空"), Intent.UPDATE_CART),
    **dict.fromkeys(("加购物车", "加入购物车"), Intent.ADD_TO_CART),
    "看图": Intent.ASK_PRODUCT_DETAIL,
    **dict.fromkeys(("结算", "去付款", "付款", "买单"), Intent.CHECKOUT),
    **dict.fromkeys(("我的订单", "查订单", "再来一单", "买过的"), Intent.ORDER_STATUS),
    **dict.fromkeys(("催一下发货", "催发货"), Intent.ORDER_STATUS),
    "快递到哪了": Intent.TRACK_SHIPMENT,
    "确认收货": Intent.ORDER_STATUS,
    "取消订单": Intent.CANCEL_ORDER,
    **dict.fromkeys(("我要退款", "我要退货", "售后进度", "不退了"), Intent.REQUEST_REFUND),
    **dict.fromkeys(
        ("改地址", "我的地址", "加个地址", "添加收货地址", "默认地址"), Intent.CHANGE_ADDRESS
    ),
    **dict.fromkeys(("有什么优惠", "优惠", "有什么活动", "限时折扣"), Intent.ASK_PROMOTION),
    **dict.fromkeys(("领券", "全部领取", "我的券"), Intent.ASK_PROMOTION),
    **dict.fromkeys(("拼团", "有什么拼团", "我的团", "拼团进度", "加入拼团"), Intent.GROUP_BUY),
    **dict.fromkeys(("秒杀", "几点秒杀", "取消秒杀提醒", "砍价"), Intent.FLASH_SALE),
    **dict.fromkeys(("我的佣金", "佣金明细", "提现", "提现到哪了"), Intent.DISTRIBUTION),
    **dict.fromkeys(("我的推广码", "我的推广", "我要当推广员"), Intent.DISTRIBUTION),
    **dict.fromkeys(("签到", "我的积分", "积分明细", "积分商城"), Intent.ASK_POINTS),
    **dict.fromkeys(("怎么攒积分", "我的等级", "兑换记录"), Intent.ASK_POINTS),
    **dict.fromkeys(("我的取货码", "改自提时间"), Intent.ASK_STORE),
    **dict.fromkeys(("开发票", "我的发票"), Intent.ASK_INVOICE),
    **dict.fromkeys(("转人工", "人工", "人工客服"), Intent.HUMAN_HANDOFF),
    **dict.fromkeys(("退订", "td", "恢复推送"), Intent.UNSUBSCRIBE),
    **dict.fromkeys(("菜单", "帮助"), Intent.HELP),
    **dict.fromkeys(("是", "是的", "好", "好的", "行", "可以", "确认", "要"), Intent.AFFIRM),
    **dict.fromkeys(("不用", "不用了", "不", "不是", "算了"), Intent.DENY),
}
"""Folded words and their intent."""

_AROUND: Final = re.compile(r"^[\s“”\"'。.!！~]+|[\s“”\"'。.!！~]+$")


def find_shortcut(text: str) -> Understanding | None:
    """The understanding of a message that is a shortcut and nothing else."""
    intent = SHORTCUTS.get(_AROUND.sub("", fold(text)))
    return None if intent is None else Understanding(text, intent, 1.0, source="shortcut")
