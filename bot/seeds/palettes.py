"""The colours of a product picture: what a Chinese colour name looks like, and its company."""

from dataclasses import dataclass

type Colour = tuple[int, int, int]
type Ink = tuple[int, int, int, int]
"""Red, green, blue and opacity, each 0-255."""

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (36, 34, 40)

# Read in this order, so that a name of two characters wins over the one it contains.
_NAMED_COLOURS = {
    "酒红": "#8a2438", "绛红": "#a32a33", "枫叶红": "#a8412f", "番茄红": "#d94a35",
    "豆沙": "#b9706c", "正红": "#c9202f", "烈焰红": "#e0402f", "玫瑰": "#b5606e",
    "红": "#cf3a3f", "樱花": "#f2b8c6", "烟粉": "#d9a3a6", "蜜桃": "#f0a08c", "裸": "#d8ab93",
    "粉": "#efb0bd", "肤": "#e6c0a4", "橙": "#f08437", "奶黄": "#f6dc93", "黄": "#f2c94c",
    "墨绿": "#2f5d4c", "军绿": "#66704a", "橄榄": "#7c8150", "豆绿": "#a5bd8d",
    "薄荷": "#9fd8c4", "灰绿": "#93a896", "荧光绿": "#b6dd3f", "森林": "#3f6e4f",
    "恐龙绿": "#7dbb72", "迷彩": "#6d7a4d", "绿": "#6fae78",
    "雾霾蓝": "#8aa3b8", "雾蓝": "#8fabc2", "藏青": "#2c3a5c", "黛蓝": "#34456b",
    "天蓝": "#8fc4ea", "冰川蓝": "#b5d9ea", "湖蓝": "#3f93b0", "远峰蓝": "#7f9dc0",
    "深蓝": "#2e4a7d", "复古蓝": "#5b7ba3", "浅蓝": "#a9cbe6", "釉下蓝": "#3d6aa6",
    "牛仔": "#5f82ad", "蓝": "#5b8fc9", "雾紫": "#b3a3c9", "浅紫": "#c8b6e2", "紫": "#9a82c4",
    "肉桂": "#b07a5a", "香槟": "#e2cba4", "燕麦": "#d9c8ac", "米": "#ece0c8", "杏": "#ecd0ac",
    "奶": "#f1e6d3",
    "象牙": "#f0e4cf", "浅木": "#d9b98c", "卡其": "#bfa27a", "驼": "#b98d5e",
    "焦糖": "#b3743f", "小麦": "#c99a55", "栗": "#7a4b34", "咖": "#7b5a45", "棕": "#7d5439",
    "大地": "#a5795a", "金": "#d9b36a", "银": "#c4c8cf",
    "炭灰": "#55585f", "深空灰": "#5a5f68", "深灰": "#5d6067", "岩": "#7f8588",
    "浅灰": "#c3c6ca", "烟灰": "#8b8e94", "灰": "#9a9da3", "透明黑": "#55585f",
    "松烟": "#3a3c42", "黑": "#3d3d45", "白": "#f3efe6", "恐龙": "#7dbb72", "兔子": "#efb0bd",
}  # fmt: skip

