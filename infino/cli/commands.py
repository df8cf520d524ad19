"""What `infino` can do on a terminal."""

from __future__ import annotations

import contextlib
import csv
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from infino import Infino, InfinoError


@contextlib.contextmanager
def connected() -> Iterator[Infino]:
    """A client of what the environment or the profile names; errors end as one line, not as a traceback."""
    try:
        with Infino() as client:
            yield client
    except InfinoError as error:
        hint = getattr(error, "hint", None)
        raise click.ClickException(f"{error}\n{hint}" if hint and hint not in str(error) else str(error))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="infino-sdk", prog_name="infino")
def infino() -> None:
    """Infino on the command line.

    Credentials come from INFINO_ACCESS_KEY, INFINO_SECRET_KEY and INFINO_ENDPOINT, or from a profile.
    """


@infino.command()
@click.option("--port", default=9201, show_default=True, help="TCP port on loopback; 0 takes a free one.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Folder that keeps everything.")
@click.option("--ephemeral", is_flag=True, help="Keep nothing after it stops.")
@click.option("--compat", is_flag=True, help="Tolerate what the old SDK 0.7.0 signs differently.")
@click.option("--seed", type=click.Choice(["flights"]), help="Load demonstration data first.")
def local(port: int, data: Path | None, ephemeral: bool, compat: bool, seed: str | None) -> None:
    """Run a gateway on this machine and print how to reach it."""
    try:
        from infino.local.serve import serve
    except ModuleNotFoundError as error:
        raise click.ClickException(f"The local gateway needs an extra: pip install 'infino-sdk[local]' ({error.name})")
    if data and ephemeral:
        raise click.UsageError("--data keeps everything and --ephemeral keeps nothing: choose one.")
    if data is None and not ephemeral:
        data = Path.home() / ".local" / "share" / "infino"
    serve(port=port, data=data, compat=compat, seed=seed)


@infino.command()
@click.argument("query")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--limit", default=50, show_default=True, help="Rows shown in a table; csv and json print all.")
def sql(query: str, form: str, limit: int) -> None:
    """Ask in SQL: infino sql 'SELECT count(*) FROM "web-logs"'."""
    with connected() as client:
        write(client.query.sql(query), form, limit)


@infino.command()
@click.argument("expression")
@click.option("--dataset", help="The dataset of metrics; without it, all of them.")
@click.option("--at", help="Time: ISO text, Unix seconds or now-6h.")
@click.option("--start", help="Start of a range, with --end and --step.")
@click.option("--end", default="now", show_default=True)
@click.option("--step", default="1m", show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option("--limit", default=50, show_default=True)
def promql(
    expression: str, dataset: str | None, at: str | None, start: str | None, end: str, step: str, form: str, limit: int
) -> None:
    """Ask in PromQL, for one instant or a range: infino promql 'sum(rate(http_requests_total[5m]))'."""
    with connected() as client:
        if start is None:
            write(client.query.promql(expression, at=at, dataset=dataset), form, limit)
        else:
            write(client.query.promql_range(expression, start=start, end=end, step=step, dataset=dataset), form, limit)


@infino.command()
@click.argument("dataset")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--id", "id_field", help="The field that holds each record's id.")
@click.option("--dead-letter", type=click.Path(path_type=Path), help="Where rejected records are written.")
@click.option("--checkpoint", type=click.Path(path_type=Path), help="Where progress is kept, to go on after a kill.")
def load(dataset: str, path: Path, id_field: str | None, dead_letter: Path | None, checkpoint: Path | None) -> None:
    """Upload a file (NDJSON, JSON, CSV, Parquet, Arrow) into a dataset, created if it is missing."""
    with connected() as client:
        client.datasets.create(dataset, exist_ok=True)
        report = client.records.bulk(
            dataset,
            path,
            id=id_field,
            on_error="collect",
            dead_letter=dead_letter,
            checkpoint=checkpoint,
            progress=True,
        )
    click.echo(repr(report))
    sys.exit(0 if report.ok else 1)


@infino.command()
@click.option("--thread", help="Id of a thread to continue.")
@click.option("--source", "sources", multiple=True, help="Dataset to ask; may be given several times.")
def chat(thread: str | None, sources: tuple[str, ...]) -> None:
    """Talk with Fino on the terminal."""
    from infino.chat.terminal import main

    with connected() as client:
        sys.exit(main(client, thread=thread, sources=sources or None))


def write(result: Any, form: str, limit: int) -> None:
    """Print a result as a table, CSV or JSON lines."""
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(column.name for column in result.columns)
        writer.writerows(result.rows())
        return
    if form == "json":
        from infino.core.codec import dumps

        for row in result:
            click.echo(dumps(row))
        return
    table = Table(*[column.name for column in result.columns])
    for row in islice(result.rows(), limit):
        table.add_row(*["" if value is None else str(value) for value in row])
    Console().print(table)
    if len(result) > limit:
        click.echo(f"{limit} of {len(result)} rows; --limit shows more, --format csv prints all", err=True)
