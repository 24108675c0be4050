"""Rows from a PostgreSQL server of the test's own: a whole run of three sites, and everything that can go wrong."""

import json
import os
import pathlib
import random
import shutil
import tempfile
import threading
import time
import unittest

import postgres_server
import world

SECRET = "8647"

OMOP = """
CREATE TABLE {site}.person (person_id bigint PRIMARY KEY, gender_concept_id int, year_of_birth int, birth_datetime timestamp,
  race_concept_id int);
CREATE TABLE {site}.visit_occurrence (visit_occurrence_id bigint PRIMARY KEY, person_id bigint REFERENCES {site}.person,
  visit_concept_id int, visit_start_date date, visit_end_date date);
CREATE TABLE {site}.condition_occurrence (condition_occurrence_id bigint PRIMARY KEY,
  person_id bigint REFERENCES {site}.person, condition_source_value varchar(20), condition_start_date date);
"""
QUERY = ("SELECT p.person_id, p.gender_concept_id, v.visit_concept_id, v.visit_start_date, v.visit_end_date, "
         "c.condition_source_value FROM {site}.person p JOIN {site}.visit_occurrence v USING (person_id) "
         "LEFT JOIN {site}.condition_occurrence c USING (person_id) ORDER BY p.person_id, v.visit_start_date, "
         "v.visit_occurrence_id, c.condition_occurrence_id")
OMOP_SCHEMA = """version: 1
attributes:
  - {name: person_id, role: id}
  - {name: gender_concept_id, type: categorical, values: [8507, 8532], outside: other}
  - {name: visit_concept_id, type: categorical, values: [9201, 9202, 9203]}
  - {name: visit_start_date, type: date, from: 2020-01-01, to: 2020-12-31, step: quarter}
  - {name: stay, type: integer, min: 0, max: 30, edges_placeholder}
  - {name: condition_source_value, type: hierarchical, values: [I21, I63, E11], prefix: true, missing: true}
""".replace("edges_placeholder", "width: 10, derive: {difference: [visit_end_date, visit_start_date], in: days}")


def fill_omop(server, site, seed):
    """People with one to three visits and at most one condition."""
    draw = random.Random(seed)
    server.sql(f"CREATE SCHEMA {site};" + OMOP.format(site=site))
    people, visits, conditions = [], [], []
    for person in range(1, 121):
        people.append(f"({person}, {draw.choice([8507, 8532, 0])}, {draw.randrange(1930, 2000)}, NULL, 0)")
        for _ in range(draw.randrange(1, 4)):
            start = draw.randrange(0, 330)
            visits.append(f"({len(visits) + 1}, {person}, {draw.choice([9201, 9202, 9203])}, date '2020-01-01' + {start}, "
                          f"date '2020-01-01' + {start + draw.randrange(0, 40)})")
        if draw.random() < 0.8:
            code = draw.choice(["I21.4", "I21.9", "I63", "E11.9", "Z99"])
            conditions.append(f"({len(conditions) + 1}, {person}, '{code}', date '2020-01-01')")
    server.sql(f"INSERT INTO {site}.person VALUES {','.join(people)};"
               f"INSERT INTO {site}.visit_occurrence VALUES {','.join(visits)};"
               f"INSERT INTO {site}.condition_occurrence VALUES {','.join(conditions)};")


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if postgres_server.missing():
            raise unittest.SkipTest(postgres_server.missing())
        cls.server = postgres_server.Server()
        os.environ.update(cls.server.environment())
        os.environ.pop("PGPASSFILE")

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()

    def world(self, **options):
        small = world.World(**options)
        self.addCleanup(small.remove)
        return small

    def folder(self):
        made = tempfile.mkdtemp(prefix="fedloom-e2e-")
        self.addCleanup(shutil.rmtree, made, ignore_errors=True)
        return pathlib.Path(made)

    def fails(self, done, code, pattern):
        """One line on standard error, with what to do, and no cell."""
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, pattern)
        self.assertIn("; ", done.stderr)
        self.assertNotIn(SECRET, done.stdout + done.stderr)


