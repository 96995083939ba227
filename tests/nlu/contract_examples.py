"""The contract's own example of every intent."""

from typing import Final

EXAMPLES: Final[dict[str, str]] = {
    "search_product": "有没有适合敏感肌的洗面奶; 200块以内的蓝牙耳机; 推荐几款送女朋友的口红",
    "refine_search": "便宜点的; 换一批; 要红色的; 按销量排; 下一页",
    "compare_products": "第一个和第三个有什么区别; 这两款哪个好",
    "ask_product_detail": "这个是纯棉的吗; 多少钱; 还有货吗; 我170穿什么码; 保质期多久",
    "add_to_cart": "第二个来两件; 加购物车; 我要这个; 给我来一箱",
    "update_cart": "数量改成3; 把牛奶删了; 清空购物车; 换成XL码",
    "view_cart": "看看购物车; 我加了啥",
    "checkout": "结算; 下单; 去付款; 买单",
    "order_status": "我的订单到哪一步了; 怎么还不发货; 查一下订单; 什么时候发货",
    "track_shipment": "快递到哪了; 物流信息怎么不更新; 用的什么快递单号多少; 显示签收了没收到",
    "cancel_order": "不想要了取消订单; 拍错了帮我取消",
    "change_address": "地址填错了改一下; 换个收货人",
    "request_refund": "我要退款; 衣服破了想换一件; 少发了一袋; 买贵了能退差价吗",
    "ask_invoice": "能开发票吗; 开专票",
    "ask_shipping": "包邮吗; 几天能到; 发什么快递; 新疆发不发",
    "ask_return_policy": "支持七天无理由吗; 保修多久; 是正品吗",
    "ask_payment": "能用花呗吗; 付款失败怎么办; 可以货到付款吗",
    "ask_store": "你们实体店在哪; 几点关门; 可以自提吗",
    "ask_promotion": "有优惠券吗; 双十一什么活动; 能不能便宜点卖; 有赠品吗",
    "group_buy": "怎么拼团; 我要开团; 还差几个人成团",
    "flash_sale": "秒杀几点开始; 帮我砍一刀",
    "ask_points": "我有多少积分; 签到; 怎么升会员",
    "distribution": "怎么当分销员; 我的佣金; 提现; 我的推广码",
    "live_stream": "今晚几点直播; 直播间3号链接",
    "unsubscribe": "别再发了; 退订; TD",
    "privacy_request": "删除我的个人信息; 导出我的数据; 注销账号",
    "human_handoff": "转人工; 找客服; 我要跟真人说",
    "complaint": "你们太差劲了; 我要投诉; 骗子",
    "greet": "你好; 在吗; 亲",
    "goodbye": "拜拜; 先这样",
    "thank": "谢谢; 辛苦了",
    "affirm": "好的; 对; 行; 嗯嗯",
    "deny": "不要; 算了; 不是",
    "help": "你能做什么; 菜单; 怎么用",
    "out_of_scope": "今天天气怎么样; 给我讲个笑话; 1+1等于几",
}

PAIRS: Final = [(intent, text) for intent, line in EXAMPLES.items() for text in line.split("; ")]
