"""The data folder: for its owner alone, and held by one process at a time."""

from __future__ import annotations

import contextlib
import os
import stat
import struct
from pathlib import Path

from infino.core.errors import ConfigError

try:
    import fcntl
except ImportError:  # Windows: DuckDB's own file lock still refuses the second process
    fcntl = None  # type: ignore[assignment]  # the module doesn't exist on this platform


class FolderInUse(RuntimeError):
    """Another process holds the data folder.

    Examples:
        >>> raise FolderInUse("the data folder ./data is in use by process 4711")
    """


class DamagedFile(RuntimeError):
    """A file of the data folder is missing, broken or half written.

    Args:
        path: Which file.
        what: What is wrong with it, as it goes on after the name.
        remedy: What can be done.

    Examples:
        >>> str(DamagedFile(Path("data/vault.key"), "is missing", "put it back"))
        'data/vault.key is missing; put it back'
    """

    def __init__(self, path: Path | None, what: str, remedy: str) -> None:
        super().__init__(f"{path} {what}; {remedy}")


RESTORE = "put it back from a copy of the folder, or choose another folder"


class Folder:
    """A data folder held by this process until `close`; only its owner may enter.

    Args:
        path: The folder; it is made when missing.

    Raises:
        ConfigError: When it cannot be made, or be kept from others.
        FolderInUse: When another gateway holds it, naming the process.
        DamagedFile: When something else stands where one of its files or folders belongs.

    Examples:
        >>> folder = Folder(Path("./data"))
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            make_private(path)
        except OSError as error:
            raise ConfigError(f"the gateway can't use {path} as its data folder: {error.strerror}") from None
        refuse_misplaced(path)
        self._held: list[int] = []
        try:
            # The folder itself is locked as well: it can't be removed and made anew under a gateway, as the file can.
            self._hold(os.open(path, os.O_RDONLY)) if os.name == "posix" else None
            file = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._hold(file)
        except BlockingIOError:
            self.close()
            raise in_use(path, _holder(path)) from None
        except BaseException:
            self.close()
            raise
        with contextlib.suppress(OSError):  # on a full disk nobody can say whose lock it is; it holds all the same
            os.ftruncate(file, 0)
            os.write(file, str(os.getpid()).encode())

    def _hold(self, descriptor: int) -> None:
        self._held.append(descriptor)
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise
            except OSError:  # a file system that locks no folders; the file is locked too
                return

    def close(self) -> None:
        """Let go of the folder."""
        while self._held:
            os.close(self._held.pop())


FILES = (
    *("credentials.json", "vault.key", "lock"),
    *("infino.duckdb", "infino.duckdb.wal", "infino.duckdb.commits"),
    *("control.sqlite", "control.sqlite-wal", "control.sqlite.commits"),
)
FOLDERS = ("spool", "text")
"""With `FILES`, what a data folder holds."""


def refuse_misplaced(folder: Path) -> None:
    """Raise for a folder, a pipe or a device in a file's place, and for anything else in a folder's.

    Whoever opened a pipe would wait for ever.

    Args:
        folder: The data folder.

    Raises:
        DamagedFile: Naming the file.
    """
    for name in FILES:
        path = folder / name
        if path.exists() and not path.is_file():
            kind = "folder" if path.is_dir() else "pipe, socket or device"
            raise DamagedFile(path, f"is a {kind} where a file belongs", RESTORE)
    for name in FOLDERS:
        path = folder / name
        if os.path.lexists(path) and not path.is_dir():
            raise DamagedFile(path, "is not a folder, and one belongs there", RESTORE)
        for inner in path.rglob("*"):
            if not inner.is_file() and not inner.is_dir():
                raise DamagedFile(inner, "is neither file nor folder", "remove it: what belongs there is made anew")


def _holder(path: Path) -> str:
    with contextlib.suppress(OSError):
        return (path / "lock").read_text("ascii", "replace").strip()[:64]
    return ""


def in_use(path: Path, holder: str) -> FolderInUse:
    """Return the refusal of a folder that another process holds.

    Args:
        path: The folder.
        holder: The number of that process, or "" where nothing says it.
    """
    told = f"the data folder {path} is in use by {describe_process(holder)}"
    return FolderInUse(f"{told}; stop that gateway or choose another folder")


OWN = ("infino.duckdb*", "control.sqlite*", "lock", "credentials.json*", "vault.key*", "spool", "spool/*")
"""What a folder of an earlier release may hold, made when the umask alone chose the modes."""
DEFAULT_ACL = struct.pack(
    "<I" + "HHI" * 3,
    2,  # the version of the format
    *(0x01, 0o7, 0xFFFFFFFF),  # the owner
    *(0x04, 0o0, 0xFFFFFFFF),  # the group
    *(0x20, 0o0, 0xFFFFFFFF),  # everybody else
)
"""Linux' `system.posix_acl_default`: what is made in the folder is its owner's from its first byte, whatever the umask
(acl(5); the layout is that of linux/posix_acl_xattr.h). The engines make files at any time and in any thread, and the
umask is one for the whole process, so nothing else holds for all of them."""


def make_private(folder: Path) -> None:
    """Let only the owner enter a folder, and read what is in it or will be made in it.

    Args:
        folder: The data folder.

    Raises:
        PermissionError: When it belongs to somebody else and others may enter it.
    """
    if os.name != "posix":
        return
    for path in (folder, *(path for pattern in OWN for path in folder.glob(pattern))):
        mode = path.lstat().st_mode
        if mode & 0o077 and not stat.S_ISLNK(mode):
            path.chmod(mode & 0o700)
    with contextlib.suppress(OSError, AttributeError):  # no Linux, or a file system without such lists
        os.setxattr(folder, "system.posix_acl_default", DEFAULT_ACL)


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
