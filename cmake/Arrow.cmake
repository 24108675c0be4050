# fedloom::arrow — Apache Arrow and Parquet from the PyPI wheel of pyarrow (launch/setup puts it into .deps), linked by
# path, or from -DFEDLOOM_ARROW_ROOT=<folder with include/, libarrow.so.* and libparquet.so.*>. Its users include its
# headers in .cpp files only, where FEDLOOM_WITH_PARQUET is on.
set(FEDLOOM_ARROW_ROOT "" CACHE PATH "Arrow: a folder with include/ and libarrow.so.* (default: the wheel in .deps)")
set(arrow_root ${FEDLOOM_ARROW_ROOT})
if(NOT arrow_root)
  set(arrow_root ${PROJECT_SOURCE_DIR}/.deps/arrow/pyarrow)
endif()
file(GLOB arrow_library ${arrow_root}/libarrow.so.*)
file(GLOB parquet_library ${arrow_root}/libparquet.so.*)
set(arrow_found OFF)
if(EXISTS ${arrow_root}/include/parquet/arrow/reader.h AND arrow_library AND parquet_library)
  set(arrow_found ON)
endif()
option(FEDLOOM_WITH_PARQUET "Read and write Parquet; needs Arrow (default: where it was found)" ${arrow_found})
if(FEDLOOM_WITH_PARQUET AND NOT arrow_found)
  message(FATAL_ERROR "FEDLOOM_WITH_PARQUET is on and Arrow was not found in ${arrow_root}; run ./launch/setup, or turn it off")
endif()
if(FEDLOOM_WITH_PARQUET)
  list(GET arrow_library 0 arrow_library)
  list(GET parquet_library 0 parquet_library)
  add_library(fedloom_arrow INTERFACE)
  add_library(fedloom::arrow ALIAS fedloom_arrow)
  target_include_directories(fedloom_arrow SYSTEM INTERFACE ${arrow_root}/include)
  target_link_libraries(fedloom_arrow INTERFACE ${parquet_library} ${arrow_library})
  # The wheel's libparquet shows the symbols of an OpenSSL of its own. Whoever names libcrypto before it keeps
  # libcrypto's calls to itself; tests/structure/check_bindings.py looks.
  target_link_options(fedloom_arrow INTERFACE
    "LINKER:--push-state,--no-as-needed,${OPENSSL_CRYPTO_LIBRARY},--pop-state")
  target_link_options(fedloom_arrow INTERFACE "LINKER:-rpath,${arrow_root}")
endif()
