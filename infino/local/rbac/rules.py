"""What roles allow, as pure functions over their permissions: deny wins, then what is allowed, else nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from infino.local.values.patterns import name_pattern

Permission = Mapping[str, Any]
REDACTED = "***"


def matches(pattern: str, name: str) -> bool:
    """Whether a pattern with `*` covers a name.

    Examples:
        >>> matches("logs-*", "logs-2026"), matches("*", "anything"), matches("logs", "logs-2026")
        (True, True, False)
    """
    return name_pattern(pattern)(name)


def covers(pattern: str, field: str) -> bool:
    """Whether a field pattern covers a field or an object that it lies in; `.keyword` is the same field.

    Examples:
        >>> covers("user", "user.name"), covers("user.name", "user"), covers("ssn", "ssn.keyword")
        (True, False, True)
    """
    return matches(pattern, field) or matches(f"{pattern}.*", field)


def concerns(permission: Permission, resource_type: str, resource: str) -> bool:
    """Whether a permission speaks of a resource."""
    return permission["ResourceType"] in {resource_type, "*"} and any(
        matches(pattern, resource) for pattern in permission["Resources"]
    )


def may(permissions: Iterable[Permission], action: str, resource_type: str, resource: str) -> bool:
    """Whether permissions allow an action: some permission allows it and none denies it."""
    allowed = False
    for permission in permissions:
        if not concerns(permission, resource_type, resource) or not {action, "*"} & set(permission["Actions"]):
            continue
        # A denial with fields hides these, and not the dataset.
        if permission["Effect"] == "Deny" and not permission["Fields"]:
            return False
        allowed = allowed or permission["Effect"] == "Allow"
    return allowed


@attrs.frozen
class FieldRules:
    """Which fields of a dataset a user sees.

    Args:
        allow: Patterns of visible fields, or None where every field is.
        deny: Patterns of hidden fields; they win.
        redact: Patterns of fields whose value is shown as `***`.
    """

    allow: frozenset[str] | None = None
    deny: frozenset[str] = frozenset()
    redact: frozenset[str] = frozenset()

    @property
    def unrestricted(self) -> bool:
        """Whether there is nothing to hide."""
        return self.allow is None and not self.deny and not self.redact

    def shows(self, field: str) -> bool:
        """Whether a field appears at all, plainly or redacted."""
        if field == "_id":
            return True
        if any(covers(pattern, field) for pattern in self.deny):
            return False
        # What is not allowed is hidden, once anything is allowed by name.
        return self.allow is None or any(covers(pattern, field) for pattern in self.allow)

    def redacts(self, field: str) -> bool:
        """Whether a field's value is replaced."""
        return any(covers(pattern, field) for pattern in self.redact)

    def masked(self, field: str) -> str | None:
        """Return the field, or the outermost object around it, that is shown as `***`; None where there is none.

        Examples:
            >>> FieldRules(redact=frozenset({"card"})).masked("card.number")
            'card'
        """
        ends = [*(at for at, sign in enumerate(field) if sign == "."), len(field)]
        return next((field[:at] for at in ends if self.redacts(field[:at]) and self.shows(field[:at])), None)

    def writes(self, field: str) -> bool:
        """Whether a field may be set: it is shown, and as it is."""
        return self.shows(field) and not self.redacts(field)

    def holders(self, fields: Iterable[str]) -> frozenset[str]:
        """The fields whose objects may hold something hidden or masked, as the rules name it or some record has it.

        What one record has must not count: to whom it is hidden, a refusal would tell that it is there.

        Args:
            fields: All fields of the dataset.

        Examples:
            >>> sorted(FieldRules(deny=frozenset({"user.home.phone", "*.pin"})).holders(["item.pin"]))
            ['item', 'user', 'user.home']
        """
        named = (pattern.partition("*")[0] for pattern in (*self.deny, *self.redact))
        hidden = (field for field in fields if not self.writes(field))
        return frozenset(name[:at] for name in (*named, *hidden) for at, sign in enumerate(name) if sign == ".")

    def allows(
        self,
        document: Mapping[str, Any],
        before: Mapping[str, Any] | None = None,
        path: str = "",
        holders: frozenset[str] = frozenset(),
    ) -> bool:
        """Whether a document may be written: it has nothing hidden or masked in it, and takes nothing such away.

        Args:
            document: What is written.
            before: What it is merged into, or None where it stands alone.
            path: Where both lie, when they are objects inside others.
            holders: The fields of the dataset that may hold something hidden; see `holders`.
        """
        if self.unrestricted:
            return True
        for key, value in document.items():
            field = f"{path}.{key}" if path else key
            old = before.get(key) if before else None
            if isinstance(value, dict) and isinstance(old, dict):
                if not self.allows(value, old, field, holders) or not (value or self.writes(field)):
                    return False
            else:
                kept = before is None or field not in holders or (isinstance(value, dict) and _holds_nothing(old))
                if not kept or not self.sees(value, field):
                    return False
        return True

    def sees(self, value: Any, field: str) -> bool:
        """Whether a field's value is shown with everything in it, and as it is; what is empty is a value too."""
        if self.redacts(field):
            return False
        if value and isinstance(value, dict):
            return all(self.sees(inner, f"{field}.{key}") for key, inner in value.items())
        if isinstance(value, list) and _holds_objects(value):
            return all(self.sees(inner, field) for inner in value)
        return self.shows(field)

    def present(self, document: Any, path: str = "") -> Any:
        """A document without what must not be seen."""
        if isinstance(document, list):
            return [self.present(item, path) for item in document]
        if not isinstance(document, dict):
            return document
        shown = {}
        for key, value in document.items():
            field = f"{path}.{key}" if path else key
            if self.redacts(field) and self.shows(field):
                shown[key] = REDACTED
            elif _holds_objects(value):
                inner = self.present(value, field)
                if (inner not in ({}, []) or value in ({}, [])) and (self.shows(field) or not _bare(inner)):
                    shown[key] = inner
            elif self.shows(field):
                shown[key] = value
        return shown


