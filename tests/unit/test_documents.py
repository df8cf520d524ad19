"""Documents as YAML text: what is refused, how fast, and that no error quotes them."""

from __future__ import annotations

import pickle
import traceback
from pathlib import Path

import pytest

from infino.core.documents import check_yaml, parse_yaml
from infino.core.errors import ValidationError
from infino.resources.roles import wanted_roles
from infino.runtime import encode
from infino.runtime.encode import as_object

LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 7)
)
REFUSED = {
    "impossible date": "Version: 2025-13-45",
    "impossible day": "when: 2025-02-30",
    "no integer": "a: !!int x",
    "no hexadecimal": "a: !!int 0x",
    "no float": "a: !!float x",
    "no timestamp": "a: !!timestamp x",
    "no boolean": "a: !!bool x",
    "empty integer": "a: !!int ''",
    "list within itself": "a: &a [*a]",
    "object within itself": "&a {k: *a}",
    "laughs": LAUGHS,
    "deep list": "[" * 5000 + "]" * 5000,
    "deep object": "a: " + "{a: " * 3000 + "1" + "}" * 3000,
    "zero": "a: \0",
    "surrogate": "a: \ud800",
    "list": "- a",
    "nothing": "",
    "two documents": "---\na: 1\n---\nb: 2",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_document_is_refused_before_it_grows(text: str) -> None:
    for read in (check_yaml, parse_yaml):
        with pytest.raises(ValidationError):
            read(text, "alerts.create")


@pytest.mark.parametrize(
    "text",
    [
        "Version: 2025-01-01\nPassword: *hunter2S3cret",
        "Password: !hunter2S3cret",
        "Password: !hunter2S3cret'\"'x",
        "Password: !hunter2S3cret!x y",
        "Password: @hunter2S3cret",
        'Password: "hunter2S3cret',
        'Password: "hunter2S3cret\\q"',
        "a: [\nPassword: hunter2S3cret\n",
        "Password: hunter2S3cret\nv: 2025-13-40\n",
        "- Password: hunter2S3cret",
    ],
)
def test_an_error_quotes_nothing_of_the_document(text: str) -> None:
    for read in (check_yaml, parse_yaml):
        with pytest.raises(ValidationError) as caught:
            read(text, "users.create")
        told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        ours = [frame.locals for frame in told.stack if "/tests/" not in frame.filename]
        for shown in (str(caught.value), repr(ours), repr(vars(caught.value)), repr(pickle.dumps(caught.value))):
            assert "hunter2S" not in shown
        assert caught.value.__context__ is None


def test_an_error_says_where() -> None:
    with pytest.raises(ValidationError, match="at line 2, column 5: mapping values are not allowed here"):
        check_yaml("a: 1\nb: c: d\n", "roles.create")


def test_dates_stay_text() -> None:
    document = parse_yaml("Version: 2025-01-01\nwhen: [2025-01-01T10:00:00]\n1: {a: b}\n", "roles.create")
    assert document == {"Version": "2025-01-01", "when": ["2025-01-01T10:00:00"], "1": {"a": "b"}}


def test_half_a_character_cannot_be_sent() -> None:
    with pytest.raises(ValidationError, match="half of a surrogate pair") as caught:
        encode.document("a: S3cret\ud800", "alerts.create")
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "S3cret" not in repr(told.stack[-1].locals)


@pytest.mark.parametrize("name", ["role.yaml", "folder/roles.yml", "Role.JSON"])
def test_the_name_of_a_file_is_told_from_what_it_holds(name: str) -> None:
    for given in (name, Path(name)):
        with pytest.raises(ValidationError, match="is the name of a file"):
            as_object(given, "roles.create")
        with pytest.raises(ValidationError, match="is the name of a file"):
            wanted_roles(given)  # type: ignore[arg-type]  # that is the mistake
    with pytest.raises(ValidationError) as told:
        parse_yaml("s3cret", "users.create")
    assert "file" not in str(told.value)
