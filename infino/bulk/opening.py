"""Open what a caller names: paths, file objects and bytes, unpacked on the way."""

from __future__ import annotations

import bz2
import codecs
import glob
import gzip
import io
import lzma
import os
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, cast

from infino.bulk import delimited
from infino.bulk.lines import goes_on
from infino.bulk.options import ReadOptions
from infino.core.errors import MissingFileError, ValidationError

# Magic numbers: RFC 1952, RFC 8878, and the formats of bzip2 and xz.
GZIP, ZSTD, BZIP2, XZ = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\x00"
PACKED: Final = (".gz", ".zst", ".bz2", ".xz")
TEXTUAL: Final = ("ndjson", "json", "csv", "tsv")
_TABLE: Final = "pass what pandas or polars reads of it"
_UNPACK: Final = "unpack it, and pass the files in it"
# First bytes of files that are told from text, and what to do with them.
_FOREIGN: Final[tuple[tuple[int, bytes, str, str], ...]] = (
    (0, b"PK\x03\x04", "a zip archive", _UNPACK),
    (0, b"\xd0\xcf\x11\xe0", "a workbook or document of Microsoft Office", _TABLE),
    (0, b"%PDF", "a PDF document", "pass its data as CSV or JSON"),
    (0, b"SQLite format 3\x00", "a SQLite database", "pass the rows of a query, or import it by a connection"),
    (0, b"ORC", "an ORC file", "pass pyarrow.dataset.dataset(path, format='orc')"),
    (0, b"FEA1", "a Feather file of version 1", "pass pyarrow.feather.read_table(path)"),
    (0, b"Obj\x01", "an Avro file", "pass polars.read_avro(path)"),
    (0, b"\x89HDF", "an HDF5 file", _TABLE),
    (0, b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (0, b"Rar!", "a rar archive", _UNPACK),
    (257, b"ustar", "a tar archive", _UNPACK),
)
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JSON: Final = re.compile(rb'(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*"')
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
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


class _Reading(io.RawIOBase):
    """Anything with `read`, such as the body of a download."""

    def __init__(self, source: Any) -> None:
        super().__init__()
        self._source, self._rest = source, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._rest or self._more(len(buffer))
        size = min(len(data), len(buffer))
        buffer[:size], self._rest = data[:size], data[size:]
        return size

    def _more(self, size: int) -> Any:
        return self._source.read(size)

    def seekable(self) -> bool:
        seekable = getattr(self._source, "seekable", None)
        return bool(seekable and seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._rest = b""
        return int(self._source.seek(offset, whence))

    def tell(self) -> int:
        return int(self._source.tell()) - len(self._rest)


_AS_BYTES: Final = ("utf-8", "utf-8-sig", "ascii")


class _Text(_Reading):
    """A text file as the bytes it would have on disk."""

    def _more(self, size: int) -> bytes:
        try:
            return bytes(self._source.read(65536).encode("utf-8", "surrogatepass"))
        except UnicodeError as error:
            name = getattr(self._source, "encoding", "text")
            raise ValidationError(f"the file is not {name}: {error}; pass its encoding=") from None

    def seekable(self) -> bool:
        return False


def _from_text(source: io.TextIOBase, encoding: str | None) -> _Reading:
    """A text file as bytes: those below it where they say the same and none were read, else those of its text."""
    below = getattr(source, "buffer", None)
    if (
        below is not None
        and (encoding or codecs.lookup(source.encoding or "utf-8").name in _AS_BYTES)
        and _at_start(below)
    ):
        return _Reading(below)
    if encoding is not None:
        raise ValidationError("encoding= belongs to bytes, and the source gives text: open the file in binary mode")
    return _Text(source)


def _at_start(file: Any) -> bool:
    try:
        return bool(file.tell() == 0)
    except (OSError, ValueError):  # a pipe, of which nobody knows how much was read
        return False


class _Unpacking(_Reading):
    """A stream that unpacks; it was made here, so it is closed here."""

    def __init__(self, source: Any, shown: str) -> None:
        super().__init__(source)
        self._shown = shown

    def readinto(self, buffer: Any) -> int:
        try:
            return super().readinto(buffer)
        except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
            if isinstance(error, OSError) and error.errno is not None:  # the disk's, not the unpacker's
                raise
            raise ValidationError(f"{self._shown} is damaged, or breaks off: {error}") from error

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()


def is_path(source: Any) -> bool:
    """Return whether a source names a file."""
    return isinstance(source, str | os.PathLike)


def check_path(source: str | os.PathLike[str]) -> Path:
    """Return the path of an existing file; text that is data or an address is refused."""
    path = Path(source)
    try:
        found = path.exists()
    except (OSError, ValueError):  # too long for a name, or with a NUL in it
        found = False
    if not found and isinstance(source, str):
        if "\n" in source or source.lstrip()[:1] in ("{", "["):
            raise ValidationError("the source is text, not the path of a file; pass its bytes: source.encode()")
        if _ADDRESS.match(source):
            raise ValidationError(f"{source} is an address, not a file: download it, or pass the opened response")
    if not found:
        raise MissingFileError(f"there is no file {path}")
    return path


def files_of(source: Any) -> list[Path] | None:
    """Return the files that a folder, a pattern or a list of paths stands for; None for any other source."""
    if isinstance(source, str) and not source:  # which `Path` takes for the folder of the process
        raise ValidationError("the source is an empty text, and names no file; pass b'' for one without records")
    if is_path(source):
        path = Path(source)
        if path.is_dir():
            return _in_folder(path)
        if glob.has_magic(str(source)) and not _exists(path):
            return _matching(str(source))
        return None
    if isinstance(source, list | tuple | set | frozenset) and source and all(map(is_path, source)):
        given = sorted(source) if isinstance(source, set | frozenset) else source
        return [file for item in given for file in (files_of(item) or [check_path(item)])]
    return None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _in_folder(folder: Path) -> list[Path]:
    # Hidden files and markers such as `_SUCCESS`, which Spark leaves beside its files.
    found = [path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "_"))]
    inner = [path.name for path in found if path.is_dir()]
    if inner:
        raise ValidationError(
            f"{folder} holds folders, such as {inner[0]}: name the files by a pattern, such as '{folder}/**/*.parquet'"
        )
    if not found:
        raise MissingFileError(f"there is no file in {folder}")
    return found


