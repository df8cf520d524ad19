"""User and role documents: read from YAML or JSON, checked, and kept in the capitalised form of the service."""

from __future__ import annotations

import datetime
from typing import Any

import orjson
import yaml

from infino.local.http import GatewayCall, Problem

VERSION = "2025-01-01"
EFFECTS = ("Allow", "Deny")
KINDS = ("metadata", "dataset", "record", "field", "connection", "import", "user", "role", "notifications", "*")
ACTIONS = ("read", "write", "create", "delete", "*")
RULES = ("Allow", "Deny", "Mask")
MASKS = ("redact", "remove")
MAX_DOCUMENT = 1 << 20  # bytes
MAX_DEPTH = 20  # levels of one document in YAML
MAX_NODES = 10_000  # values of one document in YAML, whose parser takes its time
MAX_ENTRIES = 1000  # of one list: every request of a user goes through all patterns of the roles


class PlainLoader(yaml.SafeLoader):
    """YAML of bounded cost, without aliases: a few bytes of them can stand for more than fits in memory."""

    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self._composed = self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose one node, refusing an alias, and what no user or role can mean."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not supported")
        self._composed += 1
        if self._composed > MAX_NODES:
            raise yaml.YAMLError(f"a document may have {MAX_NODES} values at the most")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise yaml.YAMLError(f"a document may have {MAX_DEPTH} levels at the most")
        composed = super().compose_node(parent, index)
        self._depth -= 1
        return composed


def body_of(call: GatewayCall) -> dict[str, Any]:
    """The object in the body of a call, YAML or JSON by its media type.

    Raises:
        Problem: 400 for a body that is neither, 413 for one that is too large.
    """
    if len(call.body) > MAX_DOCUMENT:
        raise Problem(413, "content_too_large", f"a document may have {MAX_DOCUMENT} bytes at the most")
    if "yaml" not in call.headers.get("content-type", ""):
        return call.json_object()
    try:
        value = yaml.load(call.body, PlainLoader)  # noqa: S506 (a safe loader, narrowed)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Problem(400, "parse_exception", f"the body is not valid YAML: {error}")
    if not isinstance(value, dict):
        raise Problem(400, "parse_exception", "the document must be a mapping with keys such as Version and Roles")
    return {str(key): plain(item) for key, item in value.items()}


def plain(value: Any) -> Any:
    """A YAML value as JSON has it: dates are text again and keys are text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def user_document(body: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """A checked user document: `Version`, `Roles`, and `Password` where one is given.

    Args:
        body: What was sent.
        before: The stored document that a PATCH changes.
    """
    _only(body, ("Version", "Password", "Roles"), "a user")
    merged = {**(before or {}), **body}
    roles = merged.get("Roles", [])
    if not _texts(roles):
        raise _invalid(f"Roles must be a list of role names, {MAX_ENTRIES} at the most")
    password = merged.get("Password")
    if password is not None and (not isinstance(password, str) or not password):
        raise _invalid("Password must be text")
    document: dict[str, Any] = {"Version": _version(merged), "Roles": roles}
    return document | ({"Password": password} if password else {})


def role_document(body: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """A checked role document: `Version` and `Permissions`, each with an `Effect` (Allow unless said otherwise)."""
    _only(body, ("Version", "Permissions"), "a role")
    merged = {**(before or {}), **body}
    permissions = merged.get("Permissions", [])
    if not isinstance(permissions, list) or len(permissions) > MAX_ENTRIES:
        raise _invalid(f"Permissions must be a list of {MAX_ENTRIES} at the most")
    return {"Version": _version(merged), "Permissions": [_permission(item) for item in permissions]}


def _permission(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise _invalid("each permission must be a mapping")
    _only(item, ("Effect", "ResourceType", "Actions", "Resources", "Fields"), "a permission")
    effect = item.get("Effect", "Allow")
    if effect not in EFFECTS:
        raise _invalid(f"Effect must be Allow or Deny, not [{effect}]")
    kind = item.get("ResourceType")
    if kind not in KINDS:
        raise _invalid(f"ResourceType must be one of {', '.join(KINDS)}")
    actions, resources = item.get("Actions", []), item.get("Resources", [])
    if not _texts(actions) or any(action not in ACTIONS for action in actions):
        raise _invalid(f"Actions must be a list of {', '.join(ACTIONS)}")
    if not _texts(resources):
        raise _invalid(f"Resources must be a list of name patterns, such as logs-*, {MAX_ENTRIES} at the most")
    fields = _fields(item.get("Fields") or {})
    return {"Effect": effect, "ResourceType": kind, "Actions": actions, "Resources": resources, "Fields": fields}


def _fields(fields: Any) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise _invalid("Fields must be a mapping of Allow, Deny and Mask")
    _only(fields, RULES, "Fields")
    for rule in ("Allow", "Deny"):
        if not _texts(fields.get(rule) or []):
            raise _invalid(f"Fields.{rule} must be a list of field names, {MAX_ENTRIES} at the most")
    masks = fields.get("Mask") or {}
    if not isinstance(masks, dict) or len(masks) > MAX_ENTRIES or any(method not in MASKS for method in masks.values()):
        raise _invalid(f"Fields.Mask must map each field to one of {', '.join(MASKS)}")
    return {rule: fields[rule] for rule in RULES if fields.get(rule)}


def _version(document: dict[str, Any]) -> str:
    version = document.get("Version", VERSION)
    if version != VERSION:
        raise _invalid(f"Version must be {VERSION}")
    return VERSION


def _texts(value: Any) -> bool:
    """Whether a value is a list of texts, none of them empty, and not too many."""
    return (
        isinstance(value, list) and len(value) <= MAX_ENTRIES and all(isinstance(item, str) and item for item in value)
    )


def _only(document: dict[str, Any], known: tuple[str, ...], what: str) -> None:
    unknown = sorted(set(document) - set(known))
    if unknown:
        raise _invalid(f"{what} has no key [{unknown[0]}]; its keys are {', '.join(known)}")


def _invalid(reason: str) -> Problem:
    return Problem(400, "validation_exception", reason)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two documents say the same."""
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)
