"""Keys, and where they come from: fixed, from a profile file, or asked for when needed."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import attrs

from infino.core.errors import ConfigError
from infino.core.redaction import Secret, ends_unseen
from infino.core.signer import SCOPE


def _fault(access_key: object, secret_key: Secret, expires_at: object) -> str | None:
    """What is wrong with a pair."""
    if not access_key or not secret_key:
        return f"{'secret_key' if access_key else 'access_key'} must not be empty"
    if not (isinstance(access_key, str) and SCOPE.fullmatch(access_key)):
        return "access_key is plain text without blanks, line breaks, commas or slashes"
    if ends_unseen(secret_key.reveal()):
        return "secret_key must not begin or end with a blank, a line break or an invisible character"
    if any(character < " " or "\ud800" <= character <= "\udfff" for character in secret_key.reveal()):
        return "secret_key holds bytes that are not text; was it read in another encoding?"
    if expires_at is not None and (not isinstance(expires_at, datetime) or expires_at.utcoffset() is None):
        return "expires_at is a datetime with a time zone, such as datetime.now(UTC) + timedelta(hours=1)"
    return None


@attrs.frozen(init=False)
class Credentials:
    """A pair of keys.

    Args:
        access_key: Access key.
        secret_key: Secret key; text is wrapped in a `Secret`.
        expires_at: When the pair ends, with time zone; None when it does not.

    Raises:
        ConfigError: A key is empty or holds blanks that do not belong to it, or `expires_at` has no time zone.

    Examples:
        >>> Infino(credentials=lambda: Credentials(read_key(), read_secret(), expires_at=later))
    """

    access_key: str
    secret_key: Secret
    expires_at: datetime | None = None

    def __init__(self, access_key: str, secret_key: str | Secret, expires_at: datetime | None = None) -> None:
        # Wrapped, and kept, before anything is raised: a traceback may be shown with its variables.
        if not isinstance(secret_key, str | Secret):
            del secret_key
            raise ConfigError("secret_key is text")
        secret_key = Secret(secret_key)
        self.__attrs_init__(access_key, secret_key, expires_at)  # pyright: ignore[reportAttributeAccessIssue]  # attrs adds it
        fault = _fault(access_key, secret_key, expires_at)
        if fault is not None:
            raise ConfigError(fault)


Answer = Credentials | tuple[str, str]
Provider = Callable[[], Answer] | Callable[[], Awaitable[Answer]]


def _paired(pair: Any) -> Any:
    """Make credentials of two texts; an error is returned, because here the secret could be seen."""
    try:
        return Credentials(*pair)
    except ConfigError as error:
        return ConfigError(error.message)


def wrapped(given: object) -> Any:
    """Hide the secret in what a caller gave; an error or `...` stands for what makes no sense, to be refused later."""
    if isinstance(given, tuple) and len(given) == 2 and all(isinstance(key, str | Secret) for key in given):
        return _paired(given)
    return given if given is None or isinstance(given, Credentials | ConfigError) or callable(given) else ...


def name_of(provider: object) -> str:
    """Return the name under which a provider is found in its program, such as `myapp.keys.fetch`."""
    while isinstance(provider, partial):
        provider = provider.func
    named: Any = provider if hasattr(provider, "__qualname__") else type(provider)
    return f"{named.__module__}.{named.__qualname__}"


def failed(error: BaseException) -> ConfigError:
    """Return what went wrong in a provider; only our own settings say it in words that hold no secret."""
    said = f": {error.message}" if isinstance(error, ConfigError) else f" with {type(error).__name__}"
    return ConfigError(f"the credentials callable failed{said}")


def ask(provider: Provider | None) -> object:
    """Call a provider, for credentials or what is to be awaited for them; anything else is refused later.

    What it said when it failed is not repeated, because it may hold a secret.
    """
    if provider is None:
        raise ConfigError("there are no credentials")
    from asyncio import CancelledError  # slow to import, and most clients have no provider

    try:
        answer: object = provider()
        # Hidden at once: it may hold a secret, and tracebacks may show the locals of callers.
        return answer if inspect.isawaitable(answer) else wrapped(answer)
    except (Exception, CancelledError) as error:  # of something of its own: a thread cannot be cancelled
        failure = failed(error)
    raise failure


async def awaited(answer: Any) -> object:
    """Await what a provider gave; for the rest do as `ask`."""
    from asyncio import CancelledError, current_task

    task = current_task()
    before = task.cancelling() if task else 0
    try:
        return wrapped(await answer)
    except CancelledError as error:
        if task is None or task.cancelling() > before:  # it is our caller who is cancelled
            raise
        failure = failed(error)
    except Exception as error:
        failure = failed(error)
    raise failure


# An unknown name is an error, because a misspelt setting would be left out in silence.
_IN_PROFILES: Final = frozenset(
    {"access_key", "secret_key", "endpoint", "region", "allow_http", "timeout", "ca_bundle", "proxy"}
)
_SECRETS: Final = ("secret_key", "proxy")


def profile_path(environment: Mapping[str, str]) -> str | None:
    """Return where the profile file lies: below `XDG_CONFIG_HOME`, else below `~/.config`; None without a home."""
    root = environment.get("XDG_CONFIG_HOME")
    if not root:
        home = os.path.expanduser("~")
        if home == "~":
            return None
        root = os.path.join(home, ".config")
    return os.path.join(root, "infino", "config.toml")


def _misplaced(profiles: dict[str, Any], text: str) -> str | None:
    """Name the first line that is neither the head of a profile nor below one."""
    for name, values in profiles.items():
        if isinstance(values, dict):
            continue
        found = re.search(rf"""^[ \t]*(\[\[[ \t]*)?["']?{re.escape(name)}\b""", text, re.MULTILINE)
        where = f"line {text.count(chr(10), 0, found.start()) + 1}: " if found else ""
        if found and found[1]:
            return f"{where}[[{name}]] is the head of a list; that of a profile is [{name}]"
        return f"{where}{name} stands outside of any profile; put a line [default] in front of it"
    return None


def _load(path: str, wanted: str) -> dict[str, Any] | str | None:
    """Read the file: None when there is none, a text when it cannot be read, or has something else where a profile is.

    Nothing is raised here, where variables hold the secrets of the file.
    """
    content = b""
    if os.path.exists(path) and not os.path.isfile(path):
        return "it is not a file"  # a pipe would be waited for, and a device never ends
    try:
        with open(path, "rb") as file:
            content = file.read()
        import tomllib  # most machines have no profile file, and this is slow to import

        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        profiles = tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return error.strerror or type(error).__name__
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f"line {line} is not UTF-8"
    except (ValueError, RecursionError) as error:
        # The parser quotes single characters and never values, which may be secret.
        found = re.search(r"at line (\d+)", str(error))
        where = f"line {found.group(1)}" if found else "its end"
        return f"{where} is not TOML: {str(error).partition(' (at ')[0]}"
    if not isinstance(profiles.get(wanted), dict) and (fault := _misplaced(profiles, text)):
        return fault
    for values in profiles.values():
        for name in _SECRETS if isinstance(values, dict) else ():
            if isinstance(values.get(name), str):
                values[name] = Secret(values[name])
    return profiles


def read_profile(name: str | None, environment: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Read one profile, with its name for messages; one that was asked for must exist, the default one need not."""
    path, wanted = profile_path(environment), name or "default"
    profiles = None if path is None else _load(path, wanted)
    if isinstance(profiles, str):
        hint = None if name else "give both keys and the endpoint another way, and no profile is needed"
        raise ConfigError(f"the profile file {path} cannot be read: {profiles}", hint=hint)
    if profiles is None:
        if name:
            where = "no home directory that could hold it" if path is None else f"no file {path}"
            raise ConfigError(f"profile {name!r} was asked for, but there is {where}")
        return {}, ""
    values = profiles.get(wanted)
    if values is None and not name:
        return {}, ""
    if not isinstance(values, dict):
        raise ConfigError(f"there is no profile {wanted!r} in {path}; it has: {', '.join(profiles) or 'none'}")
    unknown = set(values) - _IN_PROFILES
    if unknown:
        raise ConfigError(f"profile {wanted!r} in {path} holds unknown settings: {', '.join(sorted(unknown))}")
    return values, f"profile {wanted}"
