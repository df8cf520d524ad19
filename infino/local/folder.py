"""The data folder, and the lock that keeps a second process out of it."""

from __future__ import annotations

import contextlib
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


def holder_of_port(port: int) -> str:
    """Return " by process 4711 (python -m http.server)" where the system tells who listens on a port, else nothing."""
    try:
        lines = [line for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
        listening = {f"socket:[{line.split()[9]}]" for line in lines if _listens(line, port)}
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # a process that ended, or another user's
                if any(os.readlink(descriptor) in listening for descriptor in (process / "fd").iterdir()):
                    return f" by {describe_process(process.name)}"
    except (OSError, IndexError, ValueError):  # no Linux
        return ""
    return ""


def _listens(line: str, port: int) -> bool:
    local, state = line.split()[1], line.split()[3]
    return state == "0A" and int(local.rpartition(":")[2], 16) == port


def describe_process(pid: str) -> str:
    """Return "process 4711 (infino local --port 8000)", as far as the system tells."""
    if pid == str(os.getpid()):
        return f"this process ({pid})"
    try:
        command = Path(f"/proc/{int(pid)}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        return f"process {pid} ({command.strip()[:120]})"
    except (OSError, ValueError):
        return f"process {pid}" if pid else "another process"
