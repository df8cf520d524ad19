"""A dataset becomes a file, and the file the same dataset again; or a field is refused by its name."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from infino.bulk import export
from infino.core.errors import NotFoundError, ValidationError

FLAT = [
    {"id": f"k{n}", "n": n, "f": n / 7, "s": f"text, \"{n}\"\n", "b": n % 2 == 0, "sparse": None if n % 3 else "x"}
    for n in range(25)
]  # fmt: skip
NESTED = [{"id": f"k{n}", "o": {"a": [n, n + 1], "b": {"c": f"x{n}"}}, "l": [{"x": n}, {"x": 0}]} for n in range(25)]
ODD = [
    {"id": f"k{n}", "s": s}
    for n, s in enumerate([
        "\r", "a\r", "\rb", "\n", "\r\n", " ", "\t", ",", '"', "'", "a,b", 'q"q', "=1+1", "#c", ";", "\\N", "NULL",
        "NaN", "\u2028", "\x85", "\x0b", "\ufeff", "é", "😀", "007", "+1", "1_0", "2024-01-01", "-", "x" * 70_000,
    ])
]  # fmt: skip
EXACT = b"".join(
    b'{"id":"k%d","big":12345678901234567890123456789%d,"d":1.1234567890123456789%d}\n' % (n, n, n) for n in range(10)
)


def stored(client: Any, name: str) -> list[Any]:
    found = [{"_id": hit.id, **hit.source} for hit in client.query.scan(name)]
    return sorted(found, key=lambda record: str(record["_id"]))


@pytest.mark.parametrize(
    "suffix", [".ndjson", ".ndjson.gz", ".jsonl", ".csv", ".csv.gz", ".parquet", ".arrow", ".feather"]
)
@pytest.mark.parametrize("rows", [FLAT, NESTED, ODD, EXACT], ids=["flat", "nested", "odd", "exact"])
def test_there_and_back(
    client: Any, fresh: Any, tmp_path: Path, suffix: str, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if rows is NESTED and "csv" in suffix:
        pytest.skip("CSV has no form for these, which another test shows")
    monkeypatch.setattr(export, "PAGE", 7)
    monkeypatch.setattr(export, "_BATCH", 10)
    name, again, path, seen = fresh("out"), fresh("again"), tmp_path / f"x{suffix}", list[Any]()
    client.datasets.load(name, rows, id="id")
    count = client.datasets.export(name, path, progress=seen.append)
    assert count == client.datasets.load(again, path, id="_id").accepted == client.datasets.count(name)
    assert stored(client, again) == stored(client, name)
    assert (seen[-1].finished, seen[-1].accepted, seen[-1].total) == (True, count, count)
    assert len(seen) > 2
    assert list(tmp_path.iterdir()) == [path]


def test_digits_are_those_of_the_dataset(client: Any, fresh: Any, tmp_path: Path) -> None:
    name = fresh("digits")
    client.datasets.load(name, EXACT, id="id")
    client.datasets.export(name, tmp_path / "x.ndjson")
    lines = (tmp_path / "x.ndjson").read_bytes().splitlines()
    found = {record["id"]: record for record in (json.loads(line, parse_float=Decimal) for line in lines)}
    assert found["k3"]["big"] == 123456789012345678901234567893
    assert found["k3"]["d"] == Decimal("1.12345678901234567893")


@pytest.mark.parametrize(
    ("suffix", "short"), [(".ndjson", "9.9"), (".csv", "9.9"), (".parquet", "9.90"), (".arrow", "9.90")]
)
def test_a_price_keeps_the_zeros_it_was_written_with(
    client: Any, fresh: Any, tmp_path: Path, suffix: str, short: str
) -> None:
    """In columns all prices have as many digits, as in SQL."""
    name, again, last = fresh("prices"), fresh("again"), tmp_path / "last.ndjson"
    client.datasets.load(name, b'{"_id":"1","p":1.50,"q":1e300}\n{"_id":"2","p":9.9,"q":0.1}\n', id="_id")
    client.datasets.export(name, tmp_path / f"x{suffix}")
    client.datasets.load(again, tmp_path / f"x{suffix}", id="_id")
    client.datasets.export(again, last)
    found = {
        line["_id"]: line for line in (json.loads(line, parse_float=str) for line in last.read_text().splitlines())
    }
    assert {id: line["p"] for id, line in found.items()} == {"1": "1.50", "2": short}
    assert {float(line["q"]) for line in found.values()} == {1e300, 0.1}


@pytest.mark.parametrize(
    ("rows", "suffix", "word"),
    [
        ([{"a": 1}, {"a": "x"}], ".parquet", "'a' holds integers and text"),
        ([{"a": [1]}, {"a": {"b": 1}}], ".arrow", "'a' holds lists and objects"),
        ([{"o": {"x": 1}}, {"o": {"x": "y"}}], ".parquet", "'o.x'"),
        ([{"a": 1, "o": [{"x": {}}]}], ".parquet", r"'o\[\].x' holds only objects without members"),
        ([{"a": [1]}], ".csv", "'a' holds lists"),
        ([{"a": 1}, {"a": "x"}], ".csv", "'a' holds"),
        ([{"zip": "123"}, {"zip": "456"}], ".csv", "'zip' holds text that reads as numbers"),
        ([{"a": ""}], ".csv", "empty text"),
        ([{"a": "x\0"}], ".csv", "'a' holds zero characters"),
    ],
)
def test_what_a_format_cannot_carry_is_refused_by_name(
    client: Any, fresh: Any, tmp_path: Path, rows: Any, suffix: str, word: str
) -> None:
    name, path = fresh("odd"), tmp_path / f"x{suffix}"
    client.datasets.load(name, rows)
    path.write_bytes(b"older")
    with pytest.raises(ValidationError, match=word):
        client.datasets.export(name, path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"older"]
    client.datasets.export(name, tmp_path / "x.ndjson")


def test_names_that_tell_nothing_and_datasets_that_are_not_there(client: Any, fresh: Any, tmp_path: Path) -> None:
    name = fresh("named")
    client.datasets.create(name)
    for wrong in ("x", "x.txt", "x.parquet.gz", "x.gz"):
        with pytest.raises(ValidationError, match="does not tell the format"):
            client.datasets.export(name, tmp_path / wrong)
    with pytest.raises(NotFoundError):
        client.datasets.export(fresh("nowhere"), tmp_path / "x.csv")
    assert client.datasets.export(name, tmp_path / "x.ndjson") == 0
    assert (tmp_path / "x.ndjson").read_bytes() == b""
