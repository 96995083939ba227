"""What an administrator of the corp, or a test, has set for 客户联系."""

from bot.sandbox.errors import SandboxRefused
from bot.sandbox.ground import Ground
from bot.sandbox.wecom.rules import MASS_CAPS

_POLICY, _DISPATCH = "mass_policy", "mass_dispatch_seconds"


class Switches:
    """Kept in the store, so that a restart changes nothing."""

    def __init__(self, ground: Ground) -> None:
        self._store = ground.store

    @property
    def mass_policy(self) -> str:
        """How much a customer or group may receive: month_days, week7 or day1."""
        return self._get(_POLICY, "month_days")

    @property
    def dispatch_seconds(self) -> float:
        """How long after its creation a task's results are not to be had yet (41063)."""
        return float(self._get(_DISPATCH, "0"))

    def set_mass_policy(self, policy: str) -> None:
        """Switch the policy; what was received already counts in it."""
        if policy not in MASS_CAPS.value:
            raise SandboxRefused(f"no policy {policy!r}: one of {', '.join(MASS_CAPS.value)}")
        self._set(_POLICY, policy)

    def set_dispatch_seconds(self, seconds: float) -> None:
        """Make new tasks take a while."""
        self._set(_DISPATCH, str(seconds))

    def _get(self, name: str, default: str) -> str:
        row = self._store.find("SELECT value FROM wecom_switches WHERE name = ?", name)
        return default if row is None else str(row["value"])

    def _set(self, name: str, value: str) -> None:
        self._store.run(
            "INSERT OR REPLACE INTO wecom_switches (name, value) VALUES (?, ?)", name, value
        )
