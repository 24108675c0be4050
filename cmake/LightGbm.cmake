# LightGBM's library is only loaded at run time, by `fedloom evaluate`; launch/setup puts it into .deps/lightgbm.
set(FEDLOOM_LIGHTGBM "${PROJECT_SOURCE_DIR}/.deps/lightgbm/lib_lightgbm.so" CACHE FILEPATH
  "LightGBM's library, version 4, for the boosted trees of fedloom evaluate")
if(EXISTS ${FEDLOOM_LIGHTGBM})
  message(STATUS "LightGBM: on (${FEDLOOM_LIGHTGBM})")
else()
  message(STATUS "LightGBM: off, not in ${FEDLOOM_LIGHTGBM}; fedloom evaluate leaves out boosted trees")
endif()
