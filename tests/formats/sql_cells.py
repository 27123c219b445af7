"""Notebooks with SQL at the corners of its rules; each is a list of codes."""

from hypothesis import strategies as st

READS = {
    "a table": "SELECT * FROM t",
    "in capitals": 'SELECT * FROM T, "Quoted"',
    "without a select list": "FROM t",
    "of a schema": "SELECT * FROM s.t",
    "of a catalog and a schema": "SELECT * FROM c.s.t",
    "quoted parts": 'SELECT * FROM "my schema"."my table", "a.b", "a-b"',
    "not a name in Python": 'SELECT * FROM "1st", "two words", "naïve", 变量',
    "joins": "SELECT * FROM t JOIN u USING (k) LEFT JOIN v ON t.k = v.k CROSS JOIN w",
    "positional and asof joins": "SELECT * FROM t POSITIONAL JOIN u ASOF JOIN v USING (k)",
    "lateral": "SELECT * FROM t, LATERAL (SELECT t.a) l",
    "aliases": "SELECT a.x FROM t AS a, u b",
    "one alias twice": "SELECT * FROM (SELECT 1 AS x FROM t), (SELECT 2 AS x FROM u)",
    "alias used again": "SELECT * FROM t a, u a",
    "subqueries": "SELECT (SELECT max(a) FROM u) FROM (SELECT * FROM t) WHERE x IN (FROM v)",
    "exists": "SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k)",
    "set operations": "SELECT a FROM t UNION ALL SELECT a FROM u EXCEPT SELECT a FROM v",
    "a common table": "WITH x AS (SELECT * FROM t) SELECT * FROM x JOIN u USING (k)",
    "common tables of each other": "WITH x AS (FROM t), y AS (FROM x) SELECT * FROM y, X",
    "recursive": "WITH RECURSIVE x AS (SELECT 1 a UNION ALL SELECT a FROM x, t) FROM x",
    "a common table like a table": "WITH t AS (SELECT * FROM t) SELECT * FROM t, s.t",
    "a common table inside": "SELECT * FROM (WITH x AS (FROM t) FROM x), x",
    "files": "SELECT * FROM 'a.csv', 'b.parquet', \"c.json\", 'dir/d.db', 'E.CSV', 'f.jsonl'",
    "addresses": "SELECT * FROM 'https://example.org/a', 's3://bucket/b'",
    "table functions": "SELECT * FROM read_csv('a.csv'), range(10), unnest([1, 2]), f(t)",
    "values": "SELECT * FROM (VALUES (1, 2)) v(a, b)",
    "windows": "SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY b) QUALIFY a > 1",
    "samples": "SELECT * FROM t USING SAMPLE 10%",
    "columns": "SELECT COLUMNS('a.*'), * EXCLUDE (b) REPLACE (c AS d) FROM t",
    "structs": "SELECT t.a.b, {'k': x}, [y, z] FROM t",
    "lambdas": "SELECT list_transform(a, x -> x + 1) FROM t",
    "describe": "DESCRIBE t",
    "describe a query": "DESCRIBE SELECT * FROM t",
    "summarize": "SUMMARIZE t",
    "show": "SHOW TABLES",
    "explain": "EXPLAIN SELECT * FROM t",
    "pivot": "PIVOT t ON a USING sum(b)",
    "pivot of a query": "SELECT * FROM (PIVOT t ON a IN ('x') USING sum(b) GROUP BY c)",
    "unpivot": "UNPIVOT t ON a, b INTO NAME n VALUE v",
    "keyword of Python": 'SELECT * FROM s."class"',
    "builtin": "SELECT * FROM list, print",
    "private": "SELECT * FROM _t, __u, __",
    "nothing": "",
    "blank": "  \n ",
    "comments": "-- FROM a\nSELECT * /* FROM b */ FROM t -- FROM c",
    "comment alone": "-- CREATE TABLE t",
    "semicolons": ";; SELECT * FROM t;;",
    "two statements": "SELECT * FROM t; SELECT * FROM u",
    "unicode": "SELECT 'é', \"ü\" FROM naïve, größe",
}

