"""Filling the shop: product files, and the demo shop with its sales and pictures."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rich.progress import Progress
from sqlmodel import Session, col, select, update

from bot import migrations
from bot.asking import open_search
from bot.clock import SystemClock
from bot.database import Database
from bot.handover.seeding import seed_service
from bot.lexicon import write_lexicon
from bot.seeds import (
    BARGAINS_FILE,
    CAMPAIGNS_FILE,
    DISTRIBUTION_FILE,
    FLASH_SALES_FILE,
    FREIGHT_FILE,
    GROUP_BUYS_FILE,
    LIVE_FILE,
    MEMBERSHIP_FILE,
    PRODUCTS_CSV,
    PROMOTIONS_FILE,
    SALES_CSV,
    SEGMENTS_FILE,
    SERVICE_FILE,
    SOURCES_FILE,
    STORES_FILE,
)
from bot.seeds.knowledge import ENTRY_FILES, FACTS_FILE
from bot.seeds.pictures import generate_pictures, read_picture_briefs
from bot.settings import Settings
from bot.staff.demo import file_of, is_demo, seed_people
from campaigns.seeding import seed_campaigns
from campaigns.segments.seeding import seed_segments
from commerce.bargains.activities import seed_activities
from commerce.bargains.importing import read_bargains
from commerce.catalogue.changes import mark_for_indexing
from commerce.catalogue.importing import ImportReport, import_products
from commerce.catalogue.index import IndexBusy
from commerce.catalogue.tables import Brand, Product
from commerce.distribution.terms import seed_terms
from commerce.flash_sales.importing import read_sales
from commerce.flash_sales.planning import seed_sales
from commerce.freight.seeding import read_freight, seed_freight
from commerce.group_buys.entries import seed_activities as seed_group_buys
from commerce.group_buys.importing import read_group_buys
from commerce.inserting import affected_rows
from commerce.knowledge.entries import SaveReport, seed_entries
from commerce.knowledge.facts import seed_fact
from commerce.knowledge.importing import read_entries, read_facts
from commerce.live.entering import read_lives, seed_lives
from commerce.membership.importing import seed_membership
from commerce.pickup.stores import read_stores, seed_stores
from commerce.promotions.entries import seed_promotions
from commerce.promotions.importing import read_promotions
from commerce.sources.codes import read_codes, seed_codes

NAMES_LEARNT = 400
"""Names whose meaning is learnt at once, in four seconds or so; the server learns the others."""


def import_file(settings: Settings, path: Path, progress: Progress) -> ImportReport:
    """Import a product file, then teach search and understanding its words.

    Raises InvalidInput when the file as a whole cannot be read.
    """
    task = progress.add_task(f"导入 {path.name}", total=_count_lines(path))
    database = Database(settings.database_url)
    try:
        report = import_products(
            database.writing,
            path,
            now=SystemClock(settings.clock_offset_file).now(),
            on_progress=lambda so_far: progress.update(task, completed=_rows(so_far)),
        )
        progress.update(task, completed=_rows(report), total=_rows(report))
        learn_catalogue(settings, database)
    finally:
        database.close()
    return report


def seed_shop(settings: Settings, progress: Progress) -> Iterator[str]:
    """Make the demo shop, step by step; each step's result in words. Repeating changes nothing."""
    migrations.upgrade(settings.database_url)
    report = import_file(settings, PRODUCTS_CSV, progress)
    yield f"商品：新增{report.created}，更新{report.updated}，未变{report.unchanged}"
    database = Database(settings.database_url)
    try:
        with database.writing() as session:
            changed = note_sales(session, SALES_CSV)
            now = SystemClock(settings.clock_offset_file).now()
            answers = seed_knowledge(session, now)
            deals = seed_promotions(session, read_promotions(session, PROMOTIONS_FILE, now), now)
            offers = seed_membership(session, MEMBERSHIP_FILE)
            templates = seed_freight(session, read_freight(FREIGHT_FILE), now)
            stores = seed_stores(session, read_stores(STORES_FILE))
            lives = seed_lives(session, read_lives(session, LIVE_FILE, now))
            sources = seed_codes(session, read_codes(SOURCES_FILE), now)
            groups = seed_group_buys(session, read_group_buys(session, GROUP_BUYS_FILE, now), now)
            sales = seed_sales(session, read_sales(session, FLASH_SALES_FILE, now), now)
            bargains = seed_activities(session, read_bargains(session, BARGAINS_FILE), now)
            has_new_terms = seed_terms(session, DISTRIBUTION_FILE)
            canned = seed_service(session, SERVICE_FILE, now)
            campaigns = seed_campaigns(session, CAMPAIGNS_FILE, now)
            segments = seed_segments(session, SEGMENTS_FILE, now)
            staff = seed_people(session, settings, now) if is_demo(settings) else 0
        if changed:
            learn_catalogue(settings, database)
    finally:
        database.close()
    kept = f"，店主改过的{len(answers.kept)}条没有动" if answers.kept else ""
    yield f"问答：新增{answers.created}，更新{answers.updated}，未变{answers.unchanged}{kept}"
    yield f"优惠：新增{deals.created}，更新{deals.updated}，未变{deals.unchanged + len(deals.kept)}"
    yield f"会员和积分商城：新增{offers}"
    yield f"运费模板：新增{templates}；自提门店：新增{stores}"
    yield f"直播：新增{lives}场；来源码：新增{sources}"
    same = groups.unchanged + len(groups.kept)
    yield f"拼团：新增{groups.created}，更新{groups.updated}，未变{same}"
    yield f"秒杀：新增{sales}场；砍价（要打开才能用）：新增{bargains}个"
    yield f"营销活动（草稿，启用后才会发）：新增{campaigns}"
    yield f"分销规则：{'新增' if has_new_terms else '未变'}；快捷回复：新增{canned}"
    yield f"人群：新增{segments}个"
    if is_demo(settings):
        yield f"控制台演示账号：新增{staff}，密码在 {file_of(settings)}"
    task = progress.add_task("画商品图", total=None)
    painted = generate_pictures(read_picture_briefs(PRODUCTS_CSV), settings.picture_folder)
    progress.update(task, total=1, completed=1)
    yield f"图片：新画{painted}张"


