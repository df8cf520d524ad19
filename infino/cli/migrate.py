"""`infino migrate`: from programs of infino-sdk 0.7 to this SDK."""

from __future__ import annotations

from pathlib import Path

import click

from infino.cli.session import Session, command, failure


@command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--write", "writing", is_flag=True, help="Write the new calls into the files.")
def migrate(session: Session, paths: tuple[Path, ...], writing: bool) -> None:
    """List the calls of infino-sdk 0.7 in Python files with what they are now; nothing is changed without --write."""
    from infino import InfinoError
    from infino.migration import rewrite

    try:
        calls = list(rewrite.find(paths))
        for call in calls:
            click.echo(str(call))
        if writing:
            for path in dict.fromkeys(call.path for call in calls):
                rewrite.write(path)
    except InfinoError as error:
        raise failure(error) from error
    done = " replaced; answers are typed objects now: look at what is done with them" if writing else ""
    session.say(f"{len(calls)} old calls{done}")
