"""A dozen things on sale, and what a customer is shown of them."""

from typing import Any

from bot.database import Database
from bot.search import SearchPage, ShopSearch

SHOP = (
    "R1,棠里 法式连衣裙 夏季收腰,女装,棠里,159,5,颜色=红色;尺码=S,",
    "R2,棠里 法式连衣裙 夏季收腰,女装,棠里,259,5,颜色=蓝色;尺码=M,",
    "R3,麻石巷 雪纺连衣裙 海边度假,女装,麻石巷,199,3,颜色=酒红色;尺码=M,",
    "R4,檐下风 丝绒连衣裙 小礼服,女装,檐下风,329,9,颜色=红色;尺码=M,",
    "R5,棠里 针织连衣裙 秋冬打底,女装,棠里,99,9,颜色=粉红色;尺码=M,",
    "R6,棠里 百褶连衣裙 垂感,女装,棠里,89,0,颜色=红色;尺码=M,",
    "E1,讯禾 入耳式蓝牙耳机 运动防汗,数码家电,讯禾,59,8,颜色=白色,",
    "E2,声域 头戴式耳机 有线监听,数码家电,声域,199,8,颜色=黑色,",
    "M1,讯禾 X20智能手机 护眼直屏,数码家电,讯禾,1999,8,内存=8GB+256GB,",
    "M2,讯禾 手机壳 适用X20智能手机,数码家电,讯禾,29,8,颜色=红色,",
    "P1,小满集 平底锅 不粘,家居日用,小满集,99,8,尺寸=28cm,",
    "W1,木白 搪瓷杯 怀旧,家居日用,木白,29,8,容量=500毫升,",
)


def shown(search: ShopSearch, database: Database, limit: int = 10, **entities: Any) -> SearchPage:
    with database.reading() as session:
        return search.search(session, search.wish_from(entities), limit)


def skus(page: SearchPage) -> list[str]:
    return [product.first.sku for product in page.products]
