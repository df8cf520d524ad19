"""The `infino` command: a gateway on this machine, questions in SQL, PromQL or English, uploads and a conversation."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without its extra, say how to install it."""
    try:
        from infino.cli.commands import infino
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        sys.exit("The command line needs an extra: pip install 'infino-sdk[cli]'")
    infino(prog_name="infino")
