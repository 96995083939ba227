"""Who takes the rows of the outbox to the world outside."""

from bot import pay_calls, promoter_codes, shipping_info
from bot.channels.evidence_delivery import EvidenceDelivery
from bot.channels.media_delivery import MediaDelivery
from bot.channels.mini_program_delivery import MiniProgramReplyDelivery
from bot.channels.notice_delivery import NoticeDelivery
from bot.channels.official_account_delivery import ProfileDelivery, ReplyDelivery
from bot.channels.pay_delivery import CloseDelivery, RefundDelivery
from bot.channels.promoter_code_delivery import PromoterCodeDelivery
from bot.channels.service_notice_delivery import SmsDelivery, TemplateDelivery, WithNextWay
from bot.channels.shipping_info_delivery import ShippingInfoDelivery
from bot.channels.transfer_delivery import TransferDelivery
from bot.channels.wecom_delivery import wecom_deliverers
from bot.clock import Clock
from bot.database import Database
from bot.evidence import EvidenceStore
from bot.media import MediaLibrary
from bot.notices.templates import SMS, TEMPLATE
from bot.pay_reports import PayReports
from bot.platform import Platform
from bot.scene_codes import SceneCodes
from bot.sender import Deliverer
from bot.settings import Settings
from commerce.sealing import Sealer


def deliverers(
    settings: Settings,
    platform: Platform,
    reports: PayReports,
    database: Database,
    clock: Clock,
    sealer: Sealer,
) -> dict[str, Deliverer]:
    """Who delivers which kind of outbox row."""
    client = platform.official_account
    app_id = settings.official_account_app_id
    media = MediaLibrary(app_id, client, settings.picture_folder, database, clock)
    has_mini_program = settings.is_set("mini_program_app_id") and settings.is_set(
        "mini_program_secret"
    )
    mini_program = platform.mini_program if has_mini_program else None
    folder = settings.picture_folder
    codes = SceneCodes(client, platform.mini_program, folder, database, clock)
    evidence = EvidenceStore(settings.evidence_folder, sealer)
    in_wecom = (
        wecom_deliverers(platform.wecom, settings, database, clock, sealer)
        if platform.wecom is not None
        else {}
    )
    return {
        **in_wecom,
        "official_account.media": MediaDelivery(client, evidence, sealer),
        "mini_program.media": MediaDelivery(platform.mini_program, evidence, sealer),
        "official_account.reply": ReplyDelivery(client, media, settings.mini_program_app_id),
        "official_account.profile": ProfileDelivery(client, app_id, clock),
        "mini_program.reply": MiniProgramReplyDelivery(
            platform.mini_program,
            MediaLibrary(
                settings.mini_program_app_id, platform.mini_program, folder, database, clock
            ),
            settings.mini_program_app_id,
        ),
        **notice_deliverers(settings, platform, clock, sealer),
        "official_account.evidence": EvidenceDelivery(client, evidence, sealer, clock),
        shipping_info.KIND: ShippingInfoDelivery(mini_program, database, clock),
        promoter_codes.KIND: PromoterCodeDelivery(codes, sealer, clock),
        "pay.close": CloseDelivery(platform.pay, reports, clock),
        "pay.refund": RefundDelivery(platform.pay, reports, clock),
        pay_calls.TRANSFER: TransferDelivery(platform.pay.transfers, reports, clock),
    }


def notice_deliverers(
    settings: Settings, platform: Platform, clock: Clock, sealer: Sealer
) -> dict[str, Deliverer]:
    """Who delivers notices outside of every chat; after a refusal the next way is taken."""
    client, pages = platform.official_account, settings.mini_program_app_id
    deliveries: dict[str, Deliverer] = {
        channel: NoticeDelivery(app, channel, pages, clock)
        for channel, app in (
            ("official_account", client),
            ("mini_program", platform.mini_program),
        )
    }
    account = settings.official_account_app_id
    deliveries[TEMPLATE] = TemplateDelivery(client, account, pages, sealer, clock)
    deliveries[SMS] = SmsDelivery(platform.sms)
    return {
        f"{channel}.notice": WithNextWay(delivery, sealer, clock)
        for channel, delivery in deliveries.items()
    }
