"""Text from elsewhere on its way to a terminal or a log, where it must not steer anything."""

from __future__ import annotations

import re
from typing import Final

# Control characters, those that turn the direction of a line or hide in it, tags, and halves of a pair.
_UNFIT: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_UNFIT_LINE: Final = re.compile(_UNFIT.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f", 1))


def printable(text: object) -> str:
    """Show every character that could steer a terminal, or hide what is said, as its escape, line breaks included."""
    return _UNFIT.sub(_escaped, str(text))


def printable_lines(text: object) -> str:
    """Do as `printable`, and leave line breaks and tabs."""
    return _UNFIT_LINE.sub(_escaped, str(text).replace("\r\n", "\n"))


def printable_json(text: str) -> str:
    """Show every such character in JSON as JSON's own escape: what it says stays equal, and so does its layout."""
    import json  # for terminals only

    return _UNFIT_LINE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "backslashreplace").decode()


def safe_repr(value: object) -> str:
    """Return the repr of data from elsewhere; `...` where it is nested too deeply to have one."""
    try:
        return repr(value)
    except RecursionError:
        return "..."
