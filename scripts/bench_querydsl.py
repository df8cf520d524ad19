"""Times QueryDSL on generated documents: the first search, which builds a text index, and those after it.

Run `python scripts/bench_querydsl.py [documents]`; 100,000 by default.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from infino.local.querydsl import search
from infino.local.store import Store
from infino.local.store.writer import DocumentBatch, put

START = datetime(2024, 1, 1, tzinfo=UTC)
SEARCHES: dict[str, dict[str, Any]] = {
    "match_all, 10 hits": {},
    "match, builds the text index": {"query": {"match": {"text": "w1 w2"}}},
    "match, top 10": {"query": {"match": {"text": "w1 w2"}}},
    "match, size 0": {"query": {"match": {"text": "w1 w2"}}, "size": 0},
    "match_phrase": {"query": {"match_phrase": {"text": "w1 w2"}}},
    "fuzzy": {"query": {"fuzzy": {"text": "w77x"}}},
    "term, scored": {"query": {"term": {"host.keyword": "h7"}}},
    "bool of filters": {
        "query": {
            "bool": {
                "must": {"match": {"text": "w3"}},
                "filter": [{"term": {"host.keyword": "h7"}}, {"range": {"at": {"gte": "2024-01-10"}}}],
                "must_not": {"term": {"tags.keyword": "t3"}},
            }
        }
    },
    "sort by two keys": {"sort": [{"host.keyword": "asc"}, {"took": "desc"}], "size": 50},
    "regexp": {"query": {"regexp": {"host.keyword": "h[1-3].*"}}, "size": 0},
    "terms > date_histogram > avg": {
        "size": 0,
        "aggs": {
            "host": {
                "terms": {"field": "host.keyword", "size": 50},
                "aggs": {
                    "day": {
                        "date_histogram": {"field": "at", "calendar_interval": "day"},
                        "aggs": {"took": {"avg": {"field": "took"}}},
                    }
                },
            }
        },
    },
    "percentiles and cardinality": {
        "size": 0,
        "aggs": {"p": {"percentiles": {"field": "took"}}, "c": {"cardinality": {"field": "host.keyword"}}},
    },
    "tags > top_hits": {
        "size": 0,
        "aggs": {"t": {"terms": {"field": "tags.keyword"}, "aggs": {"best": {"top_hits": {"size": 2}}}}},
    },
}


def documents(count: int) -> list[dict[str, Any]]:
    """Return log lines with text, numbers, dates, arrays and an object."""
    chance = random.Random(7)
    words = [f"w{number}" for number in range(5000)]
    return [
        {
            "text": " ".join(words[int(chance.paretovariate(0.7)) % 5000] for _ in range(15)),
            "host": f"h{number % 50}",
            "took": chance.random() * 100,
            "status": chance.choice([200, 200, 404, 500]),
            "at": (START + timedelta(seconds=number * 26)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tags": [f"t{number % 5}", f"t{number % 7}"],
            "user": {"id": number % 1000},
        }
        for number in range(count)
    ]


def load(store: Store, made: list[dict[str, Any]]) -> None:
    """Write documents into the dataset `bench`."""
    with store.writing() as cursor:
        dataset = store.create(cursor, "bench")
        texts = [json.dumps(document).encode() for document in made]
        put(store, cursor, dataset, DocumentBatch([str(number) for number in range(len(made))], texts, made))


def main(count: int) -> None:
    """Print one line for each search: hits, the time of a first and of a best run, and the processor time."""
    store = Store(None, lambda: datetime.now(UTC))
    load(store, documents(count))
    print(f"{count:,} documents")
    for name, body in SEARCHES.items():
        times, processor = [], []
        for _ in range(1 if "builds" in name else 3):
            started, busy = time.perf_counter(), time.process_time()
            with store.reading() as cursor:
                answer = search(cursor, store.view(cursor, "bench"), {"track_total_hits": True, **body})
            times.append(time.perf_counter() - started)
            processor.append(time.process_time() - busy)
        total = answer["hits"]["total"]["value"]
        print(
            f"{name:34} {total:>9,} hits  first {times[0] * 1000:8.1f} ms  best {min(times) * 1000:8.1f} ms"
            f"  (processor {min(processor) * 1000:8.1f} ms)"
        )
    store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
