"""Who is calling."""

from __future__ import annotations

import attrs


@attrs.frozen
class Principal:
    """The verified identity behind a request."""

    username: str
    account_id: str
    admin: bool = False
