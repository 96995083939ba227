"""Asking for a human in so many words: the one wish that must never be lost to statistics."""

import re
from typing import Final

from nlu.text import fold

CERTAINTY: Final = 0.95
"""How often a message that asks so plainly means it; measured, see README.md."""

_GAP: Final = r"[^，,。！!？?\s]"
_HUMAN: Final = r"(?:(?:人工|活人|人类)|真人(?![发秀图版漫照试模cC]))"
_RANK: Final = (
    r"(?:店长|主管|经理|經理|上级|领导|老板|老细|老細|头家|掌柜|当家的?|店主|负责人|負責人|管事的?)"
)
_SOMEONE: Final = (
    rf"(?:{_HUMAN}|{_RANK}|真的人|客服|坐席|座席|专员|专人|專員|專人|服务员|店员|工作人员|店小二|技术员"
    r"|负责.{0,4}的|懂行的|做主的|(?:值班|售后|后台)的?人员?|(?:你|你们|你們|恁)的?(?:同事|上面))"
)
_FETCH: Final = (
    r"(?:转接?|接通?|找|搵|揾|寻|叫|让|喊|摇|换|派|请(?!问)|等|联系|呼叫|连线|给我来|我要|想要|需要|有没有"
    r"|安排|驳|整)(?:[下个位名到成给我来去你们恁侬返]|一下)*"
)
_CALL: Final = r"(?:叫|喊|摇|派|整|请|接|给我|我要|要|求|上|畀|俾|叫返)"
_SEEK: Final = r"(?:找|换|来|安排|搞|弄|搵|揾|寻|有没有|有冇|有木有)"
_ONE: Final = r"(?:一?[个位名]|你们|你們|恁|侬)"
_WORK: Final = r"(?!.{0,3}[取拿送装修收量搬提拉换退弄买]|.{0,2}(?:上门|维修|看看))"
"""A courier or a fitter does that, and is no one to talk to."""
_TO_ME: Final = (
    rf"(?:[来出]{_WORK}|[跟和同]我|回[我复答]|接[待听手]|[说讲聊谈唠](?!话不)|处理|解决|教|帮|打给"
    r"|[吧呗嘛]*$|[啊呀][，,！!\s]|行[不吗]|可以吗|中不)"
)
_LIKE_A_PERSON: Final = (
    r"(?:会(?:说|讲)(?:人|中国)?话|会打字|(?:能|会|听得)懂.{0,3}|懂.{0,3}|明白|(?:能|可以)?[做作拿]得?了?主"
    r"|能.{0,2}(?:说|处理|解决|谈|办|拍板).{0,3}|管(?:事|用|投诉).{0,2}|主事|说了?算|拍板"
    r"|有权限?|[带有长]脑子|有血有肉|有温度|正常|靠谱|活生生|聪明|机灵|脑子.{1,3})"
)