def learn_catalogue(settings: Settings, database: Database) -> None:
    """Write the catalogue's words for jieba and Rasa, and bring the search index up to date.

    A running server that holds the index does the latter by itself.
    """
    search = open_search(settings)
    with database.reading() as session:
        write_lexicon(session, settings.lexicon_file, search.tokenise)
    try:
        with database.writing() as session:
            search.refresh(session)
    except IndexBusy:
        pass
    search.index.learn_names(NAMES_LEARNT)


def note_sales(session: Session, path: Path) -> int:
    """Set the products' sales figures from `title,brand,sales` rows; how many changed."""
    changed = []
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            product = session.exec(
                select(Product.id)
                .join(Brand, col(Brand.id) == col(Product.brand_id))
                .where(
                    Product.title == row["title"],
                    Brand.name == row["brand"],
                    Product.sales != int(row["sales"]),
                )
            ).first()
            if product is not None:
                statement = update(Product).where(col(Product.id) == product)
                affected_rows(session, statement.values(sales=int(row["sales"])))
                changed.append(product)
    mark_for_indexing(session, changed)
    return len(changed)


def seed_knowledge(session: Session, now: datetime) -> SaveReport:
    """Write what the demo shop answers and tells of itself; what an operator wrote stays."""
    for name, value in read_facts(FACTS_FILE).items():
        seed_fact(session, name, value, now)
    return seed_entries(session, read_entries(ENTRY_FILES), now)


def _count_lines(path: Path) -> int:
    with path.open("rb") as content:
        return max(0, sum(1 for _ in content) - 1)


def _rows(report: ImportReport) -> int:
    return report.created + report.updated + report.unchanged + len(report.rejected)
