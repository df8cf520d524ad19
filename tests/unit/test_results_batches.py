"""An SQL answer cut into batches holds the same rows as the whole, wherever its pieces end."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import infino
from infino.results import sql as module
from infino.results.sql import Batches, SqlResult

COLUMNS = [{"name": "id", "type": "long"}, {"name": "text", "type": "keyword"}]
NASTY = ["plain", 'a "quote"', "brackets ]}[{", "back\\slash\\", "\u2028é", '"rows": [', ""]


def body(kind: str, count: int, **more: Any) -> bytes:
    rows = [{"id": number, "text": NASTY[number % len(NASTY)]} for number in range(count)]
    match kind:
        case "tagged":
            tagged = [{"values": {"id": {"Long": row["id"]}, "text": {"String": row["text"]}}} for row in rows]
            answer: Any = {"statement_type": "Select", "columns": [{"name": "id"}, {"name": "text"}], "rows": tagged}
        case "lists":
            answer = {"columns": COLUMNS, "rows": [list(row.values()) for row in rows], "total": count}
        case "nested":
            answer = {"columns": COLUMNS, "data": [{**row, "deep": [{"a": [row["id"]]}]} for row in rows]}
        case "dicts":
            answer = {"rows": rows}
        case "connector":
            names = [{"display_name": one["name"], "data_type": one["type"]} for one in COLUMNS]
            answer = {"columns": names, "datarows": [list(row.values()) for row in rows]}
        case _:
            answer = rows
    return json.dumps({**answer, **more} if isinstance(answer, dict) else answer).encode()


def cut(content: bytes, size: int, rows: int = 3, most: int | None = None) -> list[SqlResult]:
    batches = Batches("SELECT 1", rows, most)
    found = []
    for at in range(0, len(content), size):
        found += batches.feed(content[at : at + size])
    return found + batches.finish()


KINDS = ["tagged", "lists", "nested", "dicts", "connector", "bare"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 6, 7, 20])
@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_batches_hold_the_rows_of_the_whole(kind: str, count: int, size: int) -> None:
    content = body(kind, count)
    found = cut(content, size)
    whole = SqlResult(content)
    assert [row for batch in found for row in batch.rows()] == list(whole.rows())
    assert [len(batch) for batch in found] == ([3] * (count // 3) + [count % 3] * bool(count % 3) or [0])
    for batch in found:
        assert batch.columns == whole.columns or kind in ("dicts", "bare")


@given(st.integers(0, 10_000), st.integers(1, 5), st.sampled_from(KINDS))
@settings(max_examples=200, deadline=None)
def test_pieces_may_end_anywhere(seed: int, rows: int, kind: str) -> None:
    rand = random.Random(seed)
    content = body(kind, rand.randrange(12))
    content = (
        content.replace(b", ", rand.choice([b",", b" ,\n\t", b", "])) if not any(map(str.isspace, NASTY)) else content
    )
    batches, found, at = Batches("SELECT 1", rows), list[SqlResult](), 0
    while at < len(content):
        size = rand.choice([1, 1, 5, 30, 300])
        found += batches.feed(content[at : at + size])
        at += size
    found += batches.finish()
    assert [row for batch in found for row in batch.rows()] == list(SqlResult(content).rows())


def test_the_last_batch_has_what_stood_behind_the_rows() -> None:
    found = cut(body("tagged", 7, execution_time=12, affected_rows=0), 50)
    assert [batch.stats.execution_time for batch in found] == [None, None, 12]
    assert {batch.stats.statement_type for batch in found} == {"select"}


@pytest.mark.parametrize("count", [0, 2, 3, 7])
def test_an_error_behind_the_rows_is_raised_in_the_end(count: int) -> None:
    batches = Batches("SELECT 1", 3)
    found = batches.feed(body("tagged", count, error_message="the disk is full"))
    assert sum(len(batch) for batch in found) == 3 * (count // 3)
    with pytest.raises(infino.QueryError, match="disk"):
        batches.finish()


@pytest.mark.parametrize(("content", "error"), [
    (b'{"error": "no such table"}', infino.QueryError), (b"", infino.DecodeError), (b"<html>", infino.DecodeError),
    (b'{"rows": [[1], [2', infino.DecodeError), (b'{"rows": [[1]', infino.DecodeError), (b'{"ro', infino.DecodeError),
    (b'{"rows": [[1]]', infino.DecodeError), (b'{"rows": [[1]]} more', infino.DecodeError), (b"7", infino.DecodeError),
    (b'{"rows": [["half a str', infino.DecodeError),
])  # fmt: skip
def test_what_is_no_answer_is_an_error(content: bytes, error: type[Exception]) -> None:
    def read() -> list[Any]:
        return [list(batch.rows()) for batch in cut(content, 3)]

    with pytest.raises(error):
        read()


def test_an_answer_without_rows_is_one_empty_batch() -> None:
    (batch,) = cut(b'{"statement_type": "Insert", "columns": [], "affected_rows": 3}', 5)
    assert (len(batch), batch.stats.affected_rows) == (0, 3)


def test_a_row_larger_than_an_answer_may_be_is_refused() -> None:
    with pytest.raises(infino.DecodeError, match="max_response_bytes"):
        cut(b'{"rows": [["' + b"x" * 5000 + b'"]]}', 100, most=1000)
    assert sum(len(one) for one in cut(body("lists", 200), 100, most=1000)) == 200


def test_a_long_string_in_small_pieces_is_not_looked_at_with_each_of_them() -> None:
    """Linear: as many looks as the length doubles."""
    content = b'{"rows": [["' + b"x" * 3_000_000 + b'"]]}'
    (batch,) = cut(content, 1000)
    assert len(batch.column(batch.columns[0].name)[0]) == 3_000_000


LONG_ROWS = {
    "numbers": b"[" + b",".join(b"%d" % number for number in range(20_000)) + b"]",
    "texts": b"[" + b",".join(b'"%d"' % number for number in range(20_000)) + b"]",
    "objects": b"[" + b",".join(b'{"a":[%d]}' % number for number in range(5_000)) + b"]",
    "deep": b"[" * 6 + b",".join(b"%d" % number for number in range(20_000)) + b"]" * 6,
}


@pytest.mark.parametrize("kind", LONG_ROWS)
def test_a_long_row_in_small_pieces_is_not_looked_at_with_each_of_them(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linear: what the expressions go through is a few times what came."""
    looked = 0

    class Counted:
        def __init__(self, expression: Any) -> None:
            self.expression = expression

        def match(self, text: Any, at: int) -> Any:
            nonlocal looked
            found = self.expression.match(text, at)
            looked += found.end() - at if found else len(text) - at
            return found

    for name in ("_NEXT", "_ROW"):
        monkeypatch.setattr(f"infino.results.sql.{name}", Counted(getattr(module, name)))
    content = b'{"rows":[' + b",".join([LONG_ROWS[kind]] * 3) + b"]}"
    found = cut(content, 500, rows=1)
    assert sum(len(batch) for batch in found) == 3
    assert looked < 5 * len(content)


@pytest.mark.parametrize("rows", [0, -1, True, 2.5, "3"])
def test_a_number_of_rows_that_makes_no_sense_is_refused(rows: Any) -> None:
    with pytest.raises(infino.ValidationError, match="batch_rows"):
        Batches("SELECT 1", rows)
