"""Following what is new: records of a dataset, or an expression over metrics."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from infino.cli.output import say_json, text_of
from infino.cli.session import Session, command
from infino.core.redaction import printable

if TYPE_CHECKING:
    from infino import Infino

LOOK = 1000
"""New records that one look brings at most; what is beyond them comes with the next."""


@command()
@click.argument("dataset", required=False)
@click.option(
    "--by", "field", help="Field of time or of a sequence that orders the records; the first date when left out."
)
@click.option("-n", "--lines", type=click.IntRange(min=0), default=10, show_default=True, help="Records shown first.")
@click.option("--promql", "expression", help="Follow this expression instead of records, over DATASET or all metrics.")
@click.option(
    "--interval", type=click.FloatRange(min=0.1), default=2.0, show_default=True, help="Seconds between two looks."
)
@click.option("--rounds", type=click.IntRange(min=1), help="Stop after so many looks; by default at Ctrl-C.")
def tail(
    session: Session,
    dataset: str | None,
    field: str | None,
    lines: int,
    expression: str | None,
    interval: float,
    rounds: int | None,
) -> None:
    """Follow new records: infino tail web-logs --by timestamp, one JSON object a line. Ctrl-C ends it."""
    if dataset is None and expression is None:
        raise click.UsageError("Name a dataset, or an expression with --promql.")
    if expression is not None and field is not None:
        raise click.UsageError("--by orders records, and --promql follows samples: leave one of them out.")
    if session.output not in (None, "ndjson"):
        raise click.UsageError(
            f"Following never ends, so nothing can be written as {session.output}: leave --output out."
        )
    with session.client() as client:
        looks = (
            _values(client, expression, dataset, session.output)
            if expression is not None
            else _records(client, str(dataset), field, lines)
        )
        done = 0
        while rounds is None or done < rounds:
            for line in next(looks):
                say_json(line)
            sys.stdout.flush()
            done += 1
            if rounds is None or done < rounds:
                time.sleep(interval)


def _values(client: Infino, expression: str, dataset: str | None, form: str | None) -> Iterator[list[str]]:
    from infino.core.codec import dumps

    while True:
        rows = client.query.promql(expression, dataset=dataset)
        if form is not None:
            yield [dumps(row).decode() for row in rows]
        else:
            yield ["  ".join(f"{printable(name)}={text_of(value)}" for name, value in row.items()) for row in rows]


def _records(client: Infino, dataset: str, field: str | None, lines: int) -> Iterator[list[str]]:
    from infino.core.codec import dumps

    field = field or _order(client, dataset)
    newest: Any = None
    known: set[str] = set()  # ids of the records of the newest moment
    # More than are shown, so that the others of the newest moment are known and do not come as new ones.
    body: dict[str, Any] = {"size": max(lines, LOOK), "sort": [{field: "desc"}]}
    fresh = client.query.dsl(dataset, body).hits()[::-1]
    shown = fresh[max(len(fresh) - lines, 0) :]
    while True:
        for hit in fresh:
            moment = (hit.sort or [None])[0]
            if moment != newest:
                newest, known = moment, set()
            known.add(str(hit.id))
        yield [dumps({"_id": hit.id, **(hit.source or {})}).decode() for hit in shown]
        # Records of the newest moment may still come, so it is asked for again; the size leaves room beside the known.
        body = {"size": LOOK + len(known), "sort": [{field: "asc"}]}
        if newest is not None:
            body["query"] = {"range": {field: {"gte": newest}}}
        shown = fresh = [hit for hit in client.query.dsl(dataset, body).hits() if str(hit.id) not in known]


def _order(client: Infino, dataset: str) -> str:
    from infino.results.column import declared_kind

    for one in client.datasets.schema(dataset):
        if declared_kind(str(one.type)) in ("date", "timestamp"):
            return str(one.name)
    raise click.UsageError(f"{dataset} has no date field to follow: name a field that grows with --by.")
