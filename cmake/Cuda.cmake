# FEDLOOM_WITH_CUDA: code for GPUs, compiled with the nvcc that launch/setup puts into .deps/cuda, or the one of
# -DFEDLOOM_CUDA_ROOT=<folder with bin/nvcc>, or else the one on the path. No GPU is needed to build; where none is found
# at run time, the same program works on the processor. The CUDA runtime is linked in, so that nothing else is loaded.
option(FEDLOOM_WITH_CUDA "Compile the code for GPUs; needs nvcc" OFF)
set(FEDLOOM_CUDA_ROOT "" CACHE PATH "CUDA: a folder with bin/nvcc (default: .deps/cuda, then the path)")

if(FEDLOOM_WITH_CUDA)
  set(own ${PROJECT_SOURCE_DIR}/.deps/cuda/nvidia/cu13)
  if(CMAKE_CUDA_COMPILER)
    # chosen already, by the user or by an earlier run in this build folder
  elseif(FEDLOOM_CUDA_ROOT)
    set(CMAKE_CUDA_COMPILER ${FEDLOOM_CUDA_ROOT}/bin/nvcc)
  elseif(EXISTS ${own}/bin/nvcc)
    set(CMAKE_CUDA_COMPILER ${own}/bin/nvcc)
  endif()
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80 90) # A100 and H100, and later ones by PTX
  endif()
  enable_language(CUDA)
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION) # CMake 3.25 does not know that nvcc speaks C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
    list(APPEND CMAKE_CUDA_COMPILE_FEATURES cuda_std_20)
    set(CMAKE_CUDA_STANDARD_LATEST 20)
  endif()
  add_custom_target(cuda_tests)
  # Only its header: the library is loaded by programs that use several GPUs, from beside LibTorch's.
  find_path(FEDLOOM_NCCL_INCLUDE nccl.h HINTS ${PROJECT_SOURCE_DIR}/.deps/nccl/nvidia/nccl/include
    DOC "NCCL: the folder of nccl.h")
  get_filename_component(cuda_root ${CMAKE_CUDA_COMPILER}/../.. REALPATH)
  find_library(FEDLOOM_CUDART cudart_static REQUIRED
    HINTS ${cuda_root}/lib ${cuda_root}/lib64 ${cuda_root}/targets/x86_64-linux/lib DOC "CUDA's runtime")
  if(NOT FEDLOOM_NCCL_INCLUDE)
    message(STATUS "nccl.h was not found: ranks with GPUs add up through MPI")
  endif()
endif()

# fedloom_cuda_sources(MODULE FILE.cu…): adds them to the module where FEDLOOM_WITH_CUDA is on, and then defines
# FEDLOOM_WITH_CUDA for its other sources. A .cu file includes as few of the project's headers as it can.
function(fedloom_cuda_sources module)
  if(FEDLOOM_WITH_CUDA)
    target_sources(fedloom_${module} PRIVATE ${ARGN})
    target_compile_definitions(fedloom_${module} PRIVATE FEDLOOM_WITH_CUDA)
  endif()
endfunction()

# fedloom_nccl_sources(MODULE FILE.cpp…): adds them to the module where FEDLOOM_WITH_CUDA is on and nccl.h is there, and
# then defines FEDLOOM_WITH_NCCL for the module.
function(fedloom_nccl_sources module)
  if(FEDLOOM_WITH_CUDA AND FEDLOOM_NCCL_INCLUDE)
    target_sources(fedloom_${module} PRIVATE ${ARGN})
    target_compile_definitions(fedloom_${module} PRIVATE FEDLOOM_WITH_NCCL)
    target_include_directories(fedloom_${module} SYSTEM PRIVATE
      ${FEDLOOM_NCCL_INCLUDE} ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES})
    target_link_libraries(fedloom_${module} PRIVATE ${FEDLOOM_CUDART} rt ${CMAKE_DL_LIBS} Threads::Threads)
  endif()
endfunction()

# fedloom_cuda_test(NAME …): as fedloom_test, labelled cuda, and built by the target cuda_tests.
function(fedloom_cuda_test name)
  if(FEDLOOM_WITH_CUDA AND FEDLOOM_WITH_TESTS)
    fedloom_test(${name} ${ARGN} LABELS cuda)
    add_dependencies(cuda_tests ${name})
  endif()
endfunction()
