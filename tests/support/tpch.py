"""Tables in the manner of the TPC-H benchmark (TPC Benchmark H, revision 3, clauses 1.4 and 4.2), and its 22 queries.

The data is made by SQL out of hashes: the same at each run, with the benchmark's columns, value lists and keys, but not
its exact distributions. The queries have the parameters that the specification gives for validation, but for some that
find nothing in so little data.
"""

from __future__ import annotations

import duckdb

LISTS = {
    "segments": "AUTOMOBILE BUILDING FURNITURE HOUSEHOLD MACHINERY",
    "modes": "AIR FOB MAIL RAIL REG_AIR SHIP TRUCK",
    "colours": "almond antique aquamarine azure beige bisque black blanched blue blush forest green ivory khaki lemon",
    "first": "STANDARD SMALL MEDIUM LARGE ECONOMY PROMO",
    "second": "ANODIZED BURNISHED PLATED POLISHED BRUSHED",
    "third": "TIN NICKEL BRASS STEEL COPPER",
    "boxes": "SM LG MED JUMBO WRAP",
    "kinds": "CASE BOX BAG JAR PKG PACK CAN DRUM",
}
NATIONS = (
    "ALGERIA:0 ARGENTINA:1 BRAZIL:1 CANADA:1 EGYPT:4 ETHIOPIA:0 FRANCE:3 GERMANY:3 INDIA:2 INDONESIA:2 IRAN:4 IRAQ:4"
    " JAPAN:2 JORDAN:4 KENYA:0 MOROCCO:0 MOZAMBIQUE:0 PERU:1 CHINA:2 ROMANIA:3 SAUDI_ARABIA:4 VIETNAM:2 RUSSIA:3"
    " UNITED_KINGDOM:3 UNITED_STATES:1"
)
REGIONS = "AFRICA AMERICA ASIA EUROPE MIDDLE_EAST"


def pick(seed: str, salt: int, count: int) -> str:
    """SQL for a number from 0 below `count` that hangs on a number and on nothing else."""
    return f"(hash({seed} * 1000 + {salt}) % {count})::BIGINT"


def one_of(name: str, seed: str, salt: int) -> str:
    """SQL for one word of a list."""
    words = LISTS[name].split()
    listed = ", ".join(f"'{word.replace('_', ' ')}'" for word in words)
    return f"[{listed}][{pick(seed, salt, len(words))} + 1]"


def words_of(text: str) -> list[str]:
    return [word.replace("_", " ") for word in text.split()]


