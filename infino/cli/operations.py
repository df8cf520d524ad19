"""One command for each method of a resource, written from its signature: a new operation is a command at once."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from infino import IssuedKeys
from infino.cli.output import write
from infino.cli.session import Session, command

# What a command line sets once for all calls, and what can't be typed there.
_PER_CALL = {"timeout", "headers", "retry", "extra_query", "extra_body", "progress", "on_error"}
_DESTROYS = ("delete", "clear", "remove")
# Written by hand, with files, progress and questions: `infino load`, `roles plan`, `keys rotate` and so on.
_BY_HAND = {
    "bulk", "bulk_iter", "bulk_chunk", "load", "export", "plan", "apply", "rotate_keys",
    "ask", "stream", "chat", "send", "analyze", "analyze_stream", "notebook_report", "notebook_report_stream",
}  # fmt: skip
_TAKES_FILES = {("files", "upload"): "path", ("metrics", "upload"): "body"}


def resource_group(name: str) -> click.Group:
    """Write the group of a resource and of the resources below it.

    Args:
        name: Name on the client, such as `datasets`.

    Returns:
        The group, with a command for each method.
    """
    from infino import Infino

    # Only its tree is read, nothing is sent.
    client = Infino(access_key="-", secret_key="-", endpoint="http://127.0.0.1:1")  # noqa: S106 - no secret
    return _group(name, getattr(client, name), (name,))


def _group(name: str, resource: Any, path: tuple[str, ...]) -> click.Group:
    group = click.Group(
        name, help=_first_line(type(resource)), context_settings={"help_option_names": ["-h", "--help"]}
    )
    for member, value in inspect.getmembers(type(resource)):
        if member.startswith("_") or member == "with_raw_response" or member in _BY_HAND:
            continue
        if inspect.isfunction(value):
            group.add_command(_operation(member, value, path))
        else:
            group.add_command(_group(member, getattr(resource, member), (*path, member)))
    return group


def _first_line(documented: Any) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def argument_texts(docstring: str) -> dict[str, str]:
    """Read the `Args:` section of a docstring.

    Args:
        docstring: Text in the Google style.

    Returns:
        What it says of each argument.
    """
    section = re.search(r"^Args:\n(.*?)(?:\n\S|\Z)", docstring, re.MULTILINE | re.DOTALL)
    if not section:
        return {}
    found = re.findall(r"^    (\w+): (.*(?:\n {5,}.*)*)", section[1], re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def _operation(name: str, method: Callable[..., Any], path: tuple[str, ...]) -> click.Command:
    texts = argument_texts(inspect.getdoc(method) or "")
    parameters = [
        one
        for one in list(inspect.signature(inspect.unwrap(method)).parameters.values())[1:]
        if one.name not in _PER_CALL and one.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    readers = {one.name: _Reader(one, (path[-1], name)) for one in parameters}

    def run(session: Session, **given: Any) -> None:
        values = {key: readers[key].value(text) for key, text in given.items() if text not in (None, ())}
        named = [text for text in list(given.values())[:2] if isinstance(text, str)]
        what = " ".join([*path, name.replace("_", "-"), *named])
        if name.startswith(_DESTROYS):
            session.confirm(what)
        with session.client() as client:
            owner: Any = client
            for part in path:
                owner = getattr(owner, part)
            show(session, getattr(owner, name)(**values), done=f"{what}: done")

    decorated: Any = run
    for one in reversed(parameters):
        decorated = readers[one.name].parameter(texts.get(one.name, ""))(decorated)
    return command(name.replace("_", "-"), help=_first_line(method))(decorated)


def show(session: Session, answer: Any, *, done: str) -> None:
    """Print what a method gave; one that gives nothing says that it is done.

    Args:
        session: The options of the command.
        answer: What the method gave.
        done: What to say of an answer that is only a yes.
    """
    if answer is None or answer is True:
        session.say(done)
    elif answer is False:
        raise click.ClickException(f"{done.removesuffix(': done')}: the service said no")
    elif isinstance(answer, bytes):
        sys.stdout.buffer.write(answer)
    elif isinstance(answer, str | int | float):
        click.echo(answer)
    elif isinstance(answer, IssuedKeys):
        # The keys are shown this one time: hidden here, they would be lost.
        keys = answer.credentials()
        shown = {"username": answer.username, "access_key": keys.access_key, "secret_key": keys.secret_key.reveal()}
        write(shown, session.output, single=True)
    else:
        single = hasattr(answer, "to_dict") or isinstance(answer, Mapping)
        write(answer, session.output, single=single)


class _Reader:
    """How one argument of a method stands on a command line, and how its text becomes a value."""

    def __init__(self, one: inspect.Parameter, owner: tuple[str, str]) -> None:
        self.one = one
        self.is_file = _TAKES_FILES.get(owner) == one.name
        self.annotation = str(one.annotation)
        words = set(re.findall(r"\w+", self.annotation.split("Literal")[0]))
        self.words = set(re.findall(r"'([^']+)'|\"([^\"]+)\"", self.annotation))
        self.is_flag = words & {"bool"} and not words & {"str", "int", "float"}
        self.is_integer, self.is_number = "int" in words, "float" in words
        self.is_text = (
            bool(words & {"str", "Moment", "Span", "datetime", "date", "UUID", "Secret"})
            or "Literal" in self.annotation
        )
        self.is_object = bool(words & {"Mapping", "Any", "Document", "dict", "Json"}) or (
            not self.is_text and not self.is_flag and not self.is_integer and not self.is_number
        )
        self.is_list = bool(words & {"Sequence", "list", "Iterable"}) and not words & {"Mapping", "Any"}

    def parameter(self, text: str) -> Callable[[Any], Any]:
        """The argument or option, with its help."""
        name, required = self.one.name, self.one.default is inspect.Parameter.empty
        if self.one.kind is not inspect.Parameter.KEYWORD_ONLY and required:
            return click.argument(name, metavar=name.upper() + (" (JSON, @FILE or -)" if self.is_object else ""))
        option = f"--{name.replace('_', '-')}"
        help_text = text + (
            " JSON or YAML text, @FILE, or - for standard input." if self.is_object and not self.is_list else ""
        )
        if self.is_flag:
            return click.option(f"{option}/--no-{name.replace('_', '-')}", name, default=None, help=help_text)
        return click.option(option, name, required=required, multiple=self.is_list, help=help_text)

    def value(self, text: Any) -> Any:
        """The value of a text from the command line."""
        if self.is_flag or not isinstance(text, str):
            return list(text) if isinstance(text, tuple) else text
        if self.is_file:
            return sys.stdin.buffer.read() if text == "-" else Path(text)
        if self.is_object and (not self.is_text or text[:1] in "{[@-"):
            return read_object(text)
        try:
            if self.is_integer:
                return int(text)
            if self.is_number:
                return float(text)
        except ValueError:
            if not self.is_text:
                raise click.UsageError(f"--{self.one.name.replace('_', '-')} takes a number, not {text!r}.") from None
        return text


def read_object(text: str) -> Any:
    """Read JSON or YAML: the text itself, `@FILE`, or `-` for standard input.

    Args:
        text: What stands on the command line.

    Returns:
        The value.

    Raises:
        click.UsageError: It can't be read.
    """
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{text[1:]} cannot be read: {error}") from None
    try:
        return json.loads(text)
    except ValueError:
        from infino.core.documents import parse_yaml
        from infino.core.errors import InfinoError

        try:
            return parse_yaml(text, "the command line")
        except InfinoError as error:
            raise click.UsageError(f"this is neither JSON nor YAML: {error}") from None
