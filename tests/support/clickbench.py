"""A table in the manner of the ClickBench benchmark, visits of pages, and questions of the kind of its 43.

The data is made by SQL out of hashes: the same at each run, with few phrases, models and campaigns among many blanks.
The questions ask for the same work in the same order, in our own words; the rows of each have one order.
"""

from __future__ import annotations

from typing import Final

import duckdb

from tests.support.tpch import pick

_PHRASE: Final = f"CASE WHEN {pick('i', 1, 5)} = 0 THEN 'how to ' || {pick('i', 2, 997)} ELSE '' END"
_MODEL: Final = f"CASE WHEN {pick('i', 3, 20)} = 0 THEN 'model ' || {pick('i', 4, 60)} ELSE '' END"
_HOST: Final = "['example.com', 'www.google.test', 'shop.test', 'news.test']"
_COLUMNS: Final = {
    "watch_id": "(hash(i) >> 2)::BIGINT",
    "user_id": "(hash(i % 20000) >> 2)::BIGINT",
    "counter_id": f"{pick('i', 5, 90)}",
    "region_id": f"{pick('i', 6, 300)}",
    "client_ip": f"{pick('i', 7, 50_000)} - 25000",
    "event_time": f"TIMESTAMP '2013-07-01' + INTERVAL 1 SECOND * {pick('i', 8, 2_678_400)}",
    "event_date": f"(TIMESTAMP '2013-07-01' + INTERVAL 1 SECOND * {pick('i', 8, 2_678_400)})::DATE",
    "campaign_id": f"CASE WHEN {pick('i', 9, 50)} = 0 THEN {pick('i', 10, 30)} ELSE 0 END",
    "engine_id": f"CASE WHEN {pick('i', 1, 5)} = 0 THEN {pick('i', 11, 40)} + 1 ELSE 0 END",
    "origin_id": f"{pick('i', 12, 9)} - 1",
    "phone": f"CASE WHEN {pick('i', 3, 20)} = 0 THEN {pick('i', 4, 60)} % 7 + 1 ELSE 0 END",
    "phone_model": _MODEL,
    "phrase": _PHRASE,
    "title": f"CASE WHEN {pick('i', 13, 30)} = 0 THEN 'Google ' ELSE 'page ' END || {pick('i', 14, 4000)}",
    "url": f"'http://' || {_HOST}[{pick('i', 15, 4)} + 1] || '/' || {pick('i', 16, 9000)} || '.html'",
    "referer": f"CASE WHEN {pick('i', 17, 3)} = 0 THEN '' ELSE 'http://www.r' || {pick('i', 18, 500)} || '.test/a' END",
    "url_hash": f"{pick('i', 16, 9000)}",
    "referer_hash": f"{pick('i', 18, 500)}",
    "is_refresh": f"({pick('i', 19, 8)} = 0)::BIGINT",
    "is_link": f"({pick('i', 20, 10)} = 0)::BIGINT",
    "is_download": f"({pick('i', 21, 100)} = 0)::BIGINT",
    "uncounted": f"({pick('i', 22, 40)} = 0)::BIGINT",
    "width": f"{pick('i', 23, 12)} * 160 + 320",
    "inner_width": f"{pick('i', 24, 400)} * 4",
    "inner_height": f"{pick('i', 25, 300)} * 3",
}
_OF_ONE: Final = "counter_id = 62 AND event_date BETWEEN '2013-07-01' AND '2013-07-31' AND uncounted = 0"
_SUMS: Final = ", ".join(f"sum(width + {more}) AS s{more}" for more in range(90))


def _top(keys: str) -> str:
    """The most frequent groups; keys are places of columns."""
    return f"GROUP BY {keys} ORDER BY n DESC, {keys} LIMIT 10"


