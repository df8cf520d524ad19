# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The call of `datasets.probe`."""

from __future__ import annotations

from infino.runtime import read as readers
from infino.runtime.call import Call
from infino.runtime.path import segment

from .._reserved import RESERVED


def request(name: str) -> Call[None]:
    """Plan the call; see the resource method of the same name."""
    return Call(
        operation="datasets.probe",
        method="HEAD",
        path=f"/{segment(name, 'name', reserved=RESERVED)}/schema",
        retry="safe",
        accept="none",
        parse=readers.nothing,
    )
