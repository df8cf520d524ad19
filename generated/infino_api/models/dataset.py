# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The model `Dataset`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

import attrs

from infino.runtime import read as readers
from infino.runtime.mixins import Sizes
from infino.runtime.model import Model, WireField, extras, optional


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Dataset(Sizes, Model):
    """One dataset with its health and size.

    Attributes:
        name: Name of the dataset.
        health: Health: green, yellow or red.
        status: Whether it is open or closed.
        uuid: Internal id.
        primary_shards: Number of primary shards.
        replicas: Number of replicas.
        doc_count: Number of records.
        docs_deleted: Number of deleted records not yet cleared away.
        store_size: Size of all copies as text.
        primary_store_size: Size of the primary copy as text.
        created_at: When it was created.
    """

    name: str = optional()
    health: Literal["green", "yellow", "red"] | str | None = optional()
    status: Literal["open", "close"] | str | None = optional()
    uuid: str | None = optional()
    primary_shards: int | None = optional()
    replicas: int | None = optional()
    doc_count: int | None = optional()
    docs_deleted: int | None = optional()
    store_size: str | None = optional()
    primary_store_size: str | None = optional()
    created_at: datetime | None = optional()
    additional_properties: dict[str, Any] = extras()

    FIELDS: ClassVar[tuple[WireField, ...]] = (
        WireField("name", ("index", "name"), readers.text, read_only=True, required=True),
        WireField("health", ("health",), readers.text),
        WireField("status", ("status",), readers.text),
        WireField("uuid", ("uuid",), readers.text),
        WireField("primary_shards", ("pri", "primary_shards"), readers.integer),
        WireField("replicas", ("rep", "replicas"), readers.integer),
        WireField("doc_count", ("docs.count", "docs_count", "doc_count", "count"), readers.integer),
        WireField("docs_deleted", ("docs.deleted", "docs_deleted"), readers.integer),
        WireField("store_size", ("store.size", "store_size"), readers.text),
        WireField(
            "primary_store_size", ("pri.store.size", "pri_store_size", "primary_store_size"), readers.text
        ),
        WireField("created_at", ("creation_date", "created_at", "creation.date"), readers.time),
    )
    PLACE: ClassVar[tuple[str, ...]] = ("components", "schemas", "Dataset")
