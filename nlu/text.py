"""Folding of what people type onto one alphabet, character by character, so that offsets hold.

Runs on Python 3.10 (inside Rasa) and 3.12 (in the bot) alike.
"""

from __future__ import annotations

from typing import Final

# Traditional characters of shop talk. One to one on purpose: a phrase table would move offsets.
_TRADITIONAL: Final = (
    "個兩塊錢幾萬億單號內裡裏這嗎麼沒請問還買賣貨發運費遞郵訂購車結帳賬賞優紅黃藍綠銀膚髮顏褲"
    "襪電腦機筆記線無藥鹽醬雞魚蝦麵飯葉棗堅條雙隻張雜們來過對錯嘗試換壞傷補達簽點開關門間時後"
    "從給讓說話聽覺謝聯繫係導刪資訊頁團員級積現獎賺鏈鍊連騙訴態與為於會應該當實體樣種類質價貴"
    "東廣灣國區縣鄉鎮專業稅別動辦幫轉傳圖選擇數減嬰兒媽歲氣溫熱涼輕長寬夠麗妝紙潔淨雲陽島龍馬"
    "鳥絲純織縮舊壓聲喚歡樂愛讚靈啟嚴認證變邊遠進適軟難須題預頭顧隨見兌勁虧爛臺鐘鍾齊歸儘盡參"
    "尋術標檢驗損鑽貼貓豬驚圓餅糧產編碼處準詢議譯論課讀誰調誤環豐鮮櫃層廠歷務勞卻壽夢學寶將帶"
    "廳擔據搶擊斷暫極樓權歐殺決滿漲灑燈燒爭牆獨獲畫異療盤禮穩節約紀細終組統絕經維網緊練繼續聞"
    "聰脫膠臉興艙藝蘋蘭裝規視親觀訓設許評誠財貧貪責賴趕趙跡踐軍輛輸農迴逕違遊遲鄰醜醫釋針鈕鋪"
    "錶鍋鎖閃閒隊際險離霧靜響順頓領願顯風飛飲養餘館駕騎驅髒鬆鬧麥黨週"
)
_SIMPLIFIED: Final = (
    "个两块钱几万亿单号内里里这吗么没请问还买卖货发运费递邮订购车结账账赏优红黄蓝绿银肤发颜裤"
    "袜电脑机笔记线无药盐酱鸡鱼虾面饭叶枣坚条双只张杂们来过对错尝试换坏伤补达签点开关门间时后"
    "从给让说话听觉谢联系系导删资讯页团员级积现奖赚链链连骗诉态与为于会应该当实体样种类质价贵"
    "东广湾国区县乡镇专业税别动办帮转传图选择数减婴儿妈岁气温热凉轻长宽够丽妆纸洁净云阳岛龙马"
    "鸟丝纯织缩旧压声唤欢乐爱赞灵启严认证变边远进适软难须题预头顾随见兑劲亏烂台钟钟齐归尽尽参"
    "寻术标检验损钻贴猫猪惊圆饼粮产编码处准询议译论课读谁调误环丰鲜柜层厂历务劳却寿梦学宝将带"
    "厅担据抢击断暂极楼权欧杀决满涨洒灯烧争墙独获画异疗盘礼稳节约纪细终组统绝经维网紧练继续闻"
    "聪脱胶脸兴舱艺苹兰装规视亲观训设许评诚财贫贪责赖赶赵迹践军辆输农回径违游迟邻丑医释针钮铺"
    "表锅锁闪闲队际险离雾静响顺顿领愿显风飞饮养余馆驾骑驱脏松闹麦党周"
)


def _folding_table() -> dict[int, str]:
    # U+FF01..U+FF5E are the full-width forms of ASCII 0x21..0x7E, at one fixed distance.
    table = {code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)}
    table |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}
    table |= {ord(old): new for old, new in zip(_TRADITIONAL, _SIMPLIFIED, strict=True)}
    table |= {0x3000: " ", 0x00A0: " ", ord("￥"): "¥", ord("〜"): "~", ord("～"): "~"}
    return table


_FOLDING: Final = _folding_table()


def fold(text: str) -> str:
    """Half-width, lower case, simplified; always as long as `text`."""
    return text.translate(_FOLDING)


def hide(text: str, start: int, end: int) -> str:
    """Blank out a stretch that has been understood, keeping every other offset."""
    return text[:start] + "\0" * (end - start) + text[end:]
