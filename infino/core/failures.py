"""From the answer of the service, or of a proxy before it, to a typed error; and why a connection failed."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from infino.core import codec
from infino.core.errors import APIError, class_for_status
from infino.core.messages import Response
from infino.core.redaction import redact
from infino.core.retry import RETRYABLE_STATUSES

_TEXT_LIMIT = 300
_TITLE = r"(?is)<title[^>]*>(.*?)</title>"
_CONVERSATIONS = ("/fino/", "/_conversation/")
_TIME_WORDS = r"skew|expired|not yet (?:valid|current)|too (?:far|old|early|late)|\bclock\b|request.?time|timestamp"
_SIGNATURE_WORDS = "signature|unauthori[sz]ed|authentication"
_SAID_SECONDS = 2.0
_UNSAID_SECONDS = 240.0  # services accept about five minutes
# What a clock that is right can say for as long as this is in use.
_EARLIEST, _LATEST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


UNEXPLAINED: Final = "no explanation given"
"""What stands in the message of a refusal that says nothing of itself."""


def parse_body(content: bytes) -> Any:
    """Decode an error body: JSON where it is JSON, else text."""
    if not content.strip():
        return None
    try:
        return codec.loads(content)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")


def _first_text(*candidates: Any) -> str | None:
    for candidate in candidates:
        if isinstance(candidate, str) and candidate.strip():
            return candidate.strip()
    return None


def _explain_mapping(body: Mapping[str, Any]) -> tuple[str | None, str | None]:
    error = body.get("error")
    code = _first_text(body.get("errorType"), body.get("code"), body.get("type"))
    if isinstance(error, Mapping):
        causes = error.get("root_cause")
        cause = causes[0] if isinstance(causes, list) and causes and isinstance(causes[0], Mapping) else {}
        return (
            _first_text(error.get("type"), error.get("code"), cause.get("type"), code),
            _first_text(error.get("reason"), error.get("message"), error.get("details"), cause.get("reason")),
        )
    return code, _first_text(
        error, body.get("message"), body.get("error_message"), body.get("reason"), body.get("detail")
    )


def explain(body: Any) -> tuple[str | None, str | None]:
    """Find the code and the reason in an error body of any known shape."""
    if isinstance(body, Mapping):
        return _explain_mapping(body)
    if isinstance(body, list) and body and isinstance(body[0], Mapping):
        return _explain_mapping(body[0])
    if not isinstance(body, str):
        return None, None
    if "<html" in body[:500].lower() or "<!doctype html" in body[:500].lower():
        import html  # slow to import, and few answers are pages

        title = re.search(_TITLE, body)
        shown = html.unescape(" ".join(title.group(1).split())) if title else "untitled"
        return "html", f"a web page instead of JSON, titled {shown!r}"
    text = " ".join(body.split())[:_TEXT_LIMIT]
    # A bare word with underscores, such as `index_not_found_exception`, is a code.
    return (text, None) if re.fullmatch(r"[a-z]+(_[a-z]+)+", text) else (None, text)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read `Retry-After`, in seconds or as a date; of several, as proxies leave them, the longest.

    It is never negative, infinite where the number is larger than any float, and None where nothing can be read.
    """
    # A date has a comma of its own, behind the day of the week.
    lines = re.findall(r"(?:[A-Za-z]+,)?[^,]+", headers.get("retry-after", ""))
    return max((waits for line in lines if (waits := _waits(line.strip(), headers, now)) is not None), default=None)


def _waits(value: str, headers: Mapping[str, str], now: datetime) -> float | None:
    if re.fullmatch(r"-?[0-9]+(?:\.[0-9]*)?", value):
        return max(0.0, float(value))
    moment = _date(value)
    # Both dates are the service's: the difference holds whatever our clock says.
    return None if moment is None else max(0.0, (moment - (server_time(headers) or now)).total_seconds())


def is_clock_skew(status: int, reason: str | None, code: str | None, offset: float | None) -> bool:
    """Tell whether a refusal is about the time of signing, by what it says and by the offset of `server_offset`."""
    if status not in (400, 401, 403) or offset is None or code == "html":
        return False
    if abs(offset) >= _SAID_SECONDS and speaks_of_time(reason, code):
        return True
    said = f"{code or ''} {reason or ''}".lower()
    # Some gateways give no reason, or only that the signature is wrong.
    return abs(offset) >= _UNSAID_SECONDS and (not said.strip() or re.search(_SIGNATURE_WORDS, said) is not None)


