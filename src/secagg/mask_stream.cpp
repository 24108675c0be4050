#include "mask_stream.hpp"

#include <bit>

#include "parallel.hpp"
#include "stream_kernels.hpp"

namespace fedloom::secagg {
namespace {

static_assert(std::endian::native == std::endian::little, "mask words are read straight from the key stream");

/// Where threads may divide the words: at borders of blocks, and seldom enough.
constexpr std::size_t grain_words = 4096;

}  // namespace

void add_streams(std::span<const KeyStream> streams, std::span<std::uint64_t> words, unsigned threads) {
  const auto add = has_vaes() ? add_by_vaes : add_by_openssl;
  in_parallel(words.size(), grain_words, threads, [&](std::size_t first, std::size_t last) {
    add(streams, first / words_per_block, words.subspan(first, last - first));
  });
}

}  // namespace fedloom::secagg
