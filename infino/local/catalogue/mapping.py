"""Mappings: what a dataset's creator declares of its fields. Each type and parameter acts, or is refused by name.

The types and parameters are those of Elasticsearch's reference, section "Mapping". What is declared decides which
records are taken (`Mapping.refusal`) and how the query language compares; no document is changed by it.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Mapping as Given
from typing import Any

import attrs
import orjson

from infino.local.catalogue.kinds import sql_type, values_of
from infino.local.catalogue.parameters import (
    KEYWORDS,
    KNOWN_ELSEWHERE,
    LEAVES,
    OBJECTS,
    OTHER_PARAMETERS,
    PARAMETERS,
    PARTS,
    ROOT,
    TEXTS,
    TYPES,
    WHOLE,
    check_parameters,
    wrong,
)
from infino.local.catalogue.ranges import RANGES
from infino.local.catalogue.scalars import CHECKS, FLOATS, INTEGERS, check_format
from infino.local.http import Problem, illegal, unsupported

EMPTY = {
    **dict.fromkeys(INTEGERS, "BIGINT"), "unsigned_long": "HUGEINT", **dict.fromkeys(FLOATS, "DOUBLE"),
    "boolean": "BOOLEAN", "date": "TIMESTAMPTZ", "date_nanos": "TIMESTAMPTZ_NS",
}  # fmt: skip
"""Declared type -> the SQL type of a field that has no value yet."""
# Fields that Elasticsearch has beside those of a document, which can't have them then, nor a mapping declare them.
METADATA = frozenset({"_id", "_index", "_source", "_routing", "_version", "_seq_no", "_ignored", "_field_names"})
NORMALIZERS: Given[str, tuple[str, ...]] = {"lowercase": ("lowercase",)}
NORMALIZER_FILTERS = frozenset({"lowercase", "uppercase", "asciifolding"})
# `index.mapping.depth.limit` of Elasticsearch is 20, and its limit of fields 1,000; more is a mistake or an attack.
MOST_FIELDS, DEEPEST = 10_000, 20


@attrs.frozen
class Declared:
    """One declared field.

    Args:
        name: The dotted name.
        type: Such as `keyword`.
        options: Its other parameters.
        base: The field that holds its values; another one for a multi-field and an alias.
        normalizer: What is done to its values before they are compared.
    """

    name: str
    type: str
    options: Given[str, Any] = attrs.field(factory=dict)
    base: str = ""
    normalizer: tuple[str, ...] = ()


@attrs.frozen(slots=False)
class Mapping:
    """All that is declared of a dataset's fields.

    Args:
        fields: Dotted name -> field; objects, multi-fields and aliases included.
        dynamic: Dotted name of an object, "" for the whole -> `true`, `false` or `strict`.
        copies: Field -> the fields whose values are copied to it.
        properties: As they were given.
    """

    fields: Given[str, Declared] = attrs.field(factory=dict)
    dynamic: Given[str, str] = attrs.field(factory=dict)
    copies: Given[str, tuple[str, ...]] = attrs.field(factory=dict)
    properties: Given[str, Any] = attrs.field(factory=dict)

    @functools.cached_property
    def takers(self) -> Given[str, Sequence[Declared]]:
        """Field -> all that take its values, itself included: its multi-fields, and the fields it is copied to."""
        found = {one.name: [one] for one in self.fields.values() if one.type not in OBJECTS}
        for one in self.fields.values():
            if one.base != one.name and one.type != "alias":
                found[one.base].append(one)
        for target, sources in self.copies.items():
            if target in self.fields:
                for source in sources:
                    found[source].append(self.fields[target])
        return found

    @functools.cached_property
    def nested(self) -> tuple[str, ...]:
        """The objects that are documents of their own."""
        return tuple(one.name for one in self.fields.values() if one.type == "nested")

    @property
    def decides(self) -> bool:
        """Whether some record may be refused."""
        return bool(self.fields or "strict" in self.dynamic.values())

    @property
    def leaves(self) -> list[Declared]:
        """The fields that hold values of their own."""
        return [one for one in self.fields.values() if one.base == one.name and one.type not in OBJECTS | RANGES]

    def around(self, name: str) -> Iterator[Declared]:
        """Yield the declared fields that a dotted name lies in, the outermost first."""
        for at, letter in enumerate(name):
            # A dotted key says the same as objects in one another, so each of its beginnings may be declared.
            if letter == "." and (found := self.fields.get(name[:at])) is not None:
                yield found

    def within(self, name: str) -> Declared | None:
        """Return the declared flattened object or range that a dotted name lies in."""
        return next((outer for outer in self.around(name) if outer.type in WHOLE), None)

    def apart(self, name: str, scope: str) -> str | None:
        """Return the nested object that a field is in, unless a search looks inside that object.

        Args:
            name: The dotted name of the field.
            scope: The dotted name of the objects that are searched, "" for the documents.
        """
        for path in self.nested:
            if name.startswith(f"{path}.") and not f"{scope}.".startswith(f"{path}."):
                return path
        return None

    def hides(self, name: str) -> bool:
        """Tell whether a field is none for queries: `dynamic: false` holds where it is not declared."""
        if name in self.fields or self.within(name):
            return False
        return "false" in self.dynamic.values() and self.dynamic_at(name) == "false"

    def dynamic_at(self, name: str) -> str:
        """Return what happens to a field that is not declared: `true`, `false` or `strict`."""
        while name:
            name = name.rpartition(".")[0]
            if name in self.dynamic:
                return self.dynamic[name]
        # The default of Elasticsearch: what is not declared is added as it comes.
        return "true"

    def refusal(self, document: Given[str, Any], id: str) -> Problem | None:
        """Return why a record is not taken, or None when it is."""
        try:
            self._walk(document, "", self.dynamic.get("", "true"))
        except ValueRefused as refused:
            if refused.type == "strict_dynamic_mapping_exception":
                return Problem(400, refused.type, str(refused))
            return Problem(400, refused.type, f"failed to parse {refused} in document with id [{id}]")
        return None

    def _walk(self, value: Any, prefix: str, dynamic: str) -> None:
        for key, inner in value.items():
            name = prefix + key
            declared = self.fields.get(name)
            for outer in self.around(name) if "." in key else ():
                if outer.type not in OBJECTS | WHOLE:
                    raise ValueRefused(f"field [{name}]: [{outer.name}] of type [{outer.type}] is not an object")
            if declared is not None and declared.type not in OBJECTS:
                # What the value goes on to must take it as well, or a record would be stored in part.
                for taker in self.takers[name]:
                    self._check(taker, inner)
            # An object counts as declared also where only something in it is.
            elif declared is not None or any(other.startswith(f"{name}.") for other in self.fields):
                below = self.dynamic.get(name, dynamic)
                for item in inner if isinstance(inner, list) else [inner]:
                    if isinstance(item, dict):
                        self._walk(item, f"{name}.", below)
                    elif item is not None:
                        raise ValueRefused(f"object mapping for [{name}]: found a concrete value, not an object")
            elif dynamic == "strict":
                where = prefix.rstrip(".") or "_doc"
                reason = f"mapping set to strict, dynamic introduction of [{key}] within [{where}] is not allowed"
                raise ValueRefused(reason, "strict_dynamic_mapping_exception")

    def _check(self, declared: Declared, value: Any) -> None:
        if declared.type == "alias":
            raise ValueRefused(f"field [{declared.name}]: cannot write to a field alias")
        if declared.type == "flattened":
            if value is not None and not isinstance(value, dict):
                raise ValueRefused(f"field [{declared.name}] of type [flattened]: it must be an object")
            return
        for item in scalars(value):
            if isinstance(item, dict) and declared.type not in RANGES:
                problem: str | None = "an object is not a value"
            elif item is None:
                continue
            else:
                problem = CHECKS[declared.type](item, declared.options)
            if problem and not (
                declared.options.get("ignore_malformed") in (True, "true") and not isinstance(item, dict)
            ):
                shown = orjson.dumps(item, default=str).decode()[:120]
                raise ValueRefused(
                    f"field [{declared.name}] of type [{declared.type}]: {problem}; the value was {shown}"
                )


class ValueRefused(Exception):
    """Why a record is not taken."""

    def __init__(self, reason: str, type: str = "document_parsing_exception") -> None:
        super().__init__(reason)
        self.type = type


def scalars(value: Any) -> Sequence[Any]:
    """Return the values in a list, and in lists in it; a value that is not a list by itself."""
    if not isinstance(value, list):
        return (value,)
    return [inner for item in value for inner in scalars(item)]


NOTHING_DECLARED = Mapping()


def read_mapping(mappings: Any, analysis: Any = None, *, earlier: bool = False) -> Mapping:
    """Read the `mappings` of a request.

    Args:
        mappings: What stands under `mappings`.
        analysis: What stands under `settings.analysis`, which may define normalizers.
        earlier: Whether fields that were declared earlier may be meant; then it is not looked where names lead.

    Raises:
        Problem: 400 for a type, parameter or value that there is not; 501 for one that is not supported here.

    Examples:
        >>> read_mapping({"properties": {"o": {"properties": {"k": {"type": "keyword"}}}}}).fields["o.k"].type
        'keyword'
    """
    if not isinstance(mappings, dict):
        raise wrong("mappings must be an object")
    check_parameters("mappings", mappings, ROOT, ROOT.keys())
    reader = _Reader(normalizers_of(analysis))
    reader.object("", mappings)
    made = reader.result(mappings.get("properties") or {}, look=not earlier)
    for field in made.fields.values():
        for outer in made.around(field.name) if field.base == field.name or field.type == "alias" else ():
            if outer.type not in OBJECTS:
                raise not_an_object(outer.name, field.name)
    return made


def not_an_object(outer: str, inner: str) -> Problem:
    """Return the 400 for a field of values with another field in it, which only multi-fields may be."""
    reason = f"can't merge a non object mapping [{outer}] with an object mapping: it would have [{inner}] in it"
    return illegal(reason)


# Each write and each search asks for it, and it changes only with the settings.
@functools.lru_cache(256)
def stored_mapping(settings: str) -> Mapping:
    """Return the mapping in a dataset's settings; what an older version took without a look is passed over.

    Args:
        settings: The settings' JSON.
    """
    kept = orjson.loads(settings)
    properties = kept.get("properties", {})
    try:
        return read_mapping({"properties": properties, **kept.get("mappings", {})}, kept.get("analysis"))
    except Problem:
        reader = _Reader(NORMALIZERS)
        for name, given in properties.items():
            try:
                reader.take(read_mapping({"properties": {name: given}}))
            except Problem:
                continue
        return reader.result(properties)


def normalizers_of(analysis: Any) -> Given[str, tuple[str, ...]]:
    """Return the normalizers that there are, those that `settings.analysis` defines included."""
    if analysis is None:
        return NORMALIZERS
    if not isinstance(analysis, dict):
        raise wrong("settings.analysis must be an object")
    for name, value in analysis.items():
        if name != "normalizer" and value:
            raise unsupported(f"settings.analysis.{name}")
    found = dict(NORMALIZERS)
    for name, given in (analysis.get("normalizer") or {}).items():
        given = given if isinstance(given, dict) else {}
        filters = given.get("filter", [])
        filters = [filters] if isinstance(filters, str) else filters
        if set(given) - {"type", "filter", "char_filter"} or given.get("type", "custom") != "custom":
            raise unsupported(f"the normalizer [{name}]: only type custom with filters")
        if given.get("char_filter") or not isinstance(filters, list) or not set(filters) <= NORMALIZER_FILTERS:
            raise unsupported(f"the normalizer [{name}]: only the filters {', '.join(sorted(NORMALIZER_FILTERS))}")
        found[name] = tuple(filters)
    return found


class _Reader:
    """Collects the fields of a mapping."""

    def __init__(self, normalizers: Given[str, tuple[str, ...]]) -> None:
        self._normalizers = normalizers
        self._fields: dict[str, Declared] = {}
        self._dynamic: dict[str, str] = {}
        self._copies: dict[str, list[str]] = {}

    def result(self, properties: Given[str, Any], *, look: bool = True) -> Mapping:
        """Return the mapping, once its aliases and copies are known to lead somewhere, if anybody is to look."""
        copies = {target: tuple(sources) for target, sources in self._copies.items()}
        made = Mapping(self._fields, self._dynamic, copies, properties)
        if look:
            self._check_names(made)
        return made

    def _check_names(self, made: Mapping) -> None:
        for field in self._fields.values():
            if field.type == "alias":
                meant = self._fields.get(field.base)
                where = f"Invalid [path] value [{field.base}] for field alias [{field.name}]"
                if meant is None:
                    raise wrong(f"{where}: no such field is declared")
                if meant.type in OBJECTS | {"alias"}:
                    raise wrong(f"{where}: an alias leads to a field of values, not to one of type [{meant.type}]")
        for target, sources in self._copies.items():
            found = self._fields.get(target)
            if found is not None and (found.type not in PARTS or found.base != target):
                raise wrong(
                    f"[copy_to] of [{sources[0]}] leads to [{target}], which is not a field of values of its own"
                )
            for source in sources:
                if (apart := made.apart(target, source)) is not None:
                    raise wrong(f"[copy_to] of [{source}] leads to [{target}], into the nested objects of [{apart}]")
            if found is None and made.dynamic_at(target) == "strict":
                raise wrong(f"[copy_to] of [{sources[0]}] leads to [{target}], which the strict mapping lacks")

    def take(self, one: Mapping) -> None:
        """Take over what another mapping declares."""
        self._fields |= one.fields
        for target, sources in one.copies.items():
            self._copies.setdefault(target, []).extend(sources)

    def object(self, name: str, given: Given[str, Any], depth: int = 0) -> None:
        """Read the properties of an object, or of the whole."""
        if depth > DEEPEST:
            raise illegal(f"the mapping is more than {DEEPEST} objects deep")
        if "dynamic" in given:
            dynamic = str(given["dynamic"]).lower()
            if dynamic == "runtime":
                raise unsupported("the mapping parameter [dynamic] with the value 'runtime'")
            if dynamic not in ("true", "false", "strict"):
                raise wrong(f"dynamic must be true, false or strict, not [{given['dynamic']}]")
            self._dynamic[name] = dynamic
        properties = given.get("properties") or {}  # an empty list is none, as in Elasticsearch
        if not isinstance(properties, dict) or not all(isinstance(field, dict) for field in properties.values()):
            raise wrong("mappings.properties must be an object of field -> {type}")
        for key, field in properties.items():
            if not key or key.startswith(".") or key.endswith(".") or ".." in key:
                raise wrong(f"field name [{key}] must not be empty, nor begin or end with a dot")
            if not name and key.partition(".")[0] in METADATA:
                raise wrong(f"field [{key}] is a metadata field, of which nothing can be declared")
            self._field(f"{name}.{key}" if name else key, field, depth + 1)

    def _field(self, name: str, given: Given[str, Any], depth: int) -> None:
        where = f"field [{name}]"
        # An object needs no type; what has none of its words is a field whose type was forgotten.
        if "type" not in given and not {"properties", "dynamic", "enabled"} & given.keys():
            raise wrong(f"No type specified for {where}")
        kind = str(given.get("type", "object"))
        if kind not in TYPES:
            if kind in KNOWN_ELSEWHERE:
                raise unsupported(f"the field type [{kind}] of {where}")
            raise wrong(f"No handler for type [{kind}] declared on {where}")
        check_parameters(f"{where} of type [{kind}]", given, PARAMETERS[kind], OTHER_PARAMETERS)
        self._keep(self._declared(name, kind, given, name))
        if kind in OBJECTS:
            self.object(name, given, depth)
            return
        copies = given.get("copy_to", [])
        for target in copies if isinstance(copies, list) else [copies]:
            if not isinstance(target, str):
                raise wrong(f"[copy_to] of {where} must name fields")
            self._copies.setdefault(target, []).append(name)
        inner = given.get("fields", {})
        if not isinstance(inner, dict) or not all(isinstance(one, dict) for one in inner.values()):
            raise wrong(f"[fields] of {where} must be an object of name -> {{type}}")
        for key, one in inner.items():
            if not key or "." in key:
                raise wrong(f"field name [{key}] of a multi-field of [{name}] must not be empty, nor have a dot")
            self._multi_field(f"{name}.{key}", one, name)

    def _multi_field(self, name: str, given: Given[str, Any], base: str) -> None:
        kind = str(given.get("type"))
        if kind not in PARTS:
            if kind in KNOWN_ELSEWHERE | LEAVES:
                raise unsupported(f"the field type [{kind}] of multi-field [{name}]")
            raise wrong(f"No handler for type [{kind}] declared on multi-field [{name}]")
        if "copy_to" in given or "fields" in given:
            raise wrong(f"multi-field [{name}] can't have [copy_to] or [fields]")
        check_parameters(f"multi-field [{name}] of type [{kind}]", given, PARAMETERS[kind], OTHER_PARAMETERS)
        self._keep(self._declared(name, kind, given, base))

    def _keep(self, field: Declared) -> None:
        if field.name in self._fields:
            raise wrong(f"field [{field.name}] is declared twice")
        if len(self._fields) >= MOST_FIELDS:
            raise illegal(f"a mapping may declare at most {MOST_FIELDS} fields")
        self._fields[field.name] = field

    def _declared(self, name: str, kind: str, given: Given[str, Any], base: str) -> Declared:
        options = {key: value for key, value in given.items() if key not in ("type", "properties", "fields", "copy_to")}
        where = f"field [{name}]"
        if "ignore_above" in options and not (type(options["ignore_above"]) is int and options["ignore_above"] >= 0):
            raise wrong(f"[ignore_above] of {where} must be a whole number, 0 or more")
        if kind == "alias":
            if not isinstance(options.get("path"), str):
                raise wrong(f"The [path] property must be specified for {where}")
            base = options["path"]
        if kind == "scaled_float":
            factor = options.get("scaling_factor")
            if isinstance(factor, bool) or not isinstance(factor, int | float) or factor <= 0:
                raise wrong(f"{where} lacks the required parameter [scaling_factor], a number above 0")
        if "format" in options:
            check_format(options["format"], where)
        if kind == "constant_keyword":
            if options.get("value") is None:
                raise unsupported(f"[constant_keyword] of {where} without [value]")
            options["value"] = str(options["value"])
        if options.get("null_value") is not None:
            no_scalar = isinstance(options["null_value"], list | dict)
            problem = "it is not one value" if no_scalar else CHECKS[kind](options["null_value"], options)
            if problem:
                raise wrong(f"[null_value] of {where} does not fit its type: {problem}")
        normalizer: tuple[str, ...] = ()
        if "normalizer" in options:
            if options["normalizer"] not in self._normalizers:
                raise wrong(f"normalizer [{options['normalizer']}] not found for {where}")
            normalizer = self._normalizers[options["normalizer"]]
        return Declared(name, kind, options, base, normalizer)


def declared_type(declared: Declared | None, kinds: Collection[str]) -> str:
    """Return the SQL type of a field: that of its values, and where these leave a choice, what is declared.

    Args:
        declared: What is declared of it, if anything.
        kinds: The kinds of its values.
    """
    if declared is None or declared.type in OBJECTS:
        return sql_type(kinds)
    if declared.type in TEXTS | KEYWORDS | {"binary"}:
        return "VARCHAR"
    if not values_of(kinds):
        return EMPTY.get(declared.type, "VARCHAR")
    found = sql_type(kinds)
    return "DOUBLE" if declared.type in FLOATS and values_of(kinds) == {"INTEGER"} else found