# Per category: ground (top, bottom), the spot behind the product, accent, and the
# colours that its packagings come in when the product itself names none.
_CATEGORY_COLOURS = {
    "女装": ("#fdf1ee #f6dcd8", "#f3cfca", "#c8646c", "#c8646c #8f6aa8 #d98a6a"),
    "男装": ("#eef2f5 #d8e0e8", "#c8d3de", "#c9824a", "#44587a #5f6f63 #7a6552"),
    "鞋靴箱包": ("#faf3e8 #efe0c9", "#e8d2b0", "#b4633c", "#9c6a44 #5c6b73 #a64b45"),
    "美妆护肤": ("#fdf0f4 #f7dbe5", "#f6cbd9", "#d4728e", "#8fc2b4 #e7a3b4 #b4a1d6 #7fb2d1"),
    "数码家电": ("#eef3fb #d6e2f4", "#c3d5ef", "#f08a4b", "#5b7fc0 #54606e #4f9aa8"),
    "食品生鲜": ("#fef6e4 #fbe6bd", "#f8d894", "#d9603b", "#d9603b #6f9e57 #c98b3a #4f8fbf"),
    "母婴玩具": ("#fff6e6 #fde6cf", "#fcd9b0", "#f0845c", "#7fb9d9 #f3a56b #a2c96f #e58fa5"),
    "家居日用": ("#f3f5ee #dfe6d6", "#d0dbc2", "#c98a5b", "#7fa08a #8fa7bd #c79a76 #b58fa3"),
    "运动户外": ("#eaf6f2 #cde9df", "#b5ddcf", "#f0713c", "#3f9c86 #4d7fb8 #e07a3f"),
    "宠物用品": ("#fff3ea #fbdfcb", "#f8cdae", "#6aa58c", "#e08a52 #6aa58c #7b8fc9 #d67f88"),
}
_ANY_CATEGORY = ("#f4f4f2 #e2e4e2", "#d5d9d6", "#c98a5b", "#7f93a8 #a88f7f #8aa58f")


@dataclass(frozen=True)
class Palette:
    """Everything one picture is painted with."""

    main: Colour
    accent: Colour
    """What sits on the product: far enough from `main` to be seen on it."""
    signal: Colour
    """What is written beside the product: the category's own accent."""
    ground_top: Colour
    ground_bottom: Colour
    spot: Colour

    def ink(self, tone: str) -> Ink:
        """Return the ink for a tone named in a sketch; KeyError for one that is not known."""
        return (self._product_inks() | _FIXED_INKS)[tone]

    def _product_inks(self) -> dict[str, Ink]:
        return {
            "main": (*self.main, 255),
            "light": (*_mix(self.main, WHITE, 0.35), 255),
            "pale": (*_mix(self.main, WHITE, 0.86), 255),
            "dark": (*_mix(self.main, BLACK, 0.24), 255),
            "deep": (*_mix(self.main, BLACK, 0.52), 255),
            "brand": (*_mix(self.main, BLACK if sum(self.main) > 540 else WHITE, 0.7), 255),
            "accent": (*self.accent, 255),
            "signal": (*self.signal, 255),
            "bg": (*self.spot, 255),
        }


def palette_for(category: str, color: str, choice: int) -> Palette:
    """Choose colours for a product.

    `color` is the shop's own word (酒红色, 月光白), or empty; `choice` picks
    among the category's packaging colours when the word says nothing.
    """
    ground, spot, accent, packagings = _CATEGORY_COLOURS.get(category, _ANY_CATEGORY)
    top, bottom = (_parse(part) for part in ground.split())
    packaging = packagings.split()
    named = next((code for name, code in _NAMED_COLOURS.items() if name in color), None)
    main = _parse(named or packaging[choice % len(packaging)])
    signal, spot_colour = _parse(accent), _parse(spot)
    too_close = _distance(main, signal) < 90
    contrasting = _mix(signal, WHITE, 0.62) if too_close else signal
    if _distance(main, spot_colour) < 80:
        spot_colour = _mix(spot_colour, WHITE, 0.68)
    return Palette(main, contrasting, signal, top, bottom, spot_colour)


_FIXED_INKS: dict[str, Ink] = {
    "white": (253, 251, 247, 255),
    "ink": (62, 60, 68, 255),
    "steel": (134, 141, 150, 255),
    "metal": (203, 207, 213, 255),
    "glass": (225, 240, 248, 190),
    "wood": (166, 118, 76, 255),
    "skin": (238, 205, 172, 255),
    "gold": (226, 178, 88, 255),
    "orange": (242, 147, 55, 255),
    "red": (212, 75, 68, 255),
    "green": (112, 165, 92, 255),
    "shine": (255, 255, 255, 120),
    "shade": (30, 24, 40, 34),
}


def _parse(code: str) -> Colour:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (
        round(mine + (theirs - mine) * share) for mine, theirs in zip(one, other, strict=True)
    )
    return red, green, blue


def _distance(one: Colour, other: Colour) -> int:
    return sum(abs(mine - theirs) for mine, theirs in zip(one, other, strict=True))