def _holds_nothing(value: Any) -> bool:
    """Whether a value has no objects in it, nor place for them."""
    return not isinstance(value, dict | list)


def _bare(value: Any) -> bool:
    """Whether objects and lists hold nothing but one another: of a hidden field that would be its outline."""
    if isinstance(value, dict):
        return all(map(_bare, value.values()))
    return isinstance(value, list) and all(map(_bare, value))


def _holds_objects(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(_holds_objects(item) for item in value))


def field_rules(permissions: Sequence[Permission], dataset: str) -> FieldRules:
    """The field rules of all permissions on a dataset's records: what one allows is seen, what one hides is not.

    A permission without `Fields.Allow` allows every field. Rules on `record` and on `field` count alike, and a
    denying permission hides the fields it lists.
    """
    allow: set[str] = set()
    deny: set[str] = set()
    redact: set[str] = set()
    everything = False
    for permission in permissions:
        if not concerns(permission, "record", dataset) and not concerns(permission, "field", dataset):
            continue
        fields = permission["Fields"]
        if permission["Effect"] == "Deny":
            deny.update(*fields.values())  # under whichever rule it lists them
            continue
        deny.update(fields.get("Deny", ()))
        for field, method in fields.get("Mask", {}).items():
            (redact if method == "redact" else deny).add(field)
        if fields.get("Allow"):
            allow.update(fields["Allow"])
        elif permission["ResourceType"] != "field" and {"read", "*"} & set(permission["Actions"]):
            everything = True
    open_to_all = not allow or (everything and not _narrowed(permissions, dataset))
    return FieldRules(None if open_to_all else frozenset(allow), frozenset(deny), frozenset(redact))


def _narrowed(permissions: Sequence[Permission], dataset: str) -> bool:
    """Whether a `field` permission lists what may be seen, which narrows what a record permission opens."""
    return any(
        permission["ResourceType"] == "field"
        and permission["Effect"] == "Allow"
        and permission["Fields"].get("Allow")
        and concerns(permission, "field", dataset)
        for permission in permissions
    )
