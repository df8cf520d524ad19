"""Open what a caller names: paths, file objects and bytes, unpacked on the way."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from infino.core.errors import ValidationError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
SUFFIXES: Mapping[str, str] = {
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".arrows": "arrow",
}


class _Text(io.RawIOBase):
    """A text file as the bytes it would have on disk."""

    def __init__(self, text: Any) -> None:
        super().__init__()
        self._text, self._rest = text, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._rest or self._text.read(65536).encode("utf-8", "surrogatepass")
        size = min(len(data), len(buffer))
        buffer[:size], self._rest = data[:size], data[size:]
        return size


class _Reading(io.RawIOBase):
    """Anything with `read`, such as the body of a download."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self._source, self._rest = source, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._rest or self._source.read(len(buffer))
        size = min(len(data), len(buffer))
        buffer[:size], self._rest = data[:size], data[size:]
        return size

    def seekable(self) -> bool:
        seekable = getattr(self._source, "seekable", None)
        return bool(seekable and seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._rest = b""
        return int(self._source.seek(offset, whence))

    def tell(self) -> int:
        return int(self._source.tell()) - len(self._rest)


class _Unpacking(_Reading):
    """A stream that unpacks; it was made here, so it is closed here."""

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


def is_path(source: Any) -> bool:
    """Return whether a source names a file."""
    return isinstance(source, str | os.PathLike)


def check_path(source: str | os.PathLike[str]) -> Path:
    """Return the path of an existing file.

    Args:
        source: What the caller gave.

    Raises:
        ValidationError: The text is data rather than a name.
        FileNotFoundError: There is no such file.
    """
    path = Path(source)
    try:
        found = path.exists()
    except (OSError, ValueError):  # too long for a name, or with a NUL in it
        found = False
    if not found and isinstance(source, str) and ("\n" in source or source.lstrip()[:1] in ("{", "[")):
        raise ValidationError("the source is text, not the path of a file; pass its bytes: source.encode()")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; pass one file at a time")
    if not found:
        raise FileNotFoundError(f"there is no file {path}")
    return path


class Opened:
    """A source of bytes, unpacked, whose kind is known.

    Args:
        source: A path, bytes, or an object with `read`.
        kind: `auto`, or the format that the caller knows it to be.
    """

    def __init__(self, source: Any, kind: str = "auto") -> None:
        self.path = check_path(source) if is_path(source) else None
        self.owned = self.path is not None
        self._aside: Any = None
        name = str(self.path) if self.path else str(getattr(source, "name", ""))
        self.raw = self._open(source)
        self._size = self.path.stat().st_size if self.path else 0
        head = self.raw.peek(4)[:4]
        self.packed = head.startswith((GZIP, ZSTD))
        self.stream = _unpack(self.raw, head)
        self.kind = kind if kind != "auto" else self._guess(name)

    def _open(self, source: Any) -> io.BufferedReader:
        if self.path is not None:
            return self.path.open("rb")
        if isinstance(source, bytes | bytearray | memoryview):
            return io.BufferedReader(cast(Any, io.BytesIO(source)))
        if isinstance(source, io.TextIOBase):
            inner = getattr(source, "buffer", None)
            return io.BufferedReader(_Text(source)) if inner is None else io.BufferedReader(_Reading(inner))
        return io.BufferedReader(_Reading(source), 1 << 20)

    def _guess(self, name: str) -> str:
        suffixes = [suffix.lower() for suffix in Path(name).suffixes if suffix.lower() not in (".gz", ".zst")]
        by_name = SUFFIXES.get(suffixes[-1]) if suffixes else None
        head = self.stream.peek(6)
        if head.startswith(b"PAR1"):
            return "parquet"
        if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
            return "arrow"
        if by_name in ("csv", "tsv", "parquet", "arrow"):
            return by_name
        start = self.stream.peek(4096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if start == b"[":
            return "json"
        if start in (b"{", b""):
            return "ndjson"
        return by_name or "csv"

    @property
    def share(self) -> float | None:
        """How much of a file has been read, from 0 to 1; None for other sources."""
        return min(self.raw.tell() / self._size, 1.0) if self._size else None

    def columns(self) -> Any:
        """Return a stream of columns; one that ends in its directory is put on disk if it cannot jump there."""
        if self.stream.seekable() or not self.stream.peek(6).startswith((b"PAR1", b"ARROW1")):
            return self.stream
        self._aside = io.BufferedRandom(cast(Any, tempfile.TemporaryFile(buffering=0)))  # noqa: SIM115  # closed by close()
        shutil.copyfileobj(self.stream, self._aside, 1 << 20)
        self._aside.seek(0)
        return self._aside

    def close(self) -> None:
        """Close what was opened here; a file object of the caller stays open."""
        if self._aside is not None:
            self._aside.close()
        if self.stream is not self.raw:
            self.stream.close()
        if self.owned:
            self.raw.close()
        elif not self.raw.closed:
            self.raw.detach()

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _unpack(raw: io.BufferedReader, head: bytes) -> io.BufferedReader:
    if head.startswith(GZIP):
        return io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=raw)), 1 << 20)
    if head.startswith(ZSTD):
        return io.BufferedReader(_zstd(raw), 1 << 20)
    return raw


def _zstd(raw: io.BufferedReader) -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # Python 3.14 and newer
    except ImportError:
        pass
    else:
        return zstd.ZstdFile(raw)
    try:
        import pyarrow
    except ImportError:
        raise ValidationError("reading .zst needs Python 3.14, or: pip install 'infino-sdk[arrow]'") from None
    return _Unpacking(pyarrow.CompressedInputStream(pyarrow.PythonFile(raw, mode="r"), "zstd"))
