"""How a client shows itself, is copied, and travels."""

from __future__ import annotations

from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

if TYPE_CHECKING:
    from infino.core.config import Config
    from infino.core.reference import ClientReference


# What a client of ours consists of; `with_options` makes all of it anew.
_OWN: Final = frozenset({"config", "_parent", "_shared", "_closed", "_opened", "_first", "_gateway", "_caller"})


class ClientBase:
    """What both clients do as Python objects."""

    config: Config

    def with_options(self) -> Self:
        """Return a copy that shares everything."""
        raise NotImplementedError

    def reference(self) -> ClientReference:
        """Return what can be pickled and makes this client anew in another process, as Spark and Ray need it.

        It holds settings and where the keys come from, and no secret: the other process reads the same variables, the
        same profile, or asks the same callable.

        Returns:
            The reference; its `client()` makes an `Infino`, its `async_client()` an `AsyncInfino`.

        Raises:
            ValidationError: Keys or other secrets were given in the call, or the callable cannot be imported.

        Examples:
            >>> reference = client.reference()
            >>> with reference.client() as there:
            ...     there.ping()
        """
        from infino.core.reference import reference_of  # few clients travel

        return reference_of(self.config)

    def __repr__(self) -> str:
        if not hasattr(self, "config"):
            return f"<{type(self).__name__}, not made yet>"  # a debugger looks in while its settings are read
        sources = self.config.sources
        keys = "a callable" if self.config.provider is not None else sources.get("access_key", "the call")
        if keys.startswith("profile "):
            keys = f"profile={keys.removeprefix('profile ')!r}"
        else:
            keys = f"keys from {keys.replace('keyword', 'the call')}"
        return f"{type(self).__name__}({self.config.endpoint.url!r}, {keys})"

    def _added(self) -> dict[str, Any]:
        """What a subclass keeps in a client beside our own, in its dictionary or in slots."""
        state: Any = object.__getstate__(self)
        attributes, slots = state if isinstance(state, tuple) else (state, None)
        return {
            name: value
            for name, value in {**(attributes or {}), **(slots or {})}.items()
            if name not in _OWN and not isinstance(getattr(type(self), name, None), cached_property)
        }

    def _adopt(self, original: ClientBase) -> Self:
        """Keep what a subclass kept in the original."""
        for name, value in original._added().items():
            setattr(self, name, value)
        return self

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = self.with_options()
        # Before the attributes are copied: one of them may refer back to the client.
        memo[id(self)] = copied
        for name, value in self._added().items():
            setattr(copied, name, deepcopy(value, memo))
        return copied

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client cannot be pickled, because it holds keys and connections; pickle client.reference()")
