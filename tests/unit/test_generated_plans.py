"""Plans written by hand: what the generator takes from them, and what it refuses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from generator import handplans  # noqa: E402 - lives beside the script, not in a package
from generator.arguments import TAKEN  # noqa: E402 - the same
from generator.document import DocumentError  # noqa: E402 - the same
from generator.examples import awaited  # noqa: E402 - the same

PLAN = '''
from __future__ import annotations
from collections.abc import Sequence
from typing import TYPE_CHECKING

from infino.runtime.call import Call

if TYPE_CHECKING:
    from infino_api.models.thread import Thread

Words = Sequence[str]


def merge(name: str, words: Words | None = None, *, keep: bool = True) -> Call[list[Thread]]:
    """Merge things.

    Longer text
    on two lines.

    Args:
        name: A name.
        words: Words.
        keep: Whether to keep.

    Returns:
        The threads.

    Examples:
        >>> client.things.merge("a")[0].id
        '7'
    """
    return 1
'''


def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, name: str = "merge") -> handplans.HandPlan:
    (tmp_path / "things.py").write_text(text)
    monkeypatch.setattr(handplans, "ROOT", tmp_path)
    return handplans.read("things", name, frozenset(TAKEN))


def test_signature_imports_and_docstring_are_taken(tmp_path, monkeypatch):
    found = read(tmp_path, monkeypatch, PLAN)
    assert found.signature == "name: str, words: Words | None=None, *, keep: bool=True"
    assert found.given == "name, words, keep=keep"
    assert found.value == "list[Thread]"
    assert found.imports == ("from infino_api.models.thread import Thread", "from things import Words")
    assert found.summary == "Merge things."
    text = "\n".join(found.lines(None, deprecated=False))
    assert "Longer text\non two lines.\n\nArgs:\n    name: A name." in text
    assert "    **options: `timeout`" in text
    assert "Raises:\n    InfinoError: " in text
    assert "    >>> client.things.merge(\"a\")[0].id\n    '7'" in text
    assert "    >>> (await client.things.merge(\"a\"))[0].id\n    '7'" in "\n".join(found.lines({}, deprecated=False))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("def merge", "def other", "no function merge"),
        ("def merge", "async def merge", "no function merge"),
        ("name: str,", "name,", "every parameter needs a type"),
        ("keep: bool = True", "timeout: bool = True", "need the name 'timeout'"),
        ("*, keep: bool = True", "**keep: bool", r"no \*args"),
        ("Call[list[Thread]]", "list[Thread]", r"must return Call\[...\]"),
        ("keep: bool = True", "keep: bool = Words", "default must be a literal"),
        ("        words: Words.\n", "", "describes name, keep and not name, words, keep"),
        ("    Returns:\n        The threads.\n\n", "", "needs Returns and Examples"),
        ("def merge(", "def merge(:", "things.py:14 is not Python"),
        ("Words | None", "Word | None", "nothing says where Word comes from"),
    ],
)
def test_what_no_method_could_be_made_of_is_refused(tmp_path, monkeypatch, old, new, message):
    assert old in PLAN
    with pytest.raises(DocumentError, match=f"x-infino-plan things.merge: .*{message}"):
        read(tmp_path, monkeypatch, PLAN.replace(old, new))


def test_a_module_that_is_not_there_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(handplans, "ROOT", tmp_path)
    with pytest.raises(DocumentError, match=r"x-infino-plan infino.plans.none.x: there is no module"):
        handplans.read("infino.plans.none", "x", frozenset())


@pytest.mark.parametrize(
    ("blocking", "wanted"),
    [
        (">>> client.a.b(1)", ">>> await client.a.b(1)"),
        (">>> client.ping()", ">>> await client.ping()"),
        (">>> x = client.a.b(1).c", ">>> x = (await client.a.b(1)).c"),
        (">>> print(client.a.b(client.c.d()[0]))", ">>> print(await client.a.b((await client.c.d())[0]))"),
        (">>> 'é' + client.a.b()", ">>> 'é' + await client.a.b()"),
        (">>> client.a.b([\n...     1])", ">>> await client.a.b([\n...     1])"),
        (">>> client.config", ">>> client.config"),
        (">>> client", ">>> client"),
        (">>> for x in client.a.all():\n...     x", ">>> async for x in client.a.all():\n...     x"),
    ],
)
def test_examples_are_turned(blocking, wanted):
    assert awaited(blocking, {"a.all": "page"}) == wanted


def test_an_example_that_is_not_python_is_refused():
    with pytest.raises(DocumentError, match="not Python"):
        awaited(">>> client.a.b(", {})


@pytest.mark.parametrize("answer", [{"username": "ann"}, {"username": "ann", "access_key": "IAK_1"}, {}])
def test_keys_that_were_not_issued_are_told_where_they_are_asked_for(answer: dict[str, str]) -> None:
    from infino.core.errors import ValidationError
    from infino.plans.users import create, rotate_keys

    for call in (create("ann", {"Roles": ["reader"]}), rotate_keys("ann")):
        keys = call.parse(answer)
        assert (keys.username, keys.issued) == ("ann", None)
        for ask in (lambda: keys.access_key, lambda: keys.secret_key, keys.credentials):  # noqa: B023 - asked at once
            with pytest.raises(ValidationError, match="answered without keys"):
                ask()