MAKES = {
    "a table": "CREATE TABLE t (a INT)",
    "a table of a query": "CREATE OR REPLACE TABLE t AS SELECT * FROM u",
    "a temporary table": "CREATE TEMP TABLE IF NOT EXISTS t AS FROM u",
    "a temporary table, in full": "CREATE OR REPLACE TEMPORARY TABLE t AS FROM u",
    "in capitals": 'create table TT (a INT); CREATE VIEW "V W" AS FROM u',
    "in a schema": "CREATE TABLE s.t AS SELECT * FROM s.u",
    "in a catalog": "CREATE TABLE c.s.t (a INT)",
    "in the default places": "CREATE TABLE memory.main.t (a INT)",
    "quoted": 'CREATE TABLE "s"."t" (a INT); CREATE TABLE \'q\' (a INT)',
    "a view": "CREATE OR REPLACE VIEW v AS SELECT * FROM t",
    "a view in a schema": "CREATE VIEW s.v AS FROM t",
    "a schema": "CREATE SCHEMA IF NOT EXISTS Sales",
    "a schema in a catalog": "CREATE SCHEMA c.Sales",
    "a table and what reads it": "CREATE TABLE t AS FROM u; SELECT * FROM t, u",
    "a table and its schema": "CREATE SCHEMA s; CREATE TABLE s.t (a INT); FROM s.t",
    "what is read first": "SELECT * FROM t; CREATE TABLE t (a INT)",
    "of another schema": "CREATE TABLE s.t (a INT); SELECT * FROM t",
    "a macro": "CREATE MACRO f(a) AS a + 1; CREATE FUNCTION g(a) AS TABLE SELECT * FROM t",
    "a type and a sequence": "CREATE TYPE mood AS ENUM ('a'); CREATE SEQUENCE q",
    "an index": "CREATE INDEX i ON t (a)",
    "a secret": "CREATE SECRET x (TYPE S3)",
    "an attached file": "ATTACH 'data.db'",
    "an attached file with a name": "ATTACH DATABASE IF NOT EXISTS 'dir/d.db' AS Sales (READ_ONLY)",
    "an attached service": "ATTACH 'md:my_db'; ATTACH 'postgres:dbname=x' AS pg",
    "an attached memory": "ATTACH ':memory:' AS mem; CREATE TABLE mem.t (a INT); USE mem",
    "an attached path": "ATTACH './my data.sqlite' (TYPE sqlite)",
    "something detached": "DETACH sales",
    "an insert": "INSERT INTO t SELECT * FROM u",
    "an insert of values": "INSERT INTO s.t VALUES (1, 2) ON CONFLICT DO NOTHING RETURNING a",
    "an insert with a common table": "WITH x AS (FROM u) INSERT INTO t SELECT * FROM x",
    "an update": "UPDATE t SET a = u.a FROM u WHERE t.k = u.k",
    "a delete": "DELETE FROM t USING u WHERE t.k = u.k; TRUNCATE w",
    "a merge": "MERGE INTO t USING u ON t.k = u.k WHEN MATCHED THEN DELETE",
    "a drop": "DROP TABLE IF EXISTS t; DROP VIEW v; DROP SCHEMA s CASCADE",
    "an alter": "ALTER TABLE t ADD COLUMN b INT",
    "a copy": "COPY t TO 'a.parquet'; COPY (SELECT * FROM u) TO 'b.csv'; COPY w FROM 'c.csv'",
    "an export": "EXPORT DATABASE 'dir'",
    "settings": "SET threads = 1; PRAGMA version; LOAD httpfs; INSTALL json",
    "a transaction": "BEGIN; INSERT INTO t VALUES (1); COMMIT",
    "call and execute": "CALL pragma_version(); PREPARE p AS FROM t; EXECUTE p(1)",
    "analyze": "ANALYZE t; VACUUM; CHECKPOINT",
    "variables": "SET VARIABLE x = (SELECT max(a) FROM t)",
    "comment on": "COMMENT ON TABLE t IS 'x'",
    "create in a string": "SELECT 'CREATE TABLE t', \"ATTACH\" FROM u",
    "what is called in capitals": "CREATE TABLE ZZ (a INT); FROM ZZ; CREATE VIEW s.YY AS FROM S.yy",
    "attached and read": "ATTACH 'zz.db'; FROM zz; ATTACH 'md:yy'; FROM yy; ATTACH 'd' AS xx",
    "comments between": "CREATE /* x */ TABLE -- y\n t (a INT)",
    "squashed": "create table t(a int);attach'x.db'as y",
}

WRONG = {
    "no SQL": "this is no SQL",
    "two froms": "SELECT * FROM FROM t",
    "an open bracket": "SELECT * FROM (SELECT * FROM t",
    "too many dots": "SELECT * FROM a.b.c.d",
    "created with too many dots": "CREATE TABLE a.b.c.d (x INT)",
    "create nothing": "CREATE; CREATE TABLE; CREATE TABLE IF",
    "attach nothing": "ATTACH; ATTACH IF NOT EXISTS",
    "attach as nothing": "ATTACH 'x.db' AS",
    "a dot at the end": "CREATE TABLE s.",
    "create twice": "CREATE CREATE TABLE t (a INT)",
    "a good one and a bad one": "CREATE TABLE t (a INT); SELEC * FROM u",
    "other dialects": "SELECT TOP 5 * FROM [t]; SELECT `a` FROM `u`; SELECT * FROM t@x",
    "placeholders": "SELECT * FROM t WHERE a = ? AND b = $1 AND c = :d",
}

