"""Questions: SQL, QueryDSL, PromQL and plain words."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from infino.cli.output import FOR_PROGRAMS, SHOWN, WITH_LIMIT, show_sql, write
from infino.cli.session import Session, command

limit_option = click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=SHOWN,
    show_default=True,
    help="Rows shown; csv, json, ndjson and parquet print all.",
)


@command()
@click.argument("statement", required=False)
@click.option(
    "-f", "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read the statement from a file."
)
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    help="A value for the next ? of the statement; may be given several times.",
)
@limit_option
def sql(session: Session, statement: str | None, file: Path | None, params: tuple[str, ...], limit: int) -> None:
    """Ask in SQL: infino sql 'SELECT count(*) FROM "web-logs"'.

    A statement of - is read from standard input. Without a statement, a shell with history and completion opens.
    """
    if statement is not None and file is not None:
        raise click.UsageError("Give a statement or a file, not both.")
    if file is not None:
        statement = file.read_text(encoding="utf-8")
    # Without a terminal nobody could use the shell, so a pipe is read as if `-` were given.
    elif statement == "-" or (statement is None and not sys.stdin.isatty()):
        statement = sys.stdin.read()
    if statement is not None and not statement.strip():
        raise click.UsageError("The statement is empty.")
    with session.client() as client:
        if statement is None:
            from infino.cli.shell import Shell

            Shell(client, session, limit).run()
            return
        show_sql(session, client.query.sql(statement, list(params) or None), limit)


@command()
@click.argument("dataset")
@click.argument("body", default='{"query": {"match_all": {}}}', metavar="[BODY]")
@limit_option
def dsl(session: Session, dataset: str, body: str, limit: int) -> None:
    """Search with QueryDSL; BODY is JSON or YAML, @FILE, or - for standard input.

    infino dsl flights '{"query": {"term": {"carrier.keyword": "UA"}}}'
    """
    from infino.cli.operations import read_object

    with session.client() as client:
        result = client.query.dsl(dataset, read_object(body))
    found = result.aggregations
    if len(result) or not len(found):
        write(result, session.output, limit=limit, hints=WITH_LIMIT)
        if session.output in FOR_PROGRAMS and len(found):
            click.echo(f"only hits are printed as {session.output}; with a size of 0 the aggregations are", err=True)
            return
    if len(found):
        write(found, session.output, limit=limit, hints=WITH_LIMIT)


@command()
@click.argument("expression")
@click.option("--dataset", help="The dataset of metrics; without it, all of them.")
@click.option("--at", help="Time: ISO text, Unix seconds or now-6h.")
@click.option("--start", help="Start of a range, with --end and --step.")
@click.option("--end", default="now", show_default=True, help="End of the range, written as --at is.")
@click.option("--step", default="1m", show_default=True, help="Distance of the points of the range: 30s, 1m, 2h.")
@limit_option
def promql(
    session: Session,
    expression: str,
    dataset: str | None,
    at: str | None,
    start: str | None,
    end: str,
    step: str,
    limit: int,
) -> None:
    """Ask in PromQL, for one instant or a range: infino promql 'sum(rate(http_requests_total[5m]))'."""
    if at is not None and start is not None:
        raise click.UsageError("--at is one moment, --start begins a range: give one of them.")
    with session.client() as client:
        if start is None:
            result = client.query.promql(expression, at=at, dataset=dataset)
        else:
            result = client.query.promql_range(expression, start=start, end=end, step=step, dataset=dataset)
        write(result, session.output, limit=limit, hints=WITH_LIMIT)


@command()
@click.argument("question")
@click.option("--source", "sources", multiple=True, help="Dataset to ask; may be given several times.")
@click.option("--show-sql", is_flag=True, help="Also print the query behind the answer.")
@limit_option
def ask(session: Session, question: str, sources: tuple[str, ...], show_sql: bool, limit: int) -> None:
    """Ask Fino one question: infino ask 'Which carrier in flights is late most often?'."""
    from infino.core.redaction import printable

    with session.client() as client:
        answer = client.fino.ask(question, sources=sources or None)
    found = answer.data if answer.data is not None and len(answer.data) else None
    # The words are the answer; they stand aside only where rows go to a program.
    aside = session.output in FOR_PROGRAMS
    if not (aside and session.quiet):
        click.echo("\n".join(printable(line) for line in (answer.text or "").splitlines()), err=aside)
    if show_sql and answer.sql:
        click.echo(printable(answer.sql), err=aside)
    if found is not None or aside:
        write([] if found is None else found, session.output, limit=limit, hints=WITH_LIMIT)


@command()
@click.option("--thread", help="Id of a thread to continue.")
@click.option("--source", "sources", multiple=True, help="Dataset to ask; may be given several times.")
def chat(session: Session, thread: str | None, sources: tuple[str, ...]) -> None:
    """Talk with Fino on the terminal."""
    from infino.cli.chat import main

    session.no_form("chat")
    with session.client() as client:
        sys.exit(main(client, thread=thread, sources=sources or None))
