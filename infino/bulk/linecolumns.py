"""NDJSON in, natively: polars checks the lines and finds their ids, so that no record becomes a Python object."""

from __future__ import annotations

import json
import re
from typing import Any

from infino.bulk.columns import ColumnIds, compose, load_polars, safe_ids
from infino.bulk.options import BulkOptions

_NOBODY = "\x00"  # a field to ask for where only the check counts
_PLAIN_NAME = re.compile(r"[ !#-.0-\[\]-~]+\Z")  # no other spelling in JSON than with \u escapes
_SPELLED = re.compile(rb"\\u00[2-7]")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class LineColumns:
    """Writes the records of whole blocks of lines.

    Args:
        op: `index`, `create` or `update`.
        id: Field that holds the id, or None.
        upsert: With `update`: create the record where there is none.
    """

    def __init__(self, op: str, id: str | None, upsert: bool) -> None:
        self._op, self._id, self._upsert = op, id, upsert
        self._polars = load_polars()
        self._key = json.dumps(id)

    @classmethod
    def of(cls, options: BulkOptions) -> LineColumns | None:
        """Return the encoder for an upload, or None where its lines must become objects."""
        identity = options.id
        if options.op not in ("index", "create", "update") or load_polars() is None:
            return None
        if identity is not None and (not isinstance(identity, str) or identity == "_id"):
            return None
        if identity is not None and not _PLAIN_NAME.match(identity):
            return None
        return cls(options.op, identity, options.upsert)

    def frame(self, block: bytes) -> Any:
        """Return lines beside their ids, as columns; None where it is not certain that each is fine.

        Args:
            block: Lines without blank ones between.
        """
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").removesuffix(b"\r")
        if not block.startswith(b"{") or not block.endswith((b"}\n", b"}")) or b"\r" in block:
            return None
        if b"\\" in block and _SURROGATE.search(block):
            return None  # polars takes half a pair
        polars = self._polars
        try:
            schema = {self._id or _NOBODY: polars.String}
            ids = polars.read_ndjson(block, schema=schema).to_series()  # strict: one object in each line
            lines = self._lines(block)
        except Exception:  # polars raises types of its own: whatever is odd is looked at line by line
            return None
        if len(ids) != len(lines):
            return None
        frame = polars.DataFrame([lines, ids.alias("id")])
        return frame if self._id is None or self._certain(block, frame) else None

    def _lines(self, block: bytes) -> Any:
        polars = self._polars
        if hasattr(polars, "scan_lines"):  # recent releases have it, and it is faster
            return polars.scan_lines(block, name="line").collect().to_series()
        whole = polars.Series("line", [block.removesuffix(b"\n")], polars.Binary)
        return whole.cast(polars.String).str.split("\n").explode()

    def _certain(self, block: bytes, frame: Any) -> bool:
        """Whether the ids are what a careful reader finds: text or whole numbers, each named once in its line."""
        polars, lines, ids = self._polars, frame["line"], frame["id"]
        if ids.null_count() or not safe_ids(ids, polars):
            return False
        if b"\\" in block and _SPELLED.search(block):
            return False  # the name may be there a second time, spelled otherwise
        if lines.str.count_matches(polars.escape_regex(self._key)).max() > 1:
            return False
        for mark in (f'{self._key}:"', f'{self._key}: "'):
            if lines.str.contains(mark, literal=True).all():
                return True
        numbers = lines.str.extract(re.escape(self._key).replace("/", "\\/") + r"\s*:\s*(-?[0-9]{1,18})\s*[,}]")
        return bool((numbers == ids).all() and not numbers.null_count())

    def body(self, frame: Any) -> tuple[bytes, ColumnIds | None]:
        """Return the request body for all rows of a frame, and the ids.

        Args:
            frame: As `frame` returned it, or a part of it.
        """
        polars = self._polars
        name = None if self._id is None else polars.col("id")
        body = frame.select(compose(polars, self._op, self._upsert, name, polars.col("line"))).item()
        return body, None if name is None else ColumnIds(frame["id"])
