"""The store: shapes that only grow, typed columns over any document, versions, and one writer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infino.local.bulk import decoded
from infino.local.catalogue.kinds import sql_type, text_kinds
from infino.local.catalogue.shape import ObservedShape, dump_fields, load_fields
from infino.local.control import Control
from infino.local.credentials import admin_credentials
from infino.local.http import Problem
from infino.local.store import Store, identifier
from infino.local.store.typed import fold
from infino.local.store.writer import DocumentBatch, fetch, put, remove
from infino.local.values import exact
from infino.local.values.paths import keys_of, prefixes
from tests.support.examples import few_and_many


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # the parts are year, month, day and so on


def now() -> datetime:
    return datetime(2026, 1, 2, tzinfo=UTC)


@contextmanager
def opened(path: Path | None = None) -> Iterator[Store]:
    store = Store(path, now)
    try:
        yield store
    finally:
        store.close()


@pytest.fixture(params=[0, 500], ids=["typed rows", "texts"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that reads columns out of typed rows, and one that reads them out of the texts."""
    monkeypatch.setattr("infino.local.store.writer.UNFOLDED", request.param)
    with opened() as made:
        yield made


def write(store: Store, name: str, documents: Mapping[str, Any]) -> dict[str, int]:
    texts = [exact.dumps(document) for document in documents.values()]
    with store.writing() as cursor:
        dataset = store.find(cursor, name) or store.create(cursor, name)
        return put(store, cursor, dataset, DocumentBatch(list(documents), texts, [exact.loads(text) for text in texts]))


def column(store: Store, name: str, field: str) -> tuple[str, list[Any]]:
    """Return a field's SQL type and its values by id."""
    with store.reading() as cursor:
        view = store.view(cursor, name)
        (found,) = [column for column in view.columns if column.field == field]
        query = f"SELECT {identifier(found.name)} FROM ({view.rows({found.name.lower()})}) ORDER BY _id"
        return found.type, [row[0] for row in cursor.execute(query).fetchall()]


