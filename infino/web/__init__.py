"""Pages served on this machine: dashboards with filters, the records behind their marks, and questions to Fino."""

from __future__ import annotations

from infino.web.server import WebServer

__all__ = ["WebServer"]
