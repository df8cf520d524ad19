"""Role documents and the rules they give: what is allowed, what is denied, and what a document then shows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infino.local.http import Problem
from infino.local.rbac import documents
from infino.local.rbac.documents import body_of, role_document, user_document
from infino.local.rbac.rules import FieldRules, covers, field_rules, matches, may


def permission(kind="record", actions=("read",), resources=("*",), effect="Allow", **fields):
    document = {"ResourceType": kind, "Actions": list(actions), "Resources": list(resources), "Effect": effect}
    return role_document({"Permissions": [{**document, "Fields": fields}]})["Permissions"][0]


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ([], False),
        ([permission()], True),
        ([permission(actions=["write"])], False),
        ([permission(actions=["*"])], True),
        ([permission(kind="dataset")], False),
        ([permission(kind="*")], True),
        ([permission(resources=["logs-*"])], True),
        ([permission(resources=["metrics-*"])], False),
        ([permission(), permission(effect="Deny", resources=["logs-1"])], False),
        ([permission(effect="Deny", resources=["logs-1"]), permission()], False),
        ([permission(), permission(effect="Deny", resources=["logs-2"])], True),
        ([permission(), permission(effect="Deny", actions=["write"])], True),
        # A denying permission that lists fields hides the fields, and leaves the records readable.
        ([permission(), permission(effect="Deny", Allow=["secret"])], True),
    ],
)
def test_deny_wins_then_allow_else_nothing(permissions, allowed):
    assert may(permissions, "read", "record", "logs-1") is allowed


@pytest.mark.parametrize(
    ("permissions", "shown", "hidden", "redacted"),
    [
        ([permission()], {"a", "secret"}, set(), set()),
        ([permission(Allow=["a"])], {"a"}, {"secret"}, set()),
        ([permission(Deny=["secret"])], {"a"}, {"secret"}, set()),
        ([permission(Allow=["a", "secret"], Deny=["secret"])], {"a"}, {"secret"}, set()),
        ([permission(Mask={"secret": "redact"})], {"a", "secret"}, set(), {"secret"}),
        ([permission(Mask={"secret": "remove"})], {"a"}, {"secret"}, set()),
        ([permission(Allow=["a"]), permission(Allow=["b"])], {"a", "b"}, {"secret"}, set()),
        ([permission(Allow=["a"]), permission()], {"a", "secret"}, set(), set()),
        ([permission(), permission(kind="field", actions=[], Allow=["a"])], {"a"}, {"secret"}, set()),
        ([permission(), permission(kind="field", actions=[], Deny=["secret"])], {"a"}, {"secret"}, set()),
        ([permission(), permission(effect="Deny", Allow=["secret"])], {"a"}, {"secret"}, set()),
        ([permission(resources=["other"], Deny=["a"]), permission()], {"a", "secret"}, set(), set()),
        ([permission(Deny=["sec*"])], {"a"}, {"secret", "security.level"}, set()),
        ([permission(Deny=["user"])], {"a"}, {"user.name", "user.geo.city"}, set()),
    ],
)
def test_field_rules(permissions, shown, hidden, redacted):
    rules = field_rules(permissions, "logs-1")
    assert {field for field in shown if rules.shows(field)} == shown
    assert {field for field in hidden if rules.shows(field)} == set()
    assert {field for field in shown | hidden if rules.redacts(field)} == redacted


def test_a_document_is_shown_without_what_is_hidden_and_with_redactions_at_any_depth():
    rules = FieldRules(deny=frozenset({"user.ssn", "items.cost"}), redact=frozenset({"card"}))
    document = {
        "user": {"name": "ann", "ssn": "1"},
        "items": [{"sku": "x", "cost": 3}, {"cost": 4}],
        "card": {"number": "4111"},
        "tags": ["a"],
        "empty": {},
        "dotted.card": 1,
    }
    assert rules.present(document) == {
        "user": {"name": "ann"},
        "items": [{"sku": "x"}, {}],
        "card": "***",
        "tags": ["a"],
        "empty": {},
        "dotted.card": 1,
    }


def test_an_object_of_which_nothing_is_shown_leaves_no_trace():
    assert FieldRules(allow=frozenset({"a"})).present({"a": 1, "user": {"ssn": {"last": 4}}, "b": []}) == {"a": 1}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4))
def test_no_hidden_value_survives(document):
    marked = FieldRules(deny=frozenset({"b"}), redact=frozenset({"c"})).present({**document, "b": {"x": "PLANTED"}})
    assert "PLANTED" not in repr(marked)
    assert "b" not in marked
    if "c" in document:
        assert marked["c"] == "***"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"Roles": "admin"}, "list of role names"),
        ({"Version": "2024-01-01"}, "Version must be 2025-01-01"),
        ({"Password": 5}, "Password must be text"),
        ({"roles": []}, "has no key \\[roles\\]"),
    ],
)
def test_wrong_user_documents_are_refused(document, complaint):
    with pytest.raises(Problem, match=complaint) as caught:
        user_document(document)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ("x", "must be a mapping"),
        ({"Actions": ["read"]}, "ResourceType must be one of"),
        ({"ResourceType": "record", "Effect": "Maybe"}, "Allow or Deny"),
        ({"ResourceType": "record", "Actions": ["fly"]}, "Actions must be"),
        ({"ResourceType": "datset", "Actions": ["read"]}, "ResourceType must be one of metadata"),
        ({"ResourceType": ["record"], "Actions": ["read"]}, "ResourceType must be one of metadata"),
        ({"ResourceType": "record", "Resources": "*"}, "list of name patterns"),
        ({"ResourceType": "record", "Fields": {"Mask": {"a": "blur"}}}, "redact, remove"),
        ({"ResourceType": "record", "Fields": {"Allow": "a"}}, "list of field names"),
        ({"ResourceType": "record", "Fields": []}, None),
    ],
)
def test_wrong_permissions_are_refused(item, complaint):
    if complaint is None:
        assert role_document({"Permissions": [item]})["Permissions"][0]["Fields"] == {}
        return
    with pytest.raises(Problem, match=complaint):
        role_document({"Permissions": [item]})


def call(body: bytes, media: str = "application/yaml"):
    return SimpleNamespace(body=body, headers={"content-type": media}, json_object=lambda: {"json": True})


def test_yaml_dates_become_text_and_json_goes_its_own_way():
    assert body_of(call(b"Version: 2025-01-01\nRoles: [a]")) == {"Version": "2025-01-01", "Roles": ["a"]}
    assert body_of(call(b"{}", "application/json")) == {"json": True}


@pytest.mark.parametrize(
    "body", [b"a: [", b"- a", b"\xff\xfe\x00", b"!!python/object:os.system {}", b"a: &a [*a]", b"[" * 100_000]
)
def test_malformed_yaml_is_a_400(body):
    with pytest.raises(Problem) as caught:
        body_of(call(body))
    assert caught.value.status == 400


def test_patterns_match_in_linear_time_and_their_number_is_limited():
    assert not matches("*a" * 30 + "*b", "a" * 200)
    assert not matches("*a*" * 5000 + "b", "a" * 100_000)
    assert matches("*a" * 30 + "*b", "a" * 30 + "b")
    role = {"Permissions": [{"ResourceType": "record", "Actions": ["read"], "Resources": ["x"] * 1001}]}
    with pytest.raises(Problem, match="1000 at the most"):
        role_document(role)
    with pytest.raises(Problem, match="1000 at the most"):
        role_document({"Permissions": [{}] * 1001})


def test_patterns():
    assert matches("logs-*", "logs-1")
    assert not matches("logs-*", "xlogs-1")
    assert not matches("a.c", "abc")
    assert covers("ssn", "ssn.keyword")
    assert not covers("ss", "ssn")


def test_a_hidden_object_leaves_no_outline():
    document = {"deep": {"er": [{"x": 1}, {}]}, "seen": {"in": [{"x": 1, "y": 2}], "none": {}}, "a": 1}
    assert FieldRules(deny=frozenset({"deep"})).present(document) == {"seen": document["seen"], "a": 1}
    allowed = FieldRules(allow=frozenset({"seen.in.y"}))
    assert allowed.present(document) == {"seen": {"in": [{"y": 2}]}}
    assert allowed.present({"seen": {"in": [{"x": 1}, {"x": 2}]}}) == {}
    assert FieldRules(deny=frozenset({"seen.in.x"})).present({"seen": {"in": [{"x": 1}]}}) == {"seen": {"in": [{}]}}


EMPTY = [{}, [], [[]], [{}], [[{}]], {"k": {}}, {"k": []}, [{"any text": {}}], {"a": [{}]}, [{"a": {"b": [[]]}}]]


@pytest.mark.parametrize("empty", EMPTY, ids=repr)
def test_what_is_empty_is_written_where_a_field_is_shown_and_nowhere_else(empty):
    rules = FieldRules(deny=frozenset({"ssn", "h.hiv"}), redact=frozenset({"card"}))
    for field in ("ssn", "card", "ssn.x", "h.hiv", "h.hiv.x"):
        assert not rules.sees(empty, field)
    hidden = [
        {"ssn": empty},
        {"card": empty},
        {"h": {"hiv": empty}},
        {"h": [{"hiv": empty}]},
        {"h": [1, {"hiv": empty}]},
    ]
    before = [None, {}, {"ssn": "S", "card": 1, "h": {"hiv": True}}, {"h": [{"hiv": 1}]}, {"h": 1, "ssn": None}]
    before += [
        {"ssn": {"k": {}}, "card": {"k": 1}, "h": {"hiv": {"k": [1]}}},
        {"ssn": {}, "card": [], "h": {"hiv": {}}},
    ]
    for document in hidden:
        assert [rules.allows(document, old) for old in before] == [False] * len(before)
    assert rules.allows({"a": empty, "h": {"b": empty}}, {"h": {"hiv": True}})
    assert rules.allows({}, before[2])
    assert rules.present({"a": empty}) == {"a": empty}
    narrow = FieldRules(allow=frozenset({"u.name"}))
    assert [narrow.allows({"u": {"name": "x", "more": empty}}, old) for old in (None, {"u": {}})] == [False, False]
    assert narrow.allows({"u": {"name": empty}}, {"u": {"more": 1}})
    assert [narrow.allows({"u": {}}, old) for old in (None, {"u": {}}, {"u": {"name": 1}})] == [False] * 3


@pytest.mark.parametrize("rule", [{"Allow": ["ssn"]}, {"Deny": ["ssn"]}, {"Mask": {"ssn": "redact"}}])
def test_a_denying_permission_hides_what_it_lists_and_nothing_else(rule):
    rules = field_rules([permission(), permission(effect="Deny", **rule)], "logs")
    assert rules == FieldRules(deny=frozenset({"ssn"}))
    only = field_rules([permission(effect="Deny", **rule), permission(Allow=["a"])], "logs")
    assert (only.shows("a"), only.shows("b"), only.shows("ssn")) == (True, False, False)


def test_who_may_only_write_opens_no_field_to_those_that_are_listed():
    listed = permission(Allow=["a"])
    assert not field_rules([permission(actions=["write"]), listed], "logs").shows("b")
    assert field_rules([permission(actions=["read"]), listed], "logs").shows("b")


def test_the_objects_that_may_hold_something_hidden():
    rules = FieldRules(deny=frozenset({"user.home.phone", "*.pin", "a*"}), redact=frozenset({"card.no*"}))
    assert rules.holders(["item.pin", "b.c", "b"]) == {"user", "user.home", "card", "item"}
    assert FieldRules(allow=frozenset({"u.name"})).holders(["u.name", "u.more.x"]) == {"u", "u.more"}
    assert FieldRules().holders(["a.b"]) == frozenset()


def test_what_replaces_an_object_is_judged_by_the_rules_and_not_by_what_was_there():
    rules = FieldRules(deny=frozenset({"h.hiv"}))
    holders = rules.holders([])
    for old in ({"h": {"hiv": 1}}, {"h": {"b": 1}}, {"h": 1}, {"h": None}, {"h": [{"hiv": 1}]}, {"h": []}, {}):
        assert not rules.allows({"h": "x"}, old, holders=holders)
        assert not rules.allows({"h": [{"b": 1}]}, old, holders=holders)
        assert rules.allows({"h": {"b": 1}}, old, holders=holders) is not isinstance(old.get("h"), list)
    assert rules.allows({"h": "x"}, holders=holders)
    assert rules.allows({"g": "x"}, {"g": {"b": 1}}, holders=holders)


def test_a_masked_field_is_the_outermost_that_is_shown():
    rules = FieldRules(allow=frozenset({"a.b", "card"}), redact=frozenset({"card", "a"}))
    assert [rules.masked(name) for name in ("card", "card.no", "card.no.x", "a", "a.b", "a.b.c", "c")] == [
        "card", "card", "card", None, "a.b", "a.b", None,
    ]  # fmt: skip
    assert rules.present({"card": {"no": 1}, "a": {"b": 1, "c": 2}}) == {"card": "***", "a": {"b": "***"}}


def test_values_beside_objects_in_a_list_are_shown():
    assert FieldRules(deny=frozenset({"i.x"})).present({"i": [1, {"x": 2, "y": 3}]}) == {"i": [1, {"y": 3}]}


@pytest.mark.parametrize(
    ("least", "most", "complaint"),
    [
        ("a: [{}]", documents.MAX_NODES - 3, "values at the most"),  # the mapping, its key and the list are nodes too
        ("a: {}", documents.MAX_DEPTH - 1, "levels at the most"),
    ],
)
def test_limits_of_yaml_are_met_exactly(least, most, complaint):
    def written(count: int) -> bytes:
        inner = ",".join("1" * count) if "[{}]" in least else "[" * count + "]" * count
        return least.format(inner).encode()

    assert body_of(call(written(most))).keys() == {"a"}
    with pytest.raises(Problem, match=complaint):
        body_of(call(written(most + 1)))


def test_limits_of_documents_are_met_exactly():
    assert body_of(call(b"a: 1".ljust(documents.MAX_DOCUMENT))) == {"a": 1}
    with pytest.raises(Problem, match="bytes at the most") as caught:
        body_of(call(b"a: 1".ljust(documents.MAX_DOCUMENT + 1)))
    assert caught.value.status == 413
    item, most = {"ResourceType": "record", "Actions": ["read"], "Resources": ["*"]}, documents.MAX_ENTRIES

    def of(count: int) -> list[tuple]:
        masks = dict.fromkeys(map(str, range(count)), "redact")
        masked = [{**item, "Fields": {"Mask": masks}}]
        return [(user_document, {"Roles": ["a"] * count}), (role_document, {"Permissions": [item] * count}),
                (role_document, {"Permissions": masked})]  # fmt: skip

    for check, body in of(most):
        assert check(body)["Version"] == documents.VERSION
    for check, body in of(most + 1):
        with pytest.raises(Problem, match=r"1000 at the most|Mask must map each field"):
            check(body)
    for roles in (["a", ""], ["a", 1]):
        with pytest.raises(Problem, match="list of role names"):
            user_document({"Roles": roles})
    with pytest.raises(Problem, match="Fields must be a mapping"):
        role_document({"Permissions": [{**item, "Fields": ["a"]}]})


def test_what_a_document_becomes():
    assert user_document({"Password": "word"}, {"Roles": ["a"]}) == {
        "Version": documents.VERSION, "Roles": ["a"], "Password": "word",
    }  # fmt: skip
    with pytest.raises(Problem, match="Password must be text"):
        user_document({"Password": ""})
    assert body_of(call(b"a: {2025-01-01: [2025-01-02]}")) == {"a": {"2025-01-01": ["2025-01-02"]}}
    assert documents.same({"a": 1, "b": [1]}, {"b": [1], "a": 1})
    assert not documents.same({"a": 1}, {"a": 2})
    assert FieldRules().unrestricted
    assert not FieldRules(redact=frozenset({"a"})).unrestricted