@pytest.mark.parametrize(
    ("values", "type_", "shown"),
    [
        ([1, None, 2], "BIGINT", [1, None, 2]),
        ([1, 2.5], "DOUBLE", [1.0, 2.5]),
        ([2**64 - 1, -1], "HUGEINT", [2**64 - 1, -1]),
        ([{"x": 2**64 - 1}], None, None),
        ([True, False], "BOOLEAN", [True, False]),
        ([True, 1], "VARCHAR", ["true", "1"]),
        ([1, "a"], "VARCHAR", ["1", "a"]),
        ([None], "VARCHAR", [None]),
        (["2024-02-29"], "DATE", [datetime(2024, 2, 29).date()]),
        (["2024-02-30"], "VARCHAR", ["2024-02-30"]),
        # A zone was given, so the column has zones; a date without one is read as UTC.
        (["2024-02-29", "2024-01-01T00:00:00+02:00"], "TIMESTAMPTZ", [utc(2024, 2, 29), utc(2023, 12, 31, 22)]),
        (["2024-02-29", "2024-01-01T00:00:00"], "TIMESTAMP", [datetime(2024, 2, 29), datetime(2024, 1, 1)]),
        (["2024-01-01 10:00:00.123456789"], "TIMESTAMP_NS", [datetime(2024, 1, 1, 10, 0, 0, 123456)]),
        (
            ["2024-01-01T10:00:00.1234567Z", "2024-01-01"],
            "TIMESTAMPTZ_NS",
            [utc(2024, 1, 1, 10, 0, 0, 123456), utc(2024, 1, 1)],
        ),
        (["2024-01-01T10:00:00.1234567Z", "9999-12-31"], "VARCHAR", ["2024-01-01T10:00:00.1234567Z", "9999-12-31"]),
        ([2**53 + 1, 2**53, Decimal(2**70)], "HUGEINT", [2**53 + 1, 2**53, 2**70]),
        ([Decimal(10**38), Decimal(-(10**39))], "VARCHAR", [str(10**38), str(-(10**39))]),
        ([2**53 + 1, 2**53, 0.5], "DECIMAL(38,1)", [Decimal(2**53 + 1), Decimal(2**53), Decimal("0.5")]),
        (
            [0.5, 1e-3, 2**53 + 1, 0.25],
            "DECIMAL(38,3)",
            [Decimal("0.5"), Decimal("0.001"), Decimal(2**53 + 1), Decimal("0.25")],
        ),
        ([Decimal("0.12345678901234567890"), 1], "DECIMAL(38,20)", [Decimal("0.12345678901234567890"), Decimal(1)]),
        ([Decimal("0." + "1" * 39), 10**9], "VARCHAR", ["0." + "1" * 39, "1000000000"]),
        (
            [[Decimal("0.12345678901234567890"), 2], 1.5],
            "DECIMAL(38,20)[]",
            [[Decimal("0.12345678901234567890"), Decimal(2)], [Decimal("1.5")]],
        ),
        ([1e300, 2**60], "VARCHAR", ["1e300", str(2**60)]),
        ([1e300, 5e-324, 1], "DOUBLE", [1e300, 5e-324, 1.0]),
        ([2**60, "x", Decimal("0.12345678901234567890")], "VARCHAR", [str(2**60), "x", "0.12345678901234567890"]),
        (["2024-02-29", "later"], "VARCHAR", ["2024-02-29", "later"]),
        ([["a", "b"], [], None], "VARCHAR[]", [["a", "b"], [], None]),
        ([[1, 2], 3], "BIGINT[]", [[1, 2], [3]]),
        ([[1, "x"]], "VARCHAR[]", [["1", "x"]]),
        ([[], []], "VARCHAR[]", [[], []]),
        ([[[]]], "VARCHAR[]", [None]),
        ([[[]], []], "VARCHAR[]", [None, []]),
        ([[[1], []], [[]], []], "BIGINT[]", [[1], None, []]),
        ([{"k": 1}, 7], "VARCHAR", ['{"k":1}', "7"]),
        ([[{"k": 1}]], None, None),
    ],
)
def test_a_field_gets_the_narrowest_type_that_holds_all(
    store: Store, values: list[Any], type_: str | None, shown: list[Any]
) -> None:
    for number, value in enumerate(values):
        write(store, "d", {f"{number:03}": {"f": value}})
    if type_ is not None:
        assert column(store, "d", "f") == (type_, shown)
    with store.reading() as cursor:
        rows = cursor.execute(f"SELECT _source FROM {store.view(cursor, 'd').table} ORDER BY _id").fetchall()
    assert [exact.loads(row[0]) for row in rows] == [{"f": value} for value in values]


def test_objects_give_dotted_columns_and_one_for_the_whole(store: Store) -> None:
    write(store, "d", {"1": {"u": {"geo": {"c c": "DE"}, "n": 2**64 - 1}, "l": [{"k": 1}, {"k": 2}, {"j": "x"}]}})
    assert column(store, "d", "u.geo.c c") == ("VARCHAR", ["DE"])
    assert column(store, "d", "u.n") == ("HUGEINT", [2**64 - 1])
    assert column(store, "d", "l.k") == ("BIGINT[]", [[1, 2]])
    assert column(store, "d", "u.geo") == ("JSON", ['{"c c":"DE"}'])
    assert column(store, "d", "l") == ("JSON", ['[{"k":1},{"k":2},{"j":"x"}]'])
    with store.reading() as cursor:
        starred = [found.name for found in store.view(cursor, "d").columns if found.starred]
    assert starred == ["u.geo.c c", "u.n", "l.k", "l.j"]


