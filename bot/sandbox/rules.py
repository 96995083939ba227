"""The limits of the platform in one table: name, value, what happens beyond it, and its source.

Every limit that the sandbox enforces is read from here, and `/sandbox/rules` prints it.
Sources are titles of the official documentation; 沙盒自定 marks our own choice where the
documentation is silent.
"""

from dataclasses import dataclass

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True)
class Rule[T]:
    """One limit. `code` is what the caller (or the customer) meets beyond it."""

    name: str
    value: T
    unit: str
    code: str
    source: str


@dataclass(frozen=True)
class Grant:
    """How many customer-service messages one customer action allows, and for how long."""

    messages: int
    seconds: int


_RULES: list[Rule[object]] = []


def rule[T](name: str, value: T, unit: str, code: str, source: str) -> Rule[T]:
    """A new limit, which `all_rules` names from then on."""
    _RULES.append(Rule(name, value, unit, code, source))
    return Rule(name, value, unit, code, source)


def all_rules() -> list[Rule[object]]:
    """Every rule, in the order of this file, then those of WeCom."""
    return list(_RULES)


_SERVICE = "客服消息 (Customer Service Messages)"
_RECEIVE = "接收普通消息 (Receiving Standard Messages)"
_PASSIVE = "被动回复用户消息 (Passive User Reply)"
_TOKEN = "获取稳定版接口调用凭据 (getStableAccessToken)"  # noqa: S105 — a page title
_OLD_TOKEN = "获取 Access token (getAccessToken)"  # noqa: S105 — a page title
_MEDIA = "新增临时素材 (Upload Temporary Media)"
_QUOTA = "接口调用频次限制说明 (API Call Limits)"
_MENU = "自定义菜单创建接口 (Custom Menu)"
_QR = "生成带参数的二维码 (Parametric QR Code)"
_WXACODE = "获取不限制的小程序码 (getUnlimitedQRCode)"
_LOGIN = "小程序登录 code2Session"
_TEMPLATE = "模板消息接口 (Template Message)"
_PREPAY = "微信支付 JSAPI下单"
_NOTICE = "微信支付 支付通知"
_SIGN = "微信支付 APIv3 签名生成与验签"
_REFUND = "微信支付 申请退款"
_BILL = "微信支付 申请交易账单"
_TRANSFER = "微信支付 商家转账 发起转账"
_TRANSFER_QUESTIONS = "微信支付 商家转账 常见问题"
_SHIPPING = "小程序 发货信息录入 (uploadShippingInfo)"

CALLBACK_DEADLINE = rule("回调应答期限", 5, "秒", "该公众号暂时无法提供服务，请稍后再试", _RECEIVE)
CALLBACK_TRIES = rule("回调推送总次数", 3, "次", "该公众号暂时无法提供服务，请稍后再试", _RECEIVE)
CALLBACK_SPACING = rule("两次推送的间隔", 5, "秒", "", _RECEIVE)
PASSIVE_TEXT_BYTES = rule("被动回复文本", 2048, "字节", "该公众号暂时无法提供服务", _PASSIVE)
PASSIVE_ARTICLES = rule("被动回复图文条数", 1, "条", "该公众号暂时无法提供服务", _PASSIVE)

WINDOW_MESSAGE = rule("顾客发消息后可回复", Grant(5, 48 * HOUR), "", "45015, 45047", _SERVICE)
WINDOW_FOLLOW = rule("顾客关注后可回复", Grant(3, 60), "", "45015, 45047", _SERVICE)
WINDOW_MENU = rule(
    "点击菜单或菜单消息后可回复",
    Grant(3, 60),
    "",
    "45015, 45047",
    _SERVICE,
)
WINDOW_SCAN = rule("扫描二维码后可回复", Grant(3, 60), "", "45015, 45047", _SERVICE)
TEXT_BYTES = rule("客服文本消息", 2048, "字节", "45002", _SERVICE)
NEWS_ARTICLES = rule("客服图文条数", 1, "条", "45008", _SERVICE)
CARD_TITLE_BYTES = rule("小程序卡片标题", 64, "字节（UTF-8）", "45003", _SERVICE)
CARD_PATH_BYTES = rule("小程序卡片路径", 1024, "字节", "40165", _SERVICE)
MENU_OPTIONS = rule("菜单消息选项", 10, "个", "40035", "沙盒自定")
TYPING_WINDOW = rule("可显示正在输入", 30, "秒", "45080", _SERVICE)

TOKEN_LIFE = rule("access_token 有效期", 7200, "秒", "42001", _TOKEN)
TOKEN_ROTATION = rule("稳定版凭据提前更新", 300, "秒", "", _TOKEN)
TOKEN_OVERLAP = rule("旧凭据保留", 300, "秒", "40001", _OLD_TOKEN)
FORCE_REFRESHES = rule("每天强制刷新", 20, "次", "45009", _TOKEN)
FORCE_REFRESH_SPACING = rule("两次强制刷新间隔", 30, "秒", "45011", _TOKEN)

