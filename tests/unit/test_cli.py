"""The command line against the embedded gateway."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from infino import InfinoError
from infino.cli.app import infino as command
from infino.cli.operations import argument_texts, show
from infino.cli.output import fitting
from infino.cli.session import CommandGroup, Session
from infino.cli.shell import Shell, Words, statements
from infino.core.redaction import printable, printable_lines
from tests.support.databases import database_file


@pytest.fixture
def run(gateway, monkeypatch):
    """Runs `infino ...` with the gateway's keys in the environment."""
    monkeypatch.setenv("INFINO_ENDPOINT", gateway.endpoint)
    monkeypatch.setenv("INFINO_ACCESS_KEY", gateway.access_key)
    monkeypatch.setenv("INFINO_SECRET_KEY", gateway.secret_key)
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *arguments, text=None: CliRunner().invoke(command, arguments, input=text)


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
    csv = run("sql", f'SELECT n FROM "{loaded}" ORDER BY n LIMIT 2', "--output", "csv")
    assert csv.output.split() == ["n", "0", "1"]
    lines = run("sql", f'SELECT n, w FROM "{loaded}" ORDER BY n LIMIT 2', "--output", "ndjson")
    assert [json.loads(line) for line in lines.output.splitlines()] == [{"n": 0, "w": None}, {"n": 1, "w": "a"}]


def test_promql_at_one_moment_and_over_a_range(run, gateway, fresh):
    dataset = fresh("cli") + ".aly"
    with gateway.client() as client:
        client.datasets.create(dataset)
        client.metrics.upload(dataset, "up 1 1700000000000\n")
    instant = run("promql", "up", "--dataset", dataset, "--at", "1700000000", "--output", "ndjson")
    assert json.loads(instant.output)["value"] == 1.0
    ranged = run(
        "promql", "up", "--dataset", dataset, "--start", "1700000000", "--end", "1700000060", "--step", "30s",
        "--output", "ndjson",
    )  # fmt: skip
    assert len(ranged.output.splitlines()) == 3


def test_a_file_without_records_says_so(run, fresh):
    done = run("load", fresh("cli"), "-", text="a,b\n")
    assert (done.exit_code, "a CSV file with a header alone" in done.stderr) == (0, True)


def test_rejected_records_end_with_a_status_and_a_file(run, fresh, tmp_path: Path):
    path, rejects = tmp_path / "rows.ndjson", tmp_path / "rejects.ndjson"
    path.write_text('{"a": 1}\nnot json\n')
    done = run("load", fresh("cli"), str(path), "--dead-letter", str(rejects), "-o", "json")
    assert done.exit_code == 1
    (report,) = json.loads(done.stdout)
    assert (report["source"], report["accepted"], report["rejected"]) == (str(path), 1, 1)
    assert "the line is not JSON" in rejects.read_text()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("sql", "SELECT * FROM nowhere"), "nowhere"),
        (("local", "--data", "x", "--ephemeral"), "choose one"),
        (("load", "d", "missing.ndjson"), "does not exist"),
        (("local", "--port", "none"), "not a valid integer"),
        (("sql", ""), "statement is empty"),
        (("records", "delete", "d", "7", "--yes"), "query must be an object"),
        (("tail", "d", "-o", "csv"), "nothing can be written as csv"),
        (("chat", "-o", "csv"), "chat has no csv form"),
        (("config", "show", "-o", "json"), "config show has no json form"),
        (("tail", "d", "--by", "n", "--promql", "up"), "--by orders records"),
        (("config", "set", "region"), "Give a value for region"),
        (("records", "bulk", "d"), "It is `infino load`"),
        (("users", "rotate-keys", "ann"), "It is `infino keys rotate`"),
        (("fino", "ask", "x"), "It is `infino ask`"),
        (("query", "sql", "x"), "`infino sql`"),
    ],
)
def test_mistakes_are_one_line(run, arguments, complaint):
    done = run(*arguments)
    assert done.exit_code != 0
    assert complaint in done.output
    assert "Traceback" not in done.output


def test_the_data_of_a_visualization_is_printed(run, loaded, gateway, fresh):
    sql = {"metrics": [{"id": "m", "function": "count", "column": "*"}]}
    chart = {"title": "t", "source": {"kind": "sql", "index": loaded, "sql": sql}, "chart": {"type": "metric"}}
    with gateway.client() as client:
        id = client.request("POST", "/visualizations", json=chart)["id"]
    done = run("-o", "json", "visualizations", "execute", id)
    assert json.loads(done.stdout)["metadata"]["row_count"] == 1