@pytest.mark.parametrize("key", ['q"uote', "back\\slash", "do.t", "sp ace", "a*", "$", "é", "1", "A b"])
def test_any_key_becomes_a_column(store: Store, key: str) -> None:
    write(store, "d", {"1": {key: 7, "a": 1}})
    with store.reading() as cursor:
        view = store.view(cursor, "d")
        rows = cursor.execute(view.rows()).fetchall()
    assert rows == [("1", 7, 1)]


@pytest.mark.parametrize("key", ["", "*", "[*]", "a[*]", "n\0l"])
def test_a_key_that_no_path_reaches_stays_in_the_document_only(store: Store, key: str) -> None:
    write(store, "d", {"1": {key: 7, "a": 1, "o": {key: {"x": [2]}, "b": 1}}})
    with store.reading() as cursor:
        view = store.view(cursor, "d")
        assert [found.name for found in view.columns if found.starred][-2:] == ["a", "o.b"]
        assert len(cursor.execute(view.rows()).fetchall()) == 1
        assert orjson.loads(fetch(cursor, view.id, ["1"])["1"].source)["o"] == {key: {"x": [2]}, "b": 1}


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5), st.dates().map(str), st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.lists(
    st.dictionaries(st.sampled_from(["a", "b", "B", "c.d", 'e"', "_i"]), VALUES, max_size=4), max_size=5
)


@example(documents=[{"b": False}, {"a": None, "b": {"": None}}])
@example(documents=[{"a": None, "b": [2**53 + 1, 0.0]}, {"b": False}])
def check_documents(documents: list[dict[str, Any]]) -> None:
    with opened() as store:
        numbered = {str(number): document for number, document in enumerate(documents)}
        for id, document in numbered.items():
            write(store, "d", {id: document})
        if not numbered:
            return
        with store.reading() as cursor:
            view = store.view(cursor, "d")
            found = {
                id: orjson.loads(text)
                for id, text in cursor.execute(f"SELECT _id, _source FROM {view.table}").fetchall()
            }
            assert found == numbered
            names = {column.name.lower() for column in view.columns}
            rows = sorted(cursor.execute(view.rows(names)).fetchall(), key=repr)
            assert len(rows) == len(numbered)
            for shown in view.columns:
                if shown.field in ("a", "b", "B") and shown.type in ("BIGINT", "DOUBLE", "BOOLEAN", "HUGEINT"):
                    query = f"SELECT _id, {identifier(shown.name)} FROM ({view.rows({shown.name.lower()})})"
                    values = dict(cursor.execute(query).fetchall())
                    assert values == {id: document.get(shown.field) for id, document in numbered.items()}
        with store.writing() as cursor:
            dataset = store.get(cursor, "d")
            store.count(cursor, dataset, folded=fold(cursor, store.view_of(cursor, dataset)))
            assert sorted(cursor.execute(store.view(cursor, "d").rows(names)).fetchall(), key=repr) == rows


test_no_document_is_lost_or_changed_and_every_column_can_be_read, test_documents_for_long = few_and_many(
    check_documents, 20, documents=DOCUMENTS
)


def floats_in(value: Any) -> list[float]:
    """Return the floats anywhere in a value, but for those in objects, which are other fields."""
    if isinstance(value, list):
        return [found for inner in value for found in floats_in(inner)]
    return [value] if isinstance(value, float) else []


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=2), max_size=6))
def test_a_shape_is_the_same_whether_learnt_at_once_or_one_by_one(documents: list[dict[str, Any]]) -> None:
    together, apart = ObservedShape(), ObservedShape()
    together.learn(documents, big=True)
    for document in documents:
        apart.learn([document], big=True)
    for shape in (together, apart):
        for field in shape.newly_exact():
            shape.add_digits(field, [value for document in documents for value in floats_in(document.get(field))])
    both = [shape.fields() for shape in (together, apart)]
    assert [{f: sql_type(kinds) for f, kinds in fields.items()} for fields in both[:1]] == [
        {f: sql_type(kinds) for f, kinds in fields.items()} for fields in both[1:]
    ]
    assert together.learn(documents, big=True) is False
    assert load_fields(dump_fields(together.fields())) == together.fields()


