"""Uploads, and what `datasets` can do beside its operations."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import click

from infino.cli.output import write
from infino.cli.session import Session, command


@command()
@click.argument("dataset")
@click.argument("paths", nargs=-1, required=True)
@click.option("--id", "id_field", help="The field that holds each record's id.")
@click.option(
    "--input-format",
    type=click.Choice(["ndjson", "json", "csv", "parquet", "arrow"]),
    help="When the name does not tell.",
)
@click.option("--dead-letter", type=click.Path(path_type=Path), help="Where rejected records are written.")
@click.option("--checkpoint", type=click.Path(path_type=Path), help="Where progress is kept, to go on after a kill.")
def load(
    session: Session,
    dataset: str,
    paths: tuple[str, ...],
    id_field: str | None,
    input_format: str | None,
    dead_letter: Path | None,
    checkpoint: Path | None,
) -> None:
    """Upload files (NDJSON, JSON, CSV, Parquet, Arrow) into a dataset; - is standard input.

    The dataset is created if it is missing.
    """
    missing = [path for path in paths if path != "-" and "*" not in path and not Path(path).exists()]
    if missing:
        raise click.UsageError(f"{missing[0]} does not exist.")
    settings: dict[str, Any] = {"id": id_field, "dead_letter": dead_letter, "checkpoint": checkpoint}
    stdin: Any = sys.stdin.buffer
    reports = []
    with session.client() as client:
        for path in paths:
            # A reader that can `peek`, which the buffer of a replaced stdin need not have.
            source: Any = io.BufferedReader(stdin) if path == "-" else Path(path)
            if input_format or path == "-":
                settings["format"] = input_format or _guessed(source)
            report = client.datasets.load(
                dataset,
                source,
                # Rejected records are reported below, and must not keep the other files from being loaded.
                on_error="collect",
                progress=not session.quiet and sys.stderr.isatty(),
                **settings,
            )
            reports.append({"source": path, **report.to_dict()})
            session.say(f"{path}: {report}" if len(paths) > 1 else str(report))
            if not report.read:
                session.say("  nothing was read: the source is empty, or a CSV file with a header alone")
            for rejection in report.rejections[:3]:
                session.say(f"  {rejection.reason}")
    if session.output is not None:
        write(reports, session.output, limit=None)
    if not all(report["ok"] for report in reports):
        sys.exit(1)


def _guessed(stream: Any) -> str:
    """Standard input has no name: a first byte of JSON says JSON lines or an array, anything else is CSV."""
    begin = stream.peek(1024).lstrip()[:1]
    return "json" if begin == b"[" else "ndjson" if begin == b"{" else "csv"


@command("show")
@click.argument("dataset")
def show(session: Session, dataset: str) -> None:
    """Show the fields of a dataset and how many records it holds."""
    with session.client() as client:
        write(client.datasets.schema(dataset), session.output, limit=None)
        session.say(f"{client.datasets.count(dataset)} records")


@command("export")
@click.argument("dataset")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def export(session: Session, dataset: str, path: Path) -> None:
    """Write every record of a dataset to a file: .ndjson, .csv, .parquet or .arrow, by its name."""
    with session.client() as client:
        count = client.datasets.export(dataset, path)
    session.say(f"{count:,} {'record' if count == 1 else 'records'} written to {path}")


BESIDE = (show, load, export)