def _matching(pattern: str) -> list[Path]:
    if _ADDRESS.match(pattern):
        return [check_path(pattern)]
    found = sorted(Path(name) for name in glob.glob(pattern, recursive=True) if Path(name).is_file())
    if not found:
        raise MissingFileError(f"no file matches the pattern {pattern}")
    fixed = len(Path(pattern[: re.search(r"[*?[]", pattern).start()]).parts) - 1  # type: ignore[union-attr]  # it has magic
    for path in found:
        values = [part for part in path.parts[max(fixed, 0) : -1] if "=" in part]
        if values:
            raise ValidationError(
                f"{path} is part of a partitioned dataset, and {values[0]} is told by its path only: "
                "pass pyarrow.dataset.dataset(folder, partitioning='hive')"
            )
    return found


class OpenedSource:
    """A source of bytes, unpacked, whose kind is known; `-` is what is piped into this process."""

    def __init__(self, source: Any, reading: ReadOptions | None = None) -> None:
        self._reading = reading or ReadOptions()
        if source == "-" and not Path("-").exists():
            source = sys.stdin.buffer
        self.path = check_path(source) if is_path(source) else None
        self._opened = ExitStack()
        name = str(self.path) if self.path else str(getattr(source, "name", ""))
        self.raw = self._open(source)
        try:
            self._size = self.path.stat().st_size if self.path else 0
            head = self._first(source)
            self.packed = head.startswith((GZIP, ZSTD, BZIP2, XZ))
            self.stream = self.raw
            if self.packed:
                self.stream = self._opened.enter_context(_unpack(self.raw, head, name or "the source"))
            self.kind = self._recognise(name)
        except BaseException:
            self.close()
            raise

    def _first(self, source: Any) -> bytes:
        try:
            head = self.raw.peek(6)[:6]  # `peek`, so that a pipe loses nothing
        except (TypeError, LookupError, AttributeError) as error:  # such as that of an archive, which takes a name
            raise ValidationError(f"{type(source).__name__} cannot be read as a file: {error}") from error
        if not head and self.path is None and self.raw.seekable() and self.raw.tell():
            raise ValidationError("the file stands at its end, where there is nothing to read: call its seek(0) first")
        return head

    def _open(self, source: Any) -> io.BufferedReader:
        if self.path is not None:
            return cast(io.BufferedReader, self.path.open("rb", delimited.SAMPLE))
        if isinstance(source, bytes | bytearray | memoryview):
            return io.BufferedReader(cast(Any, io.BytesIO(source)), delimited.SAMPLE)
        if isinstance(source, io.TextIOBase):
            return io.BufferedReader(_from_text(source, self._reading.encoding), delimited.SAMPLE)
        return io.BufferedReader(_Reading(source), 1 << 20)

    def _recognise(self, name: str) -> str:
        """What the file holds, by its first bytes, its name, and then its text."""
        shown = name or "the source"
        head = self.stream.peek(512)
        if self._reading.format == "auto":
            if head.startswith(b"PAR1"):
                return "parquet"
            # A file of Arrow, and the continuation marker with which a stream of it begins.
            if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
                return "arrow"
        by_name = _by_suffix(name) if self._reading.format == "auto" else self._reading.format
        _refuse_foreign(head, shown)
        if by_name not in ("parquet", "arrow"):
            self._decode(head, shown)
        if self._reading.format != "auto":
            return self._reading.format
        if by_name in ("csv", "tsv") and _JSON.match(head):
            raise ValidationError(f"{shown} holds JSON: pass format='ndjson', or format='json' for an array")
        return by_name if by_name in ("csv", "tsv", "parquet", "arrow") else self._by_text(by_name, name, shown)

    def _decode(self, head: bytes, shown: str) -> None:
        """Read text of another encoding as the UTF-8 that everything behind this expects."""
        encoding = self._reading.encoding or next((name for mark, name in _MARKS if head.startswith(mark)), None)
        if encoding is not None and codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig"):
            text = io.TextIOWrapper(self.stream, encoding, newline="")
            self._opened.callback(text.detach)  # what lies below is closed by whoever opened it
            self.stream = self._opened.enter_context(io.BufferedReader(cast(Any, _Text(text)), delimited.SAMPLE))
        elif b"\x00" in head:
            raise ValidationError(
                f"{shown} holds NUL bytes, so it is not text in UTF-8: pass encoding=, or another format"
            )

    def _by_text(self, by_name: str | None, name: str, shown: str) -> str:
        sample = self.stream.peek(delimited.SAMPLE)[: delimited.SAMPLE].removeprefix(b"\xef\xbb\xbf").lstrip()
        if sample.startswith(b"["):
            return "json"
        if sample.startswith(b"{"):
            return "json" if goes_on(*sample.partition(b"\n")[::2]) else "ndjson"
        if not sample:
            return by_name or "ndjson"
        if by_name is not None or self._reading.of_delimited:
            return by_name or "csv"
        named = bool(Path(name).suffix) and not name.isdigit()
        if delimited.looks_delimited(sample.decode("utf-8", "replace"), rows=named):
            return "csv"
        raise ValidationError(
            f"{shown} is in no format that is known here: pass format= ({', '.join(TEXTUAL)}, parquet or arrow), "
            "or records that you make of it"
        )

    def rewindable(self) -> io.BufferedReader:
        """Return the stream, put on disk if it cannot go back to where it stands."""
        if self.stream.seekable() and self.raw.seekable():  # what unpacks thinks that it can always go back
            return self.stream
        aside = io.BufferedRandom(cast(Any, tempfile.TemporaryFile(buffering=0)))  # noqa: SIM115  # closed by close()
        shutil.copyfileobj(self.stream, self._opened.enter_context(aside), 1 << 20)
        aside.seek(0)
        return cast(io.BufferedReader, aside)

    @property
    def share(self) -> float | None:
        """How much of a file has been read, from 0 to 1; None for other sources."""
        return min(self.raw.tell() / self._size, 1.0) if self._size else None

    def columns(self) -> Any:
        """Return a stream of columns; one that ends in its directory is put on disk if it cannot jump there."""
        return self.rewindable() if self.stream.peek(6).startswith((b"PAR1", b"ARROW1")) else self.stream

    def close(self) -> None:
        """Close what was opened here; a file object of the caller stays open."""
        self._opened.close()
        if self.path is not None:
            self.raw.close()
        # Detached, because closing the buffer would close the caller's file with it.
        elif not self.raw.closed:
            self.raw.detach()

    def __enter__(self) -> OpenedSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _by_suffix(name: str) -> str | None:
    suffixes = [suffix.lower() for suffix in Path(name).suffixes if suffix.lower() not in PACKED]
    return SUFFIXES.get(suffixes[-1]) if suffixes else None