@pytest.mark.parametrize(
    "text", ['{"a": 1.50}', '{"a": 1e2 , "b" : "x y"}', '{"n": 18446744073709551616}', '{"a b": -0, "c": [1, 2.0e1]}']
)
def test_spaces_change_no_number(text: str) -> None:
    assert exact.loads(text) == json.loads(text, parse_float=Decimal, parse_int=Decimal)
    assert not exact.unbent(orjson.loads(text), text.encode())


@pytest.mark.parametrize("text", ['{"a":  1.5 ,\t"b c":"d  e"}', '{"a":[ 1, {"b":\n2.25} ]}', "[]", ' {"": " "}'])
def test_spaces_alone_leave_the_fast_way_open(text: str) -> None:
    assert exact.unbent(orjson.loads(text), text.encode())


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '{"a ": 1, "a ": 1, "a": 1}', '[{"b": {"c":1, "c" :1}}]'])
def test_a_repeated_key_is_found_among_spaces(text: str) -> None:
    with pytest.raises(exact.RepeatedKey):
        exact.loads(text)


def test_lines_that_are_json_only_when_joined_are_not_taken() -> None:
    lines = [b'{"a":1},{"b":2}', b'{"c":3', b'"d":4}']
    assert len(orjson.loads(b"[" + b",".join(lines) + b"]")) == len(lines)
    with pytest.raises(orjson.JSONDecodeError):
        decoded(lines)
    good = [b'{"a":1}', b'{"b": 2.50}', b'{"c":"\\u00e9"}']
    assert decoded(good) == [{"a": 1}, {"b": Decimal("2.50")}, {"c": "é"}]


@pytest.mark.parametrize("names", [["a", "b"], ["b", "a"], ["b", "c", "d"]])
def test_fields_keep_the_order_in_which_they_were_first_seen(names: list[str]) -> None:
    shape = ObservedShape()
    assert shape.learn([{"b": 1, "a": "x"}, dict.fromkeys(names), {"b": 2.5, "a": 7}])
    assert list(shape.fields()) == list(dict.fromkeys(["b", "a", *names]))
    assert not shape.learn([{"a": 9}, {"b": None}, {"b": 3}] if "c" not in names else [{"b": 3}])


def test_text_types() -> None:
    assert [text_kinds(text) for text in ("2024-01-01", "2024-01-01T10:00Z", "20240101", "2024-13-01", "now")] == [
        ("DATE",), ("TIMESTAMPTZ",), ("VARCHAR",), ("VARCHAR",), ("VARCHAR",),
    ]  # fmt: skip
    assert text_kinds("1066-10-14T09:00:00.1234567") == ("TIMESTAMP_NS", "FAR")


def test_paths_are_read_back() -> None:
    assert keys_of('$.a."b\\"c"."d.e"[*].f') == ["a", 'b"c', "d.e", "f"]
    assert prefixes('$.a."b c"[*].d') == [("a", "$.a"), ("a.b c", '$.a."b c"')]


def test_versions_count_writes_and_removals(store: Store) -> None:
    assert write(store, "d", {"1": {}, "2": {}}) == {"1": 1, "2": 1}
    assert write(store, "d", {"1": {"a": 1}}) == {"1": 2}
    with store.reading() as cursor:
        before = store.view(cursor, "d").version
    with store.writing() as cursor:
        dataset = store.get(cursor, "d")
        assert remove(store, cursor, dataset, ["1", "nope"]) == 1
        assert fetch(cursor, dataset.id, ["1", "2"]).keys() == {"2"}
    with store.reading() as cursor:
        assert store.view(cursor, "d").version == before + 1


