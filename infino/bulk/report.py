"""What became of every record."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import attrs

from infino.bulk.chunk import Rejection
from infino.core.errors import BulkError

SAMPLES = 1000


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
        possibly_doubled: Records without an id that were sent again after a crash, and may be stored twice.
        bytes: Bytes of request bodies sent.
        requests: Requests sent.
        seconds: Seconds from start to end.
        errors: How often each kind of error occurred, by `code` and status.
        rejections: The first 1000 records that were not accepted; the dead-letter file has all.
        complete: Whether the source was read to its end.

    Example:
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

    def __str__(self) -> str:
        parts = [f"{self.read:,} read", f"{self.accepted:,} accepted"]
        kinds = {name: getattr(self, name) for name in ("created", "updated", "deleted", "noop")}
        if sum(map(bool, kinds.values())) > 1:
            parts[-1] += f" ({', '.join(f'{value:,} {name}' for name, value in kinds.items() if value)})"
        others = ("rejected", "unknown", "retried", "resumed", "possibly_doubled")
        parts += [f"{value:,} {name.replace('_', ' ')}" for name in others if (value := getattr(self, name))]
        sent = f"{self.bytes / 1e6:,.1f} MB in {self.requests:,} requests, {self.seconds:.1f} s"
        text = f"{self.dataset}: {', '.join(parts)}; {sent}"
        if self.errors:
            text += "; errors: " + ", ".join(f"{name} x {count:,}" for name, count in self.errors.items())
        return text if self.complete else text + "; the source was not read to its end"

    def __repr__(self) -> str:
        return f"BulkReport({'ok' if self.ok else 'NOT ok'}, {self})"

    def _repr_html_(self) -> str:
        shown = {
            name.replace("_", " "): _show(value)
            for name, value in self.to_dict().items()
            if name != "errors" and (value or name in ("read", "accepted", "rejected", "unknown", "ok"))
        }
        shown.update({name: f"{count:,}" for name, count in self.errors.items()})
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
            for name, value in shown.items()
        )
        return f"<table>{rows}</table>"


def _show(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


@attrs.define
class Ledger:
    """The running counts, checked whenever they are shown.

    Args:
        dataset: Where the records go.
    """

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

    def check(self) -> None:
        """Make sure that every record read is accounted for.

        Raises:
            BulkError: The books do not balance, which is a fault of this library.
        """
        settled = self.created + self.updated + self.deleted + self.noop + self.rejected + self.unknown
        if self.read != settled + self.pending or self.pending < 0:
            raise BulkError(
                f"the books do not balance: {self.read} read, {settled} settled, {self.pending} pending",
                operation="records.bulk",
                hint="this is a fault of the SDK; please report it",
            )

    def report(self, *, seconds: float, complete: bool) -> BulkReport:
        """Return the final counts.

        Args:
            seconds: How long the run took.
            complete: Whether the source was read to its end.
        """
        self.check()
        counts = {
            attribute.name: getattr(self, attribute.name)
            for attribute in attrs.fields(Ledger)
            if attribute.name not in ("pending", "rejections", "errors")
        }
        errors = dict(sorted(self.errors.items(), key=lambda pair: -pair[1]))
        return BulkReport(
            **counts, errors=errors, rejections=tuple(self.rejections), seconds=seconds, complete=complete
        )
