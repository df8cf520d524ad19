"""Pictures of pages, by a Chromium on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from infino.core.errors import InfinoError
from infino.core.extras import MissingDependencyError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
QUIET = (
    "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic",
)  # fmt: skip


def screenshot(html: str, path: str | os.PathLike[str], *, width: int = 1280, height: int = 800) -> Path:
    """Write a PNG of a page, with numbers and days as the environment (`LC_ALL`, `LC_NUMERIC`, `LANG`) has them.

    Args:
        html: The page.
        path: The file.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The file.

    Raises:
        MissingDependencyError: There is no Chromium on this machine.
        InfinoError: The browser failed.

    Examples:
        >>> screenshot(page("Late", panels), "late.png")
    """
    written = Path(path).resolve()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(html, encoding="utf-8")
        command = [
            browser(), *QUIET, f"--user-data-dir={folder}/profile", f"--window-size={width},{height}",
            "--virtual-time-budget=3000", f"--screenshot={written}", source.as_uri(),
        ]  # fmt: skip
        if (language := _language()) is not None:
            command.insert(1, f"--accept-lang={language}")
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to run its sandbox as root
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - a page of ours
    if done.returncode or not written.exists():
        raise InfinoError(f"the browser wrote no picture: {done.stderr.strip()[-200:]}")
    return written


def _language() -> str | None:
    """The language in which the user has numbers and days written, as a browser names it: `de-DE` for `de_DE.UTF-8`."""
    named = next((found for name in ("LC_ALL", "LC_NUMERIC", "LANG") if (found := os.environ.get(name))), "")
    language = re.match(r"([a-z]{2,3})(?:_([A-Z]{2}))?(?=[.@]|$)", named)
    return "-".join(part for part in language.groups() if part) if language else None


def browser() -> str:
    """Find a Chromium: `INFINO_BROWSER` names one, else the usual names are looked up.

    Raises:
        MissingDependencyError: There is none.
    """
    named = os.environ.get("INFINO_BROWSER")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise MissingDependencyError("pictures need Chromium or Chrome on this machine; to_html() needs none")
    return found