def make_tables(engine: duckdb.DuckDBPyConnection, customers: int) -> None:
    """Make the eight tables.

    Args:
        engine: Where.
        customers: How many; there are ten times as many orders, and forty times as many line items.
    """
    parts, suppliers = customers * 4 // 3, max(customers // 15, 25)
    money = "DECIMAL(15, 2)"
    engine.execute("CREATE TABLE region (r_regionkey BIGINT, r_name VARCHAR, r_comment VARCHAR)")
    engine.executemany("INSERT INTO region VALUES (?, ?, 'none')", list(enumerate(words_of(REGIONS))))
    engine.execute("CREATE TABLE nation (n_nationkey BIGINT, n_name VARCHAR, n_regionkey BIGINT, n_comment VARCHAR)")
    rows = [(number, *entry.split(":")) for number, entry in enumerate(words_of(NATIONS))]
    engine.executemany("INSERT INTO nation VALUES (?, ?, ?, 'none')", rows)
    engine.execute(
        f"CREATE TABLE supplier AS SELECT i AS s_suppkey, 'Supplier#' || i AS s_name, 'street ' || i AS s_address,"
        f" i % 25 AS s_nationkey, (i % 25 + 10) || '-555-' || i AS s_phone,"
        f" ({pick('i', 2, 1_000_000)} / 100)::{money} AS s_acctbal,"
        f" CASE WHEN i % 9 = 0 THEN 'Customer slow Complaints' ELSE 'fine' END AS s_comment"
        f" FROM range(1, {suppliers + 1}) t(i)"
    )
    engine.execute(
        f"CREATE TABLE part AS SELECT i AS p_partkey, {one_of('colours', 'i', 1)} || ' ' ||"
        f" {one_of('colours', 'i', 2)} AS p_name, 'Manufacturer#' || (i % 5 + 1) AS p_mfgr,"
        f" 'Brand#' || (i % 5 + 1) || ({pick('i', 3, 5)} + 1)"
        f" AS p_brand, {one_of('first', 'i', 4)} || ' ' || {one_of('second', 'i', 5)} || ' ' ||"
        f" {one_of('third', 'i', 6)} AS p_type, {pick('i', 7, 50)} + 1 AS p_size,"
        f" {one_of('boxes', 'i', 8)} || ' ' || {one_of('kinds', 'i', 9)}"
        f" AS p_container, ((90000 + i % 20001 + 100 * (i % 1000)) / 100)::{money} AS p_retailprice,"
        f" 'none' AS p_comment FROM range(1, {parts + 1}) t(i)"
    )
    engine.execute(
        f"CREATE TABLE partsupp AS SELECT i AS ps_partkey, (i + j * ({suppliers} // 4 + 1)) % {suppliers} + 1"
        f" AS ps_suppkey, {pick('(i * 4 + j)', 1, 9999)} + 1 AS ps_availqty,"
        f" ({pick('(i * 4 + j)', 2, 100_000)} / 100)::{money} AS ps_supplycost, 'none' AS ps_comment"
        f" FROM range(1, {parts + 1}) t(i), range(4) u(j)"
    )
    engine.execute(
        f"CREATE TABLE customer AS SELECT i AS c_custkey, 'Customer#' || i AS c_name, 'road ' || i AS c_address,"
        f" {pick('i', 1, 25)} AS c_nationkey, ({pick('i', 1, 25)} + 10) || '-555-' || i AS c_phone,"
        f" ({pick('i', 2, 1_100_000)} / 100 - 1000)::{money} AS c_acctbal,"
        f" {one_of('segments', 'i', 3)} AS c_mktsegment, 'none' AS c_comment FROM range(1, {customers + 1}) t(i)"
    )
    engine.execute(
        f"CREATE TABLE orders AS SELECT i AS o_orderkey, {pick('i', 1, customers)} // 3 * 3 + 1 + i % 2 AS o_custkey,"
        f" ['F', 'O', 'P'][{pick('i', 2, 3)} + 1] AS o_orderstatus, ({pick('i', 3, 40_000_000)} / 100)::{money}"
        f" AS o_totalprice, DATE '1992-01-01' + {pick('i', 4, 2406)}::INTEGER AS o_orderdate,"
        " ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'][i % 5 + 1] AS o_orderpriority,"
        f" 'Clerk#' || (i % 100) AS o_clerk, 0::BIGINT AS o_shippriority,"
        f" CASE WHEN i % 20 = 0 THEN 'special packages requests' ELSE 'none' END AS o_comment"
        f" FROM range(1, {customers * 10 + 1}) t(i)"
    )
    engine.execute(
        f"CREATE TABLE lineitem AS SELECT o_orderkey AS l_orderkey, {pick('s', 1, parts)} + 1 AS l_partkey,"
        f" ({pick('s', 1, parts)} + 1 + s % 4 * ({suppliers} // 4 + 1)) % {suppliers} + 1 AS l_suppkey,"
        f" n AS l_linenumber, ({pick('s', 2, 50)} + 1)::{money} AS l_quantity,"
        f" ({pick('s', 3, 9_000_000)} / 100 + 900)::{money} AS l_extendedprice,"
        f" ({pick('s', 4, 11)} / 100)::{money} AS l_discount, ({pick('s', 5, 9)} / 100)::{money} AS l_tax,"
        f" ['A', 'N', 'R'][{pick('s', 6, 3)} + 1] AS l_returnflag, ['F', 'O'][{pick('s', 7, 2)} + 1] AS l_linestatus,"
        f" o_orderdate + 1 + {pick('s', 8, 121)}::INTEGER AS l_shipdate,"
        f" o_orderdate + 30 + {pick('s', 9, 61)}::INTEGER AS l_commitdate,"
        f" o_orderdate + 2 + {pick('s', 8, 121)}::INTEGER + {pick('s', 10, 30)}::INTEGER AS l_receiptdate,"
        " ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'][s % 4 + 1] AS l_shipinstruct,"
        f" {one_of('modes', 's', 11)} AS l_shipmode, 'none' AS l_comment"
        " FROM (SELECT *, o_orderkey * 8 + n AS s FROM orders, range(1, 8) t(n)"
        f" WHERE n <= {pick('o_orderkey', 20, 7)} + 1)"
    )