def test_a_commit_has_one_number_whichever_statement_gives_it(store: Store) -> None:
    found = []
    for documents in ({}, {"a": {"n": 1}}, {"b": {"n": 2}, "c": {"n": 3}}, {"a": {"n": 4}}):
        with store.writing() as cursor:
            dataset = store.find(cursor, "d") or store.create(cursor, "d")
            put(store, cursor, dataset, DocumentBatch(list(documents), list(map(orjson.dumps, documents.values())),
                                                      list(documents.values())))  # fmt: skip
        found.append(store.commit)
    assert found == list(range(found[0], found[0] + 4))


def test_a_failed_change_leaves_no_trace(store: Store) -> None:
    write(store, "d", {"1": {"a": 1}})
    with pytest.raises(ZeroDivisionError), store.writing() as cursor:  # noqa: PT012 - it must fail after the write
        put(store, cursor, store.get(cursor, "d"), DocumentBatch(["2"], [b'{"new":true}'], [{"new": True}]))
        raise ZeroDivisionError
    with store.reading() as cursor:
        assert dict(store.view(cursor, "d").catalogue) == {"a": {"INTEGER": frozenset({"$.a"})}}
        assert cursor.execute("SELECT count(*) FROM ds_1").fetchone() == (1,)
    write(store, "d", {"2": {"third": "x"}})
    with store.reading() as cursor:
        assert set(store.view(cursor, "d").catalogue) == {"a", "third"}


def test_a_reader_keeps_its_snapshot_and_cannot_write(store: Store) -> None:
    write(store, "d", {"1": {"a": 1}})
    with store.reading() as reader:
        view = store.view(reader, "d")
        write(store, "d", {"2": {"b": "x"}})
        with store.writing() as cursor:
            store.create(cursor, "e")
        again = store.view(reader, "d")
        assert (again.version, dict(again.catalogue)) == (view.version, dict(view.catalogue))
        assert reader.execute(f"SELECT count(*) FROM {view.table}").fetchone() == (1,)
        assert store.find(reader, "e") is None
        with pytest.raises(duckdb.Error, match="read-only"):
            reader.execute("DELETE FROM datasets")


def test_columns_that_are_cast_together_are_as_each_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    day, moment = "2024-02-29", "2024-01-01T10:00:00.1234567Z"
    whole = {"a": 1, "b": 2, "c": 0.5, "d": True, "e": day, "f": moment, "g": "x", "h": [1], "i": Decimal("1.50"),
             "j": {"k": 3, "l": "y"}, "m": Decimal(2**70), "n": "2024-01-01 10:00:00"}  # fmt: skip
    write(store, "d", {"1": whole, "2": {"a": None, "e": "later", "j": {"k": 4}}, "3": {}, "4": {"b": 7, "g": 5}})
    with store.reading() as cursor:
        alone = cursor.execute(f"{store.view(cursor, 'd').rows()} ORDER BY _id").fetchall()
        monkeypatch.setattr("infino.local.store.columns.WIDE", 1)
        together = store.view(cursor, "d").rows()
        assert ("_list0" in together) == ("_source" in together)
        assert cursor.execute(f"{together} ORDER BY _id").fetchall() == alone