_WISHES: Final = (
    rf"{_FETCH}{_GAP}{{0,3}}{_SOMEONE}",
    rf"(?:上|开|进|走|切|求|要|到|直接|接|给)(?:换|一?个)?到?(?:{_HUMAN})",
    rf"有(?:没有)?个?{_HUMAN}(?:[吗嘛么不没啊呀在]|$)",
    r"(?:真人|活人)(?:客服)?(?:在吗|在不在|在么)|人工(?:在吗|在不在|在么|人工|救|通道|入口|看一?[眼下]|介入)",
    r"(?:人工|客服)(?:呢|(?:能不能)?出来|来一?[下个]|热线|电话)|^(?:人工|真人|客服|活人)[^智费湖草秀]{0,3}$",
    rf"(?:人工|客服|值班|店里|你们)的?人?都?(?:死|跑|躲|去|睡|上){_GAP}{{0,2}}(?:哪|光|着|了)",
    rf"{_RANK}人?(?:呢|你?给我.{{0,2}}出来|出来|出嚟|接电话|来一下|亲自|电话)",
    r"(?:专员|店长|经理|主管|负责人|领导).{0,3}(?:在岗|在不在|在吗|在没)|(?:^|[，,。！!\s])(?:接线|转接)(?:$|[，,。！!\s])",
    # One like a person: 会说话的 may be a doll, hence only who is fetched to speak counts.
    (
        rf"(?:{_CALL}|{_SEEK}|让){_ONE}*{_LIKE_A_PERSON}"
        rf"(?:[的嘞滴](?:人|客服|[来出]{_WORK}|[跟和同说讲]|回我|[吧呗噻嘛]*$|[吗不])|人)"
    ),
    rf"(?:{_CALL}|{_SEEK}){_ONE}+(?:活|真)[的滴](?:人|[来出跟和]|[吧呗噻嘛]*$)",
    # Only people are shouted for, whatever they are like.
    rf"[喊叫]一?[个位]{_GAP}{{1,6}}[的嘞滴](?:出?来{_WORK}|[跟回]我)",
    # Somebody, to speak with.
    rf"(?<![件货送]){_CALL}(?:{_ONE}|点)*人(?:儿|类)?{_TO_ME}",
    rf"(?<!收件)(?<!收货)(?<!收件人)(?<!收货人){_SEEK}{_ONE}+人(?:儿|类)?{_TO_ME}",
    rf"{_SEEK}{_ONE}+.{{0,2}}(?:师傅|小哥|小姐姐|姑娘|妹子|大姐)[问聊说讲教带]",
    rf"找人(?:来{_WORK}|出来|[跟和]我|回我|处理|解决)|(?:^|[，,。！!？?\s])换人(?:$|[来吧啊，,。！!\s])",
    r"让(?:你们|你們|恁)?的?人(?:来跟|[跟和]我|联系|回|接|打给我)",
    r"怎么(?:才|样|能|可以)*(?:找|联系|接|转|见|叫)(?:得?到|得?上|个)+.{0,2}(?:客服|人工|人(?!民|家))",
    rf"[跟和与同](?:{_HUMAN}|个?(?:你们|你們)?的?人)(?:聊|讲|谈|沟通|对话|傾|倾|唠|说(?!过))",
    rf"[想要](?:跟|和|与|同)(?:你们的?|店里的?)?{_SOMEONE}.{{0,4}}(?:聊|[说讲谈](?!过)|沟通|对话|确认|核实|商量)",
    # Anything but the bot.
    r"(?<!扫地)(?<!擦窗)(?<!拖地)机器人?.{0,2}(?:滚|走开|闭嘴|一边去|退下|下去|让开|别(?:说|回|烦))",
    (
        r"(?:不想?|不要|懒得|唔想|不愿意?|谁要|谁想)再?[跟和与同]?(?:你|这个?|一?个)?"
        r"(?:机器人?|機械人|机械人|ai|程序|电脑)(?:聊|说|讲|谈|废话|对话|沟通|傾|倾|打交道|$)"
    ),
    (
        r"(?:别|甭|莫|少)(?:再|给我|跟我|老)*(?:整|弄|用|拿|搞|派)(?:这|个|什么|啥)*"
        r"(?:机器人?(?!吸|玩)|ai|自动(?:回复|应答)|智能客服|程序)"
    ),
    # In letters.
    r"(?:zhuan|zhao|jie|huan|jiao|lai)\s*(?:ge\s*)?(?:ren\s*gong|ke\s*fu|(?:zhen|huo)\s*ren)",
    r"ren\s*gong(?!\s*zhi)|^\s*(?:ke\s*fu|zrg|zhen\s*ren)+\s*$|(?:real|live|actual)\s*(?:person|human|agent|people)",
    (
        r"(?:talk|speak|chat)\s+(?:to|with)\s+(?:an?\s+|your\s+|some\s?|the\s+)*"
        r"(?:human|person|agent|one|body|manager|staff|representative)"
    ),
    r"(?:need|want|get me|give me)\s+(?:an?\s+|the\s+)?(?:human|person|agent|manager)",
    r"^\s*(?:human|agent|representative|operator|customer service)\W*(?:please|pls)?\W*$",
)
_PLAIN: Final = re.compile("|".join(_WISHES))
_OTHERWISE: Final = re.compile(
    # Work of hands, and intelligence that is made.
    r"人工(?:智能|费|湖|草|林|授粉|呼吸|降雨|养殖|成本|合成|色素|皮|耳|关节|智障|钻|编|做的)"
    r"|来一?个会(?:说|讲)话的[吧呗]*$"
    # Told, not asked for.
    r"|(?:你们|那个|刚才|昨天|上次|之前|主播说).{0,2}(?:人工|找客服|客服|店员)(?!.{0,4}(?:电话|热线|呢$))"
    r"|客服.{0,4}(?:说|讲|答应|告诉|回复|态度|骂|不理|太|很|真?好|辛苦|拜拜|再见|会不会)"
    r"|(?:换|找|转|问|联系)(?:了|过).{0,4}(?:人工|客服)"
    # Not now, or for another reason; somebody else's.
    r"|(?:不用|不要|别|无需|不必|没必要)(?:再|去|给我)?(?:转|找|叫|接)|不(?:需要|想要?)(?:人工|客服|真人)"
    r"|(?:^|[，,。！!\s])(?:先|我)?不(?:转|找|叫|接)(?!.{0,6}(?:就|我|投诉|差评))"
    r"|(?:别|不要|不许|不准)再?让(?:你们的?)?(?:客服|人|店员|经理)"
    r"|(?:客服|真人|店员|专员|经理|主管|老板|领导).{0,3}(?:[用穿戴坐背]|级别|同?款).{0,3}的"
    r"|(?:招|当|做|应聘)个?.{0,6}(?:客服|店长|经理|主管|店员)"
    r"|(?:送|给)(?:我|我们)?(?:老板|领导|经理|同事)|(?:我|公司|单位)们?的?(?:老板|领导|经理|同事)"
    r"|(?:移动(?!电源|硬盘)|联通|电信|社保|银行|营业厅|医院|车管所).{0,6}(?:人工|客服)"
)

_DECLINED: Final = re.compile(
    r"(?:^|[，,。！!\s])(?:算了|先|那|我|暂时|好了)*"
    r"(?:不用|不要|不必|无需|别|甭|不需要|没必要|不想|不(?=[转找叫接]))"
    r"(?:再|去|给我|急着|麻烦)*(?:转|找|叫|接|喊|联系)*(?:到|你们的?)*"
    rf"(?:{_HUMAN}|{_RANK}|客服|专员|同事|人)(?:客服)?(?:了|吧|啦|哈|啊)*(?:$|[，,。！!\s])"
    r"|(?:人工|真人|客服)(?:也|就)?(?:不用|不要|不需要)(?:了|吧|啦)*(?:$|[，,。！!\s])"
)
_THREATENS: Final = re.compile(r"投诉|差评|举报|12315|曝光|[跟和]我")


def asks_for_a_human(text: str) -> bool:
    """Whether the customer plainly asks for one. Who says it in other words is not found."""
    folded = fold(text)
    if not _PLAIN.search(folded) or _OTHERWISE.search(folded):
        return False
    return not declines_a_human(text)


def declines_a_human(text: str) -> bool:
    """Whether the customer says that nobody need be called: 不用转人工了."""
    folded = fold(text)
    return bool(_DECLINED.search(folded)) and not _THREATENS.search(folded)
