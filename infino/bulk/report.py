"""What became of every record, and the file of those not accepted, which `op="ready"` takes as a source."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from infino.bulk.chunk import Rejection
from infino.core import codec
from infino.core.errors import BulkError, ValidationError
from infino.core.redaction import printable

# Rejections that are kept in memory; the file of dead letters has all.
SAMPLES = 1000
SHOWN = 5


@attrs.frozen
class BulkReport:
    """The outcome of an upload; `read == accepted + rejected + unknown`, always.

    Args:
        dataset: Where the records went.
        read: Records taken from the source, those of an earlier run under the same checkpoint included.
        created: Records that are new.
        updated: Records that replaced or changed one.
        deleted: Records removed.
        noop: Records that changed nothing.
        rejected: Records that are not stored.
        unknown: Records of which no answer says whether they are stored.
        retried: Records sent again, each time counted.
        resumed: Records settled by an earlier run, from the checkpoint.
        possibly_doubled: Copies of records without an id that may be stored beside the first one, because runs under
            the same checkpoint that were killed had sent these records, and later runs sent them again.
        bytes: Bytes of request bodies sent.
        requests: Requests sent.
        seconds: Seconds from start to end.
        errors: How often each kind of error occurred, by `code` and status.
        rejections: The first 1000 records that were not accepted; the dead-letter file has all.
        complete: Whether the source was read to its end.

    Examples:
        >>> report = client.records.bulk("flights", rows, id="flight_id", on_error="collect")
        >>> report.ok, report.accepted
        (True, 336776)
    """

    dataset: str
    read: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    noop: int = 0
    rejected: int = 0
    unknown: int = 0
    retried: int = 0
    resumed: int = 0
    possibly_doubled: int = 0
    bytes: int = 0
    requests: int = 0
    seconds: float = 0.0
    errors: Mapping[str, int] = attrs.field(factory=dict)
    rejections: tuple[Rejection, ...] = attrs.field(default=(), repr=False)
    complete: bool = True

    @property
    def accepted(self) -> int:
        """Records the service took: created, updated, deleted or found unchanged."""
        return self.created + self.updated + self.deleted + self.noop

    @property
    def ok(self) -> bool:
        """Whether the whole source was read and every record accepted."""
        return self.complete and not self.rejected and not self.unknown

    @property
    def rate(self) -> float:
        """Records per second of this run."""
        return (self.read - self.resumed) / self.seconds if self.seconds > 0 else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        counts = attrs.asdict(self, filter=lambda attribute, _: attribute.name != "rejections")
        return {**counts, "accepted": self.accepted, "ok": self.ok}

    def _sent(self) -> str:
        return f"{self.bytes / 1e6:,.1f} MB in {self.requests:,} {'request' if self.requests == 1 else 'requests'}"

    def __str__(self) -> str:
        parts = [f"{self.read:,} read", f"{self.accepted:,} accepted"]
        kinds = {name: getattr(self, name) for name in ("created", "updated", "deleted", "noop")}
        if sum(map(bool, kinds.values())) > 1:
            parts[-1] += f" ({', '.join(f'{value:,} {name}' for name, value in kinds.items() if value)})"
        others = ("rejected", "unknown", "retried", "resumed", "possibly_doubled")
        parts += [f"{value:,} {name.replace('_', ' ')}" for name in others if (value := getattr(self, name))]
        sent = f"{self._sent()}, {self.seconds:.1f} s"
        text = f"{self.dataset}: {', '.join(parts)}; {sent}"
        if self.errors:
            text += "; errors: " + ", ".join(f"{name} x {count:,}" for name, count in self.errors.items())
        return printable(text if self.complete else text + "; the source was not read to its end")

    def __repr__(self) -> str:
        return f"BulkReport({'ok' if self.ok else 'NOT ok'}, {self})"

    def _repr_html_(self) -> str:
        mark = "&#10003; every record accepted" if self.ok else "&#10007; not every record accepted"
        always = ("read", "accepted", "rejected", "unknown")
        others = ("created", "updated", "deleted", "noop", "retried", "resumed", "possibly_doubled")
        counts = {name: getattr(self, name) for name in (*always, *others)}
        rows = [(name.replace("_", " "), f"{count:,}") for name, count in counts.items() if count or name in always]
        rows.append(("sent", self._sent()))
        rows.append(("time", f"{self.seconds:,.1f} s, {self.rate:,.0f} records/s"))
        if not self.complete:
            rows.append(("source", "not read to its end"))
        caption = f"<caption style='text-align:left'><b>{html.escape(printable(self.dataset))}</b> {mark}</caption>"
        return f"<table>{caption}{_rows(rows)}</table>{self._troubles()}"

    def _troubles(self) -> str:
        """The errors and the first records that were not accepted, as HTML."""
        if not self.errors:
            return ""
        kinds = _rows([(name, f"{count:,}") for name, count in self.errors.items()])
        first = "".join(f"<li>{html.escape(printable(rejection.reason))}</li>" for rejection in self.rejections[:SHOWN])
        return f"<table>{kinds}</table><details open><summary>The first of them</summary><ul>{first}</ul></details>"


def _rows(pairs: list[tuple[str, str]]) -> str:
    row = "<tr><th style='text-align:left'>{}</th><td style='text-align:right'>{}</td></tr>"
    return "".join(row.format(html.escape(printable(name)), html.escape(value)) for name, value in pairs)


@attrs.define
class Ledger:
    """The running counts, checked whenever they are shown."""

    dataset: str
    read: int = 0
    pending: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    noop: int = 0
    rejected: int = 0
    unknown: int = 0
    retried: int = 0
    resumed: int = 0
    possibly_doubled: int = 0
    bytes: int = 0
    requests: int = 0
    errors: dict[str, int] = attrs.field(factory=dict)
    rejections: list[Rejection] = attrs.field(factory=list)

    def refuse(self, rejection: Rejection) -> None:
        """Count the reason of a record that was not accepted, and keep the first of them."""
        name = rejection.code if rejection.status is None else f"{rejection.code} ({rejection.status})"
        self.errors[name] = self.errors.get(name, 0) + 1
        if len(self.rejections) < SAMPLES:
            self.rejections.append(attrs.evolve(rejection, record=rejection.record[:2000]))

    def check(self, *, ended: bool = False) -> None:
        """Make sure that every record read is accounted for."""
        settled = self.created + self.updated + self.deleted + self.noop + self.rejected + self.unknown
        if self.read != settled + self.pending or self.pending < 0 or (ended and self.pending):
            raise BulkError(
                f"the books do not balance: {self.read} read, {settled} settled, {self.pending} pending",
                operation="records.bulk",
                hint="this is a fault of the SDK; please report it",
            )

    def report(self, *, seconds: float, complete: bool) -> BulkReport:
        """Return the final counts."""
        self.check(ended=True)
        counts = {
            attribute.name: getattr(self, attribute.name)
            for attribute in attrs.fields(Ledger)
            if attribute.name not in ("pending", "rejections", "errors")
        }
        errors = dict(sorted(self.errors.items(), key=lambda pair: -pair[1]))
        return BulkReport(
            **counts, errors=errors, rejections=tuple(self.rejections), seconds=seconds, complete=complete
        )


class DeadLetter:
    """Appends one line of JSON for each record that was not accepted; the file is made when the first one comes.

    The source of the upload must be another file.
    """

    def __init__(self, path: str | os.PathLike[str], dataset: str, source: Any = None) -> None:
        self.path, self._dataset = Path(path), dataset
        self._file: BinaryIO | None = None
        if isinstance(source, str | os.PathLike) and os.path.realpath(source) == os.path.realpath(path):
            raise ValidationError("the dead letters cannot go to the file that is being read: name another one")

    def add(self, rejections: list[Rejection]) -> None:
        """Write records and the reasons."""
        if self._file is None:
            self._file = self.path.open("ab")
        self._file.write(b"".join(map(self._line, rejections)))
        self._file.flush()  # unlike a bare write, this writes everything or raises

    def _line(self, rejection: Rejection) -> bytes:
        why = {
            "dataset": self._dataset,
            "position": rejection.position,
            "outcome": rejection.outcome,
            "status": rejection.status,
            "code": rejection.code,
            "reason": rejection.reason.encode("utf-8", "replace").decode("utf-8"),
        }
        # Put in as they are, so that the file brings back every digit; only the reason is encoded.
        action, _, document = rejection.record.partition(b"\n")
        return b'{"_dead_letter":%s,"action":%s,"document":%s}\n' % (
            codec.dumps(why),
            action or b"null",
            document or b"null",
        )

    def close(self) -> None:
        """Close the file, if it was made."""
        if self._file is not None:
            self._file.close()
            self._file = None