def speaks_of_time(reason: str | None, code: str | None) -> bool:
    """Tell whether a refusal names the time of signing, or the end of a pair of keys, as its reason."""
    return re.search(_TIME_WORDS, f"{code or ''} {reason or ''}".lower()) is not None


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """Return the service's clock as it answered; None when the answer does not say, or not credibly.

    An `Age` means that the answer comes from a cache, and so does its `Date` (RFC 9111, 5.1).
    """
    moment = None if "age" in headers else _date(headers.get("date"))
    return moment if moment is not None and _EARLIEST <= moment < _LATEST else None


def server_offset(headers: Mapping[str, str], signed: datetime, took: float = 0.0) -> float | None:
    """Return how many seconds the service's clock was ahead of the time of signing, or None when it does not say.

    It may have looked at its clock at any moment of the seconds that the answer `took`.
    """
    moment = server_time(headers)
    if moment is None:
        return None
    ahead = (moment - signed).total_seconds()
    return ahead - min(max(ahead, 0.0), took)


def _date(value: str | None) -> datetime | None:
    if value is None:
        return None
    from email.utils import parsedate_to_datetime  # slow to import, and only refusals need it

    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _hint(status: int, code: str | None, reason: str | None, offset: float | None, path: str) -> str | None:
    said = f"{code or ''} {reason or ''}".lower()
    if is_clock_skew(status, reason, code, offset):
        minutes = abs(offset or 0) / 60
        side = "behind" if (offset or 0) > 0 else "ahead of"
        return f"this machine's clock is {minutes:.0f} minutes {side} the service's; set it right"
    if code == "html":
        return "a proxy or load balancer answered instead of the service; check the endpoint"
    if 300 <= status < 400:
        return "redirects are refused because a signature holds for one address; use the final address as endpoint"
    if status in (401, 403) and speaks_of_time(reason, code):
        return "the service finds the time of signing or the keys out of date; check this machine's clock and the keys"
    if status == 401:
        hint = "check the access key, the secret key and the region"
        # Below `/dataset/x`, and in conversations, 401 is about the keys alone.
        if path.count("/") > 2 or path.startswith(_CONVERSATIONS):
            return hint
        return f"{hint}; the service also answers 401 when the dataset does not exist"
    if status == 403:
        return "the keys are valid but no role of this user allows this action"
    if status == 400 and "parse" in said and "-" in said:
        return 'names with - or . must be quoted in SQL: SELECT * FROM "my-dataset"'
    if status == 405:
        return "the gateway does not know this route; it may be older than this SDK"
    if status == 413:
        return "send smaller chunks: lower chunk_bytes or chunk_records"
    return None


def _message(response: Response, code: str | None, reason: str | None) -> str:
    if code == "html":
        return f"{response.status}: {reason}"
    if code and reason:
        return f"{response.status} {code}: {reason}"
    return f"{response.status} {code}" if code else f"{response.status}: {reason or UNEXPLAINED}"


def error_from_response(
    response: Response, *, method: str, path: str, now: datetime, signed: datetime | None = None
) -> APIError:
    """Build the typed error for a refusal; `signed` is the time that was signed, where it is another than now."""
    body = parse_body(response.content)
    code, reason = explain(body)
    reason = reason and redact(reason)  # a proxy may repeat what it was sent
    offset = server_offset(response.headers, signed or now)
    return class_for_status(response.status)(
        _message(response, code, reason),
        status=response.status,
        code=code,
        reason=reason,
        body=body,
        headers=response.headers,
        request_id=response.request_id,
        operation=response.operation,
        method=method,
        path=path,
        hint=_hint(response.status, code, reason, offset, path),
        retryable=response.status in RETRYABLE_STATUSES,
        retry_after=retry_after(response.headers, now),
    )


def root_cause(error: BaseException) -> BaseException:
    """Follow a chain of translated errors down to what the operating system said."""
    # Chains may be circular.
    for _ in range(20):
        inner = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__ or error.__context__
        if inner is None:
            break
        error = inner
    return error


def connect_hint(root: BaseException, *, proxied: bool = False) -> str | None:
    """Say what to do about a connection that could not be made, by its root cause."""
    if proxied and isinstance(root, ConnectionRefusedError | socket.gaierror):
        return "check the address of the proxy, and whether it runs"
    if isinstance(root, ConnectionRefusedError):
        return "nothing listens there; is the gateway running, and is the port right?"
    if isinstance(root, socket.gaierror):
        return "the host name is unknown; check the endpoint"
    if type(root).__module__ == "ssl":
        return "TLS failed; check the certificate, the ca_bundle setting, or whether the server speaks https at all"
    return None
