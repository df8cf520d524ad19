"""The magic %infino in a real IPython shell over the embedded gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets.config import Config

from infino import Infino
from infino.local import LocalGateway
from infino.results import SqlResult


@pytest.fixture
def shell(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
    settings = Config()
    settings.HistoryManager.enabled = False
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(config=settings)
    made.run_line_magic("load_ext", "infino")
    yield made
    made.run_line_magic("unload_ext", "infino")
    InteractiveShell.clear_instance()


@pytest.fixture
def flights(sync_client: Infino, fresh: Callable[..., str]) -> str:
    name = fresh("notebook")
    sync_client.datasets.create(name)
    sync_client.records.bulk(
        name, [{"id": "1", "carrier": "UA", "n": 3}, {"id": "2", "carrier": "AA", "n": 5}], id="id"
    )
    return name


def run(shell: InteractiveShell, cell: str) -> ExecutionResult:
    done: ExecutionResult = shell.run_cell(cell)
    done.raise_error()
    return done


def test_sql_cells(shell: InteractiveShell, sync_client: Infino, flights: str) -> None:
    shell.user_ns["client"] = sync_client
    shown = run(shell, f'%%infino\nSELECT carrier, n FROM "{flights}" ORDER BY n').result
    assert isinstance(shown, SqlResult)
    assert "<table" in shown._repr_html_()
    shell.user_ns["values"] = {"low": 4}
    done = run(shell, f'%%infino sql -o big --as pandas -p values\nSELECT carrier FROM "{flights}" WHERE n > :low')
    assert done.result is None
    assert shell.user_ns["big"]["carrier"].tolist() == ["AA"]
    assert run(shell, "%infino sql SELECT 'a  b' AS one --as dicts").result == [{"one": "a  b"}]
    assert "--into" in repr(run(shell, "%infino --help").result)
    assert run(shell, f'%%infino --as polars\nSELECT n FROM "{flights}"').result.height == 2


def test_dsl_and_promql_cells(
    shell: InteractiveShell, sync_client: Infino, flights: str, fresh: Callable[..., str]
) -> None:
    shell.user_ns["other"] = sync_client
    cell = f'%%infino dsl -d {flights} --client other --as dicts\n{{"query": {{"term": {{"carrier.keyword": "UA"}}}}}}'
    assert [row["n"] for row in run(shell, cell).result] == [3]
    metrics = fresh("notebook") + ".aly"
    sync_client.datasets.create(metrics)
    sync_client.metrics.upload(metrics, 'up{job="a"} 1 1767312000000\n')
    cell = f"%%infino promql -d {metrics} --at 1767312000 --client other\nup"
    assert run(shell, cell).result.scalar() == 1.0
    cell = f"%%infino promql -d {metrics} --start 1767312000 --end 1767312060 --step 30s --client other\nup"
    assert len(run(shell, cell).result) == 3


def test_questions(shell: InteractiveShell, sync_client: Infino, flights: str) -> None:
    shell.user_ns["client"] = sync_client
    answer = run(shell, f"%%infino ask\nhow many records are in {flights}?").result
    assert answer.question == f"how many records are in {flights}?"
    assert answer.complete


def test_without_a_variable_the_client_comes_from_the_environment(
    shell: InteractiveShell, gateway: LocalGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFINO_ENDPOINT", gateway.endpoint)
    monkeypatch.setenv("INFINO_ACCESS_KEY", gateway.access_key)
    monkeypatch.setenv("INFINO_SECRET_KEY", gateway.secret_key)
    assert run(shell, "%infino sql SELECT 2").result.scalar() == 2


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("%%infino\nSELECT nothing FROM nowhere_at_all", "nowhere_at_all"),
        ("%%infino dsl\n{}", "--dataset"),
        ("%%infino dsl -d x\n[1]", "JSON object"),
        ("%%infino dsl -d x\n{", "not JSON"),
        ("%%infino --client missing\nSELECT 1", "missing"),
        ("%%infino --client values\nSELECT 1", "not a client"),
        ("%%infino\n ", "nothing to run"),
        ("%%infino cobol\nSELECT 1", "cobol"),
    ],
)
def test_failures_are_one_sentence(
    shell: InteractiveShell, sync_client: Infino, cell: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.user_ns.update(client=sync_client, values=1)
    done = shell.run_cell(cell)
    assert not done.success
    assert message in str(done.error_in_exec)
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_line_that_begins_with_sql_is_sql(shell: InteractiveShell, sync_client: Infino) -> None:
    shell.user_ns["client"] = sync_client
    assert run(shell, "%infino SELECT 1 AS one").result.to_dicts() == [{"one": 1}]
    assert run(shell, "%infino SELECT 3 -d FROM (SELECT 1 AS d)").result.scalar() == 2
    run(shell, "%infino --into found SELECT 2 AS two")
    assert shell.user_ns["found"].scalar() == 2


def test_lists_and_plans_are_shown_as_html_without_secrets(
    shell: InteractiveShell, sync_client: Infino, flights: str
) -> None:
    shown = shell.display_formatter.format(sync_client.datasets.list())[0]["text/html"]  # type: ignore[union-attr]  # there in a shell
    assert f"{flights!r}" in shown.replace("&#x27;", "'")
    assert shown.startswith("<ol><li>")
    document = {"Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["<b>"]}]}
    plan = sync_client.roles.plan({"analyst": document})
    shown = shell.display_formatter.format(plan)[0]["text/html"]  # type: ignore[union-attr]  # there in a shell
    assert "create role analyst" in shown
    assert "&lt;b&gt;" in shown
