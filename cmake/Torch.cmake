# fedloom::torch — LibTorch from the PyPI wheel (launch/setup puts it into .deps) or from
# -DFEDLOOM_TORCH_ROOT=<folder with include/ and lib/>. find_package(Torch) of a CUDA wheel is fatal without a CUDA
# toolkit, so this is an imported target of our own.
set(FEDLOOM_TORCH_ROOT "" CACHE PATH "LibTorch: a folder with include/ and lib/ (default: the wheel in .deps)")
if(NOT FEDLOOM_TORCH_ROOT)
  set(FEDLOOM_TORCH_ROOT ${PROJECT_SOURCE_DIR}/.deps/torch/torch)
endif()
foreach(needed include/torch/csrc/api/include/torch/torch.h lib/libtorch_cpu.so lib/libc10.so)
  if(NOT EXISTS ${FEDLOOM_TORCH_ROOT}/${needed})
    message(FATAL_ERROR "LibTorch not found: ${FEDLOOM_TORCH_ROOT}/${needed} is missing. "
      "Run ./launch/setup, or name yours with -DFEDLOOM_TORCH_ROOT=<folder with include/ and lib/>.")
  endif()
endforeach()
add_library(fedloom_torch INTERFACE)
add_library(fedloom::torch ALIAS fedloom_torch)
target_include_directories(fedloom_torch SYSTEM INTERFACE
  ${FEDLOOM_TORCH_ROOT}/include ${FEDLOOM_TORCH_ROOT}/include/torch/csrc/api/include)
target_link_libraries(fedloom_torch INTERFACE
  ${FEDLOOM_TORCH_ROOT}/lib/libtorch_cpu.so ${FEDLOOM_TORCH_ROOT}/lib/libc10.so)
target_link_options(fedloom_torch INTERFACE "LINKER:-rpath,${FEDLOOM_TORCH_ROOT}/lib")
