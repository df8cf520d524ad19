"""`histogram` and `date_histogram`: buckets of equal width, and of calendar units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from infino.local.querydsl.aggs.base import MAX_BUCKETS, Aggregation, Context, Level, Result, Running, tell_buckets
from infino.local.querydsl.aggs.buckets import AggregationBucket, BucketAggregation, answer_of, keyed
from infino.local.querydsl.aggs.terms import each_key, read_order, sort_value
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.fields import NUMERIC, once
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.reading import as_boolean, as_integer, as_number, as_object, as_text, known, short
from infino.local.values.dates import EPOCH, DateContext, from_millis, read_date, read_zone, show_date, to_millis

FIXED = re.compile(r"(\d{1,9})\s*(ms|s|m|h|d)", re.ASCII)
FIXED_MILLIS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
CALENDAR = {
    "m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month", "q": "quarter", "y": "year",
    "s": "second",
}  # fmt: skip
STEPS = {
    "second": relativedelta(seconds=1), "minute": relativedelta(minutes=1), "hour": relativedelta(hours=1),
    "day": relativedelta(days=1), "week": relativedelta(weeks=1), "month": relativedelta(months=1),
    "quarter": relativedelta(months=3), "year": relativedelta(years=1),
}  # fmt: skip
WALL_CLOCK = ("day", "week", "month", "quarter", "year")
DAY = 86_400_000


class Histogram(BucketAggregation):
    """`histogram`."""

    histogram = True
    key_type = "double"
    accepted: tuple[str, ...] = (*NUMERIC, "none", "integer_range", "long_range", "float_range", "double_range")
    """The kinds and types of field this works on."""
    furthest = (-1e15, 1e15)
    """Between which values the buckets of open ranges are; there are too many of them."""

    def __init__(self, node: Node, context: Context, children: Sequence[Aggregation]) -> None:
        super().__init__(node, context, children)
        self.on = self.field()
        if (self.on.type if self.on.kind == "range" else self.on.kind) not in self.accepted:
            raise self.unfit(self.on.name, self.on.kind)
        self.least = as_integer(node.options.get("min_doc_count", 0), "min_doc_count")
        if self.least < 0:
            raise illegal(
                f"[min_doc_count] must be greater than or equal to 0. Found [{self.least}] in [{short(node.name)}]"
            )
        self.keyed = as_boolean(node.options.get("keyed", False), "keyed")
        self.order = read_order(node.options.get("order", {"_key": "asc"}))
        self.format = self.date_format(self.on)
        self.column_sql = self.column(self.on, self.key_type)
        self.read_interval()
        self.extended = self.read_bounds("extended_bounds")
        self.hard = self.read_bounds("hard_bounds")
        self.check_bounds()
        missing = node.options.get("missing")
        self.missing = None if missing is None else self.value_sql(missing)

    def read_interval(self) -> None:
        """Read the width of the buckets."""
        self.interval = as_number(self.node.options.get("interval", 0), "interval")
        if self.interval <= 0:
            raise illegal(f"[interval] must be >0 for histogram aggregation [{short(self.node.name)}]")
        self.offset = as_number(self.node.options.get("offset", 0), "offset")

    def value_sql(self, value: Any) -> str:
        """Return a value of the request as SQL."""
        return f"{as_number(value, 'missing')!r}::double"

    def read_end(self, value: Any) -> float:
        """Return one end of the bounds."""
        return as_number(value, "bounds")

    def read_bounds(self, name: str) -> tuple[float | None, float | None]:
        """Return the ends that the request sets."""
        given = self.node.options.get(name)
        if given is None:
            return None, None
        options = as_object(given, name)
        known(options, ("min", "max"), name)
        low, high = (None if options.get(end) is None else self.read_end(options[end]) for end in ("min", "max"))
        if low is not None and high is not None and low > high:
            raise illegal(
                f"[{name}.min][{low}] cannot be greater than [{name}.max][{high}] for [{short(self.node.name)}]"
            )
        return low, high

    def check_bounds(self) -> None:
        """Refuse extended bounds outside the hard ones."""
        (low, high), (least, most) = self.extended, self.hard
        if (low is not None and least is not None and low < least) or (
            high is not None and most is not None and high > most
        ):
            raise illegal(
                f"Extended bounds have to be inside hard bounds, hard bounds: [{least}--{most}], "
                f"extended bounds: [{low}--{high}]"
            )

    def bucket_sql(self, value: str) -> str:
        """Return the SQL of the key of a value."""
        shifted = f"({value})::double - {self.offset!r}" if self.offset else f"({value})::double"
        key = f"floor(({shifted}) / {self.interval!r}) * {self.interval!r}"
        return f"{key} + {self.offset!r}" if self.offset else key

    def keys(self, level: Level) -> str:
        """Return each document with each of its keys."""
        if self.on.kind == "range":
            one = f"list_filter([{self.column_sql}], lambda x: x is not null)"
            values = self.column_sql if self.on.many else one
            between = f"list_transform({values}, lambda x: {self.keys_between('x.lo', 'x.hi')})"
            keys = f"unnest(list_distinct(flatten({between})))"
        else:
            keys = each_key(self.column_sql, self.on, self.missing, self.bucket_sql)
        return keyed(level, keys, *(f"k {sign} {end!r}" for sign, end in self.inside() if end is not None))

    def keys_between(self, low: str, high: str) -> str:
        """Return the SQL of the keys of all values of a range; of too many, enough to tell that they are."""
        ends = [end if given is None else given for end, given in zip(self.furthest, self.hard, strict=True)]
        low = f"greatest({low}, {ends[0]!r})::{self.key_type}"
        high = f"least({high}, {ends[1]!r})::{self.key_type}"
        return once(self.bucket_sql(low), lambda a: once(self.bucket_sql(high), lambda b: self.series(a, b), "u"))

    def series(self, first: str, last: str) -> str:
        """Return the SQL of the keys from one to another."""
        count = f"least(round(({last} - {first}) / {self.interval!r}), {MAX_BUCKETS})::bigint"
        return f"list_transform(range({count} + 1), lambda n: {first} + n * {self.interval!r})"

    def inside(self) -> list[tuple[str, float | None]]:
        """Return what a key within the hard bounds is compared with: as Elasticsearch does, without its offset."""
        low, high = (None if end is None else end + self.offset for end in self.hard)
        return [(">=", low), ("<=", high)]

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return the buckets of each parent, with empty ones in between unless they are not wanted."""
        sql = f"select p, k, count(*) from ({self.keys(level)}) group by p, k order by p, k"
        counted: list[dict[float, int]] = [{} for _ in range(level.size)]
        for parent, key, count in runner.plan.run(sql):
            counted[parent][key] = count
        buckets = [
            AggregationBucket(parent, key, self.shown(key), found.get(key, 0))
            for parent, found in enumerate(counted)
            for key in self.wanted(found)
        ]
        self.fill(runner, level, buckets)
        groups: list[list[AggregationBucket]] = [[] for _ in range(level.size)]
        for bucket in buckets:
            groups[bucket.parent].append(bucket)
        for group in groups:
            for path, descending in reversed(self.order):
                group.sort(key=sort_value(path, descending), reverse=descending)
        return [
            answer_of(group, self.keyed, keep_key=True)
            for group in self.grouped([bucket for group in groups for bucket in group], level.size)
        ]

    def wanted(self, found: dict[float, int]) -> list[float]:
        """Return the keys to answer with."""
        if self.least > 0:
            return [key for key, count in found.items() if count >= self.least]
        ends = [self.floor(end) for end in self.extended if end is not None] + list(found)
        if not ends:
            return []
        keys: list[float] = []
        for key in self.steps(min(ends), max(ends)):
            keys.append(key)
            tell_buckets(len(keys))
        return keys

    def floor(self, value: float) -> float:
        """Return the key of a value."""
        return (value - self.offset) // self.interval * self.interval + self.offset

    def steps(self, first: float, last: float) -> Iterator[float]:
        """Yield the keys from the first to the last."""
        low = round((first - self.offset) / self.interval)
        high = round((last - self.offset) / self.interval)
        for number in range(low, high + 1):
            yield number * self.interval + self.offset

    def shown(self, key: float) -> Result:
        """Return what the answer says of a key."""
        return {"key": key}


