"""Measure words, grouped by what they say about the number before them."""

from typing import Final


def alternatives(*groups: str) -> str:
    """The words of all groups as one regular-expression choice, longest first."""
    words = {word for group in groups for word in group.split()}
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


# Words by which a shop counts pieces of its goods.
PIECES: Final = (
    "个 件 盒 箱 包 袋 瓶 双 条 只 支 台 套 本 杯 斤 份 罐 桶 提 卷 把 张 片 粒 颗 部 副 "
    "枚 盆 束 朵 串 筒 组 板 捆 顶 辆 架 幅 根 听 扎 管 块 床 壶 坛 排 碗 碟 篮 筐 匹 挂 "
    "瓣 抽 册 株 棵 贴 篓 单元装"
)
# What makes a number something other than money.
OTHER_UNITS: Final = (
    "天 日 号 月 年 周 点 时 小时 分钟 秒 个 人 位 岁 码 斤 公斤 千克 kg g 克 ml 毫升 l 升 "
    "cm 厘米 公分 mm 毫米 米 寸 英寸 折 % 倍 次 遍 页 款 种 样 期 gb tb mah 毫安 瓦 度 层 "
    "楼 代 级 路 线 栋 室 批 家 项 步 季 届 星 档 句 字 开头 结尾 多个 来个 几个 多天 多岁 "
    "多人 多斤 来天 星期 礼拜 工作日 积分 分(?!之) 后 w v hz 平 平米 寸屏 点钟 刻 店 网 "
    "期免息 号线 号楼 码数 年前 月前 天前 周岁"
)
# A position may be named with these behind it.
PLACES: Final = (
    "个 款 件 条 双 种 家 样 号 套 本 瓶 盒 箱 包 袋 只 支 台 份 罐 桶 张 项 行 位 排 列 "
    "顶 部 副 把 幅 颗 组 商品 产品 链接 选项 东西 牌子 衣服 裙子 那个 那款"
)
