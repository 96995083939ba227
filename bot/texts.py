"""Every sentence the shop says to a customer, and how lists and amounts are put into words.

Words in “…” that a sentence tells the customer to say are understood without a parser, see
`bot.shortcuts`, or are positions and changes that the handlers read themselves.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from commerce.money import yuan
from miniprogram_cards.limits import cut_to_bytes
from wecom.xml import harmless

LONGEST: Final = 2048
"""Bytes of one text message (WeChat 客服消息 docs)."""
LONGEST_TITLE: Final = 96
"""Bytes of a title in a list: some thirty characters."""
LONGEST_VALUE: Final = 120
LONGEST_ERROR: Final = 300
LONGEST_ECHO: Final = 90
"""Bytes of the customer's own words that are repeated to them."""

MENU = ("找商品", "热销商品", "新品", "看看购物车", "我的订单", "有什么优惠", "转人工")

SORRY = "抱歉，刚才出了点小问题，没能办好。请稍等一会儿再说一遍，您的购物车和订单都还在。"
BY_THE_WAY = "对了，{question}"
DO_YOU_MEAN = "我没太明白，您是想{guess}吗？"
WHAT_DO_YOU_MEAN = (
    "不好意思，我没太明白。您是想找商品、查订单，还是问售后？"
    "也可以直接说想买什么，比如“200块以内的蓝牙耳机”。"
)
NOT_UNDERSTOOD = "我还是没听懂。您点下面的选项，或者换个说法再告诉我："
NOT_GUESSED = "那是我理解错了。您点下面的选项，或者换个说法再告诉我："
LEFT_TO_PEOPLE = (
    "这件事我没弄懂，不耽误您了：已经记下，店里的同事会看到。您可以先把事情和订单号发在这里。"
)
ASK_AGAIN = "我没太明白。{question}"
OUT_OF_SCOPE_AGAIN = "这个我确实帮不上。店里的事可以点下面的选项："
OUT_OF_SCOPE = "这个我不太在行。找商品、加购物车、付款和查订单可以找我，想买点什么？"
THANKS = "不客气，还需要什么随时说。"
THANKS_AND = "不客气。{question}"
GOODBYE = "好的，慢走。想买东西随时来找我。"
NOTHING_ASKED_YES = "好的。您想看点什么？直接告诉我商品名就行。"
NOTHING_ASKED_NO = "好的，那先不弄。需要的时候叫我。"
YES_TO_LIST = "好的，要第几个？说“第二个”就帮您加进购物车。"
YES_TO_CART = "好的，付款说“结算”；要调整就说“第一个改成2件”。"

SEARCH_WHAT = "想找什么？告诉我商品名，也可以加上颜色、尺码、预算，比如“红色连衣裙 300以内”。"
ON_THE_SHELVES = "店里有：{categories}。"
NOTHING_FOUND = "没找到{wish}。换个说法，或者放宽一点条件再试试？"
NOTHING_FOUND_OF = "没找到“{names}”，别的找到了。"
NEAREST_SHELF = "没找到{wish}，"
SEE_SHELF = "要看看“{shelf}”里卖得好的吗？"
FOUND_WITHOUT = "没找到{wish}。不限{limits}的话有{count}款，{price}起，"
SEE_LOOSER = "要看看不限{limits}的吗？"
FOUND = "为您找到{count}款{wish}："
FOUND_NEAR = "没有完全符合{wish}的，这几款比较接近："
NO_MORE = "这一类就这些了。要不要换个关键词，或者放宽一下条件？"
FIRST_PAGE = "这已经是第一页了，说“第二个”可以加进购物车，说“换一批”看后面的。"
NOTHING_CHEAPER = "这几款里最低就是{price}了，没有更便宜的。看中哪款说“第几个”。"
NOTHING_DEARER = "这几款里最高就是{price}了，没有更贵的。看中哪款说“第几个”。"
WITHOUT_COLOR = "好的，不要{unwanted}。这几款还有{colors}，您要什么颜色？"
WHICH_INSTEAD = "您要的是第几个？"
WHAT_INSTEAD = "好的，那您想要什么样的？颜色、款式、价位都可以说。"
NONE_OF_THESE = "好的，这几款先放着。说“换一批”再看几款，或者告诉我想要什么样的。"
NONE_BUT_CART = "好的，这几款先放着。刚加进购物车的还在，说“看看购物车”可以改。"
NOTHING_SHOWN = "您说的是哪款商品？告诉我商品名，我来找。"
WHICH_ONE = "您说的是第几个？"
WHICH_OF_LIST = "这一页只有{count}款，您要第几个？"
WHICH_TO_COMPARE = "要比较哪两个？比如“第一个和第二个”。"
SIMILAR_INSTEAD = "现在没货，要看看同类的商品吗？"
PICK_THE_ONE = "看中就说“加购物车”，换一款直接告诉我商品名。"
PICK_FROM_LIST = "说“第二个”就帮您加进购物车{more}。"
MORE_HINT = "，说“换一批”再看{count}款"
GONE = "这款商品已经下架了。告诉我想买什么，我再帮您找。"

