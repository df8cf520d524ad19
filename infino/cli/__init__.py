"""The `infino` command: everything the client can do, on a terminal and in scripts."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without its extra, say how to install it."""
    try:
        from infino.cli.app import infino
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        sys.exit("The command line needs an extra: pip install 'infino-sdk[cli]'")
    infino(prog_name="infino")
