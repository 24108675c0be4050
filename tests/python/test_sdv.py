"""The metadata that SDV's tools read: of the command and of Python, and read by SDMetrics where it is installed."""

import json
import pathlib
import tempfile
import unittest

import fedloom

import package
import world

ADULT = world.CONFIGS / "adult.schema.yaml"


class SdvMetadata(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.schema = self.folder / "visits.schema.yaml"
        self.schema.write_text("version: 1\nattributes:\n" + package.Visits.attributes(None))

    def test_the_command_writes_what_python_gives(self):
        file = self.folder / "metadata.json"
        done = world.command("fedloom", "schema", "metadata", self.schema, "-o", file)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(str(file), done.stdout)
        metadata = fedloom.sdv_metadata(self.schema)
        self.assertEqual(json.loads(file.read_text()), metadata)
        self.assertEqual(fedloom.load_schema(self.schema).sdv_metadata(), metadata)
        columns = metadata["tables"]["synthetic"]["columns"]
        self.assertEqual(columns["born"], {"sdtype": "datetime", "datetime_format": "%d.%m.%Y"})
        self.assertEqual(list(columns)[:2], ["person", "sex"])

    def test_a_table_may_have_a_name_or_none(self):
        for words, asked in ((["--table", "visits"], {"table": "visits"}), (["--single-table"], {"single_table": True})):
            done = world.command("fedloom", "schema", "metadata", self.schema, *words)
            self.assertEqual(package.json_of(done), fedloom.sdv_metadata(self.schema, **asked))

    def test_a_schema_that_cannot_be_read_is_said(self):
        done = world.command("fedloom", "schema", "metadata", self.folder / "none.yaml")
        self.assertEqual(done.returncode, 3)
        with self.assertRaises(fedloom.ConfigError) as caught:
            fedloom.sdv_metadata(self.folder / "none.yaml")
        self.assertEqual(str(caught.exception), package.sentence_of(done))

    @unittest.skipUnless(package.has("sdmetrics"), "sdmetrics is not installed for this Python")
    def test_sdmetrics_reads_it_and_finds_the_same_scores(self):
        import pandas
        from sdmetrics.reports.single_table import DiagnosticReport, QualityReport
        schema = fedloom.load_schema(ADULT)
        files = [world.CONFIGS / "data" / f"adult-{site}.csv" for site in ("office", "young")]
        real, synthetic = [pandas.read_csv(file, na_values=["?"])[schema.names].head(3000) for file in files]
        found = fedloom.evaluate(real, synthetic, schema, degree=1, detection=False)["samples"][0]
        report = QualityReport()
        report.generate(real, synthetic, fedloom.sdv_metadata(schema, single_table=True), verbose=False)
        shapes = report.get_details("Column Shapes").set_index("Column")["Score"]
        for column in found["columns"]:
            self.assertAlmostEqual(shapes[column["column"]], column["score"], places=6, msg=column["column"])
        diagnosis = DiagnosticReport()
        diagnosis.generate(real, synthetic, fedloom.sdv_metadata(schema, single_table=True), verbose=False)
        self.assertEqual(diagnosis.get_properties().set_index("Property")["Score"]["Data Structure"], 1)

    @unittest.skipUnless(package.has("sdv"), "sdv is not installed for this Python")
    def test_sdv_reads_it_and_finds_the_rows_valid(self):
        from sdv.metadata import Metadata
        file = self.folder / "metadata.json"
        file.write_text(json.dumps(fedloom.sdv_metadata(self.schema, table="visits")))
        metadata = Metadata.load_from_json(file)
        metadata.validate()
        small = package.Visits(trust="central", epsilon=3)
        self.addCleanup(small.remove)
        self.assertEqual(small.run("run").returncode, 0)
        rows = fedloom.load_model(small.root / "run").sample(500, as_frame=True)
        metadata.validate_data({"visits": rows})


if __name__ == "__main__":
    unittest.main()
