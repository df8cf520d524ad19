"""The document of the API, read once for all tests: one that changes it takes a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator import reading

DOCUMENT: dict[str, Any] = reading.load(Path(__file__).parents[2] / "openapi" / "infino.yaml")
