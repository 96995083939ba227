"""Every message and event that WeChat documents for official accounts, by what it becomes.

(name, XML, kind, text), after WeChat docs 接收普通消息, 接收事件推送, 自定义菜单事件,
模板消息, 订阅通知, 客服会话控制, 小程序消息推送.
"""

from bot.messages import Kind
from tests.bot.channels.platform_side import event, message

_ID = "<MsgId>23456789012345678</MsgId>"
_MENU_ID = "<EventKey><![CDATA[K1]]></EventKey>"
_SCAN_INFO = (
    "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType>"
    "<ScanResult><![CDATA[1]]></ScanResult></ScanCodeInfo>"
)
_PICTURES = (
    "<SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum><![CDATA[5a75]]></PicMd5Sum>"
    "</item></PicList></SendPicsInfo>"
)

SAMPLES: list[tuple[str, str, Kind, str]] = [
    ("text", message("text", f"<Content><![CDATA[蓝牙耳机]]></Content>{_ID}"), "text", "蓝牙耳机"),
    (
        "option of a menu message",
        message("text", f"<Content>满意</Content><bizmsgmenuid>101</bizmsgmenuid>{_ID}"),
        "menu_choice",
        "满意",
    ),
    (
        "image",
        message("image", f"<PicUrl>http://mmbiz.qpic.cn/x</PicUrl><MediaId>m</MediaId>{_ID}"),
        "image",
        "",
    ),
    ("voice", message("voice", f"<MediaId>m</MediaId><Format>amr</Format>{_ID}"), "voice", ""),
    (
        "recognised voice",
        message("voice", f"<MediaId>m</MediaId><Recognition>有货吗</Recognition>{_ID}"),
        "voice",
        "有货吗",
    ),
    (
        "video",
        message("video", f"<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId>{_ID}"),
        "video",
        "",
    ),
    ("short video", message("shortvideo", f"<MediaId>m</MediaId>{_ID}"), "video", ""),
    (
        "location",
        message(
            "location",
            f"<Location_X>23.1</Location_X><Location_Y>113.3</Location_Y><Scale>20</Scale>"
            f"<Label>广州</Label>{_ID}",
        ),
        "location",
        "",
    ),
    (
        "link",
        message("link", f"<Title>t</Title><Description>d</Description><Url>u</Url>{_ID}"),
        "link",
        "",
    ),
    (
        "mini-program page",
        message(
            "miniprogrampage",
            f"<Title>t</Title><AppId>wx2</AppId><PagePath>pages/a</PagePath>{_ID}",
        ),
        "mini_program_page",
        "",
    ),
    ("follow", event("subscribe"), "follow", ""),
    (
        "follow by QR code",
        event("subscribe", "<EventKey>qrscene_spring_1</EventKey><Ticket>T</Ticket>"),
        "follow",
        "",
    ),
    ("unfollow", event("unsubscribe", "<EventKey></EventKey>"), "unfollow", ""),
    ("scan", event("SCAN", "<EventKey>spring_1</EventKey><Ticket>T</Ticket>"), "scan", ""),
    ("menu click", event("CLICK", "<EventKey>TODAY</EventKey>"), "menu_click", "TODAY"),
    ("menu link", event("VIEW", "<EventKey>https://x</EventKey><MenuId>1</MenuId>"), "event", ""),
    (
        "menu mini-program",
        event("view_miniprogram", "<EventKey>pages/a</EventKey><MenuId>1</MenuId>"),
        "event",
        "",
    ),
    ("menu scan", event("scancode_push", _MENU_ID + _SCAN_INFO), "event", ""),
    ("menu scan and wait", event("scancode_waitmsg", _MENU_ID + _SCAN_INFO), "event", ""),
    ("menu photo", event("pic_sysphoto", _MENU_ID + _PICTURES), "event", ""),
    ("menu photo or album", event("pic_photo_or_album", _MENU_ID + _PICTURES), "event", ""),
    ("menu album", event("pic_weixin", _MENU_ID + _PICTURES), "event", ""),
    (
        "menu location",
        event(
            "location_select",
            _MENU_ID + "<SendLocationInfo><Label>x</Label></SendLocationInfo>",
        ),
        "event",
        "",
    ),
    ("location report", event("LOCATION", "<Latitude>23.1</Latitude>"), "event", ""),
    (
        "template sent",
        event("TEMPLATESENDJOBFINISH", "<MsgID>2</MsgID><Status>success</Status>"),
        "event",
        "",
    ),
    (
        "mass message sent",
        event(
            "MASSSENDJOBFINISH",
            "<MsgID>1</MsgID><CopyrightCheckResult><Count>1</Count><ResultList><item>"
            "<ArticleIdx>1</ArticleIdx></item></ResultList></CopyrightCheckResult>",
        ),
        "event",
        "",
    ),
    (
        "subscription asked",
        event(
            "subscribe_msg_popup_event",
            "<SubscribeMsgPopupEvent><List><TemplateId>t1</TemplateId>"
            "<SubscribeStatusString>accept</SubscribeStatusString></List></SubscribeMsgPopupEvent>",
        ),
        "event",
        "",
    ),
    (
        "subscription changed",
        event(
            "subscribe_msg_change_event",
            "<SubscribeMsgChangeEvent><List><TemplateId>t1</TemplateId></List><List>"
            "<TemplateId>t2</TemplateId></List></SubscribeMsgChangeEvent>",
        ),
        "event",
        "",
    ),
    (
        "subscription sent",
        event(
            "subscribe_msg_sent_event",
            "<SubscribeMsgSentEvent><List><MsgID>17</MsgID><ErrorCode>0</ErrorCode></List>"
            "</SubscribeMsgSentEvent>",
        ),
        "event",
        "",
    ),
    ("session opened", event("kf_create_session", "<KfAccount>a@b</KfAccount>"), "event", ""),
    ("session closed", event("kf_close_session", "<KfAccount>a@b</KfAccount>"), "event", ""),
    ("session passed", event("kf_switch_session", "<ToKfAccount>a@b</ToKfAccount>"), "event", ""),
    (
        "mini-program session",
        event("user_enter_tempsession", "<SessionFrom>order=1</SessionFrom>"),
        "enter",
        "",
    ),
    ("parcel reminder", event("trade_manage_remind_shipping", "<msg>x</msg>"), "event", ""),
    ("an event of tomorrow", event("hologram_waved_at", "<Waves>3</Waves>"), "event", ""),
    ("a message of tomorrow", message("hologram", f"<MediaId>m</MediaId>{_ID}"), "unknown", ""),
]