class Run(Case):
    def test_three_sites_give_the_same_as_their_csv_files(self):
        """Each site's table is in a schema of its own; what comes out of a run is as random as its noise, so the local
        reports are compared, which are counts, and the run goes through."""
        small = self.world()
        schema = small.root / "lead" / "small.schema.yaml"
        for site in small.site_names:
            self.server.sql(f"CREATE SCHEMA \"{site}\"; CREATE TABLE \"{site}\".toys "
                            "(colour smallint, size text, taste numeric, kind int);")
            self.server.load(f"\"{site}\".toys", small.table(site))
            source = f"postgres:{site}.toys"
            reports = [json.loads(world.command("fedloom", "schema", "check", schema, table, "--json").stdout)
                       for table in (small.table(site), source)]
            self.assertEqual(reports[0], reports[1])
            self.assertTrue(reports[0]["fits"])
            policy = small.policy(site)
            text = policy.read_text()
            old = next(line for line in text.splitlines() if line.startswith("source:"))
            policy.write_text(text.replace(old, f"source: \"{source}\""))
        done = small.run("run")
        self.assertEqual(done.returncode, 0, done.stderr)
        out = world.public(small.root / "run")
        self.assertGreater(len(out["rows"]), 1000)
        done = world.command("fedloom", "run", small.experiment, "--out", small.root / "ranks", "--ranks-per-site", 2)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_omop_tables_are_read_by_a_query(self):
        fill_omop(self.server, "omop", 3)
        folder = self.folder()
        schema = folder / "omop.schema.yaml"
        schema.write_text(OMOP_SCHEMA)
        query = QUERY.format(site="omop")
        csv = folder / "omop.csv"
        self.server.sql(f"\\copy ({query}) TO '{csv}' WITH (FORMAT csv, HEADER true)\n")
        reports = []
        for table in (csv, "postgres:" + query):
            done = world.command("fedloom", "schema", "check", schema, table, "--json")
            reports.append(json.loads(done.stdout))
        for column in reports[0]["columns"]:  # a file's lines begin with its header, a query's rows do not
            for kind in ("refused_at", "clipped_at", "other_at"):
                column[kind] = [line - 1 for line in column[kind]]
        self.assertEqual(reports[0], reports[1])
        by_name = {column["name"]: column for column in reports[1]["columns"]}
        self.assertTrue(reports[1]["fits"])
        self.assertGreater(by_name["stay"]["clipped"], 0)
        self.assertGreater(by_name["condition_source_value"]["parent"], 0)
        self.assertGreater(by_name["condition_source_value"]["other"], 0)
        self.assertGreater(by_name["condition_source_value"]["missing"], 0)

    def test_a_draft_of_a_table_holds_names_and_kinds(self):
        self.server.sql(f"CREATE TABLE drafted (person_id int, age int, weight numeric, sex text, came date, seen timestamptz,"
                        f" dead boolean); INSERT INTO drafted VALUES ({SECRET}, {SECRET}, {SECRET}.5, 'q{SECRET}', "
                        f"'2024-01-01', '{SECRET}-01-01', true);")
        done = world.command("fedloom", "schema", "draft", "postgres:drafted")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(SECRET, done.stdout)
        for name, kind in (("age", "integer"), ("weight", "real"), ("sex", "categorical"), ("came", "date"),
                           ("seen", "datetime"), ("dead", "categorical")):
            self.assertRegex(done.stdout, f'name: "{name}"\n    type: {kind} ')
        self.assertRegex(done.stdout, 'name: "person_id"\n    role: id')


