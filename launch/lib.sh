# What the launch scripts share. Sourced, not run; the sourcing script has set -euo pipefail.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/.deps
# shellcheck source=versions
source "$root/launch/versions"

say() { printf '%s\n' "$*"; }

# fail CODE SENTENCE…: the codes are those of docs/errors.md (2 usage, 9 environment).
fail() {
  local code=$1
  shift
  printf 'fedloom: %s\n' "$*" >&2
  exit "$code"
}

# A script's help is the comment at its top.
show_help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1"; }

# version_at_least HAVE LEAST
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

cmake_of_path() { cmake --version 2>/dev/null | sed -n '1s/^cmake version \([0-9.]*\).*/\1/p'; }

use_own_cmake() {
  if [ -x "$deps/cmake/cmake/data/bin/cmake" ]; then
    PATH=$deps/cmake/cmake/data/bin:$PATH
  fi
}
use_own_cmake

# Where LibTorch is, or will be.
torch_root=${FEDLOOM_TORCH_ROOT:-$deps/torch/torch}

# One process per core, but no more than memory allows: a file that includes torch takes about 1.5 GB.
build_jobs() {
  local cores memory
  cores=$(nproc 2>/dev/null || echo 1)
  memory=$(awk '/^MemAvailable:/ {print int($2 / 1500000)}' /proc/meminfo 2>/dev/null || true)
  memory=${memory:-$cores}
  if [ "$memory" -lt 1 ]; then memory=1; fi
  if [ "$memory" -lt "$cores" ]; then echo "$memory"; else echo "$cores"; fi
}

# Is there a clang with libFuzzer and the sanitizers?
can_fuzz() {
  local empty='extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }'
  clang++ -fsanitize=fuzzer,address,undefined -x c++ - -o /dev/null <<<"$empty" >/dev/null 2>&1
}

# Is there an nvcc that knows C++20: the one of launch/setup, or another on the path?
can_cuda() {
  [ -x "$deps/cuda/nvidia/cu13/bin/nvcc" ] && return
  local release
  release=$(nvcc --version 2>/dev/null | sed -n 's/.*release \([0-9.]*\).*/\1/p')
  [ -n "$release" ] && version_at_least "$release" "$cuda_minimum"
}

can_nccl() {
  local folder
  for folder in "$deps/nccl/nvidia/nccl/include" /usr/include /usr/local/include; do
    if [ -s "$folder/nccl.h" ]; then return; fi
  done
  return 1
}

# Open MPI refuses root unless told twice; and in a container it may not read another process's memory.
prepare_mpi() {
  if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
  if [ -e /.dockerenv ] || [ -e /run/.containerenv ]; then
    export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}
  fi
}
