"""Users, their keys, and roles over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infino.local.http import GatewayCall, Problem, Reply, Route, unsupported
from infino.local.keys import ADMIN
from infino.local.rbac.access import ROLE, USER, RoleAccess, digest, missing
from infino.local.rbac.documents import VERSION, body_of, role_document, user_document

if TYPE_CHECKING:
    from infino.local.control import Document
    from infino.local.state import Gateway


def _access(gateway: Gateway, call: GatewayCall, action: str, kind: str, name: str) -> RoleAccess:
    gateway.access.check(call.principal, action, kind, name)
    return gateway.access


def _shown_user(access: RoleAccess, stored: Document) -> dict[str, Any]:
    return {**stored.body["document"], "account_id": access.account_id}


def _admin(access: RoleAccess) -> dict[str, Any]:
    return {"Version": VERSION, "Roles": [ADMIN], "account_id": access.account_id}


def _list_users(gateway: Gateway, call: GatewayCall) -> Reply:
    access = _access(gateway, call, "read", USER, "*")
    stored = {user.id: _shown_user(access, user) for user in gateway.control.list(USER)}
    return Reply(json={ADMIN: _admin(access), **stored})


def _create_user(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    access = _access(gateway, call, "create", USER, name)
    keys, password = access.create_user(name, user_document(body_of(call)))
    answer = {"account_id": keys.account_id, "access_key": keys.access_key, "secret_key": keys.secret_key}
    return Reply(json={**answer, "username": name, "password": password})


def _get_user(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    access = _access(gateway, call, "read", USER, name)
    if name == ADMIN:
        return Reply(json={name: _admin(access)})
    return Reply(json={name: _shown_user(access, _stored(gateway, USER, name))})


def _update_user(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    access = _access(gateway, call, "write", USER, name)
    _not_admin(name)
    with gateway.control.changing():
        stored = _stored(gateway, USER, name)
        document = user_document(body_of(call), stored.body["document"])
        access.check_roles([role for role in document["Roles"] if role not in stored.body["document"]["Roles"]])
        password = document.pop("Password", None)
        kept = digest(password) if password else stored.body["password"]
        gateway.control.put(USER, name, {"document": document, "password": kept})
    return Reply(json={"acknowledged": True})


def _set_password(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    _access(gateway, call, "write", USER, name)
    password = call.json_object("password").get("password")
    if not isinstance(password, str) or not password:
        raise Problem(400, "validation_exception", "password must be text")
    with gateway.control.changing():
        stored = _stored(gateway, USER, name)
        gateway.control.put(USER, name, {**stored.body, "password": digest(password)})
    return Reply(json={"status": "OK", "message": f"'{name}' updated."})


def _delete_user(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    access = _access(gateway, call, "delete", USER, name)
    _not_admin(name)
    access.delete_user(name)
    return Reply(json={"acknowledged": True})


def _rotate(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    if name == ADMIN and not call.principal.admin:  # or who may write users would become the admin
        raise Problem(403, "security_exception", "only the admin may replace the admin's keys")
    # Everybody may replace the own keys, whatever the roles say.
    access = gateway.access if name == call.principal.username else _access(gateway, call, "write", USER, name)
    assert isinstance(access, RoleAccess)  # see _access
    keys = access.rotate(name)
    return Reply(json={"access_key": keys.access_key, "secret_key": keys.secret_key})


def _list_roles(gateway: Gateway, call: GatewayCall) -> Reply:
    _access(gateway, call, "read", ROLE, "*")
    return Reply(json={role.id: role.body for role in gateway.control.list(ROLE)})


def _create_role(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    _access(gateway, call, "create", ROLE, name)
    if gateway.control.create(ROLE, name, role_document(body_of(call))) is None:
        raise Problem(409, "resource_already_exists_exception", f"role [{name}] already exists")
    return Reply(json={"acknowledged": True})


def _get_role(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    _access(gateway, call, "read", ROLE, name)
    return Reply(json={name: _stored(gateway, ROLE, name).body})


def _update_role(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    _access(gateway, call, "write", ROLE, name)
    with gateway.control.changing():
        before = _stored(gateway, ROLE, name).body
        gateway.control.put(ROLE, name, role_document(body_of(call), before))
    return Reply(json={"acknowledged": True})


def _delete_role(gateway: Gateway, call: GatewayCall) -> Reply:
    name = call.path["name"]
    _access(gateway, call, "delete", ROLE, name)
    if not gateway.control.delete(ROLE, name):
        raise missing(ROLE, name)
    return Reply(json={"acknowledged": True})


def _who(gateway: Gateway, call: GatewayCall) -> Reply:
    stored = gateway.control.get(USER, call.principal.username)
    roles = stored.body["document"]["Roles"] if stored else [ADMIN]
    return Reply(json={"username": call.principal.username, "roles": roles, "account_id": call.principal.account_id})


def _token(gateway: Gateway, call: GatewayCall) -> Reply:
    raise unsupported("tokens for users")


def _stored(gateway: Gateway, kind: str, name: str) -> Document:
    stored = gateway.control.get(kind, name)
    if stored is None:
        raise missing(kind, name)
    return stored


def _not_admin(name: str) -> None:
    if name == ADMIN:
        raise Problem(400, "validation_exception", "the admin of the gateway can't be changed or deleted")


ROUTES = (
    Route("GET", "/users", _list_users),
    Route("GET", "/user/auth", _who),
    Route("PUT", "/user/{name}", _create_user),
    Route("GET", "/user/{name}", _get_user),
    Route("PATCH", "/user/{name}", _update_user),
    Route("DELETE", "/user/{name}", _delete_user),
    Route("PATCH", "/user/{name}/keys", _rotate),
    Route("PATCH", "/user/{name}/password", _set_password),
    Route("POST", "/user/{name}/token", _token),
    Route("GET", "/roles", _list_roles),
    Route("PUT", "/role/{name}", _create_role),
    Route("GET", "/role/{name}", _get_role),
    Route("PATCH", "/role/{name}", _update_role),
    Route("DELETE", "/role/{name}", _delete_role),
)