class Faults(Case):
    SCHEMA = "version: 1\nattributes:\n  - {name: a, type: integer, min: 0, max: 9, width: 1, outside: refuse}\n"

    def setUp(self):
        self.files = self.folder()
        self.schema = self.files / "a.schema.yaml"
        self.schema.write_text(self.SCHEMA)
        self.server.sql("DROP TABLE IF EXISTS t; CREATE TABLE t (a int, w int[], s text);"
                        f"INSERT INTO t VALUES (1, NULL, 'x'), ({SECRET}, NULL, '{SECRET}');")

    def check(self, source):
        return world.command("fedloom", "schema", "check", self.schema, source)

    def load_fails(self, source, code, pattern, unit=""):
        """Through the site's own program, whose errors a custodian sees."""
        small = self.world(site_names=["east", "north", "west"])
        policy = small.policy("east")
        text = policy.read_text()
        old = next(line for line in text.splitlines() if line.startswith("source:"))
        text = text.replace(old, f"source: {json.dumps(source)}")
        if unit:
            old = next(line for line in text.splitlines() if line.startswith("unit:"))
            text = text.replace(old, unit)
        policy.write_text(text)
        self.fails(world.command("fedloom-site", "check", policy, small.experiment), code, pattern)

    def test_a_refused_value_is_named_by_its_row(self):
        self.server.sql(f"CREATE TABLE toys (colour int, size int, taste int, kind int); "
                        f"INSERT INTO toys VALUES (0, 0, 0, 0), ({SECRET}, 0, 0, 0);")
        self.load_fails("postgres:SELECT * FROM toys ORDER BY colour", 4, r"row 2 of postgres query: the value in column 1 \('colour'\)")
        for query in ("SELECT * FROM toys", "SELECT * FROM toys ORDER BY colour"):
            self.load_fails("postgres:" + query, 4, "nothing says which rows of an entity come first.*state unit.order",
                            unit="unit: {column: kind, max_rows: 1, max_sites: 1}")

    def test_what_cannot_be_read_is_said_in_a_sentence(self):
        for source, pattern in (
                ("postgres:nowhere", "postgres:nowhere: there is no such table"),
                ("postgres:nowhere.t", "there is no such table"),
                ("postgres:SELECT b FROM t", "the query names a column that is not there"),
                ("postgres:SELECT FROM FROM", "not one SELECT statement"),
                ("postgres:SELECT a FROM t; DROP TABLE t", "not one SELECT statement"),
                ("postgres:DELETE FROM t", "neither a query that begins with SELECT"),
                ("postgres:SELECT w AS a FROM t", "the column 'a' is of a type that holds no single plain value"),
                ("postgres:SELECT 1 AS b", "names none of the schema's columns"),
                ("postgres:SELECT s::int AS a FROM t", "SQLSTATE 22P02"),
                ("postgres(service=none):t", "the connection service file has no such service"),
                ("postgres:host=db password=x", "keep user, password and address in libpq's own places")):
            done = self.check(source)
            self.assertIn(done.returncode, (4, 9), source)
            self.assertRegex(done.stdout + done.stderr, pattern, source)
            self.assertNotIn(SECRET, done.stdout + done.stderr)

    def test_a_query_that_writes_is_refused_by_the_transaction(self):
        self.server.sql("CREATE OR REPLACE FUNCTION sly() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (5) RETURNING a';"
                        "CREATE SEQUENCE IF NOT EXISTS s;")
        for source in ("SELECT sly() AS a", "SELECT nextval('s') AS a"):
            done = self.check("postgres:" + source)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("the query would write, and sources are read in read-only transactions", done.stdout)
        done = self.check("postgres:WITH n AS (INSERT INTO t VALUES (5) RETURNING a) SELECT a FROM n")
        self.assertEqual(done.returncode, 4, done.stderr)
        done = self.check("postgres:SELECT 1 AS a FROM (SELECT set_config('transaction_read_only', 'off', true)) q, sly()")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("2", self.server.sql("SELECT count(*) FROM t;").stdout.split())

    def test_null_is_missing_and_types_come_as_plain_text(self):
        schema = self.files / "types.schema.yaml"
        schema.write_text("version: 1\nattributes:\n"
                          "  - {name: a, type: integer, min: 0, max: 9, width: 1, missing: true}\n"
                          "  - {name: b, type: categorical, values: ['true', 'false']}\n"
                          "  - {name: c, type: categorical, values: [x]}\n"
                          "  - {name: d, type: real, min: 0, max: 9, bins: 9, outside: refuse}\n"
                          "  - {name: e, type: datetime, from: 2024-01-01, to: 2024-01-02, step: hour, outside: refuse}\n")
        query = ("SELECT NULL::int AS a, true AS b, 'x'::char(9) AS c, 1.50::numeric AS d, "
                 "'2024-01-01 05:00+05'::timestamptz AS e UNION ALL SELECT 3, false, 'x', 1e0, '2024-01-01 05:00:00.5+00'")
        done = world.command("fedloom", "schema", "check", schema, "postgres:" + query, "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["rows"], 2)
        self.assertEqual(report["columns"][0]["missing"], 1)
        schema.write_text(schema.read_text().replace(", missing: true", ""))
        done = world.command("fedloom", "schema", "check", schema, "postgres:" + query, "--json")
        self.assertEqual(json.loads(done.stdout)["columns"][0]["refused"], 1)

    def test_a_wrong_password_is_refused_without_showing_it(self):
        self.server.sql(f"DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN PASSWORD 'right{SECRET}'; GRANT SELECT ON t TO guest;")
        self.server.hba("local all guest scram-sha-256\nlocal all all trust")
        passfile = self.files / "pgpass"
        try:
            for password, code in ((f"wrong{SECRET}", 9), (f"right{SECRET}", 4)):
                passfile.write_text(f"*:*:*:guest:{password}\n")
                passfile.chmod(0o600)
                os.environ.update(PGUSER="guest", PGPASSFILE=str(passfile))
                done = self.check("postgres:t")
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertNotIn(SECRET, done.stdout + done.stderr)
                if code == 9:
                    self.fails(done, 9, "the server refuses this user's password, or there is none; put the right one")
        finally:
            os.environ.update(self.server.environment())
            os.environ.pop("PGPASSFILE")
            self.server.hba("local all all trust")

    def test_a_server_that_is_not_there_is_said_at_once(self):
        os.environ["PGHOST"] = str(self.files)
        try:
            self.fails(self.check("postgres:t"), 9, "the PostgreSQL server cannot be reached, or lets this user not in")
        finally:
            os.environ.update(self.server.environment())
            os.environ.pop("PGPASSFILE")


# What a column of each type may say: a value, the attribute that it fits, and a value of the type that does not fit it.
DAY = "type: date, from: 2024-01-01, to: 2024-12-31, step: month, outside: refuse"
MOMENT = "type: datetime, from: 2024-01-01, to: 2024-12-31, step: month, outside: refuse"
DIGIT = "type: integer, min: 0, max: 9, width: 1, outside: refuse"
REAL = "type: real, min: 0, max: 9, bins: 9, outside: refuse"


def one_of(text):
    return f"type: categorical, values: ['{text}']"


PLAIN = {"boolean": ("true", one_of("true"), "false"), "smallint": ("3", DIGIT, "-3"), "integer": ("3", DIGIT, SECRET),
         "bigint": ("3", DIGIT, "9223372036854775807"), "oid": ("3", DIGIT, SECRET),
         "numeric": ("1.50", REAL, "NaN"), "real": ("1.5", REAL, "Infinity"), "double precision": ("1e0", REAL, "-1e300"),
         "text": ("x", one_of("x"), SECRET), "varchar(9)": ("x", one_of("x"), ""), "char(9)": ("x", one_of("x"), " x"),
         "name": ("x", one_of("x"), SECRET), "mood": ("well", one_of("well"), "ill"),
         "uuid": ("12345678-1234-1234-1234-123456789abc", one_of("12345678-1234-1234-1234-123456789abc"),
                  "02345678-1234-1234-1234-123456789abc"),
         "date": ("2024-02-29", DAY, "infinity"), "timestamp": ("2024-02-29 10:30", MOMENT, "2025-01-01"),
         "timestamptz": ("2024-01-01 05:00+05", MOMENT, "2024-01-01 04:59:59+05"),
         "time": ("05:00", one_of("05:00:00"), "06:00"), "timetz": ("05:00+00", one_of("05:00:00+00"), "05:00+01"),
         "interval": ("1 day", one_of("P1D"), "2 days")}
REFUSED = {"integer[]": "'{1}'::integer[]", "text[]": "ARRAY['x']", "money": "1::money", "bytea": "'x'::bytea",
           "json": "'1'::json", "jsonb": "'1'::jsonb", "xml": "'<a/>'::xml", "point": "point(1, 2)",
           "box": "box(point(1, 2))", "inet": "'127.0.0.1'::inet", "cidr": "'127.0.0.0/8'::cidr",
           "macaddr": "'08:00:2b:01:02:03'::macaddr", "bit(3)": "B'101'", "bit varying": "B'101'::bit varying",
           "int4range": "int4range(1, 2)", "tsvector": "'x'::tsvector", "tsquery": "'x'::tsquery",
           "pg_lsn": "'0/0'::pg_lsn", "row": "ROW(1, 2)", "t": "(SELECT t FROM t LIMIT 1)"}


class Types(Case):
    """Every kind of type that a server has (pg_type.typcategory): read as text, or refused by its name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.sql("CREATE TYPE mood AS ENUM ('well', 'ill'); CREATE TABLE t (a int); INSERT INTO t VALUES (1);")

    def setUp(self):
        self.schema = self.folder() / "a.schema.yaml"

    def of_types(self, attribute, select):
        self.schema.write_text("version: 1\nattributes:\n  - {name: a, " + attribute + "}\n")
        return world.command("fedloom", "schema", "check", self.schema, "postgres:" + select, "--json")

    def test_a_value_of_each_plain_type_fits_and_a_malformed_one_is_refused(self):
        for kind, (good, attribute, bad) in PLAIN.items():
            with self.subTest(kind):
                values = f"SELECT '{good}'::{kind} AS a UNION ALL SELECT {{}}::{kind}"
                done = self.of_types(attribute, values.format(f"'{good}'"))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                for malformed in (f"'{bad}'", "NULL"):
                    done = self.of_types(attribute, values.format(malformed))
                    self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
                    self.assertEqual(json.loads(done.stdout)["columns"][0]["refused"], 1)
                    self.fails(done, 4, "does not fit the schema; correct the table, or give the schema a rule")

    def test_a_type_of_no_single_plain_value_is_refused(self):
        for kind, value in REFUSED.items():
            with self.subTest(kind):
                done = self.of_types(DIGIT, f"SELECT {value} AS a")
                self.assertEqual(json.loads(done.stdout)["problems"], [
                    "postgres query: the column 'a' is of a type that holds no single plain value; select what it holds "
                    "as text, number, boolean or date, or leave it out of the schema"])
                self.fails(done, 4, "does not fit the schema; ")

    def test_no_kind_of_type_is_forgotten(self):
        """X (unknown) and Z (internal) cannot be a column's, P (pseudo) only that of a row made on the spot."""
        kinds = self.server.sql("SELECT DISTINCT typcategory FROM pg_type WHERE typtype IN ('b', 'c', 'e', 'r', 'm', 'p');")
        columns = [f"'{good}'::{kind}" for kind, (good, _, _) in PLAIN.items()] + list(REFUSED.values())
        asked = " UNION ".join(f"SELECT typcategory FROM pg_type WHERE oid = pg_typeof({value})::oid" for value in columns)
        tried = self.server.sql(asked + ";")
        letters = [set(word for word in answer.stdout.split() if len(word) == 1) for answer in (kinds, tried)]
        self.assertEqual(letters[0] - letters[1], {"X", "Z"} & letters[0])


class Killed(Case):
    def test_a_server_killed_while_rows_are_read_ends_the_program_with_a_sentence(self):
        folder = self.folder()
        schema = folder / "a.schema.yaml"
        schema.write_text(Faults.SCHEMA)
        slow = "postgres:SELECT 1 AS a, pg_sleep(0.0005) FROM generate_series(1, 10000000)"
        timer = threading.Timer(2.0, self.server.kill)
        timer.start()
        begun = time.monotonic()
        done = world.command("fedloom", "schema", "check", schema, slow, timeout=60)
        self.assertLess(time.monotonic() - begun, 30)
        timer.join()
        self.fails(done, 9, "the (PostgreSQL )?server (went away while rows were read|ended the connection)|connection to the server was lost")


if __name__ == "__main__":
    unittest.main()
