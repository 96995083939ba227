"""The lint for what the shop says to many: sharing for a reward, superlatives, claims to heal."""

from commerce.compliance.findings import Finding, TextKind
from commerce.compliance.linting import check, lint, told

__all__ = ["Finding", "TextKind", "check", "lint", "told"]