def _refuse_foreign(head: bytes, shown: str) -> None:
    for at, mark, what, remedy in _FOREIGN:
        if head.startswith(mark, at):
            workbook = mark == b"PK\x03\x04" and shown.lower().endswith((".xlsx", ".xlsm", ".ods"))
            what, remedy = ("a workbook", "pass pandas.read_excel(path)") if workbook else (what, remedy)
            raise ValidationError(f"{shown} is {what}: {remedy}")


def recognised(paths: Iterable[Path], reading: ReadOptions) -> list[str]:
    """Look at each of many files before any is read, so that none is found out too late, and return their kinds."""
    kinds = []
    for path in paths:
        with OpenedSource(path, reading) as opened:
            kinds.append(opened.kind)
    return kinds


def _unpack(raw: io.BufferedReader, head: bytes, shown: str) -> io.BufferedReader:
    kinds: dict[bytes, Callable[[Any], Any]] = {
        ZSTD: _zstd,
        BZIP2: lambda raw: _Members(raw, bz2.BZ2Decompressor),
        XZ: lambda raw: _Members(raw, lzma.LZMADecompressor),
        GZIP: lambda raw: gzip.GzipFile(fileobj=raw),
    }
    unpacking = next(opened for magic, opened in kinds.items() if head.startswith(magic))(raw)
    return io.BufferedReader(_Unpacking(unpacking, shown), 1 << 20)


class _Members:
    """Streams packed one behind the other; unlike the files of the standard library, it passes over nothing."""

    def __init__(self, raw: io.BufferedReader, start: Callable[[], Any]) -> None:
        self._raw, self._start = raw, start
        self._member = start()

    def read(self, size: int) -> bytes:
        while True:
            data = b""
            if self._member.eof:  # zeros fill up the last block of a tape, and begin no other stream
                data = self._member.unused_data.lstrip(b"\0")
                while not data and (read := self._raw.read(1 << 16)):
                    data = read.lstrip(b"\0")
                if not data:
                    return b""
                self._member = self._start()
            elif self._member.needs_input and not (data := self._raw.read(1 << 16)):
                raise EOFError("it ends in the middle of the packed data")
            if made := self._member.decompress(data, size):
                return bytes(made)

    def close(self) -> None:
        """The file below is closed by whoever opened it."""


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
    return pyarrow.CompressedInputStream(pyarrow.PythonFile(raw, mode="r"), "zstd")
