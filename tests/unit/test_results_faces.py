"""How results show themselves and what they turn into."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import json
import subprocess
import sys
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import polars
import pyarrow.csv
import pyarrow.parquet
import pytest

from infino.core.errors import ConfigError, InfinoError
from infino.core.extras import MissingDependencyError, require
from infino.results import PromResult, SearchResult, SqlResult

HOSTILE = "<script>alert('x')</script>&\"\n" + "x" * 500


def result(columns: list[Any], rows: list[list[Any]]) -> SqlResult:
    return SqlResult(json.dumps({"columns": columns, "rows": rows}).encode())


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_escaped_and_cut() -> None:
    page = result([{"name": HOSTILE, "type": "keyword"}], [[HOSTILE]] * 30)._repr_html_()
    found = Tags(page)
    assert set(found.tags) == {"div", "table", "thead", "tbody", "tr", "th", "td", "br", "span", "p"}
    assert found.tags.count("tr") == 21
    assert "30 rows x 1 column, 10 more rows" in found.text
    assert "string" in found.text
    assert len(page) < 10_000


def test_text_shows_types_and_the_first_rows() -> None:
    shown = repr(result(["a", "b", "c"], [[1, None, {"x": True}]] * 11))
    assert shown.splitlines()[:4] == [
        "SqlResult: 11 rows x 3 columns",
        "      a  b     c",
        "integer  null  object",
        '      1  null  {"x": true}',
    ]
    assert shown.endswith("... 1 more row")
    assert repr(SqlResult(b"[]")) == "SqlResult: 0 rows x 0 columns"
    assert "\x1b" not in repr(result(["a"], [["\x1b[31m"]]))
    assert "20 more columns" in repr(result([str(number) for number in range(40)], [list(range(40))]))


def test_frames_lose_nothing() -> None:
    big = 2**53 + 1
    found = result(
        ["i", "huge", "b", "f", "both", "t"],
        [[big, 2**70, True, 1.5, float("nan"), "x"], [None, None, None, None, None, None]],
    )
    frame = found.to_pandas()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "i": "Int64",
        "huge": "object",
        "b": "boolean",
        "f": "float64",
        "both": "double[pyarrow]",
        "t": "str",
    }
    assert (frame["i"][0], frame["huge"][0]) == (big, 2**70)
    arrow = found.to_pandas(dtype_backend="pyarrow")
    assert all(isinstance(kind, pd.ArrowDtype) for kind in arrow.dtypes)
    assert arrow["i"][0] == big
    polars = found.to_polars()
    assert polars["i"].to_list() == [big, None]
    assert pd.isna(frame["both"][1])


def test_columns_of_one_sort_are_converted_together_and_come_out_in_order() -> None:
    text = str(pd.Series(["x"]).dtype)  # what it is depends on the version of pandas
    sorts: dict[str, tuple[Any, Any, str]] = {
        "i": (1, None, "Int64"), "j": (1, 2, "int64"), "b": (None, True, "boolean"), "t": (True, False, "bool"),
        "l": ([1], {"a": 1}, "object"), "f": (0.5, None, "float64"), "s": ("x", None, text),
        "u": (2**63, None, "UInt64"), "w": (0, 2**63, "uint64"),
        "h": (2**70, None, "object"), "g": (0.5, 1.5, "float64"),
    }  # fmt: skip
    names = [name + str(number) for number in range(3) for name in sorts]
    rows = [[sorts[name[0]][index] for name in names] for index in (0, 1)]
    frame = result([{"name": name, "type": ""} for name in names], rows).to_pandas()
    assert list(frame.columns) == names
    assert [str(kind) for kind in frame.dtypes] == [sorts[name[0]][2] for name in names]
    for name in names:
        assert [None if pd.api.types.is_scalar(value) and pd.isna(value) else value for value in frame[name]] == [
            *sorts[name[0]][:2]
        ]
    frame["i0"] = 5  # it is a frame of its own


def test_times_keep_zones_and_nine_digits() -> None:
    columns = [{"name": name, "type": kind} for name, kind in [("t", "timestamp"), ("d", "date"), ("c", "time")]]
    found = result(columns, [["2013-01-01T05:00:00.123456789-05:00", "2013-01-01", "05:00:00.5"], [None, None, None]])
    schema = {field.name: str(field.type) for field in found.to_arrow().schema}
    assert schema == {"t": "timestamp[ns, tz=UTC]", "d": "date32[day]", "c": "time64[ns]"}
    frame = found.to_pandas()
    assert frame["t"][0] == pd.Timestamp("2013-01-01T10:00:00.123456789Z")
    assert str(frame["d"].dtype).startswith("datetime64")
    mixed = result(columns[:1], [["2013-01-01T05:00:00Z"], ["2013-01-01T05:00:00"]])
    assert str(mixed.to_arrow().schema.field("t").type) == "string"
    assert mixed.column("t") == ["2013-01-01T05:00:00Z", "2013-01-01T05:00:00"]
    assert next(found.rows()) == (
        "2013-01-01T05:00:00.123456789-05:00",
        dt.date(2013, 1, 1),
        dt.time(5, 0, 0, 500_000),
    )
    plain = result(columns[:1], [["2013-01-01T05:00:00.5+02:00"], [None]])
    moment = dt.datetime(2013, 1, 1, 5, 0, 0, 500_000, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert plain.to_dicts() == [{"t": moment}, {"t": None}]


def test_nested_values_become_lists_and_structs() -> None:
    found = result(["l", "o", "odd"], [[[1, 2], {"a": 1}, [1, "x"]], [[], {"a": None}, None]])
    assert [str(field.type) for field in found.to_arrow().schema] == ["list<item: int64>", "struct<a: int64>", "string"]
    assert found.to_arrow().column("odd").to_pylist() == ['[1, "x"]', None]
    assert found.to_pandas()["odd"][0] == [1, "x"]
    unlike = SqlResult(
        b'{"rows":[{"values":{"l":{"Array":[{"Float":"NaN"},{"Float":1.5}]},"s":{"Array":["NaN",1.5]}}}]}'
    )
    assert [str(kind) for kind in unlike.to_arrow().schema.types] == ["list<item: double>", "string"]
    assert str(unlike.to_arrow().to_pylist()) == str([{"l": [float("nan"), 1.5], "s": '["NaN", 1.5]'}])


def test_files(tmp_path: Path) -> None:
    found = result(["a", "l", "big"], [["x,y", [1], 2**70], [None, None, None]])
    found.to_parquet(tmp_path / "t.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "t.parquet").equals(found.to_arrow())
    found.to_csv(tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert lines == ['"a","l","big"', f'"x,y","[1]",{2**70}', ",,"]
    target = io.BytesIO()
    found.to_csv(target)
    assert target.getvalue().decode().splitlines() == lines


@pytest.mark.parametrize(
    ("module", "use", "command"),
    [
        ("pandas", "to_pandas", "pip install 'infino-sdk[pandas]'"),
        ("polars", "to_polars", "pip install 'infino-sdk[polars]'"),
        ("pyarrow", "to_arrow", "pip install 'infino-sdk[arrow]'"),
        ("pyarrow.parquet", "to_parquet", "pip install 'infino-sdk[arrow]'"),
        ("pyarrow.csv", "to_csv", "pip install 'infino-sdk[arrow]'"),
        ("pyarrow", "__arrow_c_stream__", "pip install 'infino-sdk[arrow]'"),
    ],
)
def test_without_an_extra_one_sentence_says_what_to_do(
    module: str, use: str, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    found = result(["a"], [[1]])
    arguments = [tmp_path / "x"] if use in ("to_parquet", "to_csv") else []
    with pytest.raises(MissingDependencyError) as caught:
        getattr(found, use)(*arguments)
    assert str(caught.value).endswith(command)
    assert isinstance(caught.value, ImportError)
    assert isinstance(caught.value, ConfigError | InfinoError)
    assert found.to_dicts() == [{"a": 1}]
    assert "1 row" in repr(found)


@pytest.mark.parametrize(
    ("package", "module", "extra"),
    [("sqlalchemy", "infino.sqlalchemy", "sqlalchemy"), ("IPython", "infino.notebook", "notebook")],
)
def test_a_face_without_its_extra_says_so_when_imported(
    package: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(MissingDependencyError, match=rf"pip install 'infino-sdk\[{extra}\]'$"):
        importlib.import_module(module)


def test_require_gives_the_module() -> None:
    assert require("json", "arrow", "x") is json


def test_mixed_columns_are_marked() -> None:
    found = result(["m"], [[1], ["x"]])
    assert found.to_arrow().schema.field("m").metadata == {b"infino": b"mixed"}


def test_half_a_surrogate_pair_is_kept_in_python_and_replaced_in_arrow() -> None:
    found = SqlResult(b'[{"a": "x\\ud800"}]')
    assert found.scalar() == "x\ud800"
    assert found.to_arrow().column("a").to_pylist() == ["x?"]


def typed(rows: list[dict[str, Any]], names: dict[str, str] | None = None) -> SqlResult:
    columns = [{"name": {"Column": {"name": name}}, "data_type": kind} for name, kind in (names or {}).items()]
    return SqlResult(json.dumps({"columns": columns, "rows": [{"values": row} for row in rows]}).encode())


@pytest.mark.parametrize("count", [1, 500])
def test_rows_hold_the_types_that_the_columns_name(count: int) -> None:
    """Also natively, and the same from every way to ask."""
    row = {
        "d": {"Date": "2024-01-02"},
        "c": {"Time": "03:04:05.000006"},
        "t": {"DateTime": "2024-01-02T03:04:05Z"},
        "n": {"DateTime": "2024-01-02T03:04:05"},
        "x": {"Decimal": "1.10"},
        "far": {"Date": "+12024-01-02"},
    }
    found = typed([row] * count)
    wanted = {
        "d": dt.date(2024, 1, 2),
        "c": dt.time(3, 4, 5, 6),
        "t": dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        "n": dt.datetime(2024, 1, 2, 3, 4, 5),
        "x": Decimal("1.10"),
        "far": "+12024-01-02",
    }
    assert found.to_dicts() == [wanted] * count
    assert list(found.rows()) == [tuple(wanted.values())] * count
    assert {name: found.column(name)[-1] for name in wanted} == wanted
    assert str(found.to_dicts()[0]["x"]) == "1.10"


def test_empty_columns_have_the_types_and_zones_of_full_ones() -> None:
    names = {"t": "DateTime", "d": "Date", "c": "Time", "x": "Decimal", "i": "Integer", "f": "Float", "b": "Boolean"}
    row: dict[str, Any] = {
        "t": {"DateTime": "2024-01-02T03:04:05Z"}, "d": {"Date": "2024-01-02"}, "c": {"Time": "03:04:05"},
        "x": {"Decimal": "5"}, "i": {"Integer": 1}, "f": {"Float": 1.5}, "b": {"Boolean": True},
    }  # fmt: skip
    full, empty, absent = typed([row], names), typed([], names), typed([dict.fromkeys(row)], names)
    assert full.to_arrow().schema == empty.to_arrow().schema == absent.to_arrow().schema
    pages = pyarrow.concat_tables([page.to_arrow() for page in (full, empty, absent, full)])
    assert pages.num_rows == 3
    assert str(empty.to_pandas()["t"].dtype) == "datetime64[us, UTC]"
    assert (
        str(PromResult(b'{"data":{"resultType":"vector","result":[]}}').to_pandas()["time"].dtype)
        == "datetime64[us, UTC]"
    )


def test_decimals_of_two_pages_have_one_type() -> None:
    pages = [typed([{"x": {"Decimal": text}}]) for text in ("1.10", "123456.78")]
    assert pyarrow.concat_tables([page.to_arrow() for page in pages])["x"].to_pylist() == [
        Decimal("1.10"),
        Decimal("123456.78"),
    ]


@pytest.mark.parametrize("texts", [("1" * 80, "0.5"), ("1e-90", "2"), ("1.5", "2")])
def test_decimals_of_any_length_are_decimals_in_a_frame(texts: tuple[str, str]) -> None:
    frame = typed([{"x": {"Decimal": text}} for text in texts]).to_pandas()
    assert [*frame["x"]] == [*map(Decimal, texts)]


def test_pages_without_values_have_the_types_that_were_declared() -> None:
    names = {"x": "Decimal(38,2)", "n": "Timestamp", "t": "DateTime", "f": "Timestamp(9)", "g": "DateTime(9)"}
    row: dict[str, Any] = {
        "x": {"Decimal": "1.50"}, "n": {"DateTime": "2024-01-02T03:04:05"}, "t": {"DateTime": "2024-01-02T03:04:05Z"},
        "f": {"DateTime": "2024-01-02T03:04:05.000000001"}, "g": {"DateTime": "2024-01-02T03:04:05.000000001Z"},
    }  # fmt: skip
    coarse = {**row, "x": {"Decimal": "2"}, "f": row["n"], "g": row["t"]}
    pages = [typed([row], names), typed([], names), typed([dict.fromkeys(row)], names), typed([coarse], names)]
    assert pyarrow.concat_tables([page.to_arrow() for page in pages]).num_rows == 3
    assert polars.concat([page.to_polars() for page in pages]).height == 3
    assert [str(kind) for kind in pages[1].to_arrow().schema.types] == [
        "decimal128(38, 2)", "timestamp[us]", "timestamp[us, tz=UTC]", "timestamp[ns]", "timestamp[ns, tz=UTC]",
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 500])
@pytest.mark.parametrize(
    ("tag", "text", "rows", "frame"),
    [
        ("Time", "10:00:00.123456789", "10:00:00.123456789", "10:00:00.123456789"),
        ("Time", "10:00:00.123", dt.time(10, 0, 0, 123000), dt.time(10, 0, 0, 123000)),
        ("DateTime", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ("Float", "1e400", "1e400", "1e400"),
        ("Float", "-Infinity", float("-inf"), float("-inf")),
    ],
)
def test_what_a_frame_has_no_type_for_is_text(count: int, tag: str, text: str, rows: Any, frame: Any) -> None:
    found = typed([{"v": {tag: text}}] * count)
    assert found.column("v") == [rows] * count
    assert list(found.to_pandas()["v"]) == [frame] * count
    assert found.to_polars().height == found.to_arrow().num_rows == count


def test_polars_takes_what_is_too_wide_for_it() -> None:
    huge, wide, digits = 2**127 - 1, 2**200, "1." + "3" * 60
    found = typed([{"h": {"Integer": str(huge)}, "w": {"Integer": str(wide)}, "d": {"Decimal": digits}}])
    assert found.to_polars().to_dicts() == [{"h": huge, "w": str(wide), "d": digits}]
    assert found.to_dicts() == [{"h": huge, "w": wide, "d": Decimal(digits)}]
    odd = typed([{"v": {"Decimal": "1.5"}}, {"v": {"Decimal": "NaN"}}, {"v": {"Decimal": "-Infinity"}}])
    assert [str(value) for value in odd.column("v")] == ["1.5", "NaN", "-Infinity"]
    assert odd.to_polars()["v"].to_list() == ["1.5", "NaN", "-Infinity"]
    assert [str(value) for value in odd.to_pandas()["v"]] == ["1.5", "NaN", "-Infinity"]


def test_aggregations_are_shown_where_there_are_no_hits() -> None:
    tree = {"by": {"buckets": [{"key": "JFK", "doc_count": 3}]}}
    bare = SearchResult(json.dumps({"hits": {"total": {"value": 3}, "hits": []}, "aggregations": tree}).encode())
    assert "JFK" in repr(bare) and "aggregations" in repr(bare)  # noqa: PT018  # one sentence
    assert "JFK" in bare._repr_html_()
    assert bare.to_pandas().to_dict("records") == bare.to_polars().to_dicts() == [{"by": "JFK", "doc_count": 3}]
    assert (len(bare), bare.hits(), bare.to_dicts()) == (0, [], [])
    hit = {"_id": "1", "_source": {"a": 1}}
    both = SearchResult(json.dumps({"hits": {"hits": [hit]}, "aggregations": tree}).encode())
    assert "JFK" not in repr(both)
    assert both.to_pandas()["a"].tolist() == [1]


ROWS = [
    {"s": {"String": f"x{n}"}, "i": {"Integer": n}, "d": {"Date": "2024-01-02"}, "f": {"Float": n / 7}}
    for n in range(200)
]
PROBE = """
import sys
from infino.results import PromResult, SearchResult, SqlResult
content = sys.stdin.buffer.read()
result = SqlResult(content)
{call}
hits = b'{{"hits":{{"hits":[{{"_id":"1","_source":{{"a":1}}}}]}}}}'
samples = b'{{"data":{{"resultType":"vector","result":[]}}}}'
for other in (SearchResult(hits), PromResult(samples)):
    other.to_dicts()