def test_an_error_that_an_answer_holds_until_it_is_printed_is_one_line():
    group = CommandGroup("group")

    @group.command()
    def late():
        raise InfinoError("the answer makes no sense\x1b[2J")

    done = CliRunner().invoke(group, ["late"])
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert done.output == "Error: the answer makes no sense\\x1b[2J\n"


def test_a_list_of_several_pages_is_printed_to_its_end(run, loaded, gateway):
    chart = {"source": {"kind": "sql", "index": loaded, "sql": {"raw_query": "SELECT 1"}}, "chart": {"type": "table"}}
    with gateway.client() as client:
        for number in range(3):
            client.request("PUT", f"/visualizations/{loaded}-{number}", json={**chart, "title": f"t{number}"})
    done = run("--output", "ndjson", "visualizations", "list", "--limit", "1")  # tables may leave columns out
    assert done.exit_code == 0, done.output
    assert all(f"{loaded}-{number}" in done.output for number in range(3))


def test_without_credentials_it_says_what_to_set(monkeypatch):
    done = CliRunner().invoke(command, ["sql", "SELECT 1"])
    assert done.exit_code == 1
    assert "INFINO_ACCESS_KEY" in done.output


def test_help_and_version():
    assert "Run a gateway on this machine" in CliRunner().invoke(command, ["-h"]).output
    assert "infino" in CliRunner().invoke(command, ["--version"]).output


WIDE = (
    "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,origin,"
    "dest,air_time,distance,hour,minute,time_hour\n"
    "2013,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z\n"
)


@pytest.fixture
def wide(run, fresh, tmp_path: Path):
    """A dataset of nineteen columns and one record, loaded from standard input."""
    dataset = fresh("wide")
    done = run("load", dataset, "-", text=WIDE)
    assert done.exit_code == 0, done.output
    return dataset


def test_a_wide_table_leaves_out_the_middle_and_says_which(run, wide):
    done = run("sql", f'SELECT * FROM "{wide}"')
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert {"2013", "517", "1400"} <= set(done.stdout.split())
    assert "left out: _id, sched_dep_time" in done.stderr
    assert "N14228" in run("sql", f'SELECT * FROM "{wide}"', "-o", "vertical").output


@pytest.mark.parametrize(
    ("widths", "room", "spare", "kept"),
    [
        ([5, 5, 5], 80, (), [0, 1, 2]),
        ([26, 4, 4], 30, (0,), [1, 2]),
        ([10, 10, 10, 10], 34, (3, 1), [0, 2]),
        ([10, 10, 10, 10], 46, (), [0, 1, 3]),
        ([90, 90], 80, (), []),
        ([90], 80, (), [0]),
    ],
)
def test_columns_that_fit(widths, room, spare, kept):
    assert fitting(widths, room, spare) == kept


def test_ids_and_states_stay_whole_where_room_is_short(run, gateway, fresh, tmp_path: Path):
    database_file(tmp_path / "shop.db", "CREATE TABLE orders (id)")
    made = run("connections", "create", "sqlite", "--name", fresh("shop"), "--config", f"path: {tmp_path}/shop.db")
    assert made.exit_code == 0, made.output
    with gateway.client() as client:
        (connection,) = [one for one in client.connections.list() if one.id in made.output]
        job = client.imports.create(
            "sqlite", connection_id=connection.id, target_dataset=fresh("orders"), query="SELECT * FROM orders"
        )
        client.imports.wait(job.id)
    shown = run("imports", "list")
    assert all(len(line) <= 80 for line in shown.stdout.splitlines())
    assert {job.id, "completed"} <= set(shown.stdout.split())
    assert "history" in shown.stderr
    assert connection.id in run("connections", "list").stdout