MEDIA_LIFE = rule("临时素材有效期", 3 * DAY, "秒", "40007", _MEDIA)
IMAGE_BYTES = rule("图片素材", 10 * 1024 * 1024, "字节", "40009", _MEDIA)
THUMB_BYTES = rule("缩略图素材", 64 * 1024, "字节", "40012", _MEDIA)

MENU_BUTTONS = rule("一级菜单", 3, "个", "40016", _MENU)
MENU_SUB_BUTTONS = rule("二级菜单", 5, "个", "40023", _MENU)
MENU_NAME_BYTES = rule("一级菜单名", 16, "字节", "40018", _MENU)
MENU_SUB_NAME_BYTES = rule("二级菜单名", 60, "字节", "40025", _MENU)
MENU_KEY_BYTES = rule("菜单 KEY", 128, "字节", "40019", _MENU)
MENU_URL_BYTES = rule("菜单链接", 1024, "字节", "40020", _MENU)

QR_SECONDS = rule("临时二维码有效期", 2_592_000, "秒", "40035", _QR)
QR_SCENE_CHARACTERS = rule("二维码场景值", 64, "字符", "40053", _QR)
QR_PERMANENT = rule("永久二维码", 100_000, "个", "45029", _QR)
WXACODE_SCENE = rule("小程序码场景值", 32, "可见字符", "40129, 40169", _WXACODE)
WXACODE_WIDTH = rule("小程序码宽度", (280, 1280), "像素", "40035", _WXACODE)

SUBSCRIPTION_VALUES: Rule[dict[str, int]] = rule(
    "订阅消息的参数值",
    {
        "thing": 20,
        "character_string": 32,
        "phrase": 5,
        "name": 10,
        "letter": 32,
        "number": 32,
        "amount": 32,
        "date": 32,
        "time": 32,
    },
    "字符",
    "47003",
    "小程序订阅消息 发送订阅消息",
)

LOGIN_CODE_LIFE = rule("登录 code 有效期", 300, "秒", "40029", _LOGIN)
LOGIN_CODE_USES = rule("登录 code 使用次数", 1, "次", "40163", _LOGIN)

PAY_CLOCK_SKEW = rule("请求签名时间偏差（真实时间）", 300, "秒", "SIGN_ERROR", _SIGN)
PREPAY_LIFE = rule("prepay_id 有效期", 2 * HOUR, "秒", "", _PREPAY)
PAY_DESCRIPTION_CHARACTERS = rule("商品描述", 127, "字符", "PARAM_ERROR", _PREPAY)
PAY_ATTACH_CHARACTERS = rule("附加数据", 128, "字符", "PARAM_ERROR", _PREPAY)
NOTICE_DEADLINE = rule("通知应答期限", 5, "秒", "", _NOTICE)
NOTICE_RETRIES: Rule[tuple[int, ...]] = rule(
    "通知重试间隔",
    (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600),
    "秒",
    "",
    _NOTICE,
)
REFUND_YEAR = rule("支付后可退款", 365 * DAY, "秒", "INVALID_REQUEST", _REFUND)
REFUND_PARTS = rule("一笔支付的退款次数", 50, "次", "INVALID_REQUEST", _REFUND)
CARRIER_LOCKS: Rule[int] = rule(
    "同一运单号两次查询的间隔", 30 * 60, "秒", "601", "快递100 实时快递查询接口"
)
SHIPPING_PARCELS = rule("一笔支付的发货包裹", 15, "个", "10060024", _SHIPPING)
SHIPPING_DESCRIPTION_CHARACTERS = rule("发货商品信息", 120, "字", "10060009", _SHIPPING)
SHIPPING_CORRECTIONS = rule("一笔支付重新发货", 1, "次", "10060003", _SHIPPING)
BILL_READY = rule("次日可取账单", 10, "点", "STATEMENT_CREATING", _BILL)
BILL_DAYS = rule("可取账单的天数（三个月）", 90, "天", "INVALID_REQUEST", _BILL)
BILL_URL_LIFE = rule("账单下载地址有效期", 30, "秒", "INVALID_REQUEST", "微信支付 下载账单")
BILL_FEE = rule("账单手续费率", 6, "‰", "", "沙盒自定")
TRANSFER_LEAST = rule("单笔转账最低", 10, "分", "INVALID_REQUEST", _TRANSFER_QUESTIONS)
TRANSFER_NAMELESS = rule("不传收款人姓名时低于", 200_000, "分", "PARAM_ERROR", _TRANSFER)
TRANSFER_REMARK_CHARACTERS = rule("转账备注", 32, "字符", "PARAM_ERROR", _TRANSFER)
TRANSFER_REPORT_CHARACTERS = rule("报备信息内容", 32, "字符", "PARAM_ERROR", _TRANSFER)
TRANSFER_CONFIRMED_WITHIN = rule("用户确认收款的时效", 24 * HOUR, "秒", "FAIL", _TRANSFER_QUESTIONS)
TRANSFER_REMEMBERED = rule(
    "转账单可查询", 30 * DAY, "秒", "NOT_FOUND", "微信支付 商家转账 商户单号查询转账单"
)
TRANSFER_REPORTS: Rule[dict[str, tuple[str, ...]]] = rule(
    "转账场景的报备信息",
    {"1000": ("活动名称", "奖励说明"), "1005": ("岗位类型", "报酬说明")},
    "",
    "PARAM_ERROR",
    "微信支付 商家转账 转账场景报备信息字段说明",
)
TRANSFER_SETTLES = rule("确认或撤销后的处理时长", 2, "秒", "", "沙盒自定")
REFUND_SETTLES = rule("退款处理时长", 2, "秒", "", "沙盒自定")