print(sorted({{"pandas", "pyarrow", "polars"}} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("call", "loaded"),
    [
        ("assert len(result.to_dicts()) == 200; repr(result); result.column('d')", []),
        ("assert result.to_polars().height == 200", ["polars", "pyarrow"]),
        ("result.to_dicts(); assert result.to_polars().height == 200", ["polars", "pyarrow"]),
    ],
)
def test_only_what_is_asked_for_is_imported(call: str, loaded: list[str]) -> None:
    content = json.dumps({"columns": [], "rows": [{"values": row} for row in ROWS]}).encode()
    done = subprocess.run([sys.executable, "-c", PROBE.format(call=call)], input=content, capture_output=True)
    assert done.stdout.decode() == f"{loaded}\n", done.stderr.decode()


@pytest.mark.parametrize("count", [0, 3])
def test_series_without_arrow_are_those_with_it(count: int) -> None:
    polars = pytest.importorskip("polars")
    row: dict[str, Any] = {
        "s": {"String": "é"}, "i": {"Integer": -5}, "big": {"Integer": str(2**70)}, "f": {"Float": 0.1},
        "b": {"Boolean": True}, "d": {"Date": "2024-01-02"}, "t": {"DateTime": "2024-01-02T03:04:05Z"},
        "x": {"Decimal": "1.10"}, "n": "Null", "l": {"Array": [1, 2]},
    }  # fmt: skip
    for name in row:
        found = typed(
            [{name: row[name]}, {name: "Null"}] * count,
            {name: next(iter(row[name])) if count == 0 and name != "n" else "String"},
        )
        with_arrow = polars.from_arrow(found.to_arrow())
        if name != "big":
            assert found.to_polars().equals(with_arrow, null_equal=True)
            assert found.to_polars().schema == with_arrow.schema