TABLES = ("region", "nation", "supplier", "part", "partsupp", "customer", "orders", "lineitem")
VOLUME = "l_extendedprice * (1 - l_discount)"
QUERIES = {
    1: f"""select l_returnflag, l_linestatus, sum(l_quantity) as sum_qty, sum(l_extendedprice) as sum_base_price,
        sum({VOLUME}) as sum_disc_price, sum({VOLUME} * (1 + l_tax)) as sum_charge, avg(l_quantity) as avg_qty,
        avg(l_extendedprice) as avg_price, avg(l_discount) as avg_disc, count(*) as count_order from lineitem
        where l_shipdate <= date '1998-12-01' - interval '90' day group by l_returnflag, l_linestatus
        order by l_returnflag, l_linestatus""",
    2: """select s_acctbal, s_name, n_name, p_partkey, p_mfgr, s_address, s_phone, s_comment
        from part, supplier, partsupp, nation, region where p_partkey = ps_partkey and s_suppkey = ps_suppkey
        and p_size between 10 and 20 and p_type like '%BRASS' and s_nationkey = n_nationkey
        and n_regionkey = r_regionkey and r_name = 'EUROPE' and ps_supplycost = (select min(ps_supplycost)
        from partsupp, supplier, nation, region where p_partkey = ps_partkey and s_suppkey = ps_suppkey
        and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'EUROPE')
        order by s_acctbal desc, n_name, s_name, p_partkey limit 100""",
    3: f"""select l_orderkey, sum({VOLUME}) as revenue, o_orderdate, o_shippriority from customer, orders, lineitem
        where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey
        and o_orderdate < date '1995-03-15' and l_shipdate > date '1995-03-15'
        group by l_orderkey, o_orderdate, o_shippriority order by revenue desc, o_orderdate, l_orderkey limit 10""",
    4: """select o_orderpriority, count(*) as order_count from orders where o_orderdate >= date '1993-07-01'
        and o_orderdate < date '1993-07-01' + interval '3' month and exists (select * from lineitem
        where l_orderkey = o_orderkey and l_commitdate < l_receiptdate) group by o_orderpriority
        order by o_orderpriority""",
    5: f"""select n_name, sum({VOLUME}) as revenue from customer, orders, lineitem, supplier, nation, region
        where c_custkey = o_custkey and l_orderkey = o_orderkey and l_suppkey = s_suppkey
        and c_nationkey = s_nationkey and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'ASIA'
        and o_orderdate >= date '1994-01-01' and o_orderdate < date '1994-01-01' + interval '1' year
        group by n_name order by revenue desc""",
    6: """select sum(l_extendedprice * l_discount) as revenue from lineitem where l_shipdate >= date '1994-01-01'
        and l_shipdate < date '1994-01-01' + interval '1' year and l_discount between 0.06 - 0.01 and 0.06 + 0.01
        and l_quantity < 24""",
    7: f"""select supp_nation, cust_nation, l_year, sum(volume) as revenue from (select n1.n_name as supp_nation,
        n2.n_name as cust_nation, extract(year from l_shipdate) as l_year, {VOLUME} as volume
        from supplier, lineitem, orders, customer, nation n1, nation n2 where s_suppkey = l_suppkey
        and o_orderkey = l_orderkey and c_custkey = o_custkey and s_nationkey = n1.n_nationkey
        and c_nationkey = n2.n_nationkey and ((n1.n_name = 'FRANCE' and n2.n_name = 'GERMANY')
        or (n1.n_name = 'GERMANY' and n2.n_name = 'FRANCE'))
        and l_shipdate between date '1995-01-01' and date '1996-12-31') as shipping
        group by supp_nation, cust_nation, l_year order by supp_nation, cust_nation, l_year""",
    8: f"""select o_year, sum(case when nation = 'BRAZIL' then volume else 0 end) / sum(volume) as mkt_share
        from (select extract(year from o_orderdate) as o_year, {VOLUME} as volume, n2.n_name as nation
        from part, supplier, lineitem, orders, customer, nation n1, nation n2, region where p_partkey = l_partkey
        and s_suppkey = l_suppkey and l_orderkey = o_orderkey and o_custkey = c_custkey
        and c_nationkey = n1.n_nationkey and n1.n_regionkey = r_regionkey and r_name = 'AMERICA'
        and s_nationkey = n2.n_nationkey and o_orderdate between date '1995-01-01' and date '1996-12-31'
        and p_type like 'ECONOMY%STEEL') as all_nations group by o_year order by o_year""",
    9: f"""select nation, o_year, sum(amount) as sum_profit from (select n_name as nation,
        extract(year from o_orderdate) as o_year, {VOLUME} - ps_supplycost * l_quantity as amount
        from part, supplier, lineitem, partsupp, orders, nation where s_suppkey = l_suppkey and ps_suppkey = l_suppkey
        and ps_partkey = l_partkey and p_partkey = l_partkey and o_orderkey = l_orderkey
        and s_nationkey = n_nationkey and p_name like '%green%') as profit
        group by nation, o_year order by nation, o_year desc""",
    10: f"""select c_custkey, c_name, sum({VOLUME}) as revenue, c_acctbal, n_name, c_address, c_phone, c_comment
        from customer, orders, lineitem, nation where c_custkey = o_custkey and l_orderkey = o_orderkey
        and o_orderdate >= date '1993-10-01' and o_orderdate < date '1993-10-01' + interval '3' month
        and l_returnflag = 'R' and c_nationkey = n_nationkey
        group by c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment
        order by revenue desc, c_custkey limit 20""",
    11: """select ps_partkey, sum(ps_supplycost * ps_availqty) as value from partsupp, supplier, nation
        where ps_suppkey = s_suppkey and s_nationkey = n_nationkey and n_name = 'GERMANY' group by ps_partkey
        having sum(ps_supplycost * ps_availqty) > (select sum(ps_supplycost * ps_availqty) * 0.0001
        from partsupp, supplier, nation where ps_suppkey = s_suppkey and s_nationkey = n_nationkey
        and n_name = 'GERMANY') order by value desc, ps_partkey""",
    12: """select l_shipmode, sum(case when o_orderpriority = '1-URGENT' or o_orderpriority = '2-HIGH' then 1 else 0
        end) as high_line_count, sum(case when o_orderpriority <> '1-URGENT' and o_orderpriority <> '2-HIGH' then 1
        else 0 end) as low_line_count from orders, lineitem where o_orderkey = l_orderkey
        and l_shipmode in ('MAIL', 'SHIP') and l_commitdate < l_receiptdate and l_shipdate < l_commitdate
        and l_receiptdate >= date '1994-01-01' and l_receiptdate < date '1994-01-01' + interval '1' year
        group by l_shipmode order by l_shipmode""",
    13: """select c_count, count(*) as custdist from (select c_custkey, count(o_orderkey) from customer
        left outer join orders on c_custkey = o_custkey and o_comment not like '%special%requests%'
        group by c_custkey) as c_orders (c_custkey, c_count) group by c_count order by custdist desc, c_count desc""",
    14: f"""select 100.00 * sum(case when p_type like 'PROMO%' then {VOLUME} else 0 end) / sum({VOLUME})
        as promo_revenue from lineitem, part where l_partkey = p_partkey and l_shipdate >= date '1995-09-01'
        and l_shipdate < date '1995-09-01' + interval '1' month""",
    15: f"""with revenue as (select l_suppkey as supplier_no, sum({VOLUME}) as total_revenue from lineitem
        where l_shipdate >= date '1996-01-01' and l_shipdate < date '1996-01-01' + interval '3' month
        group by l_suppkey) select s_suppkey, s_name, s_address, s_phone, total_revenue from supplier, revenue
        where s_suppkey = supplier_no and total_revenue = (select max(total_revenue) from revenue)
        order by s_suppkey""",
    16: """select p_brand, p_type, p_size, count(distinct ps_suppkey) as supplier_cnt from partsupp, part
        where p_partkey = ps_partkey and p_brand <> 'Brand#45' and p_type not like 'MEDIUM POLISHED%'
        and p_size in (49, 14, 23, 45, 19, 3, 36, 9) and ps_suppkey not in (select s_suppkey from supplier
        where s_comment like '%Customer%Complaints%') group by p_brand, p_type, p_size
        order by supplier_cnt desc, p_brand, p_type, p_size""",
    17: """select sum(l_extendedprice) / 7.0 as avg_yearly from lineitem, part where p_partkey = l_partkey
        and p_brand = 'Brand#23' and p_container like 'MED%' and l_quantity < (select 0.4 * avg(l_quantity)
        from lineitem where l_partkey = p_partkey)""",
    18: """select c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity)
        from customer, orders, lineitem where o_orderkey in (select l_orderkey from lineitem group by l_orderkey
        having sum(l_quantity) > 250) and c_custkey = o_custkey and o_orderkey = l_orderkey
        group by c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice
        order by o_totalprice desc, o_orderdate, o_orderkey limit 100""",
    19: f"""select sum({VOLUME}) as revenue from lineitem, part where (p_partkey = l_partkey and p_brand = 'Brand#12'
        and p_container in ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG') and l_quantity between 1 and 31
        and p_size between 1 and 25 and l_shipmode in ('AIR', 'REG AIR') and l_shipinstruct = 'DELIVER IN PERSON')
        or (p_partkey = l_partkey and p_brand = 'Brand#23' and p_container in ('MED BAG', 'MED BOX', 'MED PKG')
        and l_quantity between 10 and 40 and p_size between 1 and 40 and l_shipmode in ('AIR', 'REG AIR'))""",
    20: """select s_name, s_address from supplier, nation where s_suppkey in (select ps_suppkey from partsupp
        where ps_partkey in (select p_partkey from part where p_name like 'forest%') and ps_availqty >
        (select 0.5 * sum(l_quantity) from lineitem where l_partkey = ps_partkey and l_suppkey = ps_suppkey
        and l_shipdate >= date '1994-01-01' and l_shipdate < date '1994-01-01' + interval '1' year))
        and s_nationkey = n_nationkey and n_name in ('CANADA', 'CHINA', 'KENYA') order by s_name""",
    21: """select s_name, count(*) as numwait from supplier, lineitem l1, orders, nation where s_suppkey = l1.l_suppkey
        and o_orderkey = l1.l_orderkey and o_orderstatus = 'F' and l1.l_receiptdate > l1.l_commitdate
        and exists (select * from lineitem l2 where l2.l_orderkey = l1.l_orderkey and l2.l_suppkey <> l1.l_suppkey)
        and not exists (select * from lineitem l3 where l3.l_orderkey = l1.l_orderkey
        and l3.l_suppkey <> l1.l_suppkey and l3.l_receiptdate > l3.l_commitdate) and s_nationkey = n_nationkey
        and n_regionkey = 4 group by s_name order by numwait desc, s_name limit 100""",
    22: """select cntrycode, count(*) as numcust, sum(c_acctbal) as totacctbal from (select
        substring(c_phone from 1 for 2) as cntrycode, c_acctbal from customer where substring(c_phone from 1 for 2)
        in ('13', '31', '23', '29', '30', '18', '17') and c_acctbal > (select avg(c_acctbal) from customer
        where c_acctbal > 0.00 and substring(c_phone from 1 for 2) in ('13', '31', '23', '29', '30', '18', '17'))
        and not exists (select * from orders where o_custkey = c_custkey)) as custsale
        group by cntrycode order by cntrycode""",
}
"""Number of the query -> its text."""
