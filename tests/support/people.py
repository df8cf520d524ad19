"""A dataset with secrets in it, permissions on it, and what a user gets to see."""

from __future__ import annotations

import json

from infino import InfinoError

PLANTED = "PLANTED-123-45-6789"
NUMBER = 73_411_977  # a planted number, for languages that only give numbers
PEOPLE = [
    {"name": "ann", "ssn": PLANTED, "salary": NUMBER, "home": {"city": "Oslo", "phone": PLANTED}, "age": 41},
    {"name": "bob", "ssn": "other", "salary": 1, "home": {"city": "Rome", "phone": "none"}, "age": 30},
]


def permission(kind="record", actions=("read",), resources=("*",), effect="Allow", **fields):
    """One permission of a role."""
    document = {"ResourceType": kind, "Actions": list(actions), "Resources": list(resources), "Effect": effect}
    return {**document, "Fields": fields}


def attempt(client, method, path, **options):
    """What a user gets to see of one request, answer or error, and its status."""
    try:
        return json.dumps(client.request(method, path, **options)), 200
    except InfinoError as error:
        return f"{error} {getattr(error, 'body', '')}", getattr(error, "status", 400)
