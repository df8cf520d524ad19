"""`python -m infino.chat`: a conversation on the terminal, or one question and its answer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from infino.client import Infino
from infino.core.errors import InfinoError


def run(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and talk.

    Args:
        arguments: Arguments to read instead of those of the process.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m infino.chat", description="Talk with Fino in plain words.")
    parser.add_argument("question", nargs="*", help="ask this, print the answer, and leave")
    parser.add_argument("--thread", help="id of a thread to continue")
    parser.add_argument("--source", action="append", metavar="DATASET", help="look in this dataset; may be repeated")
    parser.add_argument("--local", nargs="?", const="", metavar="FOLDER", help="use a gateway inside this process")
    given = parser.parse_args(arguments)
    try:
        client = Infino() if given.local is None else Infino.local(given.local or None)
        with client:
            return _talk(client, given)
    except (InfinoError, ImportError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # a program
        return 1


def _talk(client: Infino, given: argparse.Namespace) -> int:
    from infino.chat.terminal import Talk, main
    from infino.core.extras import require

    if not given.question:
        return main(client, thread=given.thread, sources=given.source)
    require("rich", "cli", "the terminal conversation")
    from rich.console import Console

    with Talk(client, Console(), thread=given.thread, sources=given.source) as talk:
        return 0 if talk.ask(" ".join(given.question)) is not None else 1


if __name__ == "__main__":
    sys.exit(run())
