"""From the old SDK to this one: every old method has a new call that is there, and the tool finds and writes them."""

from __future__ import annotations

import functools
import inspect
import json
import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner

import infino.charts
from infino import Infino
from infino.cli.app import infino as command
from infino.migration import rewrite
from infino.migration.table import NEW_CALLS

OLD = """\
from infino_sdk import InfinoSDK

sdk = InfinoSDK("a", "b", "http://127.0.0.1:1")
client = InfinoSDK.new("a", "b", "http://127.0.0.1:1")
other = object()
rows = sdk.query_dataset_in_sql("SELECT 1")  # kept
client.query_dataset_in_promql("up", dataset="m.aly")
client.query_dataset_in_promql("up")
sdk.create_connection("mysql", {"name": "x"})
sdk.get_dataset_schema(sdk.get_datasets()[0]["name"])
other.ping()


def job(one: InfinoSDK) -> None:
    one.list_dashboards(offset=2)
"""
NEW = """\
from infino_sdk import InfinoSDK

sdk = InfinoSDK("a", "b", "http://127.0.0.1:1")
client = InfinoSDK.new("a", "b", "http://127.0.0.1:1")
other = object()
rows = sdk.query.sql("SELECT 1")  # kept
client.query.promql("up", dataset="m.aly")
client.query.promql("up")
sdk.connections.create("mysql", **{"name": "x"})
sdk.datasets.schema(sdk.datasets.list()[0]["name"])
other.ping()


def job(one: InfinoSDK) -> None:
    one.dashboards.list(offset=2)
"""


def test_every_old_method_has_a_new_call_that_exists() -> None:
    from infino_sdk import InfinoSDK

    public = {name for name, _ in inspect.getmembers(InfinoSDK, inspect.isfunction) if not name.startswith("_")}
    assert public == set(NEW_CALLS)
    client = Infino(access_key="a", secret_key="b", endpoint="http://127.0.0.1:1")
    for old, new in NEW_CALLS.items():
        head = new.partition("(")[0]
        root = {"client": client, "infino": infino}[head.partition(".")[0]]
        assert callable(functools.reduce(getattr, head.split(".")[1:], root)), old


def test_a_file_that_is_no_python_is_named_and_the_others_are_read(tmp_path):
    (tmp_path / "old.py").write_text("print 'python 2'\n")
    new = tmp_path / "uses.py"
    new.write_bytes(b"sdk.ping()\r\n")
    done = CliRunner().invoke(command, ["migrate", str(tmp_path), "--write"])
    assert done.exit_code == 1
    assert "old.py cannot be read as Python 3" in done.output
    assert "1 old call replaced" in done.output
    assert new.read_bytes().endswith(b"\r\n")


def test_old_calls_are_found_and_written(tmp_path: Path) -> None:
    program = tmp_path / "old.py"
    program.write_text(OLD)
    listed = CliRunner().invoke(command, ["migrate", str(tmp_path)])
    assert "7 old calls" in listed.output
    assert f"{program}:6: sdk.query_dataset_in_sql" in listed.output
    rows = CliRunner().invoke(command, ["migrate", str(tmp_path), "-o", "ndjson"]).stdout.splitlines()
    assert (str(program), 6) in [(row["path"], row["line"]) for row in map(json.loads, rows)]
    assert program.read_text() == OLD
    assert CliRunner().invoke(command, ["migrate", str(tmp_path), "--write"]).exit_code == 0
    assert program.read_text() == NEW


def test_environments_and_hidden_folders_are_not_looked_through(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    for folder in ("venv", "lib/site-packages", ".tox", "scripts"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "old.py").touch()
    assert list(rewrite.files([tmp_path])) == [tmp_path / "scripts" / "old.py"]
    assert list(rewrite.files([tmp_path / "venv"])) == [tmp_path / "venv" / "old.py"]


def test_arguments_keep_their_places() -> None:
    assert rewrite.new_call(
        "query_dataset_in_promql_range", [(None, "q"), ("end", "e"), ("start", "s"), ("step", "1")]
    ) == ("client.query.promql_range(q, start=s, end=e, step=1)")


def test_errors_are_those_of_the_old_sdk() -> None:
    from infino_sdk import InfinoError, InfinoSDK, RetryConfig

    once = RetryConfig()
    once.max_retries = 1
    with warnings.catch_warnings(), InfinoSDK.new_with_retry("a", "b", "http://127.0.0.1:9", once) as sdk:
        warnings.simplefilter("ignore", DeprecationWarning)
        with pytest.raises(InfinoError) as refused:
            sdk.ping()
        assert refused.value.error_type is InfinoError.Type.REQUEST
        assert refused.value.status_code() == 0
        with pytest.raises(InfinoError, match="not below"):
            sdk.request("GET", "http://example.test/")
        with pytest.raises(InfinoError, match="File not found"):
            sdk.upload_file("d", "nowhere.json")
        with pytest.raises(InfinoError, match="Invalid YAML"):
            sdk.create_role("r", "a: [")