STATEMENTS = {
    f"{subject}: {what}": text
    for subject, group in {"reads": READS, "makes": MAKES, "wrong": WRONG}.items()
    for what, text in group.items()
}

# What stands around the statement, for `{}`.
PLACES = {
    "assigned": "df = mo.sql({})",
    "alone": "mo.sql({})",
    "with an engine": "df = mo.sql({}, engine=engine, output=False)",
    "marimo": "marimo.sql({})",
    "duckdb": "rel = duckdb.sql({})",
    "duckdb executed": "duckdb.execute({}).df()",
    "not marimo's": "duckdb.query({0}); con.sql({0}); sql({0}); mo.sql({0}, engine); mo.sql()",
    "named": "mo.sql(query={})",
    "printed": "print(mo.sql({}), t)",
    "behind a definition": "t = 1\nmo.sql({})\nu = 2",
    "before a definition": "mo.sql({})\nt = 1",
    "in a function": "def f():\n    return mo.sql({})",
    "in a function with locals": "def f(t, s=u):\n    v = 1\n    return mo.sql({})",
    "in a function that uses it too": "def f():\n    mo.sql({})\n    return t",
    "in a function that used it": "def f():\n    t\n    return mo.sql({})",
    "in a function that another needs": "def f():\n    return mo.sql({}), g()",
    "in nested functions": "def f():\n    def g(): mo.sql({})\n    def h(): return t\n    return g",
    "beside a function": "def f():\n    def h(): return t\n    def g(): mo.sql({})\n    return g",
    "below a function": "def f():\n    def h(a): return t\n    def g(b): mo.sql({})\n    return g",
    "above a function": "def f():\n    def g(b): mo.sql({})\n    def h(a): return t\n    return g",
    "in a function in one that defines it": (
        "def f(x):\n    t\n    def g():\n        def h(): mo.sql({})\n        t = 1\n    return g"
    ),
    "in an async function": "async def f():\n    mo.sql({})",
    "in a default": "def f(x=mo.sql({})):\n    return x",
    "in a decorator": "@deco(mo.sql({}))\ndef f():\n    return t",
    "in a type": "def f() -> mo.sql({}):\n    return t",
    "in a method": "class A:\n    def m(self):\n        return mo.sql({})",
    "in a class": "class A:\n    t = mo.sql({})\n    u = t",
    "in a class's base": "class A(mo.sql({})):\n    pass",
    "in a lambda": "g = lambda t: mo.sql({})",
    "in a comprehension": "[mo.sql({}) for t in u]",
    "in a comprehension's condition": "{{k: v for k in w if mo.sql({}) for v in t}}",
    "declared global": "def f():\n    global t, v\n    mo.sql({})",
    "in a handler": "try:\n    pass\nexcept E as t:\n    mo.sql({})",
    "in a condition": "if mo.sql({}):\n    t: int = 1",
    "in a type of a variable": "t: mo.sql({}) = 1",
    "in a query": "mo.sql(mo.sql({}))",
    "awaited": "await mo.sql({})",
    "chained": "mo.sql({}).df().head()",
}

CODES = {
    "f-string": "df = mo.sql(f'SELECT * FROM {t} JOIN u ON a = {x.value} LIMIT {n:>{w}}')",
    "f-string of a table's name": "mo.sql(f'FROM t_{n}'); mo.sql(f'FROM s.{n}')",
    "f-string of constants": "mo.sql(f'FROM {\"a\"} JOIN {1}'); mo.sql(f'FROM {\"b\"!r}')",
    "f-string in an f-string": "mo.sql(f'FROM {f\"t{x}\"}'); mo.sql(f'FROM {f\"u\"}')",
    "f-string with braces": "mo.sql(f'SELECT {{1: 2}} FROM t')",
    "f-string in a string": "mo.sql(f\"SELECT interval '{n} days' FROM t\")",
    "f-string of an attached name": "mo.sql(f\"ATTACH '{path}' AS db\")",
    "concatenated": "mo.sql('FROM t ' 'JOIN u ' f'USING ({k})')",
    "triple quotes": 'mo.sql(\n    f"""\n    SELECT *\n    FROM t, é\n    """\n)',
    "raw": "mo.sql(r'FROM t WHERE a ~ '\\d'')",
    "invalid escape": "mo.sql('FROM t WHERE a ~ \"\\d\"')",
    "escapes": "mo.sql('FROM \\x74, \\N{LATIN SMALL LETTER E WITH ACUTE}')",
    "not a string": "mo.sql(b'FROM t'); mo.sql(1); mo.sql(t); mo.sql(*t); mo.sql(**u)",
    "added": "mo.sql('FROM ' + t); mo.sql('FROM t' % u); mo.sql('FROM v'.lower())",
    "private names": "mo.sql('CREATE TABLE _t (a INT)'); print(_t); mo.sql('FROM _t, _u')",
    "both ways in a cell": "mo.sql('FROM t'); print(t); t = 1; mo.sql('FROM u'); u",
    "defined in Python and in SQL": "t = 1; mo.sql('CREATE TABLE t (a INT)')",
    "defined in SQL and in Python": "mo.sql('CREATE TABLE t (a INT)'); t: int = 1",
    "loop": "for t in u: mo.sql(f'CREATE TABLE {t} (a INT); CREATE TABLE v (a INT)')",
    "bytes before": "mo.sql('/* éé */ CREATE TABLE tt AS FROM é; ATTACH \"ü\" AS s')",
    "null character": 'mo.sql(\'FROM t, "a\\0b"; CREATE TABLE "\\0" (a INT)\')',
    "null character alone": "mo.sql('\\0')",
    "lone surrogate": "mo.sql('FROM t, \"\\ud800\"')",
    "escape strings": "mo.sql(\"SELECT e'\\\\n' FROM t; ATTACH e'x.db'\")",
    "dollars": "mo.sql('SELECT $$FROM u$$, $x$FROM v$x$ FROM t')",
    "markdown beside": "mo.md('x'); mo.sql('FROM t')",
}

