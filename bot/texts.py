"""Every sentence the shop says to a customer."""

from collections.abc import Iterable, Sequence

from commerce.money import yuan

MENU = ("找商品", "看看购物车", "我的订单", "有什么优惠", "转人工")

SORRY = "抱歉，刚才出了点小问题，没能办好。请稍等一会儿再说一遍，您的购物车和订单都还在。"
NOT_UNDERSTOOD = (
    "不好意思，我没太明白。您可以直接说想买什么，比如“200块以内的蓝牙耳机”，或者点下面的选项："
)
NOT_UNDERSTOOD_AGAIN = "我还是没听懂，要不要换个说法？您可以点下面的选项："
OUT_OF_SCOPE = (
    "这个我不太在行。我是店里的掌柜，可以帮您找商品、加购物车、下单和查订单。想买点什么？"
)
THANKS = "不客气，能帮上您就好～还需要什么随时说。"
GOODBYE = "好的，慢走～想买东西随时来找我。"
NOTHING_ASKED_YES = "好嘞～您想看点什么？直接告诉我商品名就行。"
NOTHING_ASKED_NO = "好的，那先不弄。需要的时候叫我。"

SEARCH_WHAT = "想找什么？告诉我商品名，也可以加上颜色、尺码、预算，比如“红色连衣裙 300以内”。"
NOTHING_FOUND = "没找到{wish}。换个说法、放宽一点价格或颜色再试试？"
NO_MORE = "这一类就这些了。要不要换个关键词，或者放宽一下条件？"
NOTHING_SHOWN = "还没给您看过商品呢。先告诉我想买什么，我来找。"
WHICH_OF_LIST = "列表里只有{count}款，您要第几个？"
HOW_TO_PICK = "说“第二个”就帮您加进购物车{more}。"
MORE_HINT = "，说“换一批”再看{count}款"

CART_EMPTY = "购物车还是空的。告诉我想买什么，我来帮您找。"
CART_CLEARED = "购物车已清空。"
CART_KEPT = "好的，购物车没动。"
ASK_CLEAR = "要把购物车里的{count}件都清空吗？回复“是”清空，“不用”保留。"
CART_HINT = "付款说“结算”；要调整就说“第一个改成2件”“删掉第一个”。"
NOT_IN_CART = "购物车里没找到这一件。说“看看购物车”我列给您。"
WHICH_VARIANT = "{title} 没有您说的规格，可选：{labels}。要哪个？"
SOLD_OUT = "{title}{label} 暂时没货了。要不要看看别的？说“换一批”就行。"
ONLY_LEFT = "{title}{label} 只剩{available}件了，要不就来{available}件？"
VARIANT_CHANGED = "已换成 {label}：{title}，{price}。说“结算”就可以付款。"

ORDERS_NONE = "您还没有订单。看中什么告诉我，我帮您下单。"
ORDER_NOT_FOUND = "没有查到这个订单号，请核对一下，或者说“我的订单”看最近的订单。"
ASK_CANCEL = "要取消订单 {order_no}（{payable}）吗？回复“是”取消，“不用”保留。"
CANCEL_KEPT = "好的，订单 {order_no} 保留着。"
CANCEL_UNDER_WAY = "正在取消订单 {order_no}，办好马上告诉您。"
CANCELLED = "订单 {order_no} 已取消，商品已经放回货架。"
NOTHING_TO_CANCEL = "没有待付款的订单可以取消。已付款的订单想退，请说“转人工”，店里的同事来处理。"
PAID_CANNOT_CANCEL = (
    "订单 {order_no} 已经{state}，不能直接取消。想退款请说“转人工”，店里的同事来处理。"
)
EXPIRED = "订单 {order_no} 超过付款时间，已经关闭，商品放回货架了。还想要的话说“再来一单”之前先看看有没有货～"
PAID = "支付成功！订单 {order_no}，实付 {amount}。我们会尽快发货。"
REFUND_STARTED = "订单 {order_no} 的 {amount} 正在原路退回，到账后告诉您。原因：{reason}"
REFUND_DONE = "退款 {amount} 已原路退回，请留意微信支付的到账通知。"

HANDOFF_NOTED = "已经记下，店里的同事看到后会来回复您。您可以先把问题和订单号发在这里，不用重复说。"
COMPLAINT_NOTED = "实在抱歉让您不愉快了。已经把您的话转给店里的同事，他们会来处理。方便的话说一下订单号和遇到的问题。"
NOT_YET = (
    "这件事我现在还办不了，已经帮您记给店里的同事。找商品、加购物车、下单、查订单我都可以马上办。"
)
UNSUBSCRIBED = "好的，以后不再给您发活动消息。订单和物流的通知不受影响；想恢复时说“恢复推送”。"
RESUBSCRIBED = "好的，有合适的活动会再告诉您。随时说“退订”就能停。"
PICTURE_SEEN = "图片收到了，不过我还不会看图。您可以用文字告诉我想找什么。"
VOICE_UNHEARD = "这条语音我没听清，麻烦打字告诉我好吗？"
CANNOT_READ = "收到啦。这种消息我还看不懂，您可以用文字告诉我想买什么。"

STATES = {
    "unpaid": "待付款",
    "paid": "已付款，待发货",
    "packed": "已打包，待发货",
    "shipped": "已发货",
    "received": "已收货",
    "finished": "已完成",
    "closed": "已关闭",
}


def welcome(shop_name: str) -> str:
    """What a new follower and a greeting customer read first."""
    return (
        f"您好，欢迎来到{shop_name}！我是掌柜，直接告诉我想买什么就行，"
        "比如“有没有200块以内的蓝牙耳机”。"
    )


def numbered(titles: Iterable[tuple[str, str]]) -> str:
    """Lines `1. title note`, from 1."""
    return "\n".join(f"{n}. {title} {note}".rstrip() for n, (title, note) in enumerate(titles, 1))


def price_range(lowest: int, highest: int) -> str:
    """`¥159` or `¥159起`, of fen."""
    return yuan(lowest) if lowest == highest else f"{yuan(lowest)}起"


def wish_in_words(words: Sequence[str], price_min: float | None, price_max: float | None) -> str:
    """The wish as the shop repeats it: `“红色 连衣裙”（300元以内）`."""
    named = f"“{' '.join(words)}”" if words else "合适的商品"
    match price_min, price_max:
        case None, None:
            return named
        case None, high:
            return f"{named}（{high:g}元以内）"
        case low, None:
            return f"{named}（{low:g}元以上）"
        case low, high:
            return f"{named}（{low:g}–{high:g}元）"