# API name → (calls, window in seconds, code beyond it).
QUOTAS: Rule[dict[str, tuple[tuple[int, int, int], ...]]] = rule(
    "接口调用频次",
    {
        "token": ((2_000, DAY, 45009),),
        "stable_token": ((10_000, 60, 45011), (500_000, DAY, 45009)),
        "custom/send": ((500_000, DAY, 45009),),
        "template/send": ((100_000, DAY, 45009),),
        "media/upload": ((5_000, DAY, 45009),),
        "qrcode/create": ((100_000, DAY, 45009),),
        "getwxacodeunlimit": ((5_000, 60, 45009),),
        "menu/create": ((1_000, DAY, 45009),),
        "user/info": ((500_000, DAY, 45009),),
    },
    "",
    "45009, 45011",
    _QUOTA,
)
LOGINS_PER_MINUTE = rule("每位用户每分钟登录", 100, "次", "45011", _LOGIN)

# The pages of the published mini-program (its app.json); a card may open no other.
MINI_PROGRAM_PAGES = (
    "pages/index/index",
    "pages/category/index",
    "pages/product/index",
    "pages/cart/index",
    "pages/checkout/index",
    "pages/order/index",
    "pages/orders/index",
    "pages/promoter/index",
    "pages/group-buys/index",
    "pages/group-buy/index",
    "pages/group/index",
    "pages/flash-sale/index",
    "pages/bargains/index",
    "pages/bargain/index",
    "pages/coupon/index",
)

# "发货信息录入", "查询订单发货状态" docs.
SHIPPING_ERRORS: dict[int, str] = {
    10060001: "支付单不存在",
    10060003: "支付单已使用重新发货机会",
    10060004: "支付单处于不可发货的状态",
    10060005: "物流类型有误",
    10060006: "非快递发货时不允许分拆发货",
    10060007: "分拆发货模式下必须填写 is_all_delivered 字段",
    10060008: "商品描述 item_desc 字段不能为空",
    10060009: "商品描述 item_desc 字段太长",
    10060014: "参数错误",
    10060023: "发货信息未更新",
    10060024: "物流信息列表太长",
    10060031: "该笔支付单不属于 openid 所指定的用户",
    268485194: "订单单号类型非法",
    268485195: "微信支付单号形式下 transaction_id 字段不能为空",
    268485196: "商户侧单号形式下 mchid 字段不能为空",
    268485197: "商户侧单号形式下 out_trade_no 字段不能为空",
    268485216: "上传时间非法，请按照 RFC 3339 格式填写",
    268485224: "发货模式非法",
    268485226: "物流单号不能为空",
    268485227: "物流公司编码不能为空",
    268485228: "统一发货模式下，物流信息列表长度必须为 1",
}

# code → (HTTP status, message); "微信支付 JSAPI下单", "关闭订单", "查询订单", "申请退款",
# "发起转账" docs.
PAY_ERRORS: dict[str, tuple[int, str]] = {
    "PARAM_ERROR": (400, "参数错误"),
    "INVALID_REQUEST": (400, "无效请求"),
    "APPID_MCHID_NOT_MATCH": (400, "商户号和AppID不匹配"),
    "ORDERPAID": (400, "该订单已支付"),
    "ORDER_CLOSED": (400, "该订单已关闭"),
    "OPENID_MISMATCH": (400, "openid和appid不匹配"),
    "NO_STATEMENT_EXIST": (400, "账单文件不存在"),
    "STATEMENT_CREATING": (400, "账单生成中"),
    "SIGN_ERROR": (401, "签名错误"),
    "OUT_TRADE_NO_USED": (403, "商户订单号重复"),
    "NOT_ENOUGH": (403, "基本账户余额不足，请充值后重新发起"),
    "USER_ACCOUNT_ABNORMAL": (403, "用户账户异常，退款请求失败"),
    "NO_AUTH": (403, "商户无权限"),
    "ORDER_NOT_EXIST": (404, "订单不存在"),
    "RESOURCE_NOT_EXISTS": (404, "退款单不存在"),
    "NOT_FOUND": (404, "记录不存在"),
    "FREQUENCY_LIMITED": (429, "频率超限"),
    "SYSTEM_ERROR": (500, "系统异常，请稍后重试"),
}
