"""`infino migrate`: from programs of infino-sdk 0.7 to this SDK."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from infino.cli.output import write
from infino.cli.session import Session, command, failure
from infino.core.redaction import printable


@command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--write", "writing", is_flag=True, help="Write the new calls into the files.")
def migrate(session: Session, paths: tuple[Path, ...], writing: bool) -> None:
    """List the calls of infino-sdk 0.7 in Python files with what they are now; nothing is changed without --write."""
    from infino import InfinoError, ValidationError
    from infino.migration import rewrite

    found: list[rewrite.OldCall] = []
    unread = 0
    for path in rewrite.files(paths):
        try:
            calls = rewrite.write(path) if writing else list(rewrite.find([path]))
        except ValidationError as error:
            click.echo(printable(error), err=True)
            unread += 1
            continue
        except InfinoError as error:
            raise failure(error) from error
        found += calls
        for call in calls if session.output is None else ():
            click.echo(str(call))
    if session.output is not None:
        rows = [{"path": str(call.path), "line": call.line, "old": call.old, "new": call.new} for call in found]
        write(rows, session.output, limit=None)
    count = len(found)
    done = " replaced; answers are typed objects now: look at what is done with them" if writing else ""
    session.say(f"{count} old {'call' if count == 1 else 'calls'}{done}")
    if unread:
        sys.exit(1)
