"""The file of records that were not accepted, which `op="ready"` takes as a source."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO

from infino.bulk.chunk import Rejection
from infino.core import codec
from infino.core.errors import ValidationError


class DeadLetter:
    """Appends one line of JSON for each record that was not accepted; the file is made when the first one comes.

    Args:
        path: Where the file goes.
        dataset: Where the records were meant to go.
        source: The source of the upload, which must not be this file.

    Raises:
        ValidationError: The source is the dead-letter file itself.
    """

    def __init__(self, path: str | os.PathLike[str], dataset: str, source: Any = None) -> None:
        self.path, self._dataset = Path(path), dataset
        self._file: BinaryIO | None = None
        if isinstance(source, str | os.PathLike) and os.path.realpath(source) == os.path.realpath(path):
            raise ValidationError("the dead letters cannot go to the file that is being read: name another one")

    def add(self, rejections: list[Rejection]) -> None:
        """Write records and the reasons.

        Args:
            rejections: Records of one answer.
        """
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