QUERIES: Final = [
    "SELECT count(*) AS n FROM hits",
    "SELECT count(*) AS n FROM hits WHERE campaign_id <> 0",
    "SELECT sum(campaign_id) AS s, count(*) AS n, avg(width) AS w FROM hits",
    "SELECT avg(user_id) AS a FROM hits",
    "SELECT count(DISTINCT user_id) AS n FROM hits",
    "SELECT count(DISTINCT phrase) AS n FROM hits",
    "SELECT min(event_date) AS a, max(event_date) AS b FROM hits",
    "SELECT campaign_id, count(*) AS n FROM hits WHERE campaign_id <> 0 GROUP BY 1 ORDER BY n DESC, 1",
    f"SELECT region_id, count(DISTINCT user_id) AS n FROM hits {_top('1')}",
    "SELECT region_id, sum(campaign_id) AS s, count(*) AS n, avg(width) AS w, count(DISTINCT user_id) AS u"
    f" FROM hits {_top('1')}",
    f"SELECT phone_model, count(DISTINCT user_id) AS n FROM hits WHERE phone_model <> '' {_top('1')}",
    f"SELECT phone, phone_model, count(DISTINCT user_id) AS n FROM hits WHERE phone_model <> '' {_top('1, 2')}",
    f"SELECT phrase, count(*) AS n FROM hits WHERE phrase <> '' {_top('1')}",
    f"SELECT phrase, count(DISTINCT user_id) AS n FROM hits WHERE phrase <> '' {_top('1')}",
    f"SELECT engine_id, phrase, count(*) AS n FROM hits WHERE phrase <> '' {_top('1, 2')}",
    f"SELECT user_id, count(*) AS n FROM hits {_top('1')}",
    f"SELECT user_id, phrase, count(*) AS n FROM hits {_top('1, 2')}",
    "SELECT count(*) AS n FROM (SELECT user_id, phrase, count(*) FROM hits GROUP BY 1, 2)",
    f"SELECT user_id, extract(minute FROM event_time) AS m, phrase, count(*) AS n FROM hits {_top('1, 2, 3')}",
    "SELECT user_id FROM hits WHERE user_id = (hash(77) >> 2)::BIGINT",
    "SELECT count(*) AS n FROM hits WHERE url LIKE '%google%'",
    f"SELECT phrase, min(url) AS u, count(*) AS n FROM hits WHERE url LIKE '%google%' AND phrase <> '' {_top('1')}",
    "SELECT phrase, min(url) AS u, min(title) AS t, count(*) AS n, count(DISTINCT user_id) AS d FROM hits"
    f" WHERE title LIKE '%Google%' AND url NOT LIKE '%.google.%' AND phrase <> '' {_top('1')}",
    f"SELECT {', '.join(_COLUMNS)} FROM hits WHERE url LIKE '%google%' ORDER BY event_time, watch_id LIMIT 10",
    "SELECT phrase FROM hits WHERE phrase <> '' ORDER BY event_time, watch_id LIMIT 10",
    "SELECT phrase FROM hits WHERE phrase <> '' ORDER BY phrase LIMIT 10",
    "SELECT phrase FROM hits WHERE phrase <> '' ORDER BY event_time, phrase, watch_id LIMIT 10",
    "SELECT counter_id, avg(length(url)) AS l, count(*) AS n FROM hits WHERE url <> '' GROUP BY 1"
    " HAVING count(*) > 10 ORDER BY l DESC, 1 LIMIT 25",
    "SELECT regexp_replace(referer, '^https?://(?:www\\.)?([^/]+)/.*$', '\\1') AS k, avg(length(referer)) AS l,"
    " count(*) AS n, min(referer) AS r FROM hits WHERE referer <> '' GROUP BY 1 HAVING count(*) > 2"
    " ORDER BY l DESC, 1 LIMIT 25",
    f"SELECT {_SUMS} FROM hits",
    "SELECT engine_id, client_ip, count(*) AS n, sum(is_refresh) AS r, avg(width) AS w FROM hits WHERE phrase <> ''"
    f" {_top('1, 2')}",
    "SELECT watch_id, client_ip, count(*) AS n, sum(is_refresh) AS r, avg(width) AS w FROM hits WHERE phrase <> ''"
    f" {_top('1, 2')}",
    f"SELECT watch_id, client_ip, count(*) AS n, sum(is_refresh) AS r, avg(width) AS w FROM hits {_top('1, 2')}",
    f"SELECT url, count(*) AS n FROM hits {_top('1')}",
    f"SELECT 1 AS one, url, count(*) AS n FROM hits {_top('1, 2')}",
    "SELECT client_ip, client_ip - 1 AS a, client_ip - 2 AS b, client_ip - 3 AS c, count(*) AS n FROM hits"
    f" {_top('1, 2, 3, 4')}",
    f"SELECT url, count(*) AS n FROM hits WHERE {_OF_ONE} AND is_refresh = 0 AND url <> '' {_top('1')}",
    f"SELECT title, count(*) AS n FROM hits WHERE {_OF_ONE} AND is_refresh = 0 AND title <> '' {_top('1')}",
    f"SELECT url, count(*) AS n FROM hits WHERE {_OF_ONE} AND is_link <> 0 AND is_download = 0 {_top('1')} OFFSET 5",
    "SELECT origin_id, engine_id, campaign_id,"
    " CASE WHEN engine_id = 0 AND campaign_id = 0 THEN referer ELSE '' END AS source, url, count(*) AS n FROM hits"
    f" WHERE {_OF_ONE} AND is_refresh = 0 {_top('1, 2, 3, 4, 5')} OFFSET 5",
    f"SELECT url_hash, event_date, count(*) AS n FROM hits WHERE {_OF_ONE} AND is_refresh = 0 AND origin_id IN (-1, 6)"
    f" AND referer_hash < 250 {_top('1, 2')} OFFSET 5",
    f"SELECT inner_width, inner_height, count(*) AS n FROM hits WHERE {_OF_ONE} AND is_refresh = 0"
    f" AND url_hash < 3000 {_top('1, 2')} OFFSET 5",
    "SELECT date_trunc('minute', event_time) AS m, count(*) AS n FROM hits WHERE counter_id = 62 AND uncounted = 0"
    " AND event_date BETWEEN '2013-07-14' AND '2013-07-15' AND is_refresh = 0 GROUP BY 1 ORDER BY 1 LIMIT 10 OFFSET 2",
]


def make_hits(engine: duckdb.DuckDBPyConnection, count: int) -> None:
    """Make the table.

    Args:
        engine: Where.
        count: How many rows.
    """
    columns = ", ".join(f"{expression} AS {name}" for name, expression in _COLUMNS.items())
    engine.execute(f"CREATE TABLE hits AS SELECT {columns} FROM range({count}) AS t(i)")
