"""The profile file: read when something is needed that it may hold."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Final

from infino.core.errors import ConfigError
from infino.core.secret import Secret

KEYS: Final = frozenset(
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
    unknown = set(values) - KEYS
    if unknown:
        raise ConfigError(f"profile {wanted!r} in {path} holds unknown settings: {', '.join(sorted(unknown))}")
    return values, f"profile {wanted}"