class DateHistogram(Histogram):
    """`date_histogram`, by calendar unit or fixed interval, on the wall clock of a time zone."""

    key_type = "bigint"
    accepted = ("date", "none", "date_range")
    furthest = (-62_135_596_800_000, 253_402_300_799_999)

    def read_interval(self) -> None:
        options = self.node.options
        given = [name for name in ("calendar_interval", "fixed_interval", "interval") if options.get(name) is not None]
        if not given:
            raise illegal("Invalid interval specified, must be non-null and non-empty")
        if len(given) > 1:
            raise illegal(f"Cannot use [{given[0]}] with [{given[1]}] configuration option.")
        self.zone = read_zone(options.get("time_zone", "UTC"))
        self.zone_name = as_text(options.get("time_zone", "UTC"), "time_zone")
        self.shift = read_shift(options.get("offset", 0))
        self.unit, self.width = read_unit(as_text(options[given[0]], given[0]), given[0])
        self.whole_days = self.unit in WALL_CLOCK if self.unit else self.width % DAY == 0

    def value_sql(self, value: Any) -> str:
        return f"{read_date(value, self._dates())}::bigint"

    def read_end(self, value: Any) -> float:
        # A number is an end as it is, whatever the format of the keys.
        return int(value) if type(value) in (int, float) else read_date(value, self._dates())

    def _dates(self) -> DateContext:
        context = DateContext(self.context.plan.now, self.zone)
        if self.format is None:
            return context
        return DateContext(context.now, self.zone, f"{self.format}||{context.format}")

    def inside(self) -> list[tuple[str, float | None]]:
        return [
            (sign, None if end is None else self.wall(end)) for sign, end in zip((">=", "<"), self.hard, strict=True)
        ]

    def series(self, first: str, last: str) -> str:
        if not self.unit:
            return f"generate_series({first}, least({last}, {first} + {self.width * MAX_BUCKETS}), {self.width})"
        start, end = (f"epoch_ms({key} - {self.shift})" for key in (first, last))
        end = f"least({end}, {start} + interval {MAX_BUCKETS} {self.unit})"
        steps = f"generate_series({start}, {end}, interval 1 {self.unit})"
        return f"list_transform({steps}, lambda n: epoch_ms(n) + {self.shift})"

    def wall(self, moment: float) -> float:
        """Return a moment as the keys in SQL are: on the wall clock where buckets are whole days."""
        if self.zone == UTC or not self.whole_days:
            return moment
        return to_millis(from_millis(int(moment), self.zone).replace(tzinfo=UTC))

    def bucket_sql(self, value: str) -> str:
        local = f"({value})" if self.zone == UTC else self._wall(f"({value})")
        if self.shift:
            local = f"({local} - {self.shift})"
        if self.unit:
            key = f"epoch_ms(date_trunc('{self.unit}', epoch_ms({local}::bigint)))"
        else:
            key = f"(floor({local} / {self.width}.0)::bigint * {self.width})"
        if self.shift:
            key = f"({key} + {self.shift})"
        if self.zone == UTC or self.whole_days:
            return key  # of the wall clock; `results` turns it into a moment
        return f"({key} - ({self._wall(f'({value})')} - ({value})))"

    def _wall(self, millis: str) -> str:
        """Return the SQL of what the wall clock shows at a moment, as if it were UTC."""
        offset = self.zone.utcoffset(None)
        if offset is not None:
            return f"({millis} + {offset // timedelta(milliseconds=1)})"
        name = self.context.plan.bind(self.zone_name)
        return f"epoch_ms(timezone({name}, make_timestamptz({millis} * 1000)))"

    def moment(self, key: int) -> int:
        """Return the moment of a key of the wall clock."""
        if self.zone == UTC or not self.whole_days:
            return key
        return to_millis(from_millis(key).replace(tzinfo=self.zone))

    def floor(self, value: float) -> float:
        wall = int(value)
        if self.zone != UTC:
            wall = to_millis(from_millis(wall, self.zone).replace(tzinfo=UTC))
        key = self._floor_wall(wall - self.shift) + self.shift
        if self.whole_days:
            return key
        return key - (wall - int(value))

    def _floor_wall(self, wall: int) -> int:
        if not self.unit:
            return wall // self.width * self.width
        moment = from_millis(wall)
        if self.unit in ("second", "minute", "hour"):
            size = FIXED_MILLIS[self.unit[0]]
            return wall // size * size
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        if self.unit == "week":
            day -= timedelta(days=day.weekday())
        elif self.unit != "day":
            month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[self.unit]
            day = day.replace(month=month, day=1)
        return to_millis(day)

    def steps(self, first: float, last: float) -> Iterator[float]:
        if self.unit in ("month", "quarter", "year"):
            start = from_millis(int(first) - self.shift)
            number, moment = 0, start
            while (key := to_millis(moment) + self.shift) <= last:
                yield key
                number += 1
                moment = later(start, self.unit, number)
            return
        width = self.width or (STEPS[self.unit] + EPOCH - EPOCH) // timedelta(milliseconds=1)
        yield from range(int(first), int(last) + 1, width)

    def shown(self, key: float) -> Result:
        moment = self.moment(int(key))
        return {"key_as_string": show_date(moment, self.format, self.zone), "key": moment}