def test_when_nothing_fits_rows_stand_beneath_each_other(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    assert run("sql", "SELECT 'abcdefghijklmn' AS a, 'opqrstuvwxyzab' AS b").output.splitlines() == [
        "a  abcdefghijklmn",
        "b  opqrstuvwxyzab",
    ]


def test_what_data_says_cannot_steer_the_terminal(run):
    table = run("sql", "SELECT 'level[bold]7' AS a, 'a[/b]c' AS b, chr(27) || '[31m' AS c, chr(8238) AS d").output
    assert "level[bold]7" in table
    assert "a[/b]c" in table
    assert "\\x1b[31m" in table
    assert "\\u202e" in table
    assert printable("a\tb\ud800") == "a\\tb\\ud800"
    error = run("sql", 'SELECT * FROM "\x1b[2J"').output
    assert "\x1b" not in error
    evil = "\x1b]0;x\x07\u202e"
    for words in (
        ["load", "d", f"/no{evil}"],
        ["sql", f"--{evil}"],
        [f"--{evil}"],
        [evil],
        ["-o", evil, "sql", "SELECT 1"],
    ):
        assert not set(evil[:2] + evil[-2:]) & set(run(*words).output) - {"]"}


def test_what_programs_read_is_escaped_on_a_terminal_and_nowhere_else(run, monkeypatch):
    evil = "a\x1b[2J\x07\x9b31m\u202e\u200b\U000e0041\r\nb"
    text = f"SELECT '{evil}' AS v, NULL AS n, ['{evil}'] AS l, '{evil}' AS \"k\x9b\""
    commands = [("sql", text, "-o", form) for form in ("csv", "json", "ndjson")]
    commands.append(("request", "POST", "/sql", "-d", json.dumps({"query": text})))
    piped = [run(*words).stdout for words in commands]
    assert all("\x9b" in said and "\u202e" in said and "\U000e0041" in said for said in piped)
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    shown = [run(*words).stdout for words in commands]
    for said in shown:
        assert said.replace("\n", "") == printable(said.replace("\n", ""))
    assert shown[0].splitlines()[1].startswith(f"{printable(evil)},,")
    assert [json.loads(said) for said in shown[1:3]] == [json.loads(said) for said in piped[1:3]]
    assert json.loads(shown[3])["rows"] == json.loads(piped[3])["rows"]


@pytest.mark.parametrize("text", ["a\x1b[2J\u202e\x9b31m\nb", "a\x1b[2J\u202e\x9b31m\nb".encode(), b"\xff\x1b\x9b"])
def test_text_and_files_are_escaped_on_a_terminal_and_nowhere_else(capfdbinary, monkeypatch, text):
    show(Session(), text, done="")
    said = capfdbinary.readouterr().out
    assert said == text if isinstance(text, bytes) else said.decode() == f"{text}\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show(Session(), text, done="")
    shown = capfdbinary.readouterr().out.decode()
    assert shown == printable_lines(shown)
    assert "\\x" in shown


def test_what_is_told_beside_the_data_does_not_steer(capsys):
    Session().say("thread \x1b[2J\u202e: done")
    assert capsys.readouterr().err == "thread \\x1b[2J\\u202e: done\n"


def test_a_statement_from_a_pipe_a_file_and_with_values(run, tmp_path: Path):
    assert run("sql", "-", "-o", "ndjson", text="SELECT 41 + 1 AS answer").output == '{"answer":42}\n'
    (tmp_path / "q.sql").write_text("SELECT 1 AS one")
    assert run("sql", "-f", str(tmp_path / "q.sql"), "-o", "json").output == '[{"one":1}]\n'
    assert run("sql", "SELECT ? AS v", "-p", "x", "-o", "csv").output == "v\nx\n"
    assert "not both" in run("sql", "SELECT 1", "-f", str(tmp_path / "q.sql")).output


def test_a_statement_that_writes_says_how_much(run, wide):
    assert "1 record changed" in run("sql", f"DELETE FROM \"{wide}\" WHERE origin = 'EWR'").output


def test_a_question_that_finds_nothing_is_a_table_without_rows(run, loaded):
    found = run("sql", f'SELECT n FROM "{loaded}" WHERE false', "-o", "json")
    assert (json.loads(found.stdout), found.stderr) == ([], "")
    assert run("sql", f'SELECT n FROM "{loaded}" WHERE false', "-o", "csv").stdout == "n\n"
    assert "0 records changed" in run("sql", f'DELETE FROM "{loaded}" WHERE false').stderr


def test_a_password_is_read_unseen_and_never_shown(run, gateway, fresh, monkeypatch):
    name = fresh("user")
    with gateway.client() as client:
        client.users.create(name, {"Roles": []})
    for arguments in ((), ("-",), ("hunter2-typed",)):
        done = run("users", "set-password", name, *arguments, text="correct-horse\n")
        assert done.exit_code == 0, done.output
        assert done.output == f"users set-password {name}: done\n"
    assert "pipe it in" in run("users", "set-password", name, text="").output
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    done = run("users", "set-password", name, text="first-try\nslipped\nright-one\nright-one\n")
    assert done.exit_code == 0, done.output
    assert "do not match" in done.output
    assert "right-one" not in done.output


def test_aggregations_are_rows_too(run, loaded):
    search = {"aggs": {"by": {"terms": {"field": "w.keyword"}}}}
    assert json.loads(run("dsl", loaded, json.dumps({"size": 0, **search}), "-o", "json").stdout) == [
        {"by": "a", "doc_count": 30}
    ]
    both = run("dsl", loaded, json.dumps({"size": 1, **search}), "-o", "ndjson")
    assert len(both.stdout.splitlines()) == 1
    assert "only hits are printed" in both.stderr
    assert "doc_count" in run("dsl", loaded, json.dumps({"size": 1, **search})).stdout


def test_a_single_object_is_one_for_programs_too(run, loaded):
    assert json.loads(run("whoami", "-o", "json").stdout)["username"] == "admin"
    assert json.loads(run("datasets", "get", loaded, "-o", "ndjson").stdout)["docs.count"] == 60
    assert len(json.loads(run("datasets", "list", "-o", "json").stdout)) >= 1


def test_files_of_metrics_and_of_records_are_read(run, fresh, tmp_path: Path):
    dataset = fresh("cli") + ".aly"
    assert run("datasets", "create", dataset).exit_code == 0
    samples = tmp_path / "samples.txt"
    samples.write_text("up 1 1700000000000\n")
    assert "1 samples" in run("metrics", "upload", dataset, str(samples)).output
    assert "1 samples" in run("metrics", "upload", dataset, "-", text="up 2 1700000060000\n").output
    records = tmp_path / "1.ndjson"
    records.write_text('{"a": 1}\n')
    assert "completed" in run("files", "upload", fresh("cli"), str(records)).output
    for group in ("metrics", "files"):
        assert "there is no file" in run(group, "upload", dataset, str(tmp_path / "none")).output


def test_arguments_that_take_files_are_those_of_the_methods():
    import inspect

    from infino import Infino
    from infino.cli.operations import TAKES_FILES

    client = Infino(access_key="a", secret_key="b")
    for (resource, method), (argument, _) in TAKES_FILES.items():
        assert argument in inspect.signature(getattr(getattr(client, resource), method)).parameters


def every_command(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from every_command(below, f"{path} {name}")
    else:
        yield path, command


def test_every_command_and_option_says_what_it_does():
    commands = dict(every_command(command, "infino"))
    assert len(commands) > 90
    wrong = []
    for path, one in commands.items():
        texts = {"": one.help, "in a list": one.get_short_help_str(limit=500)}
        texts |= {option.opts[0]: option.help for option in one.params if isinstance(option, click.Option)}
        for name, text in texts.items():
            if not text or "None" in text or not text.rstrip().endswith((".", "'", "}")) or text[0].islower():
                wrong.append((path, name, text))
    assert wrong == []


def test_a_mistyped_command_names_the_likely_one(run):
    for arguments, likely in ((("sqll",), "sql"), (("datasets", "lst"), "list"), (("config", "shwo"), "show")):
        done = run(*arguments)
        assert done.exit_code == 2
        assert f"Did you mean {likely!r}?" in done.output


def test_what_is_not_there_need_not_be_deleted(run, fresh):
    assert "nothing to do" in run("datasets", "delete", fresh("none"), "--missing-ok", "--yes").output
    assert run("datasets", "delete", fresh("none"), "--yes").exit_code == 1
    missing = run("datasets", "exists", fresh("none"))
    assert (missing.exit_code, missing.output.split()[-1]) == (1, "no")


def test_rows_as_parquet(run, loaded, tmp_path: Path):
    import io

    import pyarrow.parquet as pq

    written = run("sql", f'SELECT n FROM "{loaded}" ORDER BY n', "-o", "parquet").stdout_bytes
    assert pq.read_table(io.BytesIO(written)).column("n").to_pylist() == list(range(60))


def test_every_operation_of_the_document_is_a_command(run):
    from infino import Infino
    from infino.cli.operations import _BY_HAND, resource_group
    from tests.support.tree import methods

    known = {name: resource_group(name) for name in ("datasets", "connections", "dashboards", "users", "fino")}
    for path, name, _ in methods(Infino(access_key="a", secret_key="b")):
        parts = path.split(".")[1:]
        if not parts or parts[0] not in known or name in _BY_HAND:
            continue
        group = known[parts[0]]
        for part in parts[1:]:
            group = group.commands[part]
        assert name.replace("_", "-") in group.commands, f"{path}.{name}"


def test_an_operation_takes_objects_files_and_lists(run, fresh, tmp_path: Path):
    user, role = fresh("ann"), fresh("reader")
    document = tmp_path / "role.yaml"
    document.write_text(
        'Version: 2025-01-01\nPermissions:\n  - {ResourceType: record, Actions: [read], Resources: ["x*"]}'
    )
    assert run("roles", "create", role, f"@{document}").exit_code == 0
    keys = run("users", "create", user, json.dumps({"Roles": [role]}))
    assert "secret_key" in keys.output
    assert role in run("users", "get", user, "-o", "json").output
    rotated = run("keys", "rotate", user, "--yes")
    assert rotated.output != keys.output
    assert "--yes" in run("users", "delete", user).output
    assert run("users", "delete", user, "--yes").exit_code == 0
    assert "neither JSON nor YAML" in run("roles", "create", role, "{a: [").output


def test_roles_from_a_folder_are_planned_and_applied(run, fresh, tmp_path: Path):
    role = fresh("planned")
    document = {
        "Version": "2025-01-01",
        "Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["x"]}],
    }
    (tmp_path / f"{role}.json").write_text(json.dumps(document))
    planned = run("roles", "plan", str(tmp_path))
    assert planned.exit_code == 2
    assert f"create role {role}" in planned.output
    rows = json.loads(run("roles", "plan", str(tmp_path), "-o", "json").stdout)
    assert [(row["name"], row["action"]) for row in rows] == [(role, "create")]
    assert "1 role changed" in run("roles", "apply", str(tmp_path)).output
    assert run("roles", "plan", str(tmp_path)).exit_code == 0
    (tmp_path / f"{role}.json").write_text(run("roles", "show", role).stdout)
    assert "1 role is as planned" in run("roles", "plan", str(tmp_path)).output
    assert role in run("roles", "show", role, "-o", "json").stdout
    (tmp_path / "again.json").write_text(json.dumps({role: document}))
    assert "a second time" in run("roles", "plan", str(tmp_path)).output
    (tmp_path / "again.json").write_text("x: [")
    assert f"{tmp_path / 'again.json'}" in run("roles", "plan", str(tmp_path)).output.replace("\n", "")


def test_a_look_at_the_connection(run, gateway):
    assert "admin" in run("whoami").output
    assert gateway.endpoint in run("ping").output
    report = run("doctor")
    assert report.exit_code == 0
    assert [line.split()[:2] for line in report.output.splitlines()] == [
        ["ok", f"{name}:"] for name in ("versions", "settings", "proxy", "endpoint", "clock", "signature", "keys")
    ]
    checks = json.loads(run("doctor", "-o", "json").stdout)
    assert [one["check"] for one in checks if one["ok"]][-1] == "keys"
    answer = run("request", "POST", "/sql", "-d", '{"query": "SELECT 1 AS one"}')
    assert json.loads(answer.output)["rows"]


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("INFINO_SECRET_KEY", "wrong", "FAIL signature: 401"),
        ("INFINO_ENDPOINT", "http://127.0.0.1:1", "FAIL endpoint: cannot connect"),
        ("INFINO_ENDPOINT", "ftp://x", "FAIL settings: the endpoint must start with"),
        ("INFINO_ACCESS_KEY", None, "FAIL settings:"),
    ],
)
def test_a_doctor_names_what_is_wrong_first(run, monkeypatch, name, value, finding):
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    report = run("doctor")
    assert report.exit_code == 1
    assert report.output.splitlines()[-1].startswith(finding)
    rows = run("doctor", "-o", "ndjson")
    assert (rows.exit_code, json.loads(rows.stdout.splitlines()[-1])["ok"]) == (1, False)


