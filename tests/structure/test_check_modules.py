"""The checker passes a good tree and finds the fault in each broken twin of it."""
import unittest

import check_modules
import trees

TABLE = """
| layer | module | responsibility | uses |
|---|---|---|---|
| 0 | `base` | ground | – |
| 1 | `schema` | domains | base |
| 1 | `transport` | wires | base |
| 2 | `data`* | rows | schema |
| 2 | `model` | generator | schema |
| 2 | `train` | fits | schema |
| 2 | `config` | files | schema |
| 3 | `coordinator` | plans | model, config |
| 3 | `report` | page | model |
| 4 | `apps` | programs | all |
"""
GOOD = {
    "docs/architecture.md": TABLE,
    "include/fedloom/base/base.hpp": "#pragma once\n",
    "include/fedloom/schema/schema.hpp": '#include "fedloom/base/base.hpp"\n',
    "src/schema/schema.cpp": '#include "fedloom/schema/schema.hpp"\n',
    "src/schema/CMakeLists.txt": "fedloom_module(schema\n  SOURCES schema.cpp\n  USES base)\n",
    "src/train/fit.cpp": '#include <torch/torch.h>\n#include "fedloom/base/base.hpp"\n',
    "src/train/CMakeLists.txt": "fedloom_module(train SOURCES fit.cpp USES schema LIBRARIES fedloom::torch)\n",
    "src/transport/mpi.cpp": "#include <mpi.h>\n",
    "src/transport/CMakeLists.txt": "fedloom_module(transport SOURCES mpi.cpp USES base LIBRARIES MPI::MPI_C)\n",
    "src/apps/main.cpp": '#include "fedloom/data/table.hpp"\n',
    "src/apps/CMakeLists.txt": "add_executable(fedloom main.cpp)\ntarget_link_libraries(fedloom fedloom::data)\n",
}


def faults_of(changes):
    return trees.faults_of(check_modules.faults, {**GOOD, **changes})


class CheckModules(unittest.TestCase):
    def test_a_good_tree_has_no_fault(self):
        self.assertEqual(faults_of({}), [])

    def expect(self, part, changes):
        found = faults_of(changes)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def test_an_include_upwards_is_found(self):
        self.expect("schema may not use model",
                    {"src/schema/schema.cpp": '#include "fedloom/model/generator.hpp"\n'})

    def test_an_include_upwards_in_a_public_header_is_found(self):
        self.expect("base may not use schema",
                    {"include/fedloom/base/base.hpp": '  #  include <fedloom/schema/schema.hpp>\n'})

    def test_an_include_past_the_module_is_found(self):
        self.expect("past its own module", {"src/schema/schema.cpp": '#include "../base/private.hpp"\n'})

    def test_an_include_within_the_module_is_fine(self):
        self.assertEqual(faults_of({"src/schema/part/x.hpp": '#include "../near.hpp"\n', "src/schema/near.hpp": ""}), [])

    def test_a_use_of_a_row_module_by_the_coordinator_is_found(self):
        self.expect("coordinator may reach data", {"docs/architecture.md": TABLE.replace("model, config", "model, data")})

    def test_a_cycle_in_the_table_is_found(self):
        self.expect("base (layer 0) uses schema", {"docs/architecture.md": TABLE.replace("| ground | –", "| ground | schema")})

    def test_a_missing_table_is_found(self):
        self.assertIn("no module table", faults_of({"docs/architecture.md": "nothing here"})[0])

    def test_a_use_of_an_unknown_module_is_found(self):
        self.expect("uses ghost", {"docs/architecture.md": TABLE.replace("| page | model", "| page | model, ghost")})

    def test_a_folder_that_is_not_in_the_table_is_found(self):
        self.expect("src/extra: is not in the module table", {"src/extra/extra.cpp": ""})

    def test_a_use_that_the_table_lacks_is_found(self):
        self.expect("USES base, but", {"src/train/CMakeLists.txt":
                                       "fedloom_module(train SOURCES fit.cpp USES base LIBRARIES fedloom::torch)\n"})

    def test_a_link_past_uses_is_found(self):
        self.expect("links data, which schema may not use", {"src/schema/CMakeLists.txt":
                    GOOD["src/schema/CMakeLists.txt"] + "target_link_libraries(fedloom_schema PRIVATE fedloom::data)\n"})

    def test_torch_outside_its_modules_is_found(self):
        self.expect("torch stays in", {"src/schema/schema.cpp": "#include <torch/torch.h>\n"})
        self.expect("torch stays in", {"include/fedloom/train/fit.hpp": "#include <ATen/ATen.h>\n"})
        self.expect("links torch", {"src/schema/CMakeLists.txt":
                                    "fedloom_module(schema SOURCES schema.cpp USES base LIBRARIES fedloom::torch)\n"})

    def test_yaml_outside_config_is_found(self):
        self.expect("yaml-cpp stays in", {"src/schema/schema.cpp": "#include <yaml-cpp/yaml.h>\n"})

    def test_mpi_in_a_public_header_is_found(self):
        self.expect("MPI stays in", {"include/fedloom/transport/mpi.hpp": "#include <mpi.h>\n"})

    def test_nanobind_outside_the_python_package_is_found(self):
        table = TABLE.replace("| 4 | `apps`", "| 3 | `python` | binding | model |\n| 4 | `apps`")
        package = {"docs/architecture.md": table, "src/python/bind.cpp": "#include <nanobind/nanobind.h>\n",
                   "src/python/CMakeLists.txt": "nanobind_add_module(_fedloom bind.cpp)\n"}
        self.assertEqual(faults_of(package), [])
        self.expect("nanobind stays in", {"src/schema/schema.cpp": "#include <nanobind/nanobind.h>\n"})
        self.expect("links torch", {**package, "src/python/CMakeLists.txt":
                                    "nanobind_add_module(_fedloom bind.cpp)\ntarget_link_libraries(_fedloom fedloom::torch)\n"})
        self.expect("links train, which python may not use", {**package, "src/python/CMakeLists.txt":
                    "nanobind_add_module(_fedloom bind.cpp)\ntarget_link_libraries(_fedloom fedloom::train)\n"})

    def test_a_new_user_of_the_wire_between_a_sites_ranks_is_found(self):
        include = f'#include "{check_modules.SITE_INTERNAL}"\n'
        transport = GOOD["docs/architecture.md"].replace("| wires | base", "| wires | base, boundary").replace(
            "| 1 | `transport`", "| 0 | `boundary` | values | – |\n| 1 | `transport`")
        users = {"docs/architecture.md": transport, "src/transport/mpi_site_ranks.hpp": include,
                 "src/transport/CMakeLists.txt": GOOD["src/transport/CMakeLists.txt"].replace("base", "base boundary")}
        self.assertEqual(faults_of(users), [])
        self.expect("src/transport/other.hpp: includes fedloom/boundary/site_internal_sum.hpp, which carries raw counts",
                    {**users, "src/transport/other.hpp": include})

    def test_a_source_that_nothing_builds_is_found(self):
        self.expect("does not name spare.cpp", {"src/schema/spare.cpp": ""})

    def test_a_file_that_is_too_long_is_found(self):
        self.expect("has 501 lines", {"src/schema/schema.cpp": "\n" * 501})
        self.assertEqual(faults_of({"src/schema/schema.cpp": "\n" * 500}), [])


if __name__ == "__main__":
    unittest.main()
