"""The limits of WeCom; `bot.sandbox.rules` says what a row means."""

from bot.sandbox.rules import DAY, HOUR, Rule, rule

_CALLBACK = "企业微信 接收消息与事件 概述"
_KF_SYNC = "企业微信 微信客服 接收消息和事件"
_KF_SEND = "企业微信 微信客服 发送消息"
_KF_CODE = "企业微信 微信客服 发送欢迎语等事件响应消息"
_KF_STATE = "企业微信 微信客服 分配客服会话"
_KF_LINK = "企业微信 微信客服 获取客服账号链接"
_KF_WHO = "企业微信 微信客服 获取客户基础信息"
_TOKEN = "企业微信 获取access_token"  # noqa: S105 — a page title
_QUOTA = "企业微信 访问频率限制"
_MEDIA = "企业微信 上传临时素材"
_ATTACHMENT = "企业微信 上传附件资源"
_APP = "企业微信 发送应用消息"
_CARD = "企业微信 更新模版卡片消息"
_WELCOME = "企业微信 发送新客户欢迎语"
_CHATS = "企业微信 获取客户群列表"
_JOIN = "企业微信 客户群「加入群聊」管理"
_GROUP_WELCOME = "企业微信 入群欢迎语素材管理"
_MASS = "企业微信 创建企业群发"
_RESULTS = "企业微信 获取企业的全部群发记录"
_REMIND = "企业微信 提醒成员群发"
_MOMENT = "企业微信 企业发表内容到客户的朋友圈"
_MOMENTS = "企业微信 获取客户朋友圈全部的发表记录"
_OURS = "沙盒自定"

CORP_TOKEN_LIFE = rule("企业 access_token 有效期", 7200, "秒", "42001", _TOKEN)
WECOM_DEADLINE = rule("企业微信回调应答期限", 5, "秒", "", _CALLBACK)
WECOM_TRIES = rule("企业微信回调推送总次数", 3, "次", "", _CALLBACK)
WECOM_SPACING = rule("企业微信两次推送的间隔", 5, "秒", "", _OURS)
VERIFY_DEADLINE = rule("企业微信回调 URL 验证应答期限", 1, "秒", "", _CALLBACK)
CALLS_A_MINUTE = rule("企业每接口调用", 10_000, "次／分", "45009", _QUOTA)
CALLS_AN_HOUR = rule("企业每接口调用", 150_000, "次／时", "45009", _QUOTA)

SYNC_DAYS = rule("客服消息可拉取", 3 * DAY, "秒", "", _KF_SYNC)
SYNC_PAGE = rule("客服消息每页", 1_000, "条", "40058", _KF_SYNC)
SYNC_TOKEN_LIFE = rule("拉取消息 token 有效期", 600, "秒", "95007", _KF_SYNC)
SYNC_WITHOUT_TOKEN = rule("不带 token 拉取消息", 10, "次／分／客服账号", "45009", _OURS)
KF_WINDOW = rule("顾客发消息后可回复", 48 * HOUR, "秒", "95002", _KF_SEND)
KF_COUNT = rule("顾客发消息后可回复", 5, "条", "95001", _KF_SEND)
KF_MSGID_BYTES = rule("自定消息 ID", 32, "字节", "40058", _KF_SEND)
KF_TEXT_BYTES = rule("客服文本（微信客服）", 2048, "字节", "40058", _KF_SEND)
KF_LINK_BYTES: Rule[dict[str, int]] = rule(
    "图文链接", {"title": 128, "desc": 512, "url": 2048}, "字节", "40058", _KF_SEND
)
KF_CARD_TITLE_BYTES = rule("小程序消息标题", 64, "字节", "40058", _KF_SEND)
KF_MENU_ITEMS = rule("菜单消息选项（微信客服）", 10, "个", "95008", _KF_SEND)
KF_MENU_HEAD_BYTES = rule("菜单消息起始或结束文本", 1024, "字节", "40058", _KF_SEND)
KF_MENU_BYTES: Rule[dict[str, dict[str, int]]] = rule(
    "菜单消息选项的字段",
    {
        "click": {"id": 64, "content": 128},
        "view": {"url": 2048, "content": 1024},
        "miniprogram": {"appid": 32, "pagepath": 1024, "content": 1024},
    },
    "字节",
    "40058",
    _KF_SEND,
)
WELCOME_QUIET = rule("多久没有欢迎和来信才给欢迎语 code", 48 * HOUR, "秒", "", _KF_CODE)
CODE_LIFE: Rule[dict[str, int]] = rule(
    "事件响应 code 有效期",
    {"welcome": 20, "pool": 48 * HOUR, "servicer": 48 * HOUR, "end": 20},
    "秒",
    "40058（沙盒自定）",
    _KF_CODE,
)
CODE_KINDS: Rule[dict[str, tuple[str, ...]]] = rule(
    "事件响应消息的类型",
    {
        "welcome": ("text", "msgmenu"),
        "pool": ("text",),
        "servicer": ("text",),
        "end": ("text", "msgmenu"),
    },
    "",
    "40008",
    _KF_CODE,
)
SESSION_LIFE = rule("客服会话时长", 48 * HOUR, "秒", "95013", _KF_STATE)
TRANSITIONS: Rule[dict[int, tuple[int, ...]]] = rule(
    "会话状态可变更为", {0: (2, 3), 1: (2, 3), 2: (3,), 3: (3, 4), 4: ()}, "", "95016", _KF_STATE
)
KF_SCENE_BYTES = rule("客服链接场景值", 32, "字节", "40058", _KF_LINK)
KF_SCENE_PARAM_BYTES = rule("客服链接场景参数", 128, "字节", "", _KF_LINK)
KF_CUSTOMERS = rule("一次获取客户", 100, "位", "40058", _KF_WHO)

