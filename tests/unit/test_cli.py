"""The command line against the embedded gateway."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from infino.cli.commands import infino as command


@pytest.fixture
def run(gateway, monkeypatch):
    """Runs `infino ...` with the gateway's keys in the environment."""
    monkeypatch.setenv("INFINO_ENDPOINT", gateway.endpoint)
    monkeypatch.setenv("INFINO_ACCESS_KEY", gateway.access_key)
    monkeypatch.setenv("INFINO_SECRET_KEY", gateway.secret_key)
    return lambda *arguments: CliRunner().invoke(command, arguments)


@pytest.fixture
def loaded(run, fresh, tmp_path: Path):
    """A dataset loaded from a file by the command line itself."""
    dataset = fresh("cli")
    path = tmp_path / "rows.ndjson"
    path.write_text("".join(json.dumps({"id": str(n), "n": n, "w": "a" if n % 2 else None}) + "\n" for n in range(60)))
    done = run("load", dataset, str(path), "--id", "id")
    assert done.exit_code == 0, done.output
    assert "60" in done.output
    return dataset


def test_sql_as_table_csv_and_json(run, loaded):
    table = run("sql", f'SELECT n, w FROM "{loaded}" ORDER BY n', "--limit", "3")
    assert table.exit_code == 0
    assert "3 of 60 rows" in table.output
    csv = run("sql", f'SELECT n FROM "{loaded}" ORDER BY n LIMIT 2', "--format", "csv")
    assert csv.output.split() == ["n", "0", "1"]
    lines = run("sql", f'SELECT n, w FROM "{loaded}" ORDER BY n LIMIT 2', "--format", "json")
    assert [json.loads(line) for line in lines.output.splitlines()] == [{"n": 0, "w": None}, {"n": 1, "w": "a"}]


def test_promql_at_one_moment_and_over_a_range(run, gateway, fresh):
    dataset = fresh("cli") + ".aly"
    with gateway.client() as client:
        client.datasets.create(dataset)
        client.metrics.upload(dataset, "up 1 1700000000000\n")
    instant = run("promql", "up", "--dataset", dataset, "--at", "1700000000", "--format", "json")
    assert json.loads(instant.output)["value"] == 1.0
    ranged = run(
        "promql", "up", "--dataset", dataset, "--start", "1700000000", "--end", "1700000060", "--step", "30s",
        "--format", "json",
    )  # fmt: skip
    assert len(ranged.output.splitlines()) == 3


def test_rejected_records_end_with_a_status_and_a_file(run, fresh, tmp_path: Path):
    path, rejects = tmp_path / "rows.ndjson", tmp_path / "rejects.ndjson"
    path.write_text('{"a": 1}\nnot json\n')
    done = run("load", fresh("cli"), str(path), "--dead-letter", str(rejects))
    assert done.exit_code == 1
    assert "the line is not JSON" in rejects.read_text()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("sql", "SELECT * FROM nowhere"), "nowhere"),
        (("local", "--data", "x", "--ephemeral"), "choose one"),
        (("load", "d", "missing.ndjson"), "does not exist"),
        (("local", "--port", "none"), "not a valid integer"),
    ],
)
def test_mistakes_are_one_line(run, arguments, complaint):
    done = run(*arguments)
    assert done.exit_code != 0
    assert complaint in done.output
    assert "Traceback" not in done.output


def test_without_credentials_it_says_what_to_set(monkeypatch):
    done = CliRunner().invoke(command, ["sql", "SELECT 1"])
    assert done.exit_code == 1
    assert "INFINO_ACCESS_KEY" in done.output


def test_help_and_version():
    assert "Run a gateway on this machine" in CliRunner().invoke(command, ["-h"]).output
    assert "infino" in CliRunner().invoke(command, ["--version"]).output
