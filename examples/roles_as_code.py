"""Roles kept in code: see what would change, apply it, and read with keys that may see less."""

from infino import Infino, PermissionDeniedError
from infino.local import LocalGateway

ANALYST = {
    "Version": "2025-01-01",
    "Permissions": [
        {"ResourceType": "metadata", "Actions": ["read"], "Resources": ["*"]},
        {
            "ResourceType": "record",
            "Actions": ["read"],
            "Resources": ["people"],
            "Fields": {"Deny": ["salary"], "Mask": {"phone": "redact"}},
        },
    ],
}

with LocalGateway() as gateway, gateway.client() as admin:
    admin.datasets.create("people")
    admin.records.bulk("people", [{"name": "Ada", "phone": "555-0100", "salary": 90_000}])

    print(admin.roles.plan({"analyst": ANALYST}))
    admin.roles.apply({"analyst": ANALYST})
    keys = admin.users.create("ann", {"Roles": ["analyst"]})

    with Infino(access_key=keys.access_key, secret_key=keys.secret_key, endpoint=gateway.endpoint) as ann:
        print(ann.query.sql("SELECT name, phone FROM people").to_dicts())
        try:
            ann.datasets.delete("people")
        except PermissionDeniedError as error:
            print(error.reason)