WHICH_TRAIT = "{title} 要什么{name}？有{values}。"
TAKE_ALL = "这{count}款都要吗？一共{total}起，回复“是”都加进购物车。"
BUY_HINT = "想要就说“来一件”{traits}。"
WITH_TRAITS = "，带上{names}更快"
NO_SUCH_TRAIT = "{title} 没有{wanted}，{offer}。要哪种？"
NOT_TOGETHER = "{title} {having}没有{wanted}的"
GOES_WITH = "{having}有{offer}"
WHICH_AGAIN = "{title} 要哪种？{offer}。"
WHICH_KIND = "。要哪种？"
ALL_SOLD_OUT = "{title} 暂时缺货，各个规格都没有了。要看看同类的商品吗？"
SOLD_OUT_KIND = "{title}（{label}）暂时缺货，{offer}还有货。要哪种？"
NOT_STATED = "商品资料里没有写{what}，我不敢乱说。拿不准可以说“转人工”，问问店里的同事。"
NO_SIZE_CHART = "我手上没有身高体重对照表，不敢乱说，拿不准可以说“转人工”。"
CHEAPER_BY = "第{place}个便宜{amount}。"
SAME_PRICE = "价格一样。"
SELLS_MORE = "第{place}个卖得更多。"
NO_SUCH_CHOICE = "{title} 不分{what}。"
ONLY_THIS = "{title} 只有这一种，没有可比较的。想比的另一款告诉我商品名。"
ALIKE_OTHERWISE = "能比较的就这些，资料里写的别的都一样。{hint}"
COMPARED = "看中哪个说“第几个”，我帮您加进购物车。"

AT_LEAST_ONE = "数量至少是1件。要的话说“来一件”，不要了就不用管它。"
CART_EMPTY = "购物车还是空的。告诉我想买什么，我来帮您找。"
CART_EMPTY_NOW = "购物车空了，还想买点什么？"
CART_CLEARED = "购物车已清空。"
CART_KEPT = "好的，购物车没动。"
ASK_DROP = "要把{line}拿掉吗？回复“是”拿掉，“不用”保留。"
ASK_CLEAR = "要把购物车里的{count}件都清空吗？回复“是”清空，“不用”保留。"
CART_HINT = "付款说“结算”；要调整就说“第一个改成2件”“删掉第一个”。"
CART_PAGE_HINT = "还有{count}种，说“下一页”接着看。"
CART_ENDS_HERE = "购物车就这些了。"
NOT_IN_CART = "购物车里没有{what}。"
WHICH_LINE = "您说的是第几件？"
WHAT_ABOUT_LINE = "{line}。要改数量就说“改成2件”，不要了就说“删掉”。"
WHICH_QUANTITY = "{line}，要改成几件？"
TAKEN_BACK = "好的，刚才的{lines}先拿掉了。"
WHICH_IS_WRONG = "您说的是哪一件不对？"
LEFT_OUT = "{title} 还没选好，没算在里面。要的话告诉我颜色、尺码。"
REMOVED = "已拿掉：{lines}。"
ADDED = "已加购物车：{line}。"
NOT_PUT = "“{name}”还没加，说“{name}”先看看有哪些。"
NOT_FOUND = "没找到“{name}”，没有加。"
CART_TOTAL = "购物车共{pieces}件，合计 {total}{payable}，付款说“结算”。"
SWAP_HINT = "可选{offer}，要换就说“换成{example}”。"
ONLY_LEFT = "{title}{label} 只剩{available}件了，要不就来{available}件？"
ONLY_LEFT_IN_CART = "{title}{label} 一共只剩{available}件，您购物车里已经有{already}件了。"
VARIANT_CHANGED = "已换成 {label}：{title} ×{quantity}，{price}。"
PAY_WAITING = "购物车是空的，不过您有一笔订单还没付款，点开就能付："

ORDERS_NONE = "您还没有订单。看中什么告诉我，我帮您加进购物车。"
ORDERS_LISTED = "您最近的{count}笔订单："
ORDERS_EARLIER = "更早的订单可以在小程序的“我的订单”里看。"
ORDER_NOT_FOUND = "没有查到这个订单号，请核对一下，或者说“我的订单”看最近的订单。"
WHICH_TO_CANCEL = "您有{count}笔待付款的订单，要取消第几笔？"
ASK_CANCEL = "要取消订单 {order_no}（{payable}）吗？回复“是”取消，“不用”保留。"
CANCEL_KEPT = "好的，订单 {order_no} 保留着，请在{until}前付款。"
CANCEL_UNDER_WAY = "正在取消订单 {order_no}，办好马上告诉您。"
CANCELLED = "订单 {order_no} 已取消，商品已经放回货架。"
GIVEN_BACK = "这单用的{what}已经退回。"
NOTHING_TO_CANCEL = "没有可以取消的订单。收到的商品想退换，说“我要退款”就行。"
PAID_CANNOT_CANCEL = "订单 {order_no} {state}，不能直接取消。想退换请说“我要退款”，我来登记。"
CLOSED_ALREADY = "订单 {order_no} 已经关闭了，不用再取消。"
EXPIRED = (
    "订单 {order_no} 超过付款时间，已经关闭，商品放回货架了。还想要就告诉我商品名，我再帮您找。"
)
PAID = "支付成功！订单 {order_no}，实付 {amount}。我们会尽快发货。"
REFUND_STARTED = "订单 {order_no} 的 {amount} 正在原路退回，到账后告诉您。原因：{reason}"
REFUND_DONE = "退款 {amount} 已原路退回，请留意微信支付的到账通知。"

