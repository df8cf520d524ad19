"""What an agent can do: each tool is one call of the client, and its description is what the agent reads of it."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import ValidationError
from typing_extensions import TypedDict  # the one that pydantic reads on Python 3.11

from infino.core.codec import dumps
from infino.core.errors import InfinoError
from infino.core.redaction import printable_lines
from infino.mcp.pages import NOTICE, AnswerColumn, AnswerRows, Listed, Pages, check_limit, refusal, sentence, short
from infino.plans.connections import never_writes
from infino.plans.statement import reads_only

if TYPE_CHECKING:
    from infino.client import AsyncInfino
    from infino.results.search import Hit

# Characters of one text; beyond that it would fill the context of an agent.
MOST_TEXT = 20_000
_EVERY_HIT = frozenset(("_id", "_index", "_score", "_source", "_type"))
P = ParamSpec("P")


class SearchFound(TypedDict):
    """What a search found: hits as rows, and aggregations as the store gave them; both are data.

    `total` is how many records fit, or where `total_is_exact` is false, the least that do.
    """

    hits: AnswerRows
    total: int | None
    total_is_exact: bool
    aggregations: dict[str, Any]


class DatasetDescribed(TypedDict):
    """Fields of a dataset, and a few records; `next_field` is where the fields go on, and null at the end."""

    name: str
    records: int
    fields: list[AnswerColumn]
    next_field: int | None
    samples: AnswerRows


class Answered(TypedDict):
    """An answer of Fino."""

    notice: str
    text: str
    statement: str | None
    rows: AnswerRows
    thread: str | None
    complete: bool


class Written(TypedDict):
    """What a writing tool did."""

    done: str
    accepted: int | None
    not_accepted: int
    problems: list[str]


@contextmanager
def sentences(kind: type[Exception]) -> Iterator[None]:
    """Turn errors of a call into sentences that an agent can act on, without anything that could steer a terminal."""
    try:
        yield
    except InfinoError as error:
        raise kind(sentence(error)) from error


def _as_tool_result(method: Callable[P, Awaitable[Mapping[str, Any]]]) -> Callable[P, Awaitable[CallToolResult]]:
    """Hand over an answer as an object and as short JSON."""

    @functools.wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> CallToolResult:
        with sentences(ToolError):
            answer = dict(await method(*args, **kwargs))
        # Both forms: the specification asks for text beside structured content, for clients that know no other.
        content = TextContent(type="text", text=dumps(answer).decode())
        return CallToolResult(content=[content], structured_content=answer)

    return run


class _Tool(Tool):
    async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:
        """Call it; what is wrong with the arguments is said in one sentence, with those that it takes."""
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as error:
            if not isinstance(error.__cause__, ValidationError):
                raise
            wrong = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in error.__cause__.errors()[:5]
            )
            takes = ", ".join(self.parameters["properties"]) or "nothing"
            raise ToolError(printable_lines(f"{self.name} takes {takes}; {wrong}")) from None


def tool(function: Callable[..., Any], annotations: ToolAnnotations) -> Tool:
    """Make a tool of a function; an argument that it does not know is refused and not passed over."""
    made = _Tool.from_function(function, structured_output=True, annotations=annotations)
    arguments = made.fn_metadata.arg_model
    # pydantic ignores unknown arguments by default, and a misspelt filter would then read everything.
    arguments.model_config["extra"] = "forbid"
    arguments.model_rebuild(force=True)
    made.parameters = arguments.model_json_schema(by_alias=True)
    return made


def _row(hit: Hit) -> dict[str, Any]:
    """A hit with its fields, and with what else was asked of it, such as `_highlight` or `_sort`."""
    more = {f"_{name.lstrip('_')}": value for name, value in hit.raw.items() if name not in _EVERY_HIT}
    return {"_id": hit.id, "_score": hit.score, **hit.source, **more}


class ReadingTools:
    """The tools that read. Descriptions are what an agent sees of each."""

    def __init__(self, client: AsyncInfino, pages: Pages) -> None:
        self._client, self._pages = client, pages

    @_as_tool_result
    async def list_datasets(self, start: int = 0, limit: int = 100) -> Listed:
        """List the datasets that these keys may see, with their numbers of records, from `start` on."""
        found = await self._client.datasets.list().all()
        shown = [{"name": item.name, "records": item.doc_count} for item in found]
        return self._pages.listed(shown, start, limit)

    @_as_tool_result
    async def describe_dataset(self, dataset: str, samples: int = 3, first_field: int = 0) -> DatasetDescribed:
        """Describe one dataset: number of records, fields with types from one on, and up to 20 samples of them."""
        if not 0 <= samples <= 20 or first_field < 0:
            raise refusal("samples must be 0 to 20, and first_field must not be negative")
        known = await self._client.datasets.schema(dataset)
        everything = [AnswerColumn(name=field.name, type=field.type or "unknown") for field in known]
        fields, next_field = self._pages.columns(everything, first_field)
        body: dict[str, Any] = {"query": {"match_all": {}}, "size": samples}
        if len(fields) < len(everything):
            # Samples of the same fields that are described, or thousands of columns would fill the answer.
            body["_source"] = [field["name"] for field in fields]
        shown = await self._client.query.dsl(dataset, body)
        return DatasetDescribed(
            name=dataset,
            records=await self._client.datasets.count(dataset),
            fields=fields,
            next_field=next_field,
            samples=self._pages.objects([hit.source for hit in shown.hits()], max(samples, 1)),
        )

    @_as_tool_result
    async def query_sql(self, statement: str, limit: int = 100) -> AnswerRows:
        """Run one SQL statement that reads, such as SELECT, over the datasets; names of datasets are tables."""
        if not reads_only(statement):
            raise refusal(
                "query_sql runs one statement that surely reads: SELECT, WITH, VALUES, SHOW, DESCRIBE or EXPLAIN, "
                "without a second statement and without a word that writes"
            )
        return self._pages.table(await self._client.query.sql(statement), limit)

    @_as_tool_result
    async def search(self, dataset: str, body: dict[str, Any], limit: int = 50) -> SearchFound:
        """Search a dataset with a QueryDSL body: query, aggs, sort, from, _source, size (as many as `limit`)."""
        check_limit(limit)
        if left_out := {"suggest", "profile"} & body.keys():
            raise refusal(f"search hands over hits and aggregations, and {left_out.pop()} would be left out")
        found = await self._client.query.dsl(dataset, {"size": limit, **body})
        hint = "ask for fewer buckets by size, or for a part of them by a composite aggregation"
        aggregations = self._pages.whole("the search has aggregations", dict(found.aggregations.items()), hint)
        hits = self._pages.objects(map(_row, found.hits()), limit)
        exact = found.total_is_exact
        return SearchFound(hits=hits, total=found.total, total_is_exact=exact, aggregations=aggregations)

    @_as_tool_result
    async def query_promql(
        self,
        expression: str,
        start: str | None = None,
        end: str | None = None,
        step: str = "1m",
        dataset: str | None = None,
        limit: int = 100,
    ) -> AnswerRows:
        """Evaluate PromQL now, or from `start` to `end` (ISO 8601 or like `now-6h`) in steps such as `1m`."""
        if start is None and end is None:
            return self._pages.table(await self._client.query.promql(expression, dataset=dataset), limit)
        if start is None:
            raise refusal("give start beside end")
        result = await self._client.query.promql_range(
            expression, start=start, end="now" if end is None else end, step=step, dataset=dataset
        )
        return self._pages.table(result, limit)

    @_as_tool_result
    async def ask(
        self, question: str, ctx: Context[Any, Any], datasets: list[str] | None = None, thread: str | None = None
    ) -> Answered:
        """Ask Fino in plain words; give `thread` of an answer to ask more, and `datasets` to say where to look."""
        async with self._client.fino.stream(question, thread=thread, sources=datasets) as stream:
            number = 0
            async for event in stream:
                number += 1
                text = getattr(event, "text", "")
                await ctx.report_progress(number, message=text[:200] if isinstance(text, str) and text else None)
            answer = stream.answer
        statement = answer.sql or (dumps(answer.querydsl).decode() if answer.querydsl else None)
        return Answered(
            notice=NOTICE,
            text=short(answer.text, MOST_TEXT),
            statement=short(statement, MOST_TEXT),
            rows=self._pages.objects(answer.rows, 100),
            thread=answer.thread_id,
            complete=answer.complete,
        )

    @_as_tool_result
    async def list_connections(self, start: int = 0, limit: int = 100) -> Listed:
        """List the connected stores that these keys may see; what is secret about them is left out."""
        found = await self._client.connections.list().all()
        kept = [{"id": item.id, "name": item.name, "type": item.type, "status": item.status} for item in found]
        return self._pages.listed(kept, start, limit)

    @_as_tool_result
    async def query_connection(
        self, connection: str, dataset: str, query: str | dict[str, Any], limit: int = 100
    ) -> AnswerRows:
        """Query a connected store in its own language: SQL or PromQL text that reads, or a QueryDSL object."""
        if isinstance(query, str) and not never_writes(query):
            raise refusal(
                "query_connection takes one SQL statement or PromQL expression that surely reads; write `up{}` for the "
                "metric `up`, since a name alone may be a procedure"
            )
        return self._pages.table(await self._client.connections.query(connection, dataset, query), limit)

    @_as_tool_result
    async def read_more(self, cursor: str, limit: int = 100) -> AnswerRows:
        """Read the next part of an answer by its cursor; each cursor works once."""
        return self._pages.more(cursor, limit)


class WritingTools:
    """The tools that write, which are there only on demand."""

    def __init__(self, client: AsyncInfino) -> None:
        """Write with this client."""
        self._client = client

    @_as_tool_result
    async def run_sql(self, statement: str) -> Written:
        """Run one SQL statement that writes: INSERT, UPDATE, UPSERT or DELETE. It cannot be undone."""
        stats = (await self._client.query.execute(statement)).stats
        return Written(done="the statement ran", accepted=stats.affected_rows, not_accepted=0, problems=[])

    @_as_tool_result
    async def upload_records(self, dataset: str, records: list[dict[str, Any]], id_field: str | None = None) -> Written:
        """Add records to a dataset; with `id_field`, a record replaces the one with the same id."""
        # Collected: the agent should see each reason, and not only the first.
        report = await self._client.records.bulk(dataset, records, id=id_field, on_error="collect")
        return Written(
            done=str(report),
            accepted=report.accepted,
            not_accepted=report.rejected + report.unknown,
            problems=[f"record {one.position}: {printable_lines(one.reason)}" for one in report.rejections[:20]],
        )
