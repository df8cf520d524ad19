"""Where an operation lies on the client: by its `x-infino-*` words, else by its tag and its operationId."""

from __future__ import annotations

import keyword
import re

from .document import Node, Place, refused, words
from .parser import snake_case

# RFC 9110, 9.2.2: these methods are idempotent, so that a repeated request has the effect of one.
RETRY_OF_METHOD = dict.fromkeys(("get", "head", "options", "put", "delete"), "safe") | {
    "post": "never",
    "patch": "never",
}
"""What may be repeated, by HTTP method, where `x-infino-retry` does not say it."""

ON_THE_CLIENT = words(
    "aclose async_client close config endpoint experimental health hooks infer local login on options presign "
    "raw request request_raw stats transport with_options with_raw_response"
)
"""Names that the clients and their roots have themselves; a resource or a method of `client` may not take them."""

_TYPES = words("bool bytes date datetime dict float int object str")
"""Types of annotations, which a method or a resource of that name would hide from type checkers in its class."""

_RESOURCE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_METHOD = re.compile(r"[a-z][a-z0-9_]*")
ROOT = "client"


def retry_of(node: Node, http: str) -> str:
    """Return what may be repeated of an operation.

    Args:
        node: The operation.
        http: Its HTTP method in lower case.
    """
    return str(node.get("x-infino-retry", RETRY_OF_METHOD[http]))


def names_of(node: Node, place: Place) -> tuple[str, str]:
    """Return resource and method of an operation.

    `x-infino-resource` and `x-infino-method` win. Else a dotted operationId says both (`fino.threads.create`), and any
    other is the method on the resource of the first tag, without the words of that resource (`createThread` with the
    tag `fino.threads` is `create`, `listThreadMembers` is `list_members`).

    Args:
        node: The operation, a variant's words over its own.
        place: Where it stands.

    Returns:
        Dotted resource name, `client` for the client itself, and method name.

    Raises:
        DocumentError: If they can't be names in Python, or are taken.
    """
    resource, method = _wanted(node, place)
    if not _RESOURCE.fullmatch(resource) or any(map(keyword.iskeyword, resource.split("."))):
        raise refused(
            _at(node, place, "x-infino-resource", "tags"), f"{resource!r} is not a dotted name", "such as a.b_c"
        )
    if not _METHOD.fullmatch(method) or keyword.iskeyword(method):
        key = _at(node, place, "x-infino-method", "operationId")
        raise refused(key, f"{method!r} is not a method name", "lower case, words joined by underscores, no keyword")
    first, *rest = resource.split(".")
    for name, key in ((method, "x-infino-method"), *((part, "x-infino-resource") for part in (first, *rest))):
        if name in _TYPES:
            place = _at(node, place, key, "operationId")
            raise refused(place, f"{name!r} hides the type {name} from the annotations of its class", "another name")
    # Only what lies on the client itself can collide with it; below a resource these names are free.
    taken = method if resource == ROOT else first
    if taken in ON_THE_CLIENT or "with_raw_response" in (method, *rest):
        key = "x-infino-method" if taken == method or method == "with_raw_response" else "x-infino-resource"
        name = method if key == "x-infino-method" else resource
        raise refused(
            _at(node, place, key, "operationId"), f"{name!r} is a name that the client has itself", "another one"
        )
    return resource, method


def _at(node: Node, place: Place, key: str, otherwise: str) -> Place:
    return (*place, key if key in node else otherwise)


def _wanted(node: Node, place: Place) -> tuple[str, str]:
    resource, method = node.get("x-infino-resource"), node.get("x-infino-method")
    operation_id = str(node.get("operationId", ""))
    if resource is None and method is None and "." in operation_id:
        resource, method = operation_id.rsplit(".", 1)
    if resource is None:
        tags = node.get("tags") or []
        if not tags:
            raise refused(place, "has neither a tag nor a dotted operationId", "tags: [things], which is its resource")
        resource = ".".join(snake_case(part) for part in str(tags[0]).split("."))
    if method is None:
        # `client.threads.create_thread()` would say it twice.
        spoken = _singulars(str(resource).rsplit(".", 1)[-1])
        words = [word for word in snake_case(operation_id.rsplit(".", 1)[-1]).split("_") if word not in spoken]
        if not words:
            raise refused((*place, "operationId"), f"{operation_id!r} says no more than the tag", "such as createThing")
        method = "_".join(words)
    return str(resource), str(method)


def _singulars(resource: str) -> set[str]:
    """Return the words of a resource, in the plural and in the singular."""
    words = set(resource.split("_"))
    for word in tuple(words):
        if word.endswith("ies"):
            words.add(word[:-3] + "y")
        elif word.endswith(("ses", "xes", "ches", "shes")):
            words.add(word[:-2])
        words |= {word.removesuffix("s"), f"{word}s"}
    return words
