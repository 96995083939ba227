"""What stands on this machine: database, keys, goods, pictures, language model."""

import asyncio

from sqlmodel import Session, func, select

from bot import migrations
from bot.checkup.check import Checkup, Unwell
from bot.database import Database
from bot.keys import refuse_unusable_keys
from bot.settings import Settings
from commerce.catalogue.tables import Product
from nlu.serving import answers

DATABASE, KEYS = "数据库", "密钥"


async def look_at_installation(checkup: Checkup, settings: Settings) -> None:
    """The checks in the order in which they depend on each other."""
    await checkup.run(DATABASE, lambda: _database(settings))
    await checkup.run(KEYS, lambda: _keys(settings))
    await checkup.run("商品", lambda: _catalogue(settings), needs=[DATABASE])
    await checkup.run("商品图片", lambda: _pictures(settings))
    await checkup.run("语言模型", lambda: _rasa(settings))


async def _database(settings: Settings) -> str:
    present = await asyncio.to_thread(migrations.current, settings.database_url)
    if present is None:
        raise Unwell("还没有建表：运行 python -m bot migrate")
    newest = migrations.newest()
    if present != newest:
        raise Unwell(f"表是旧的（{present}，应为{newest}）：运行 python -m bot migrate")
    return f"表是最新的（{present}）"


async def _keys(settings: Settings) -> str:
    refuse_unusable_keys(settings)
    return "能加密、签名和收款"


async def _catalogue(settings: Settings) -> str:
    database = Database(settings.database_url)
    try:
        count = await database.read(_count_products)
    finally:
        database.close()
    if not count:
        raise Unwell("没有在售的商品：运行 python -m bot import-products 商品.csv，或在控制台添加")
    return f"{count}个商品在售"


def _count_products(session: Session) -> int:
    statement = select(func.count()).select_from(Product).where(Product.on_sale)
    return session.exec(statement).one()


async def _pictures(settings: Settings) -> str:
    count = await asyncio.to_thread(lambda: sum(1 for _ in settings.picture_folder.glob("*")))
    if not count:
        raise Unwell(f"{settings.picture_folder} 里没有图片：小程序卡片要用")
    return f"{count}张"


async def _rasa(settings: Settings) -> str:
    if not settings.nlu_url:
        raise Unwell("没有设置 SHOP_NLU_URL：只能按关键词回答")
    if not await answers(settings.nlu_url, settings.nlu_token.get_secret_value()):
        raise Unwell(
            f"{settings.nlu_url} 上没有认 SHOP_NLU_TOKEN 的模型：运行 python -m nlu serve；"
            "在那之前只能按关键词回答"
        )
    return f"{settings.nlu_url} 有回答"