WECOM_MEDIA_LIFE = rule("企业临时素材有效期", 3 * DAY, "秒", "40007", _MEDIA)
WECOM_MEDIA_BYTES: Rule[dict[str, int]] = rule(
    "企业临时素材",
    {"image": 10 * 1024**2, "voice": 2 * 1024**2, "video": 10 * 1024**2, "file": 20 * 1024**2},
    "字节",
    "40006",
    _MEDIA,
)
WECOM_MEDIA_LEAST = rule("企业临时素材最小", 5, "字节", "40006", _MEDIA)
MOMENT_MEDIA_LIFE = rule("朋友圈附件资源有效期", 3 * DAY, "秒", "40007", _ATTACHMENT)
MOMENT_MEDIA_BYTES: Rule[dict[str, int]] = rule(
    "朋友圈附件资源（仅图片与视频）",
    {"image": 10 * 1024**2, "video": 10 * 1024**2},
    "字节",
    "40006",
    _ATTACHMENT,
)

APP_MEMBER_MINUTE = rule("应用向同一成员发消息（超出的丢弃）", 30, "条／分", "", _QUOTA)
APP_MEMBER_HOUR = rule("应用向同一成员发消息（超出的丢弃）", 1_000, "条／时", "", _QUOTA)
APP_DUPLICATE = rule("重复消息检查间隔", 1800, "秒", "", _APP)
APP_DUPLICATE_MOST = rule("重复消息检查间隔最长", 4 * HOUR, "秒", "", _APP)
APP_TEXT_BYTES = rule("应用文本消息", 2048, "字节", "（截断）", _APP)
CARD_BUTTONS = rule("按钮交互卡片的按钮", 6, "个", "40058", _APP)
CARD_TASK_BYTES = rule("卡片 task_id", 128, "字节", "40058", _APP)
RESPONSE_LIFE = rule("卡片 response_code 有效期", 72 * HOUR, "秒", "40058（沙盒自定）", _CARD)

CONTACT_WELCOME_LIFE = rule("新客户欢迎语", 20, "秒", "41050", _WELCOME)
CONTACT_WELCOME_BYTES = rule("新客户欢迎语文本", 4000, "字节", "40058", _WELCOME)
CONTACT_ATTACHMENTS = rule("新客户欢迎语附件", 9, "个", "41064", _WELCOME)
WAY_STATE_CHARACTERS = rule(
    "联系我 state", 30, "字符", "40058", "企业微信 配置客户联系「联系我」方式"
)
WELCOME_CLAIM = rule("欢迎语下发中（另一个应用先调用）", 2, "秒", "41096", _WELCOME)

