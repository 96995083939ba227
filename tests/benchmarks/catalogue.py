"""A synthetic catalogue of any size, the same at every run: invented brands, believable titles."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product as combinations
from typing import Final

SEED: Final = 20261122
LARGEST: Final = 1_000_000


def words_of(line: str) -> tuple[str, ...]:
    """The words of a line, as below."""
    return tuple(line.split())


_FIRST: Final = "棠檐麻岭砚走行汀栀海奈讯声青野豆团鹿小木拾岚疾毛胡云山月松竹溪禾"
_SECOND: Final = "里风石北行川屿白社禾域坡柿星雀满光径爪邻汐间谷原序舟枝屿塘露"
BRANDS: Final = tuple(first + second for first, second in combinations(_FIRST, _SECOND))[::4]

SHELVES: Final = {
    "女装": "连衣裙 半身裙 衬衫 针织衫 风衣 羽绒服 阔腿裤 卫衣 西装外套 打底衫 百褶裙 马甲",
    "男装": "T恤 牛仔裤 夹克 休闲裤 polo衫 棉服 西裤 冲锋衣 短裤 毛衣 背心 工装裤",
    "鞋靴箱包": "运动鞋 帆布鞋 马丁靴 拖鞋 双肩包 行李箱 钱包 凉鞋 高跟鞋 斜挎包 托特包 腰包",
    "美妆护肤": "洗面奶 面膜 口红 粉底液 防晒霜 身体乳 护手霜 眼影盘 卸妆油 精华液 爽肤水 香水",
    "数码家电": "蓝牙耳机 充电宝 手机壳 机械键盘 鼠标 音箱 吹风机 电饭煲 台灯 手环 吸尘器 加湿器",
    "食品生鲜": "纯牛奶 坚果礼盒 饼干 咖啡豆 绿茶 牛肉干 拌面 蜂蜜 大米 橙子 巧克力 燕麦片",
    "母婴玩具": "纸尿裤 奶瓶 积木 婴儿湿巾 绘本 推车 安全座椅 拼图 连体衣 水彩笔 爬行垫 故事机",
    "家居日用": "保温杯 四件套 收纳箱 平底锅 枕头 毛巾 雨伞 香薰蜡烛 垃圾袋 菜刀 餐具套装 地毯",
    "运动户外": "瑜伽垫 跑步鞋 帐篷 哑铃 泳镜 登山杖 羽毛球拍 护膝 睡袋 跳绳 骑行服 渔具包",
    "宠物用品": "猫粮 狗粮 猫砂 牵引绳 猫抓板 宠物窝 冻干零食 航空箱 喂食器 逗猫棒 狗尿垫 梳毛刷",
}
_STYLES: Final = words_of(
    "法式 复古 简约 北欧 日系 国潮 商务 通勤 学院 田园 轻奢 街头 文艺 可爱 高级感 ins风 "
    "便携 折叠 加厚 加绒 超薄 大容量 迷你 家用 户外 旅行 办公 宿舍 车载 儿童"
)
_WORTHS: Final = words_of(
    "显瘦收腰 透气速干 防水耐磨 不起球 柔软亲肤 久戴不痛 静音不扰人 易清洗 一键操作 "
    "长效保湿 温和不刺激 敏感肌可用 无糖低脂 新疆长绒棉 头层牛皮 食品级硅胶 加固防摔 "
    "磁吸收纳 快充不伤机 四季通用 秋冬保暖 夏季清凉 送女友礼物 送男友礼物 开学季 "
    "年货送礼 独立包装 整箱装 买一送一 新款上市"
)
COLORS: Final = words_of("红色 黑色 白色 蓝色 灰色 绿色 粉色 酒红色 深蓝色 米白色 卡其色 紫色")
SIZES: Final = words_of("S M L XL 2XL")
PRICES: Final = (9.9, 19.9, 29, 39, 49, 59, 69, 79, 89, 99, 129, 159, 199, 239, 299, 399, 599, 999)


@dataclass(frozen=True, slots=True)
class Offer:
    """One product of the catalogue with its variants."""

    title: str
    brand: str
    category: str
    colors: tuple[str, ...]
    price: float
    stock: int

    def lines(self) -> Iterator[str]:
        """Its rows of a product file."""
        for place, color in enumerate(self.colors):
            price = self.price + 10 * place
            attributes = f"颜色={color};尺码={SIZES[len(self.title) % len(SIZES)]}"
            yield (
                f",{self.title},{self.category},{self.brand},{price:.2f},{self.stock},{attributes},"
            )


def offers(count: int) -> Iterator[Offer]:
    """So many products; a larger catalogue begins with the smaller one."""
    chance = random.Random(SEED)
    shelves = [(shelf, noun) for shelf, nouns in SHELVES.items() for noun in nouns.split()]
    chance.shuffle(shelves)
    # As in real shops: the commonest thing is a twentieth of all, the rarest a thousandth.
    shares = [1 / (rank + 5) for rank in range(len(shelves))]
    things = iter(chance.choices(shelves, shares, k=LARGEST))
    for number in range(count):
        shelf, noun = next(things)
        brand = chance.choice(BRANDS)
        style, other = chance.sample(_STYLES, 2)
        worth, more = chance.sample(_WORTHS, 2)
        title = f"{brand} {style}{other}{noun} {worth} {more} {number:07d}款"
        yield Offer(
            title=title,
            brand=brand,
            category=shelf,
            colors=tuple(chance.sample(COLORS, 2 if chance.random() < 0.3 else 1)),
            price=chance.choice(PRICES) + chance.randrange(0, 200) / 10,
            stock=0 if chance.random() < 0.1 else chance.randrange(1, 500),
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one customer looks for."""

    words: str
    color: str | None = None
    price_max: int | None = None
    brand: str | None = None


def wishes(count: int) -> list[Wanted]:
    """Wishes as customers have them: a noun mostly, often with a style, a colour or a price."""
    chance = random.Random(SEED + 1)
    nouns = [noun for words in SHELVES.values() for noun in words.split()]
    wanted: list[Wanted] = []
    for _ in range(count):
        noun, style = chance.choice(nouns), chance.choice(_STYLES)
        worth = chance.choice(_WORTHS)
        words = chance.choice([noun, noun, f"{style}{noun}", f"{style}{noun}", f"{worth} {noun}"])
        wanted.append(
            Wanted(
                words=words,
                color=chance.choice(COLORS) if chance.random() < 0.25 else None,
                price_max=chance.choice([50, 100, 200, 300]) if chance.random() < 0.35 else None,
                brand=chance.choice(BRANDS) if chance.random() < 0.1 else None,
            )
        )
    return wanted
