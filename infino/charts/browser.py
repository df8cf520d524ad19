"""Pictures of pages, by a Chromium on this machine."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from infino.core.errors import InfinoError, ValidationError
from infino.core.extras import MissingDependencyError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
LARGEST = 16_384
"""Pixels of a side: what Chromium draws in one piece."""
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
        ValidationError: A side is not between 1 and 16384 pixels.
        InfinoError: The browser failed.

    Examples:
        >>> screenshot(page("Late", panels), "late.png")
    """
    written = Path(path).resolve()
    # A file that was there before would look like a picture of a browser that failed.
    before = written.stat().st_mtime_ns if written.exists() else None
    said = _run(html, (width, height), f"--screenshot={written}")
    if not written.exists() or written.stat().st_mtime_ns == before:
        raise InfinoError(f"the browser wrote no picture to {str(path)!r}: {said.stderr.strip()[-200:]}")
    return written


def vectors(html: str, *, width: int = 1280, height: int = 800) -> str:
    """Draw a page as SVG; a chart alone is SVG throughout, anything else holds HTML, which browsers show.

    Args:
        html: The page.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The `<svg>` element.

    Raises:
        MissingDependencyError: There is no Chromium on this machine.
        ValidationError: A side is not between 1 and 16384 pixels.
        InfinoError: The browser failed.

    Examples:
        >>> svg = vectors(page("Late", panels))
    """
    said = _run(html, (width, height), "--dump-dom", fragment=f"#svg={width}x{height}")
    found = re.search(r'<html[^>]*? data-svg="([A-Za-z0-9+/=]+)"', said.stdout)
    if found is None:
        raise InfinoError(f"the browser drew no picture: {said.stderr.strip()[-200:]}")
    return base64.b64decode(found[1]).decode()


def _run(html: str, size: tuple[int, int], task: str, fragment: str = "") -> subprocess.CompletedProcess[str]:
    for side in size:
        if not 1 <= side <= LARGEST:
            raise ValidationError(f"width and height are 1 to {LARGEST} pixels, not {side}", operation="charts")
    # With a profile of its own, a browser that the user has open is left alone.
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(html, encoding="utf-8")
        command = [
            browser(), *QUIET, f"--user-data-dir={folder}/profile", f"--window-size={size[0]},{size[1]}",
            # Three seconds of the page's own clock, which runs ahead, so that the timers of the drawing are over.
            "--virtual-time-budget=3000", task, source.as_uri() + fragment,
        ]  # fmt: skip
        if (language := _language()) is not None:
            command.insert(1, f"--accept-lang={language}")
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to run its sandbox as root
        done = subprocess.run(  # noqa: S603 - a page of ours
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=120, check=False
        )
    if done.returncode:
        raise InfinoError(f"the browser failed: {done.stderr.strip()[-200:]}")
    return done


def _language() -> str | None:
    """The language in which the user has numbers and days written, as a browser names it: `de-DE` for `de_DE.UTF-8`."""
    named = next((found for name in ("LC_ALL", "LC_NUMERIC", "LANG") if (found := os.environ.get(name))), "")
    # Names of locales are POSIX's, those of browsers BCP 47's.
    language = re.match(r"([a-z]{2,3})(?:_([A-Z]{2}))?(?=[.@]|$)", named)
    return "-".join(part for part in language.groups() if part) if language else None


def browser() -> str:
    """Find a Chromium: `INFINO_BROWSER` names one, else the usual names are looked up.

    Raises:
        MissingDependencyError: There is none.
    """
    named = os.environ.get("INFINO_BROWSER")
    if named and shutil.which(named) is None:
        raise MissingDependencyError(f"INFINO_BROWSER names a program that is not here: {named}")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise MissingDependencyError("pictures need Chromium or Chrome on this machine; to_html() needs none")
    return found