GROUPS_PAGE = rule("客户群列表每页", 1_000, "个", "40058", _CHATS)
GROUPS_OWNERS = rule("客户群列表的群主过滤", 100, "位", "40058", _CHATS)
GROUPS_SCOPE = rule("不带群主过滤时可见范围内的成员", 1_000, "位", "81017", _CHATS)
GROUP_PEOPLE = rule("客户群人数", 500, "人", "（自动新建群）", _OURS)
JOIN_GROUPS = rule("进群方式的客户群", 5, "个", "40058", _JOIN)
JOIN_STATE_CHARACTERS = rule("进群方式 state", 30, "字符", "40058", _JOIN)
JOIN_NAME_CHARACTERS = rule("自动建群的群名前缀", 40, "字符", "40058", _JOIN)
JOIN_REMARK_CHARACTERS = rule("进群方式备注", 30, "字符", "（截断）", _JOIN)
GROUP_WELCOMES = rule("入群欢迎语素材", 100, "个", "41055", _GROUP_WELCOME)
GROUP_WELCOME_BYTES = rule("入群欢迎语文本", 3000, "字节", "40058", _GROUP_WELCOME)

MASS_CUSTOMERS = rule("一次群发的客户", 10_000, "位", "40058", _MASS)
MASS_GROUPS = rule("一次群发的客户群", 2_000, "个", "40058", _MASS)
MASS_TAGS = rule("一组筛选标签（同组任一、各组都要）", 100, "个", "40058", _MASS)
MASS_TEXT_BYTES = rule("群发文本", 4000, "字节", "40058", _MASS)
MASS_ATTACHMENTS = rule("群发附件", 9, "个", "41064", _MASS)
ATTACHMENT_BYTES: Rule[dict[str, dict[str, int]]] = rule(
    "群发与欢迎语附件的字段",
    {
        "link": {"title": 128, "picurl": 2048, "desc": 512, "url": 2048},
        "miniprogram": {"title": 64, "page": 1024},
    },
    "字节",
    "40058",
    _MASS,
)
MASS_CAPS: Rule[dict[str, str]] = rule(
    "每位客户、每个客户群可接收的群发",
    {"month_days": "每自然月与当月天数相同", "week7": "每周 7 条", "day1": "每天 1 条"},
    "",
    "发送结果 3",
    _MASS,
)
MASS_LIST_DAYS = rule("群发记录的查询跨度（一个月）", 31 * DAY, "秒", "40058", _RESULTS)
MASS_LIST_PAGE: Rule[dict[str, int]] = rule(
    "群发记录每页（超过取默认值）", {"最大": 100, "默认": 50}, "条", "", _RESULTS
)
MASS_RESULTS_PAGE: Rule[dict[str, int]] = rule(
    "群发成员与结果每页（超过取默认值）", {"最大": 1_000, "默认": 500}, "条", "", _RESULTS
)
MASS_REMINDERS = rule("同一群发的提醒", 3, "次／24 小时", "41094", _REMIND)

MOMENT_TEXT_BYTES = rule("朋友圈文本", 4000, "字节", "40058", _MOMENT)
MOMENT_IMAGES = rule("朋友圈图片", 9, "张", "41064", _MOMENT)
MOMENT_TITLE_BYTES = rule("朋友圈图文标题", 64, "字节", "40058", _MOMENT)
MOMENT_JOB_LIFE = rule("朋友圈任务结果可查询", DAY, "秒", "40058（沙盒自定）", _MOMENT)
MOMENT_LIST_DAYS = rule("朋友圈记录的查询跨度", 30 * DAY, "秒", "40058", _MOMENTS)
MOMENT_LIST_PAGE: Rule[dict[str, int]] = rule(
    "朋友圈记录每页（超过取默认值）", {"最大": 20, "默认": 20}, "条", "", _MOMENTS
)
MOMENT_TASK_PAGE: Rule[dict[str, int]] = rule(
    "朋友圈成员与可见客户每页（超过取默认值）", {"最大": 1_000, "默认": 500}, "条", "", _MOMENTS
)
MOMENT_SENT_PAGE: Rule[dict[str, int]] = rule(
    "朋友圈发表后的可见客户每页（超过取默认值）", {"最大": 5_000, "默认": 3_000}, "条", "", _MOMENTS
)
