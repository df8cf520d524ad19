"""The data folder, and the lock that keeps a second process out of it."""

from __future__ import annotations

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: DuckDB's own file lock still refuses the second process
    fcntl = None  # type: ignore[assignment]  # the module doesn't exist on this platform


class FolderInUse(RuntimeError):
    """Another process holds the data folder.

    Example:
        >>> raise FolderInUse("the data folder ./data is in use by process 4711")
    """


class Folder:
    """A data folder held by this process until `close`.

    Args:
        path: The folder; it is made when missing.

    Raises:
        FolderInUse: When another gateway holds it, naming the process.

    Example:
        >>> folder = Folder(Path("./data"))
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if fcntl is not None:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._file, 64).decode("ascii", "replace").strip()
            os.close(self._file)
            raise FolderInUse(
                f"the data folder {path} is in use by {describe_process(holder)};"
                " stop that gateway or choose another folder"
            ) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._file)


def describe_process(pid: str) -> str:
    """Return "process 4711 (infino local --port 8000)", as far as the system tells."""
    if pid == str(os.getpid()):
        return f"this process ({pid})"
    try:
        command = Path(f"/proc/{int(pid)}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        return f"process {pid} ({command.strip()[:120]})"
    except (OSError, ValueError):
        return f"process {pid}" if pid else "another process"
