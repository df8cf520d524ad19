"""Keep secrets, and what steers a terminal, out of what people and programs read."""

from __future__ import annotations

import hmac
import logging
import os
import re
import sys
import traceback
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

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


MASK: Final = "****"
# Drawn as nothing, although Unicode counts them among letters, marks and symbols; all the others do not print.
_BLANK: Final = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"


def ends_unseen(text: str) -> bool:
    """Tell whether a text begins or ends with a blank, a line break or anything else that nobody sees."""
    ends = text[:1] + text[-1:]
    return any(not end.isprintable() or end.isspace() or re.match(_BLANK, end) for end in ends)


class Secret:
    """Hold a credential so that printing, logging or pickling it cannot give it away.

    Args:
        value: The sensitive text. Another `Secret` is accepted and copied.

    Examples:
        >>> key = Secret("s3cr3t")
        >>> key
        Secret(****)
        >>> key.reveal()
        's3cr3t'
    """

    __slots__ = ("__weakref__", "_reveal")

    def __init__(self, value: str | Secret) -> None:
        text = value.reveal() if isinstance(value, Secret) else value
        if not isinstance(text, str):
            raise TypeError("a Secret holds text")
        # A closure, because tools that print locals and slots then show a function and not the text.
        self._reveal: Callable[[], str] = lambda: text

    def reveal(self) -> str:
        """Return the hidden text; the only way to get at it."""
        return self._reveal()

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return f"Secret({MASK})"

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)

    def __bool__(self) -> bool:
        return bool(self._reveal())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._reveal().encode(), other._reveal().encode())

    def __hash__(self) -> int:
        return hash((Secret, self._reveal()))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled; pass the credential to the other process another way")


# Expressions are compiled at first use: most processes redact nothing.
_TELLING: Final = (
    r"authori[sz]ation|secret|token|passw|api[-_]?key|cookie|credential|signature|private[-_]?key|access[-_]?key"
    r"|(^|[-_])(auth|bearer|jwt|pat|pwd)($|[-_])|service_account"
)
_HARMLESS: Final = frozenset(
    {
        *("accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "content-language"),
        *("content-type", "pragma", "traceparent", "x-correlation-id", "x-request-id"),
    }
)
# Authorization values, signed URLs, headers as they are logged, and passwords in URLs.
_PATTERNS: Final = (
    r"(Signature=)[0-9a-fA-F]{16,}",
    r"(?i:(X-Amz-(?:Signature|Credential|Security-Token)=))[^&\s\"']+",
    r"(?i:((?:proxy-)?authorization['\"]?\s*[:=,]\s*b?['\"]?))[^\r\n'\"]+",
    r"(://[^/\s:@]*:)[^/\s@]+(?=@)",
)
_FOREIGN_LOGGERS: Final = (
    "httpx",
    *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")),
    "httpcore",
    "websockets",
    "websockets.client",
    "websockets.server",
    "asyncio",
)

# Every secret in use, by identity, for two may hold one value and end at different times. The value is masked wherever
# it turns up, whatever the name beside it.
_live: Final[weakref.WeakValueDictionary[int, Secret]] = weakref.WeakValueDictionary()


def watch(secret: Secret) -> None:
    """Mask the value of this secret in log records for as long as it is in use."""
    if len(secret.reveal()) >= 4:  # anything shorter would mask ordinary words
        _live[id(secret)] = secret


def looks_secret(name: str) -> bool:
    """Tell whether a header, field or parameter of this name probably holds a secret."""
    return re.search(_TELLING, name, re.IGNORECASE) is not None


def is_harmless(header: str) -> bool:
    """Tell whether a header is known to hold no secret; of any other nobody can tell."""
    return header.lower() in _HARMLESS


def answers_hold_secrets(operation: str) -> bool:
    """Tell whether answers to this operation may hold keys, passwords or the addresses of webhooks."""
    return operation.startswith(("users.", "alerts.", "monitors.", "connections."))


def shorten_key(access_key: str) -> str:
    """Show enough of an access key to recognise it."""
    return f"{access_key[:4]}{MASK}{access_key[-4:]}" if len(access_key) >= 12 else MASK


def redact(text: str) -> str:
    """Mask signatures, credentials and every secret in use."""
    live = [secret.reveal() for held in _live.valuerefs() if (secret := held()) is not None]
    for value in sorted(live, key=len, reverse=True):  # one may be the beginning of another
        text = text.replace(value, MASK)
    for pattern in _PATTERNS:
        text = re.sub(pattern, rf"\g<1>{MASK}", text)
    return text


def redact_fields(value: object) -> object:
    """Mask, in decoded JSON, the values of fields whose names look secret."""
    if isinstance(value, Mapping):
        return {
            name: MASK if looks_secret(str(name)) and not isinstance(inner, Mapping | list) else redact_fields(inner)
            for name, inner in value.items()
        }
    return [redact_fields(item) for item in value] if isinstance(value, list) else value


class RedactingFilter(logging.Filter):
    """Render each record and mask it before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record as one line, its traceback apart; never drop it."""
        record.msg, record.args = printable(redact(record.getMessage())), None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = printable_lines(redact("".join(traceback.format_exception(record.exc_info[1])).rstrip()))
            record.exc_info = None
        return True


_FILTER: Final = RedactingFilter()


def get_logger(name: str) -> logging.Logger:
    """Return a logger whose records are redacted at every level."""
    logger = logging.getLogger(name)
    # At the logger: a filter at a handler would miss records that go to handlers of the program.
    if _FILTER not in logger.filters:
        logger.addFilter(_FILTER)
    return logger


def follow_environment(environment: Mapping[str, str] | None = None) -> None:
    """Turn on what `INFINO_LOG` asks for: our records on stderr, and the redactor over the libraries below us."""
    wanted = (os.environ if environment is None else environment).get("INFINO_LOG", "").strip().upper()
    if not wanted:
        return
    level = logging.getLevelNamesMapping().get(wanted)
    if level is None:
        return
    root = get_logger("infino")
    root.setLevel(level)
    if not any(isinstance(handler, _StderrHandler) for handler in root.handlers):
        handler = _StderrHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler.addFilter(_FILTER)
        root.addHandler(handler)
    for name in _FOREIGN_LOGGERS:
        get_logger(name)


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic in the stubs only
    """Ours, to be recognised when the switch is read again."""