def test_texts_are_read_while_one_has_no_typed_row(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infino.local.store.writer.UNFOLDED", 0)
    write(store, "d", {"1": {"a": 1}})
    with store.reading() as cursor:
        assert "_source" not in store.view(cursor, "d").rows()
    monkeypatch.setattr("infino.local.store.writer.UNFOLDED", 500)
    write(store, "d", {"2": {"a": 2}})
    with store.reading() as cursor:
        assert "_source" in store.view(cursor, "d").rows()
    assert column(store, "d", "a") == ("BIGINT", [1, 2])


def test_columns_are_worked_out_once_for_the_same_fields(store: Store) -> None:
    write(store, "d", {"1": {"a": 1}})
    with store.reading() as cursor:
        first = store.view(cursor, "d").columns
    write(store, "d", {"2": {"a": 2}})
    with store.reading() as cursor:
        assert store.view(cursor, "d").columns is first
    with store.writing() as cursor:
        store.configure(cursor, "d", {"properties": {"a": {"type": "double"}}})
    with store.reading() as cursor:
        assert [found.type for found in store.view(cursor, "d").columns] == ["DOUBLE"]
    write(store, "d", {"3": {"b": "x"}})
    with store.reading() as cursor:
        assert [found.type for found in store.view(cursor, "d").columns] == ["DOUBLE", "VARCHAR"]


def test_dropping_takes_all_tables_of_a_dataset_and_no_others(store: Store) -> None:
    for name in ("one", "two"):
        write(store, name, {"1": {"a": 1}})
    with store.writing() as cursor:
        cursor.execute("CREATE TABLE samples_1 (a INT)")
        cursor.execute("CREATE TABLE samples_11 (a INT)")
        store.drop(cursor, "one")
        with pytest.raises(Problem, match=r"no such dataset \[one\]"):
            store.get(cursor, "one")
        rows = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1").fetchall()
    assert [row[0] for row in rows] == ["col_2", "datasets", "ds_2", "layout", "samples_11"]


def test_the_engine_reads_no_files_and_keeps_its_settings(store: Store, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with store.reading() as cursor:
        for query in (
            f"SELECT * FROM read_csv('{secret}')",
            f"ATTACH '{tmp_path}/x.db'",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                cursor.execute(query)


def test_writers_take_turns(store: Store) -> None:
    write(store, "d", {"n": {"v": 0}})

    def add() -> None:
        for _ in range(20):
            with store.writing() as cursor:
                dataset = store.get(cursor, "d")
                value = orjson.loads(fetch(cursor, dataset.id, ["n"])["n"].source)["v"] + 1
                put(store, cursor, dataset, DocumentBatch(["n"], [b'{"v":%d}' % value], [{"v": value}]))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert column(store, "d", "v") == ("BIGINT", [80])


def test_control_documents_are_kept_with_their_times(tmp_path: Path) -> None:
    clock = [now()]
    control = Control(tmp_path / "c.sqlite", lambda: clock[0])
    control.put("thread", "b", {"n": 1})
    assert control.create("thread", "b", {"n": 9}) is None
    clock[0] += timedelta(hours=1)
    control.put("thread", "a", {"n": 2})
    changed = control.put("thread", "b", {"n": 3})
    assert (changed.created_at, changed.updated_at) == (
        "2026-01-02T00:00:00.000000+00:00",
        "2026-01-02T01:00:00.000000+00:00",
    )
    with pytest.raises(ZeroDivisionError), control.changing():  # noqa: PT012 - it must fail after the change
        control.delete("thread", "a")
        raise ZeroDivisionError
    control.close()
    control = Control(tmp_path / "c.sqlite", now)
    assert [(document.id, document.body["n"]) for document in control.list("thread")] == [("b", 3), ("a", 2)]
    assert control.get("user", "a") is None
    assert (control.delete("thread", "a"), control.delete("thread", "a")) == (True, False)
    control.clear()
    assert control.list("thread") == []
    control.close()


def test_keys_are_kept_privately_and_a_chosen_pair_comes_first(tmp_path: Path) -> None:
    made = admin_credentials(tmp_path, None, None)
    assert made.secret_key not in repr(made)
    assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert admin_credentials(tmp_path, None, None) == made
    chosen = admin_credentials(tmp_path, "IAK_X", "s")
    assert (chosen.access_key, chosen.secret_key, chosen.account_id) == ("IAK_X", "s", made.account_id)


def test_a_store_at_rest_holds_no_snapshot(tmp_path: Path) -> None:
    """One that is held keeps every row's older forms in memory, and the log from being folded."""
    for path in (None, tmp_path / "new.duckdb", tmp_path / "new.duckdb"):
        with opened(path) as store:
            write(store, "d", {"1": {"a": 1}})
            store._writer.execute("CHECKPOINT")  # refused while any transaction is open
