# FEDLOOM_WITH_PYTHON: the Python package `fedloom` (src/python), of which the extension is compiled with nanobind.
#   OFF   not built (default)
#   ON    built; an error where Python's headers or nanobind are missing
#   AUTO  built where they were found
# nanobind is that of .deps/python (launch/setup --tests), or of the Python that CMake finds, as in `pip install .`.
set(FEDLOOM_WITH_PYTHON OFF CACHE STRING "Build the Python package: OFF, ON, or AUTO where nanobind was found")
set_property(CACHE FEDLOOM_WITH_PYTHON PROPERTY STRINGS OFF ON AUTO)
set(FEDLOOM_PYTHON OFF) # what it comes to
if(FEDLOOM_WITH_PYTHON)
  if(NOT DEFINED Python_EXECUTABLE) # the one that launch/setup used, and not the newest that there is
    find_program(FEDLOOM_PYTHON3 python3 DOC "Python: whose package is built")
    if(FEDLOOM_PYTHON3)
      set(Python_EXECUTABLE ${FEDLOOM_PYTHON3})
    endif()
  endif()
  find_package(Python 3.9 QUIET COMPONENTS Interpreter Development.Module)
  set(nanobind_folder ${PROJECT_SOURCE_DIR}/.deps/python/nanobind/cmake)
  if(Python_Development.Module_FOUND AND NOT EXISTS ${nanobind_folder})
    execute_process(COMMAND ${Python_EXECUTABLE} -m nanobind --cmake_dir
      OUTPUT_VARIABLE nanobind_folder OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  if(Python_Development.Module_FOUND AND nanobind_folder)
    find_package(nanobind 2.0 CONFIG QUIET PATHS ${nanobind_folder} NO_DEFAULT_PATH)
  endif()
  if(nanobind_FOUND)
    set(FEDLOOM_PYTHON ON)
  elseif(NOT FEDLOOM_WITH_PYTHON STREQUAL "AUTO")
    message(FATAL_ERROR "FEDLOOM_WITH_PYTHON is on, and Python's headers or nanobind were not found (Python "
      "${Python_EXECUTABLE}); run ./launch/setup --tests, or turn it off")
  else()
    message(STATUS "Python: off, its headers or nanobind were not found (./launch/setup --tests installs both)")
  endif()
endif()
