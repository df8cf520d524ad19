"""What may be chosen about a job of an engine: read from texts, and secrets refused by name."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from infino import ConfigError, ValidationError
from infino.engines.options import EngineReadOptions, WriteOptions, read_options, reference_of


@pytest.mark.parametrize(
    "name", ["secret_key", "access_key", "secretkey", "password", "token", "api_key", "session_token", "authorization"]
)
@pytest.mark.parametrize("kind", [EngineReadOptions, WriteOptions])
def test_options_hold_no_secrets(kind: Any, name: str) -> None:
    with pytest.raises(ValidationError, match=f"{name} would hold a secret.*profile") as caught:
        read_options(kind, {"dataset": "flights", name: "hunter22"})
    assert "hunter22" not in str(caught.value)


def test_options_are_read_from_texts_and_from_values() -> None:
    given = {"dataset": "flights", "columns": "a, b", "slices": "4", "search": '{"query": {"match_all": {}}}'}
    found = read_options(EngineReadOptions, {**given, "profile": "work"})
    assert (found.columns, found.slices, found.search) == (("a", "b"), 4, {"query": {"match_all": {}}})
    assert read_options(EngineReadOptions, {"dataset": "f", "columns": ["a"], "search": {}}).columns == ("a",)
    found = read_options(WriteOptions, {"dataset": "f", "id": "n", "staging": "true", "require_ids": True})
    assert (found.id, found.staging, found.require_ids, found.checkpoint) == ("n", True, True, None)


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        (EngineReadOptions, {}, "name what to read"),
        (EngineReadOptions, {"dataset": "a", "sql": "SELECT 1"}, "one of the two"),
        (EngineReadOptions, {"dataset": "a", "slices": "0"}, "slices is a whole number"),
        (EngineReadOptions, {"dataset": "a", "slices": "many"}, "slices is a whole number"),
        (EngineReadOptions, {"sql": "SELECT 1", "slices": "2"}, "slice_by"),
        (EngineReadOptions, {"sql": "SELECT 1", "search": "{}"}, "search goes with dataset"),
        (EngineReadOptions, {"dataset": "a", "search": "{"}, "search as JSON"),
        (EngineReadOptions, {"dataset": "a", "search": "[]"}, "a JSON object"),
        (EngineReadOptions, {"dataset": "a", "search": '{"aggs": {}}'}, "reads hits, and aggs would be left out"),
        (EngineReadOptions, {"dataset": "a", "search": '{"aggregations": {}}'}, "and aggregations would be left out"),
        (EngineReadOptions, {"dataset": "a", "search": '{"size": 5}'}, "leave 'size' out of the body"),
        (EngineReadOptions, {"dataset": "a", "search": '{"slice": {"id": 0, "max": 2}}'}, "leave 'slice' out"),
        (EngineReadOptions, {"dataset": "a", "columns": ""}, "columns is names of columns"),
        (EngineReadOptions, {"dataset": "a", "columns": "b, c,"}, "columns is names of columns"),
        (EngineReadOptions, {"dataset": "a", "columns": "b, c, b"}, "each once"),
        (EngineReadOptions, {"dataset": "a", "start": "3"}, "give both"),
        (EngineReadOptions, {"dataset": "a", "sequence": "n", "search": "{}"}, "by sequence"),
        (EngineReadOptions, {"dataset": "a", "slice": "3"}, "did you mean slices"),
        (EngineReadOptions, {"dataset": "a", "zzz": "3"}, "there is no option zzz; there are .*slices"),
        (WriteOptions, {}, "option dataset"),
        (WriteOptions, {"dataset": ""}, "at least one character"),
        (WriteOptions, {"dataset": "a", "require_ids": "true"}, "by the option id"),
        (WriteOptions, {"dataset": "a", "staging": "maybe"}, "staging is true or false"),
        (WriteOptions, {"dataset": "a", "slices": "3"}, "there is no option slices"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: Any, given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read_options(kind, given)


def provider() -> tuple[str, str]:
    return "AKIDEXAMPLE", "never-written-down"


def test_a_reference_is_made_of_places_where_secrets_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {"endpoint": "http://127.0.0.1:9", "credentials": f"{__name__}:provider"}
    reference = reference_of(given)
    assert b"never-written-down" not in pickle.dumps(reference)
    with pickle.loads(pickle.dumps(reference)).client() as client:
        assert client.config.endpoint.url == "http://127.0.0.1:9"
    for wrong in ("nowhere:provider", f"{__name__}:nobody", "provider", "AKIDEXAMPLE:hunter22"):
        with pytest.raises(ValidationError, match="cannot be imported") as caught:
            reference_of({**given, "credentials": wrong})
        assert "hunter22" not in str(caught.value)  # a pair of keys where the path of a provider belongs
    with pytest.raises(ConfigError):
        reference_of({"endpoint": "http://127.0.0.1:9"})
    monkeypatch.setenv("INFINO_ACCESS_KEY", "AKIDEXAMPLE")
    monkeypatch.setenv("INFINO_SECRET_KEY", "never-written-down")
    assert b"never-written-down" not in pickle.dumps(reference_of({"endpoint": "http://127.0.0.1:9"}))
