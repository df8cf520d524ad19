"""Connections to stores elsewhere: made, kept with their secrets encrypted, and queried in their own language."""

from infino.local.sources.routes import ROUTES

__all__ = ["ROUTES"]
