"""What a killed upload leaves behind, so that the next run goes on where it stopped."""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infino.bulk.chunk import Span
from infino.core import codec
from infino.core.errors import ValidationError

try:
    import fcntl
except ImportError:  # Windows: two runs under one checkpoint are not noticed
    fcntl = None  # type: ignore[assignment]  # checked before use

COUNTS = ("created", "updated", "deleted", "noop", "rejected", "unknown")

# A crash while the first line was being written leaves a part of it.
_TORN_HEADER = re.compile(rb"[0-9a-f]{1,8}( (\{[^\n]*)?)?")


def _unseal(line: bytes) -> dict[str, Any] | None:
    """Return the entry of a line, or None where a crash has cut or mixed it."""
    try:
        if int(line[:8], 16) != zlib.crc32(line[9:]):
            return None
        entry = codec.loads(line[9:])
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


class Checkpoint:
    """An append-only file of settled intervals; every line carries its checksum, so a torn end is harmless.

    One that belongs to another upload, or that another run is using, is refused.
    """

    def __init__(self, path: str | os.PathLike[str], upload: dict[str, Any]) -> None:
        self.path = Path(path)
        self.counts = dict.fromkeys(COUNTS, 0)
        # Unbuffered and appending: what is noted is with the system before the request leaves.
        self._file = open(self.path, "a+b", buffering=0)  # noqa: SIM115  # closed by close()
        try:
            self._lock()
            # Through JSON, in which the header was stored: a tuple and a list would else differ.
            done, sent = self._read(codec.loads(codec.dumps(upload)))
        except BaseException:
            self._file.close()
            raise
        self.done = Intervals(done)
        started = Intervals(sent)
        both = sum(b - a for first, stop in started.pairs for a, b, is_done in self.done.cut(first, stop) if is_done)
        # Each run sends again what earlier ones had sent and not settled, and so will this one.
        again = sum(stop - start for start, stop in sent) - len(started)
        self.possibly_doubled = again + len(started) - both

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValidationError(f"another upload is using the checkpoint {self.path}") from None

    def _read(self, upload: dict[str, Any]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        self._file.seek(0)
        content = self._file.read()
        done: list[tuple[int, int]] = []
        sent: list[tuple[int, int]] = []
        header: dict[str, Any] | None = None
        for line in content.split(b"\n"):
            entry = _unseal(line)
            if entry is None:
                continue
            if "checkpoint" in entry:
                # Only the first counts.
                header = header or entry
            elif "done" in entry:
                done.append(tuple(entry["done"]))
                for name in COUNTS:
                    self.counts[name] += entry.get(name, 0)
            elif "sent" in entry:
                sent.append(tuple(entry["sent"]))
        if header is None:
            if content and not _TORN_HEADER.fullmatch(content):
                raise ValidationError(f"{self.path} is not a checkpoint; it was left as it is")
            self._write({"checkpoint": 1, **upload}, fresh=not content)
            return [], []
        self._compare(header, upload)
        # Ends a torn line, so that the next entry does not become part of it.
        if not content.endswith(b"\n"):
            self._file.write(b"\n")
        return done, sent

    def _compare(self, header: dict[str, Any], upload: dict[str, Any]) -> None:
        for name, value in upload.items():
            if header.get(name) != value:
                raise ValidationError(
                    f"the checkpoint {self.path} belongs to another upload: {name} was {header.get(name)!r}"
                    f" and is {value!r}; delete the file to start afresh"
                )

    def _write(self, entry: dict[str, Any], *, fresh: bool = True) -> None:
        line = codec.dumps(entry)
        # One write of a whole line: a crash leaves it out or torn, never mixed with another.
        self._file.write(b"%s%08x %s\n" % (b"" if fresh else b"\n", zlib.crc32(line), line))

    def sent(self, span: Span) -> None:
        """Note that records without an id are about to be sent."""
        self._write({"sent": [span.start, span.stop]})

    def settled(self, span: Span) -> None:
        """Note that every record of an interval has an outcome."""
        counts = {name: count for name in COUNTS if (count := getattr(span, name))}
        self._write({"done": [span.start, span.stop], **counts})

    def close(self) -> None:
        """Bring the file to the disk and let go of it."""
        with contextlib.suppress(OSError):
            os.fsync(self._file.fileno())
        self._file.close()


class Intervals:
    """A set of positions, kept as sorted intervals that do not touch; those given may."""

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        merged: list[tuple[int, int]] = []
        for start, stop in sorted(pairs):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
            elif stop > start:
                merged.append((start, stop))
        self.pairs = merged
        self._starts = [start for start, _ in merged]

    def __len__(self) -> int:
        return sum(stop - start for start, stop in self.pairs)

    def cut(self, start: int, stop: int) -> Iterator[tuple[int, int, bool]]:
        """Cut a range where it enters or leaves the set; each part comes with whether it is in the set."""
        at = max(0, bisect_right(self._starts, start) - 1)
        while start < stop:
            if at >= len(self.pairs) or self.pairs[at][0] >= stop:
                yield start, stop, False
                return
            first, behind = self.pairs[at]
            if first > start:
                yield start, first, False
                start = first
            if behind > start:
                yield start, min(behind, stop), True
                start = min(behind, stop)
            at += 1
