"""How the libraries below are imported: without what nobody uses here, and never halfway when a process forks."""

from __future__ import annotations

import _frozen_importlib as _bootstrap  # its locks have no public name
import os
import sys
import time
from _thread import RLock

# Type checkers take this name as true; importing it from typing would cost more than all the rest of this module.
TYPE_CHECKING: bool = False

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

# What the first calls of a client import, some of it inside of functions.
_OURS: Final = frozenset(
    {
        "anyio", "asyncio", "attr", "attrs", "certifi", "dateutil", "email", "encodings", "h11", "httpcore", "httpx",
        "idna", "infino", "infino_api", "orjson", "sniffio", "socket", "ssl", "tomllib", "websockets",
    }
)  # fmt: skip
_PATIENCE: Final = 5.0
# Held while OpenSSL prepares itself: its own lock, inherited by the child of a fork, is one that nobody opens.
native: Final = RLock()


class without_command_line:  # noqa: N801  # reads as what it does, like the ones of contextlib
    """Import httpx without its command line, which brings click, rich and pygments where those are installed.

    Its import fails as it does where they are not. `httpx.main` is there all the same, and loads them when called.
    """

    _name: Final = "httpx._main"

    def __enter__(self) -> None:
        self._hidden = "httpx" not in sys.modules and self._name not in sys.modules
        if self._hidden:
            sys.modules[self._name] = None  # type: ignore[assignment]  # how Python marks what must not be imported

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if not self._hidden:
            return
        if sys.modules.get(self._name) is None:
            sys.modules.pop(self._name, None)
        if kind is None:
            setattr(sys.modules["httpx"], "main", _main)  # noqa: B010  # a module of others, which has no stub for it


def _main(*arguments: Any, **options: Any) -> Any:
    from importlib import import_module

    return import_module("httpx._main").main(*arguments, **options)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in _OURS


def _is_known(name: str) -> bool:
    """Tell whether a module is ours or Python's; any other is left to whoever imports it."""
    return _is_ours(name) or name.partition(".")[0] in sys.stdlib_module_names


def _half_imported(wanted: Callable[[str], bool]) -> list[str]:
    """The modules that are being imported, of those that are wanted."""
    modules = list(sys.modules.items())
    return [name for name, module in modules if wanted(name) and _begun(getattr(module, "__spec__", None))]


def _begun(spec: Any) -> bool:
    return bool(getattr(spec, "_initializing", False))


def _imported_here() -> bool:
    """Tell whether this thread itself is inside of an import, for which nobody can wait."""
    frame: Any = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def wait_for_imports() -> None:
    """Before a fork: wait until no other thread is in the middle of an import of ours.

    The child would inherit half a module, and its lock, which nobody is left to open: it would hang at its first call.
    """
    if not _half_imported(_is_ours) or _imported_here():
        return
    until = time.monotonic() + _PATIENCE
    while _half_imported(_is_ours) and time.monotonic() < until:
        time.sleep(0.001)


def forget_half_imports() -> None:
    """In the child of a fork: forget the imports that began after all, and their locks; they begin anew when needed."""
    if _imported_here():
        return
    for name in _half_imported(_is_known):
        sys.modules.pop(name, None)
    locks = getattr(_bootstrap, "_module_locks", {})
    for name in [name for name in list(locks) if _is_known(name)]:
        locks.pop(name, None)


def renew_locks() -> None:
    """In the child of a fork: new locks for our cached properties, in place of what another thread may hold for ever.

    Each has one in Python 3.11, for all its instances, which is held while the value is made.
    """
    functools = sys.modules.get("functools")
    if functools is None:
        return  # nothing of ours is there yet that has one
    ours = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in ("infino", "infino_api")]
    classes = [found for module in ours for found in list(vars(module).values()) if isinstance(found, type)]
    for held in [held for kind in classes for held in list(vars(kind).values())]:
        if isinstance(held, functools.cached_property):
            setattr(held, "lock", RLock())  # noqa: B010  # no part of what it shows


def _hold() -> None:
    native.acquire(timeout=_PATIENCE)


def _release() -> None:
    try:  # noqa: SIM105  # contextlib is slow to import
        native.release()
    except RuntimeError:
        pass  # not held, where patience ended


_guarded = False


def guard_forks() -> None:
    """From now on, let a fork wait for what is being imported."""
    global _guarded  # once in a process
    import logging  # noqa: F401  # first, for its lock is taken by a hook too: ours has to run before that one

    if _guarded or not hasattr(os, "register_at_fork"):
        return
    _guarded = True
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_release)
    os.register_at_fork(before=wait_for_imports)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_half_imports)
    if sys.version_info < (3, 12):
        os.register_at_fork(after_in_child=renew_locks)
