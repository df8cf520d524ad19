"""The profile file: read when something is needed that it may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from infino.core.errors import ConfigError
from infino.core.secret import Secret

KEYS: Final = frozenset(
    {"access_key", "secret_key", "endpoint", "region", "allow_http", "timeout", "ca_bundle", "proxy"}
)
_SECRETS: Final = ("secret_key", "proxy")


def profile_path(environment: Mapping[str, str]) -> Path | None:
    """Return where the profile file lies: below `XDG_CONFIG_HOME`, else below `~/.config`; None without a home."""
    root = environment.get("XDG_CONFIG_HOME")
    try:
        return (Path(root) if root else Path.home() / ".config") / "infino" / "config.toml"
    except RuntimeError:
        return None


def _content(path: Path) -> bytes | None:
    """Read the file; None when there is none."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or type(error).__name__
    raise ConfigError(f"the profile file {path} cannot be read: {problem}")


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    import tomllib  # most machines have no profile file, and this is slow to import

    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"line {line} is not UTF-8"
    except (ValueError, RecursionError) as error:
        # The parser quotes single characters and never values, which may be secret.
        found = re.search(r"at line (\d+)", str(error))
        where = f"line {found.group(1)}" if found else "its end"
        problem = f"{where} is not TOML: {str(error).partition(' (at ')[0]}"
    raise ConfigError(f"the profile file {path} cannot be read: {problem}")


def read_profile(name: str | None, environment: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Read one profile; one that was asked for must exist, the default one need not.

    Args:
        name: The profile that was asked for, or None for the default.
        environment: The variables that say where the file lies.

    Returns:
        Its settings, and its name for messages.

    Raises:
        ConfigError: The file or the profile is missing, broken, or holds what is no setting.
    """
    path, wanted = profile_path(environment), name or "default"
    content = None if path is None else _content(path)
    if path is None or content is None:
        if name:
            where = f"no file {path}" if path is not None else "no home directory that could hold it"
            raise ConfigError(f"profile {name!r} was asked for, but there is {where}")
        return {}, ""
    profiles = _parsed(path, content)
    values = profiles.get(wanted)
    if values is None and not name:
        return {}, ""
    if not isinstance(values, dict):
        raise ConfigError(f"there is no profile {wanted!r} in {path}; it has: {', '.join(profiles) or 'none'}")
    for secret in _SECRETS:
        if isinstance(values.get(secret), str):
            values[secret] = Secret(values[secret])
    unknown = set(values) - KEYS
    if unknown:
        raise ConfigError(f"profile {wanted!r} in {path} holds unknown settings: {', '.join(sorted(unknown))}")
    return values, f"profile {wanted}"
