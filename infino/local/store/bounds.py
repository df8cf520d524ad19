"""Functions that make a value as large as a number says, bounded: one value is made in one step, which nothing stops.

They are macros in the database that callers' statements run in, where they stand before the engine's own functions.
"""

from __future__ import annotations

from collections.abc import Iterator

PARTS = 100_000
"""Characters or members that a number may ask for; the engine makes up to 2,048 values in one step."""
PRODUCT = 10_000_000
"""What two values may come to together, where each part of one meets each of the other."""


def macros(schema: str) -> Iterator[str]:
    """Yield the statements that make the macros.

    Args:
        schema: Where to, with its database.
    """
    for name, variants in BOUNDED.items():
        told = f"error('{name} is asked for more than {PARTS} characters or members at once')"
        bodies = []
        for arguments, (bounded, beyond) in variants.items():  # an argument holds the engine back from working ahead
            checked = [f"CASE WHEN {beyond} THEN {told} ELSE {bounded} END" if a == bounded else a for a in arguments]
            bodies.append(f"({', '.join(arguments)}) AS system.main.{name}({', '.join(checked)})")
        yield f"CREATE MACRO {schema}.{name}{', '.join(bodies)}"


def steps(first: str, last: str, step: str) -> str:
    """Return SQL for how many steps lie between two numbers or times."""
    numbers = [f"TRY_CAST({value}::VARCHAR AS DOUBLE)" for value in (first, last, step)]
    times = [f"epoch(TRY_CAST({value}::VARCHAR AS TIMESTAMP))" for value in (first, last)]
    between = f"(({numbers[1]}) - ({numbers[0]})) / {numbers[2]}"
    return f"abs(coalesce({between}, ({times[1]} - {times[0]}) / epoch(TRY_CAST({step}::VARCHAR AS INTERVAL))))"


SERIES = {
    "a": ("a", f"a > {PARTS}"),
    "ab": ("b", f"b - a > {PARTS}"),
    "abc": ("b", f"{steps('a', 'b', 'c')} > {PARTS}"),
}
RESIZED = {"an": ("n", f"n > {PARTS}"), "anb": ("n", f"n > {PARTS}")}
BOUNDED: dict[str, dict[str, tuple[str, str]]] = {
    "range": SERIES,
    "generate_series": SERIES,
    "list_resize": RESIZED,
    "array_resize": RESIZED,
    "repeat": {"an": ("n", f"n > {PARTS} / greatest(strlen(a::VARCHAR), 1)")},
    "lpad": {"anb": ("n", f"n > {PARTS}")},
    "rpad": {"anb": ("n", f"n > {PARTS}")},
    "bitstring": {"an": ("n", f"n > {PARTS}")},
    "equi_width_bins": {"abnc": ("n", f"n > {PARTS}")},
    "replace": {
        "abc": ("a", f"strlen(c) > strlen(b) AND strlen(a) / greatest(strlen(b), 1) * strlen(c) > {PRODUCT}"),
    },
    "regexp_replace": dict.fromkeys(("abc", "abcd"), ("a", f"strlen(a)::DOUBLE * strlen(c) > {10 * PRODUCT}")),
    "damerau_levenshtein": {"ab": ("a", f"strlen(a)::DOUBLE * strlen(b) > {PRODUCT}")},
}
"""Name -> arguments, a letter each -> which one is held back, and when."""
