"""Read the answer to a bulk request, cheaply when all went well."""

from __future__ import annotations

from typing import Any, Literal

import attrs

from infino.core import codec
from infino.core.errors import (
    APIError,
    ClientClosedError,
    ConfigError,
    DecodeError,
    InfinoError,
    ValidationError,
)
from infino.core.retry import RETRYABLE_STATUSES, may_be_done, surely_unsent

# Parts of Elasticsearch's error types, for items that come without a status.
_RETRYABLE_WORDS = ("rejected_execution", "too_many_requests", "unavailable", "timeout")
Result = Literal["created", "updated", "deleted", "noop"]


@attrs.frozen
class Tally:
    """A request of which every record was accepted."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    noop: int = 0


@attrs.frozen
class Item:
    """What the service said about one record; `result` is None when it was not accepted."""

    result: Result | None
    status: int | None = None
    code: str = ""
    reason: str = ""
    retryable: bool = False


@attrs.frozen
class AllAnswered:
    """The service answered for every record."""

    items: Tally | list[Item]


@attrs.frozen
class RequestRefused:
    """The request was refused as a whole, by the service or before it was sent; nothing was processed."""

    error: InfinoError
    retry_after: float | None = None


@attrs.frozen
class Unsent:
    """No connection could be made."""

    error: InfinoError


@attrs.frozen
class AnswerLost:
    """The request went out, and nothing usable came back; where it is `readable`, asking again will not say more."""

    error: InfinoError
    readable: bool = False


Outcome = AllAnswered | RequestRefused | Unsent | AnswerLost


def failed(error: InfinoError) -> Outcome:
    """Sort an error of the transport by what it says about the records."""
    if isinstance(error, APIError):
        return AnswerLost(error) if may_be_done(error) else RequestRefused(error, error.retry_after)
    if isinstance(error, ClientClosedError | ConfigError | ValidationError):
        return RequestRefused(error)  # raised before anything is sent
    if surely_unsent(error):
        return Unsent(error)
    return AnswerLost(error)


def understood(content: bytes, count: int, ids: list[str] | None = None) -> Outcome:
    """Read the body of a successful answer; `ids`, where each record has one, tell which items are missing."""
    quick = all_accepted(content, count)
    if quick is not None:
        return AllAnswered(quick)
    try:
        body = codec.loads(content)
    except ValueError as error:
        return AnswerLost(DecodeError(f"the answer to a bulk request is not JSON: {error}", operation="records.bulk"))
    found = body.get("items") if isinstance(body, dict) else None
    items = [_item(entry) for entry in found] if isinstance(found, list) else []
    # The service answers in the order of the request, so positions match as long as no item is missing.
    if len(items) == count:
        return AllAnswered([item for _, item in items])
    matched = _by_id(items, ids)
    if matched is not None:
        return AllAnswered(matched)
    return AnswerLost(
        DecodeError(
            f"{count} records were sent and the answer lists {len(items)}", operation="records.bulk", path="$.items"
        ),
        readable=True,
    )


def all_accepted(content: bytes, count: int) -> Tally | None:
    """Count results without building objects, if every record was accepted.

    The text of an id cannot hold an unescaped quote.
    """
    if b'"errors":false' not in content or not content.rstrip().endswith(b"}"):
        return None
    created = content.count(b'"result":"created"')
    if created == count:
        return Tally(created=created)
    updated = content.count(b'"result":"updated"')
    deleted = content.count(b'"result":"deleted"')
    noop = content.count(b'"result":"noop"')
    if created + updated + deleted + noop != count:
        return None
    return Tally(created, updated, deleted, noop)


def _by_id(items: list[tuple[str | None, Item]], ids: list[str] | None) -> list[Item] | None:
    """Match items to records by id where some are missing; those are errors that may be tried again."""
    if not items or ids is None or len(set(ids)) != len(ids):
        return None
    known = dict(items)
    if len(known) != len(items) or None in known or not known.keys() <= set(ids):
        return None
    missing = Item(None, code="no_answer", reason="the answer does not speak of this record", retryable=True)
    return [known.get(name, missing) for name in ids]


def _item(entry: Any) -> tuple[str | None, Item]:
    """Read one entry of `items`: an object with the action as its only key."""
    action, detail = next(iter(entry.items()), ("", None)) if isinstance(entry, dict) else ("", None)
    if not isinstance(detail, dict):
        return None, Item(None, code="no_answer", reason=f"the answer holds {entry!r:.100} for this record")
    name = detail.get("_id")
    return (None if name is None else str(name)), _judge(str(action), detail)


def _judge(action: str, detail: dict[str, Any]) -> Item:
    status, error, result = detail.get("status"), detail.get("error"), detail.get("result")
    status = status if isinstance(status, int) else None
    if not error:
        if result in ("created", "updated", "deleted", "noop"):
            return Item(result, status)
        if result == "not_found" and action == "delete":
            return Item("noop", status)  # the record is gone, as asked
        # Some gateways leave out `result`; an item without an error was accepted.
        if status is not None and 200 <= status < 300:
            return Item({"delete": "deleted", "update": "updated"}.get(action, "created"), status)  # type: ignore[arg-type]  # values are results
        error = {"type": str(result or "rejected"), "reason": "the service gave no reason"}
    if not isinstance(error, dict):
        error = {"type": "rejected", "reason": str(error)}
    code = str(error.get("type") or "rejected")
    reason = str(error.get("reason") or error.get("message") or code)
    retryable = status in RETRYABLE_STATUSES if status is not None else any(word in code for word in _RETRYABLE_WORDS)
    return Item(None, status, code, reason, retryable)
