"""What each option of the gateway may be; whatever is not is refused by its name, before anything starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from infino.core.credentials import Credentials
from infino.core.errors import ConfigError, unexpected
from infino.core.retry import LONGEST, shown

LEAST_MEMORY: Final = 16 * 1024**2
_MOST: Final = 2**63 - 1


def _whole(least: int, most: int = _MOST) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LONGEST


def _texts(value: Any) -> bool:
    return (
        isinstance(value, Collection)
        and not isinstance(value, str | bytes)
        and all(isinstance(one, str) and one for one in value)
    )


def _folder(value: Any) -> bool:
    """Whether a value names a folder, as text that the engine can read too."""
    try:
        return bool(os.fspath(value)) and b"\0" not in str(Path(value).expanduser()).encode()
    except (TypeError, UnicodeError, RuntimeError):  # `~somebody` who has no home
        return False


def _or_none(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


_COUNT: Final = (_whole(1), "a whole number, 1 or more")
_PATH: Final = (_or_none(_folder), "the path of a folder, or None")
_KEY: Final = (_or_none(_text), "text, or None")
_OPTIONS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    **dict.fromkeys(("path", "files"), _PATH),
    **dict.fromkeys(("access_key", "secret_key"), _KEY),
    **dict.fromkeys(("hosts", "reachable"), (_texts, "a collection of texts")),
    **dict.fromkeys(("sql_rows", "max_body", "max_answer", "max_in_flight", "max_upload", "max_spool"), _COUNT),
    **dict.fromkeys(("sql_timeout", "clock_tolerance"), (_seconds, f"seconds above 0, at most {LONGEST:,.0f}")),
    "port": (_whole(0, 65535), "a whole number from 0 to 65535"),
    "host": (_text, "an address of this machine, as text"),
    "compat": (_switch, "True or False"),
    "sql_shape": (lambda value: value in ("tagged", "flat"), "'tagged' or 'flat'"),
    "memory": (_or_none(_whole(LEAST_MEMORY)), f"a whole number of bytes, {LEAST_MEMORY:,} or more, or None"),
}


def check_options(given: Mapping[str, Any]) -> None:
    """Refuse options that the gateway does not have, or that are not what they may be.

    Args:
        given: The options by name.

    Raises:
        TypeError: One is not known.
        ConfigError: A value cannot be used; that of a key is not repeated.
    """
    for name, value in given.items():
        if name not in _OPTIONS:
            raise unexpected("LocalGateway", name, _OPTIONS)
        check, words = _OPTIONS[name]
        if not check(value):
            told = type(value).__name__ if name == "secret_key" else shown(value)
            raise ConfigError(f"{name} must be {words}, not {told}")
    access_key, secret_key = given.get("access_key"), given.get("secret_key")
    if (access_key is None) != (secret_key is None):
        raise ConfigError("give both access_key and secret_key, or neither")
    if access_key is not None and secret_key is not None:
        Credentials(access_key, secret_key)
