"""An endpoint that is added to the document is a typed, signed method of both clients after one command."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.changes import ROOT, base

ERRORS = {
    "400": "BadRequest",
    "401": "Unauthorized",
    "403": "Forbidden",
    "404": "NotFound",
    "409": "Conflict",
    "413": "TooLarge",
    "429": "RateLimited",
    "5XX": "ServerError",
}
NEW_PATH: dict[str, Any] = {
    "parameters": [{"$ref": "#/components/parameters/Dataset"}],
    "post": {
        "operationId": "createReport",
        "tags": ["datasets"],
        "summary": "Write a report on a dataset",
        "description": "Sums up what the dataset holds.",
        "x-infino-resource": "reports",
        "x-infino-method": "create",
        "x-infino-retry": "safe",
        "parameters": [
            {"name": "draft", "in": "query", "description": "True for a draft.", "schema": {"type": "boolean"}}
        ],
        "requestBody": {
            "required": True,
            "description": "What to write.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ReportRequest"}}},
        },
        "responses": {
            "200": {
                "description": "The report.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Report"}}},
            },
            **{code: {"$ref": f"#/components/responses/{name}"} for code, name in ERRORS.items()},
        },
    },
}
NEW_SCHEMAS: dict[str, Any] = {
    "ReportRequest": {
        "type": "object",
        "description": "What to write.",
        "required": ["title"],
        "properties": {
            "title": {"type": "string", "description": "Title."},
            "pages": {"type": "integer", "description": "How many pages at most."},
        },
    },
    "Report": {
        "type": "object",
        "description": "A report.",
        "properties": {
            "id": {"type": "string", "description": "Its id."},
            "page-count": {"type": ["integer", "null"], "description": "How many pages it has."},
        },
    },
}
PROGRAM = """
import asyncio, inspect, json, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import infino_api
from infino import AsyncInfino, Infino
from infino_api.models import Report

seen = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        seen.append([self.command, self.path, json.loads(body), self.headers["Authorization"][:16]])
        status, answer = (500, b"{}") if len(seen) == 1 else (200, b'{"id": 5, "page-count": "3", "mood": "new"}')
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
options = {"access_key": "IAK_1", "secret_key": "s", "endpoint": f"http://127.0.0.1:{server.server_port}"}


async def main():
    async with AsyncInfino(**options) as client:
        return await client.reports.create("flights", title="Delays", draft=True)


with Infino(**options) as client:
    first = client.reports.create("flights", title="Delays", pages=2)
    raw = client.reports.with_raw_response.create("flights", title="Delays")
