"""What customers are told of flash sales and bargains without having asked just now."""

from typing import Final

FLASH_SOON: Final = (
    "您要我提醒的“{name}”还有{minutes}分钟开抢，{starts}开始。回我“秒杀”看有哪些商品。"
)
BARGAIN_HELPED: Final = (
    "有朋友帮您砍了{cut}，“{title}”现在{price}，还差{missing}位朋友到底价{floor}。{until}前有效。"
)
BARGAIN_REACHED: Final = "“{title}”砍到底价{price}了，{until}前下单有效。回我“砍价”就能按底价下单。"