HANDOFF_NOTED = "已经记下，店里的同事会看到。您可以先把问题和订单号发在这里，不用重复说。"
COMPLAINT_NOTED = (
    "实在抱歉让您不愉快了。已经记下，店里的同事会看到。方便的话说一下订单号和遇到的问题。"
)
PASSED_ON = "{topic}我这里办不了，已经记下，店里的同事会看到。"
SEND_ORDER_NO = "方便的话把订单号也发来。"
ASKED_ON = "{topic}我还没有准信，已经记下，店里的同事会看到。"
NO_PROMOTION = "店里现在没有优惠券和活动，价格以商品上标的为准。想找实惠的，说商品名加预算就行，比如“100以内的保温杯”。"
PAYMENT = "付款用微信支付：说“结算”，点开我发的小程序就能付。"
PAYMENT_TROUBLE = (
    "付款遇到问题别着急，已经记下，店里的同事会看到。可以先重新点开付款的小程序再试一次。"
)
PICTURE_SEEN = "图片收到了，不过我还不会看图。您可以用文字告诉我想找什么。"
VOICE_UNHEARD = "这条语音我没听清，麻烦打字告诉我好吗？"
CANNOT_READ = "收到啦。这种消息我还看不懂，您可以用文字告诉我想买什么。"

NEXT_FOR_ORDER = {
    "unpaid": "请在{until}前付款；不想要了说“取消订单”。",
    "paid": "发货后会马上告诉您，着急可以说“催一下发货”。",
    "packed": "很快就会交给快递，着急可以说“催一下发货”。",
    "shipped": "包裹在路上了，收到后说“确认收货”；物流问题可以说“转人工”。",
    "received": "有问题说“我要退款”或者“转人工”。",
    "finished": "",
    "closed": "还想要的话告诉我商品名，我再帮您找。",
}
"""What a customer may want to know beside an order's state."""


def welcome(shop_name: str) -> str:
    """What a new follower and a greeting customer read first."""
    return (
        f"您好，欢迎来到{shop_name}！我是掌柜，直接告诉我想买什么就行，"
        "比如“有没有200块以内的蓝牙耳机”。"
    )


def numbered(titles: Iterable[tuple[str, str]], first: int = 1) -> str:
    """Lines `1. title note`, each title short enough for a list."""
    return "\n".join(
        f"{n}. {short(title)} {note}".rstrip() for n, (title, note) in enumerate(titles, first)
    )


def short(title: str, limit: int = LONGEST_TITLE) -> str:
    """A title or value cut to a length that leaves room for others."""
    return cut_to_bytes(title, limit)


def brief(title: str) -> str:
    """The head of a title, enough to tell goods of one conversation apart."""
    head = " ".join(title.split()[:2])
    return short(head if len(head.encode()) <= LONGEST_TITLE else title, LONGEST_TITLE // 2)


def repeated(words: str) -> str:
    """A customer's own words, short, and unable to become a link."""
    return short(harmless(words), LONGEST_ECHO)


def fitting(lines: Sequence[str], ending: str = "") -> str:
    """As many of the lines as one message holds, and the ending in any case."""
    room = LONGEST - len(ending.encode()) - 1
    kept: list[str] = []
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, ending] if ending else kept)


def price_range(lowest: int, highest: int) -> str:
    """`¥159` or `¥159起`, of fen."""
    return yuan(lowest) if lowest == highest else f"{yuan(lowest)}起"


def wish_in_words(words: Sequence[str], price_min: float | None, price_max: float | None) -> str:
    """The wish as the shop repeats it: `“红色 连衣裙”（300元以内）`."""
    named = f"“{short(' '.join(words), LONGEST_ECHO)}”" if words else "合适的商品"
    match price_min, price_max:
        case None, None:
            return named
        case None, high:
            return f"{named}（{_plain(high)}元以内）"
        case low, None:
            return f"{named}（{_plain(low)}元以上）"
        case low, high:
            return f"{named}（{_plain(low)}–{_plain(high)}元）"


def _plain(amount: float | None) -> str:
    return yuan(round((amount or 0) * 100)).removeprefix("¥")