def later(start: datetime, unit: str, number: int) -> datetime:
    """Return a moment so many units later."""
    try:
        return start + STEPS[unit] * number
    except (OverflowError, ValueError):
        return datetime.max.replace(tzinfo=UTC)


def read_unit(text: str, option: str) -> tuple[str, int]:
    """Return the calendar unit, or an empty text and the width in milliseconds."""
    calendar = CALENDAR.get(text[1:] if text[:1] == "1" else text) or (text if text in STEPS else None)
    if option != "fixed_interval" and calendar and text != "s":
        return calendar, 0
    if option == "calendar_interval":
        raise illegal(f"The supplied interval [{short(text)}] could not be parsed as a calendar interval.")
    found = FIXED.fullmatch(text)
    if found is None:
        raise illegal(
            f"failed to parse setting [date_histogram.{option}] with value [{short(text)}] as a time value: "
            "unit is missing or unrecognized"
        )
    width = int(found[1]) * FIXED_MILLIS[found[2]]
    if width < 1 or width > 10_000 * 366 * DAY:
        raise illegal(f"Zero or negative time interval not supported: [{short(text)}]")
    return "", width


def read_shift(value: Any) -> int:
    """Return an offset such as `+6h` in milliseconds."""
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-(10**13), min(value, 10**13))
    text = as_text(value, "offset")
    found = FIXED.fullmatch(text.lstrip("+-"))
    if found is None:
        raise illegal(f"failed to parse setting [offset] with value [{short(text)}] as a time value")
    return int(found[1]) * FIXED_MILLIS[found[2]] * (-1 if text.startswith("-") else 1)


HISTOGRAMS: dict[str, type[BucketAggregation]] = {"histogram": Histogram, "date_histogram": DateHistogram}