AROUND = [
    "import marimo as mo\nimport duckdb",
    "t = 1\n_t = 2",
    "u: list[int] = []",
    "def g():\n    return 1",
    "v, w, s, c, sales = t, u, v, tt, s",
    "print(t, v, s, Sales, sales, df, x, data, pg)",
]

_NAMES = st.sampled_from(
    ["t", "T", "u", "s.t", "c.s.t", '"t u"', '"V"', "v", "'a.csv'", "f(1)", "list", "x", "_p", "é"]
)


def _grammar(inner):
    select = st.builds(
        "SELECT {}, {} FROM {} {}".format,
        st.sampled_from(["*", "a", "count(*)", "1", "a.b", "'x'"]),
        st.one_of(st.just("b"), inner.map("({})".format)),
        st.one_of(_NAMES, inner.map("({})".format), st.builds("{} x".format, _NAMES)),
        st.sampled_from(["", "WHERE a > 1", "GROUP BY ALL", "LIMIT 5", "ORDER BY 1 DESC", "-- e"]),
    )
    return st.one_of(
        select,
        st.builds("{} JOIN {} USING (k)".format, _NAMES.map("FROM {}".format), _NAMES),
        st.builds("WITH {} AS ({}) {}".format, st.sampled_from("tux"), inner, inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["UNION ALL", "EXCEPT"]), inner),
    )


_QUERIES = st.recursive(_NAMES.map("SELECT * FROM {}".format), _grammar, max_leaves=5)

_CREATES = st.builds(
    "CREATE {}{} {}{} AS {}".format,
    st.sampled_from(["", "OR REPLACE ", "TEMP ", "or replace temporary "]),
    st.sampled_from(["TABLE", "VIEW", "view", "SCHEMA", "MACRO"]),
    st.sampled_from(["", "IF NOT EXISTS "]),
    _NAMES,
    _QUERIES,
)

_OTHERS = st.one_of(
    st.builds("INSERT INTO {} {}".format, _NAMES, _QUERIES),
    st.builds("UPDATE {} SET a = ({})".format, _NAMES, _QUERIES),
    st.builds("DELETE FROM {} WHERE a IN ({})".format, _NAMES, _QUERIES),
    st.builds("COPY ({}) TO 'x.csv'".format, _QUERIES),
    st.builds("PIVOT {} ON a USING sum(b)".format, _NAMES),
    st.builds("DROP {} {}".format, st.sampled_from(["TABLE", "VIEW", "SCHEMA"]), _NAMES),
    st.builds("CREATE SCHEMA {}".format, _NAMES),
    st.builds("ATTACH {}'{}'{}".format, st.sampled_from(["", "DATABASE ", "IF NOT EXISTS "]),
              st.sampled_from(["x.db", "md:y", ":memory:", "d/z"]),
              st.sampled_from(["", " AS u", ' AS "V"', " (READ_ONLY)"])),
    st.builds("{} {}".format, st.sampled_from(["DESCRIBE", "SUMMARIZE", "EXPLAIN"]), _QUERIES),
    st.sampled_from([*STATEMENTS.values()]),
)  # fmt: skip

SCRIPTS = st.lists(st.one_of(_QUERIES, _CREATES, _OTHERS), min_size=1, max_size=3).map("; ".join)
"""SQL of one to three statements, most of it valid."""
