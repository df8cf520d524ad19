"""Import jobs and file uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infino.local.imports import jobs, runs
from infino.local.imports.routes import ROUTES

if TYPE_CHECKING:
    from infino.local.state import Gateway


def start(gateway: Gateway) -> None:
    """Close what an earlier process left open, and look after schedules until the gateway closes."""
    runs.interrupted(gateway)
    jobs.interrupted(gateway)
    gateway.part(runs.threads, gateway)
    gateway.on_close(jobs.Scheduler(gateway).close)


__all__ = ["ROUTES", "start"]
