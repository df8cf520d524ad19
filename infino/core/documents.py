"""Documents that users write as YAML text."""

from __future__ import annotations

import re
from datetime import date
from importlib.util import find_spec
from typing import Any, Final

from infino.core.errors import ConfigError, ValidationError

MAX_DEPTH: Final = 100
# What the constructors of the library raise for `!!int x`, for an impossible date, or where our caller left no stack.
_UNFIT: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_FILE_NAME: Final = re.compile(r"[^\n:]{1,255}\.(?:ya?ml|json)", re.IGNORECASE)
A_FILE: Final = "this is the name of a file: pass what is in it, Path(name).read_text()"
_QUOTED: Final = re.compile(r"""['"].*['"]""", re.DOTALL)


def parse_yaml(text: str, operation: str) -> dict[str, Any]:
    """Read YAML text as one object."""
    if find_spec("yaml") is None:
        raise ConfigError("reading YAML needs an extra: pip install 'infino-sdk[yaml]'", operation=operation)
    document, problem = _load(text)
    del text  # a traceback may be shown with its variables, and documents hold passwords
    if problem:
        raise ValidationError(problem, operation=operation)
    return {str(key): _plain(value) for key, value in document.items()}


def check_yaml(text: str, operation: str) -> None:
    """Refuse text that is not a YAML object; without the extra `yaml` the service is the one to judge."""
    problem = _load(text)[1] if find_spec("yaml") is not None else ""
    del text  # as above
    if problem:
        raise ValidationError(problem, operation=operation)


def _load(text: str) -> tuple[Any, str]:
    """Return the document, or what is wrong with it in words that quote nothing of it."""
    import yaml

    depth = 0
    try:
        # The events first, which cost little whatever they say.
        for event in yaml.parse(text, yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                # A few lines of them stand for gigabytes, or for a document without end.
                return None, f"the document holds an alias (*){_place(event.start_mark)}; write the value out instead"
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                return None, f"the document has more than {MAX_DEPTH} levels{_place(event.start_mark)}"
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = _place(getattr(error, "problem_mark", None))
        said = getattr(error, "problem", None) or "cannot be read"
        return None, f"the document is not YAML{place}: {_QUOTED.sub('…', said)}"
    except _UNFIT:
        return None, "the document is not YAML: a value does not fit its type"
    if not isinstance(document, dict):
        problem = "the YAML document must be an object with keys and values"
        return None, f"{problem}; {A_FILE}" if _FILE_NAME.fullmatch(text) else problem
    return document, ""


def _place(mark: Any) -> str:
    return f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""


def _plain(value: Any) -> Any:
    """Undo what YAML makes of dates: `Version` is text on the wire."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
