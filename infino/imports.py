"""How the libraries below are imported: without what nobody uses here, and never halfway when a process forks."""

from __future__ import annotations

import logging  # noqa: F401  # first, for its lock is taken by a hook too: ours has to run before that one
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import _bootstrap, import_module  # the locks have no public name
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
native: Final = threading.RLock()


@contextmanager
def without_command_line() -> Iterator[None]:
    """Import httpx without its command line, which brings click, rich and pygments where those are installed.

    Its import fails as it does where they are not. `httpx.main` is there all the same, and loads them when called.
    """
    name = "httpx._main"
    if "httpx" in sys.modules or name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # how Python itself marks what must not be imported
    try:
        yield
    finally:
        if sys.modules.get(name) is None:
            sys.modules.pop(name, None)

    def main(*arguments: Any, **options: Any) -> Any:
        return import_module(name).main(*arguments, **options)

    setattr(sys.modules["httpx"], "main", main)  # noqa: B010  # a module of others, which has no stub for it


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in _OURS


def _half_imported() -> list[str]:
    """The modules of ours that are being imported."""
    modules = list(sys.modules.items())
    return [name for name, module in modules if _is_ours(name) and _begun(getattr(module, "__spec__", None))]


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
    if not _half_imported() or _imported_here():
        return
    until = time.monotonic() + _PATIENCE
    while _half_imported() and time.monotonic() < until:
        time.sleep(0.001)


def forget_half_imports() -> None:
    """In the child of a fork: forget the imports that began after all, and their locks; they begin anew when needed."""
    if _imported_here():
        return
    for name in _half_imported():
        sys.modules.pop(name, None)
    locks = getattr(_bootstrap, "_module_locks", {})
    for name in [name for name in list(locks) if _is_ours(name)]:
        locks.pop(name, None)


def _hold() -> None:
    native.acquire(timeout=_PATIENCE)


def _release() -> None:
    with suppress(RuntimeError):  # not held, where patience ended
        native.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_release)
    os.register_at_fork(before=wait_for_imports, after_in_child=forget_half_imports)