def test_settings_are_written_where_clients_read_them(run, gateway, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert "no profile yet" in run("config", "profiles").stderr
    assert run("config", "set", "region", "eu-west-1", "--profile", "work").exit_code == 0
    login = run(
        "config",
        "login",
        "--profile",
        "work",
        "--endpoint",
        gateway.endpoint,
        text=f"{gateway.access_key}\n{gateway.secret_key}\n",
    )
    assert login.exit_code == 0, login.output
    assert gateway.secret_key not in login.output
    assert (tmp_path / "infino" / "config.toml").stat().st_mode & 0o777 == 0o600
    assert run("config", "profiles").output == "work\n"
    assert run("config", "profiles", "-o", "csv").output == "profile\nwork\n"
    shown = run("--profile", "work", "config", "show").output
    assert "eu-west-1" in shown
    assert run("config", "set", "secret_key", "--profile", "work", text="another\n").exit_code == 0
    assert 'secret_key = "another"' in (tmp_path / "infino" / "config.toml").read_text()
    assert run("config", "set", "proxy", "http://127.0.0.1:1", "--profile", "work").exit_code == 0
    assert "http://127.0.0.1:1" in run("--profile", "work", "config", "show").output
    assert gateway.secret_key not in shown
    assert "true or false" in run("config", "set", "allow_http", "maybe").output


def test_completion_is_written_where_the_shell_looks(run, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run("completion", "install", "fish").exit_code == 0
    assert "_INFINO_COMPLETE" in (tmp_path / ".config/fish/completions/infino.fish").read_text()


def test_new_records_are_followed(run, loaded):
    shown = run("tail", loaded, "--by", "n", "-n", "2", "--rounds", "2", "--interval", "0.1")
    assert [json.loads(line)["n"] for line in shown.output.splitlines()] == [58, 59]
    assert "no date field" in run("tail", loaded, "--rounds", "1").output
    dated = run("load", f"{loaded}-d", "-", text='{"t": "2024-01-02T00:00:00Z"}\n{"t": "2024-01-01T00:00:00Z"}\n')
    assert dated.exit_code == 0
    assert "2024-01-02" in run("tail", f"{loaded}-d", "-n", "1", "--rounds", "1").output
    assert "Name a dataset" in run("tail").output
    metrics = f"{loaded}.aly"
    assert run("datasets", "create", metrics).exit_code == 0
    assert (
        run("metrics", "upload", metrics, "-", text=f"{metrics.replace('.', '_').replace('-', '_')} 7\n").exit_code == 0
    )
    followed = run("tail", metrics, "--promql", '{__name__=~".+"}', "--rounds", "1", "-o", "ndjson")
    assert [json.loads(line)["value"] for line in followed.output.splitlines()] == [7.0]


@pytest.mark.parametrize("already", ["0", "5"])
def test_only_new_records_are_followed_however_many_share_a_moment(run, gateway, fresh, monkeypatch, already):
    dataset, rounds = fresh("tail"), iter(range(3))

    def add(first: int, count: int, moment: int) -> None:
        with gateway.client() as client:
            client.datasets.load(dataset, [{"id": str(first + n), "t": moment} for n in range(count)], id="id")

    def meanwhile(seconds: float) -> None:
        number = next(rounds)
        add(100 + number * 1200, 1 if number else 1200, 2)

    add(0, 20, 1)
    monkeypatch.setattr("infino.cli.tail.time", SimpleNamespace(sleep=meanwhile))
    lines = run("tail", dataset, "--by", "t", "-n", already, "--rounds", "4").output.splitlines()
    shown = [json.loads(line) for line in lines]
    assert [one["t"] for one in shown].count(1) == int(already)
    assert len({one["_id"] for one in shown if one["t"] == 2}) == len(shown) - int(already) == 1202


def test_one_question(run, loaded):
    answered = run("ask", f"how many {loaded}", "--source", loaded, "-o", "json")
    assert answered.exit_code == 0
    assert "60" in answered.output


def test_the_shell_answers_and_helps(gateway, loaded, tmp_path: Path, capsys):
    script = tmp_path / "script.sql"
    script.write_text("SELECT 'a;b' AS x; -- a; comment\nSELECT 2 AS y;")
    with gateway.client() as client:
        shell = Shell(client, Session(), 5)
        shell.statement(f'SELECT count(*) AS c FROM "{loaded}";')
        shell.statement(f'SELECT n FROM "{loaded}"')
        assert shell.command("\\d")
        assert shell.command(f"\\d {loaded}")
        assert shell.command("\\o ndjson")
        assert shell.command(f"\\i {script}")
        shell.statement("SELECT nonsense FROM nowhere;")
        assert shell.command("\\unknown")
        assert not shell.command("\\q")
        assert not shell.take("exit;")
        assert shell.take("SELECT")
        assert shell.take("exit;")
        fields = list(shell.words.matching(f'SELECT  FROM "{loaded}"', ""))[:3]
        words = list(shell.words.matching(f'SELECT w FROM "{loaded}"', "w"))
    said = capsys.readouterr()
    assert "60" in said.out
    assert loaded in said.out
    assert '{"x":"a;b"}\n{"y":2}' in said.out
    assert "nowhere" in said.err
    assert "not a command" in said.err
    assert "5 of 60 rows; \\limit N shows more, \\o csv prints all" in said.err
    assert "--" not in said.err
    assert {"n", "w"} <= set(fields)
    assert {"WHEN", "WHERE", "WITH"} <= set(words)


def test_the_shell_is_typed_into(gateway, loaded, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    typed = [
        f'SELECT count(*) AS c FROM "{loaded}";',
        "SELECT 'a;",  # a semicolon in a text ends nothing, also at the end of a line
        "\\o ndjson",  # a command among the lines of a statement leaves it as it is
        "b' AS x; SELECT 2 AS y; SELECT",
        "\x03SELECT 3 AS z;",  # Ctrl-C drops what is begun
        "\\q",
        "SELECT 4 AS never;",
    ]
    with gateway.client() as client, create_pipe_input() as pipe:
        pipe.send_text("".join(f"{line}\r" for line in typed))
        with create_app_session(input=pipe, output=DummyOutput()):
            Shell(client, Session(), 5).run()
    said = capsys.readouterr()
    assert "60" in said.out
    assert '{"x":"a;\\nb"}\n{"y":2}\n{"z":3}\n' in said.out
    assert "never" not in said.out
    assert said.err == ""
    history = tmp_path / "infino" / "sql_history"
    assert "SELECT 3 AS z;" in history.read_text(encoding="utf-8")
    assert history.stat().st_mode & 0o777 == 0o600


def test_a_shell_without_a_place_for_its_history_goes_on(gateway, tmp_path: Path, capsys, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with gateway.client() as client, create_pipe_input() as pipe:
        pipe.send_text("SELECT 5 AS five;\r\x04")
        with create_app_session(input=pipe, output=DummyOutput()):
            Shell(client, Session(output="ndjson"), 5).run()
    said = capsys.readouterr()
    assert '{"five":5}' in said.out
    assert "not kept" in said.err


def test_the_shell_completes_what_stands_above_and_after(gateway, loaded, monkeypatch):
    def offered(typed: str, after: str = "") -> set[str]:
        document = Document(typed + after, cursor_position=len(typed))
        return {one.text for one in words.get_completions(document, CompleteEvent())}

    with gateway.client() as client:
        words = Words(client)
        words.above = f'SELECT n FROM "{loaded}"\n'
        assert "id" in offered("WHERE i")
        words.above = ""
        assert "id" in offered("SELECT max(i", f') FROM "{loaded}"')
        monkeypatch.setattr(words, "_datasets", [loaded])
        assert "id" in offered("SELECT i")
        monkeypatch.setattr(words, "_datasets", [loaded, *map(str, range(20))])
        assert "id" not in offered("SELECT i")
        monkeypatch.setattr(words, "_datasets", [loaded, "id-cards"])
        assert offered("SELECT n FROM i") == {'"id-cards"'}


def test_a_file_is_cut_at_semicolons_outside_quotes():
    assert statements("a ';' b; /* ; */ c; -- ;\n d") == ["a ';' b", "/* ; */ c", "-- ;\n d"]


def test_the_texts_of_arguments_are_those_of_the_docstring():
    assert argument_texts("One.\n\nArgs:\n    a: First\n        and more.\n    b: Second.\n\nReturns:\n    x") == {
        "a": "First and more.",
        "b": "Second.",
    }
