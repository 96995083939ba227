"""The WeCom side put together: one object of each kind for one corp."""

from bot.sandbox.ground import Ground
from bot.sandbox.settings import WeComCorp
from bot.sandbox.wechat.fans import Fans
from bot.sandbox.wechat.tokens import Tokens
from bot.sandbox.wecom.app_messages import AppMessages
from bot.sandbox.wecom.attachments import Attachments
from bot.sandbox.wecom.callbacks import CorpCallbacks
from bot.sandbox.wecom.contacts import Contacts
from bot.sandbox.wecom.group_codes import GroupCodes
from bot.sandbox.wecom.group_reads import GroupReads
from bot.sandbox.wecom.group_welcomes import GroupWelcomes
from bot.sandbox.wecom.groups import Groups
from bot.sandbox.wecom.kf_log import KfLog
from bot.sandbox.wecom.kf_sending import KfSending
from bot.sandbox.wecom.kf_sessions import KfSessions
from bot.sandbox.wecom.kf_shapes import KfShapes
from bot.sandbox.wecom.mass import MassTasks
from bot.sandbox.wecom.mass_phones import MassPhones
from bot.sandbox.wecom.mass_results import MassResults
from bot.sandbox.wecom.media import CorpMedia
from bot.sandbox.wecom.moment_reads import MomentReads
from bot.sandbox.wecom.moments import Moments
from bot.sandbox.wecom.people import People
from bot.sandbox.wecom.phones import Phones
from bot.sandbox.wecom.switches import Switches
from bot.sandbox.wecom.tokens import CorpTokens


class Corp:
    """Everything that a request of the shop, or somebody's phone, may need."""

    def __init__(self, ground: Ground, corp: WeComCorp, fans: Fans, tokens: Tokens) -> None:
        self.known_as = corp
        self.tokens = CorpTokens(ground, corp, tokens)
        self.people = people = People(ground, fans)
        self.callbacks = callbacks = CorpCallbacks(ground, corp)
        self.media = media = CorpMedia(ground, corp)
        self.kf_log = log = KfLog(ground, corp, callbacks)
        self.sessions = sessions = KfSessions(ground, people, log)
        shapes = KfShapes(media, ground.settings.mini_program.app_id)
        self.kf_sending = KfSending(ground, people, log, sessions, shapes)
        self.phones = Phones(ground, people, log, sessions, media)
        self.app = AppMessages(ground, corp, people, callbacks)
        self.contacts = Contacts(ground, people, callbacks)
        attachments = Attachments(media, ground.settings.mini_program.app_id)
        self.group_welcomes = GroupWelcomes(ground, attachments)
        self.groups = Groups(ground, people, callbacks, self.group_welcomes)
        self.group_codes = GroupCodes(ground, self.groups)
        self.group_reads = GroupReads(ground, self.groups)
        self.switches = switches = Switches(ground)
        self.mass = MassTasks(ground, people, attachments)
        self.mass_phones = MassPhones(ground, switches)
        self.mass_results = MassResults(ground, self.mass, switches)
        self.moments = Moments(ground, media, switches)
        self.moment_reads = MomentReads(ground, self.moments, switches)