second = asyncio.run(main())
server.shutdown()
server.server_close()
assert isinstance(first, Report) and first == second == raw.value and raw.status == 200
print(json.dumps({
    "home": infino_api.__file__,
    "report": first.to_dict(),
    "pages": first.page_count,
    "seen": seen,
    "doc": inspect.getdoc(type(client.reports).create).splitlines()[0],
    "returns": inspect.signature(type(client.reports).create).return_annotation,
}))
"""


def run(*command: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package of a document that has one operation more."""
    folder = tmp_path_factory.mktemp("regenerated")
    document = copy.deepcopy(base())
    document["paths"]["/{dataset}/report"] = NEW_PATH
    document["components"]["schemas"] |= NEW_SCHEMAS
    (folder / "infino.yaml").write_text(json.dumps(document))
    done = run(
        str(ROOT / "scripts" / "generate"),
        *("--document", str(folder / "infino.yaml"), "--output", str(folder / "infino_api")),
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_a_new_operation_is_a_method_of_both_clients(regenerated: Path) -> None:
    done = run("-W", "error", "-c", PROGRAM, PYTHONPATH=str(regenerated))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["home"] == str(regenerated / "infino_api" / "__init__.py")
    assert found["report"] == {"id": "5", "page-count": 3, "mood": "new"}
    assert found["pages"] == 3
    assert found["seen"] == [
        ["POST", "/flights/report", {"title": "Delays", "pages": 2}, "AWS4-HMAC-SHA256"],
        ["POST", "/flights/report", {"title": "Delays", "pages": 2}, "AWS4-HMAC-SHA256"],
        ["POST", "/flights/report", {"title": "Delays"}, "AWS4-HMAC-SHA256"],
        ["POST", "/flights/report?draft=true", {"title": "Delays"}, "AWS4-HMAC-SHA256"],
    ]
    assert found["doc"] == "Write a report on a dataset."
    assert found["returns"] == "Report"


@pytest.mark.soak  # `make check` runs mypy over what is generated of the document as it stands
def test_the_new_method_is_typed(regenerated: Path) -> None:
    program = regenerated / "program.py"
    program.write_text(
        "from infino_api.resources.reports import AsyncReportsResource, ReportsResource\n\n\n"
        "def use(reports: ReportsResource) -> int | None:\n"
        '    reports.create("flights", title=5)\n'
        '    reports.create("flights")\n'
        '    return reports.create("flights", title="Delays").page_count\n\n\n'
        "async def use_async(reports: AsyncReportsResource) -> str | None:\n"
        '    return (await reports.create("flights", title="Delays")).id\n'
    )
    done = run(
        *("-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent", "--config-file", os.devnull),
        str(program),
        MYPYPATH=f"{regenerated}{os.pathsep}{ROOT}",
    )
    assert 'program.py:5: error: Argument "title" to "create"' in done.stdout, done.stdout + done.stderr
    assert 'program.py:6: error: Missing named argument "title"' in done.stdout
    assert "Found 2 errors in 1 file" in done.stdout


PLAN = '''"""The calls of `client.reports`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from infino_api.api.reports import create as _create

from infino.core.errors import ValidationError
from infino.runtime.call import Call

if TYPE_CHECKING:
    from infino_api.models.report import Report


def create(dataset: str, words: Sequence[str] | str, *, pages: int | None = None) -> Call[Report]:
    """Write a report with a title of several words.

    Args:
        dataset: Name of the dataset.
        words: Words of the title, or the title.
        pages: How many pages at most.

    Returns:
        The report.

    Raises:
        ValidationError: There are no words.

    Examples:
        >>> client.reports.create("flights", ["late", "planes"]).id
    """
    if not words:
        raise ValidationError("a report needs words", operation="reports.create")
    return _create.request(dataset, title=words if isinstance(words, str) else " ".join(words), pages=pages)
'''
FLOW = '''"""`client.reports.each`: a report on each of several datasets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Unpack

from infino_api.resources.reports import AsyncReportsResource

from infino.resources.concurrency import async_side_by_side
from infino.runtime.options import CallOptions, check_options

if TYPE_CHECKING:
    from infino_api.models.report import Report


class AsyncReports(AsyncReportsResource):
    """Reports on datasets."""

    async def each(self, datasets: Sequence[str], title: str, **options: Unpack[CallOptions]) -> list[Report]:
        """Write a report on each dataset, side by side.

        Args:
            datasets: Names of the datasets.
            title: Title of each.
            **options: `timeout`, `headers` and `retry` of each call; see `CallOptions`.

        Returns:
            The reports, in the order of the datasets.

        Examples:
            >>> [report.id for report in await client.reports.each(["flights"], "Delays")]
        """
        check_options(options, "reports.each")

        async def write(dataset: str) -> Report:
            return await self.create(dataset, title, **options)

        return await async_side_by_side(write, datasets, 2)

    async def numbered(self, datasets: Sequence[str]) -> AsyncIterator[str]:
        """Write reports one after the other, and give their ids."""
        for dataset in datasets:
            yield (await self.create(dataset, "Delays")).id or ""
'''
NEWCOMER = (
    PROGRAM.split("async def main")[0]
    + """
async def main():
    async with AsyncInfino(**options) as client:
        each = await client.reports.each(["a", "b"], "Delays")
        return [len(each), [one async for one in client.reports.numbered(["c"])]]


with Infino(**options) as client:
    made = client.reports.create("flights", ["late", "planes"])
    raw = client.reports.with_raw_response.create("flights", "late", pages=1)
    found = [len(client.reports.each(["a", "b"], "Delays")), list(client.reports.numbered(["c"]))]
    shown = {}
    calls = {"plan": lambda: client.reports.create("a", []), "flow": lambda: client.reports.each([], "a", timout=1)}
    for name, call in calls.items():
        try:
            call()
        except Exception as error:
            shown[name] = f"{type(error).__name__}: {error}"
    assert type(client.reports).__name__ == "Reports"
assert asyncio.run(main()) == found
server.shutdown()
server.server_close()
print(json.dumps({"bodies": [one[2] for one in seen[1:3]], "found": found, "shown": shown, "sent": len(seen),
                  "doc": inspect.getdoc(AsyncInfino(**options).reports.create)}))
"""
)


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project: with a document entry, a function, a class and one command; nothing is registered."""
    tmp_path = tmp_path_factory.mktemp("extended")
    for folder in ("infino", "openapi", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "local"))
    document = copy.deepcopy(base())
    operation = {**NEW_PATH["post"], "x-infino-plan": "infino.plans.reports"}
    document["paths"]["/{dataset}/report"] = {**NEW_PATH, "post": operation}
    document["components"]["schemas"] |= NEW_SCHEMAS
    (tmp_path / "openapi" / "infino.yaml").write_text(json.dumps(document))
    (tmp_path / "infino" / "plans" / "reports.py").write_text(PLAN)
    (tmp_path / "infino" / "resources" / "reports.py").write_text(FLOW)
    (tmp_path / "generated").mkdir()
    done = run(str(tmp_path / "scripts" / "generate"))
    assert done.returncode == 0, done.stderr
    return tmp_path


def path_of(project: Path) -> str:
    return os.pathsep.join((str(project), str(project / "generated")))


def test_a_newcomer_adds_a_plan_and_a_flow_as_the_page_says(extended: Path) -> None:
    done = run("-W", "error", "-c", NEWCOMER, cwd=extended, PYTHONPATH=path_of(extended))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["bodies"] == [{"title": "late planes"}, {"title": "late", "pages": 1}]
    assert found["found"] == [2, ["5"]]
    assert found["shown"] == {
        "plan": "ValidationError: a report needs words (reports.create)",
        "flow": "TypeError: reports.each() got an unexpected keyword argument 'timout'; did you mean 'timeout'?",
    }
    assert found["sent"] == 9  # the first answer was an error, and reports may be repeated
    assert '>>> (await client.reports.create("flights", ["late", "planes"])).id' in found["doc"]


@pytest.mark.soak
def test_the_plan_and_the_flow_of_a_newcomer_are_typed(extended: Path) -> None:
    checked = run(
        *("-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent", "--config-file", os.devnull),
        *(str(extended / "generated" / "infino_api" / room / "reports.py") for room in ("resources", "blocking")),
        MYPYPATH=path_of(extended),
    )
    assert checked.returncode == 0, checked.stdout


def test_a_document_that_breaks_a_rule_changes_nothing(regenerated: Path) -> None:
    document = json.loads((regenerated / "infino.yaml").read_text())
    document["paths"]["/{dataset}/report"]["post"]["x-infino-retry"] = "sometimes"
    (regenerated / "broken.yaml").write_text(json.dumps(document))
    before = (regenerated / "infino_api" / "GENERATED.json").read_bytes()
    done = run(
        str(ROOT / "scripts" / "generate"),
        *("--document", str(regenerated / "broken.yaml"), "--output", str(regenerated / "infino_api")),
    )
    assert done.returncode == 2
    assert "paths./{dataset}/report.post.x-infino-retry: x-infino-retry: 'sometimes' is refused" in done.stderr
    assert (regenerated / "infino_api" / "GENERATED.json").read_bytes() == before
