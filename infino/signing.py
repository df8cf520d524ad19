"""Signing for anyone who talks to Infino without this SDK's client.

`SigV4Signer` is a pure function of its arguments and the time: it sends nothing and logs nothing.
"""

from __future__ import annotations

from infino.core.signer import UNSIGNED_PAYLOAD, PathStyle, SigV4Signer

__all__ = ["UNSIGNED_PAYLOAD", "PathStyle", "SigV4Signer"]
