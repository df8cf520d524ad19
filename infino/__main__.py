"""`python -m infino` is the command `infino`."""

from __future__ import annotations

from infino.cli import main

if __name__ == "__main__":
    main()
