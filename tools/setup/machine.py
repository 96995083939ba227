"""What the machine itself must have: a Chromium for the browser tests, a Chinese font."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.setup.step import Job, SetupFailed

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT = "fonts-noto-cjk"
CHINESE_FONTS = ("*CJK*", "*cjk*", "*SourceHan*", "*wqy*", "*[Ss]im[Ss]un*", "*msyh*")


def install_browser_and_font(job: Job) -> None:
    """Chromium and a Chinese font, from Debian's packages where they are missing."""
    install(job, ([] if has_browser() else ["chromium"]) + ([] if has_font() else [FONT]))


def install_font(job: Job) -> None:
    """A Chinese font for the pictures of the demo shop; they are drawn without it if need be."""
    try:
        install(job, [] if has_font() else [FONT])
    except SetupFailed:
        job.notes.append(
            "no Chinese font: the demo shop's pictures will lack their letters "
            f"(`sudo apt-get install {FONT}`)"
        )


def has_browser() -> bool:
    """Whether there is a Chromium or Chrome."""
    return any(shutil.which(name) for name in (*BROWSERS, MAC_BROWSER))


def has_font() -> bool:
    """Whether there is a font with Chinese letters. macOS always has one."""
    if sys.platform == "darwin":
        return True
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(True for f in folders for pattern in CHINESE_FONTS for _ in f.rglob(pattern))


def may_install() -> bool:
    """Whether Debian's packages can be installed without asking anybody."""
    if not shutil.which("apt-get"):
        return False
    return os.geteuid() == 0 or (
        shutil.which("sudo") is not None
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    )


def install(job: Job, packages: list[str]) -> None:
    """Install Debian's packages. Raises SetupFailed where this user may not."""
    if not packages:
        return
    advice = f"`sudo apt-get install {' '.join(packages)}`, or what your system calls them"
    if not may_install():
        raise SetupFailed(f"Missing, and not to be installed without you: {advice}.")
    job.progress = lambda: f"installing {' and '.join(packages)}"
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes"]
    lock = ["-o", "DPkg::Lock::Timeout=120"]
    job.run([*apt, *lock, "update"], advice=advice)
    job.run([*apt, *lock, "install", "--no-install-recommends", *packages], advice=advice)
