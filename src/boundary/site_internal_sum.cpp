#include "fedloom/boundary/site_internal_sum.hpp"

#include <algorithm>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/hash.hpp"

namespace fedloom::boundary {
namespace {

/// Numbers in one message: 8 MiB.
constexpr std::size_t chunk_length = std::size_t{1} << 20;

/// Of how many numbers each answer is, and how far an entity moves it: equal for all parts of one count.
Digest shape_of(const std::vector<RawCounts>& counts) {
  FieldHasher hasher;
  for (const auto& answer : counts) hasher.field(answer.length()).field(answer.l2().squared);
  return hasher.finish();
}

std::uint64_t length_of(const std::vector<RawCounts>& counts) {
  std::uint64_t length = 0;
  for (const auto& answer : counts) {
    FEDLOOM_CHECK(answer.length() > 0);
    length += answer.length();
  }
  return length;
}

/// What stands before the numbers of a message. `part` is the sender's own word, beside what the wire says.
struct Header {
  CountNumber number = 0;
  std::uint32_t part = 0;
  Digest shape{};
  std::uint64_t first = 0;  ///< place of the message's first number among all, the answers one after another
  bool operator==(const Header&) const = default;
};

void write(ByteWriter& out, const Header& header) {
  out.u64(header.number);
  out.u32(header.part);
  out.raw(header.shape);
  out.u64(header.first);
}

Header read_header(ByteReader& in) {
  Header header;
  header.number = in.u64();
  header.part = in.u32();
  in.raw(header.shape);
  header.first = in.u64();
  return header;
}

[[noreturn]] void refuse(unsigned part, unsigned parts) {
  throw EnvironmentError("part " + std::to_string(part + 1) + " of " + std::to_string(parts),
                         "sent counts that are not its part of what was asked",
                         "check that all parts of the site run the same version");
}

/// A place in a list of answers.
struct Place {
  std::size_t answer = 0, cell = 0;
  void step(std::size_t length_of_answer) {
    if (++cell == length_of_answer) *this = {answer + 1, 0};
  }
};

}  // namespace

std::vector<RawCounts> SiteInternalReducer::add_the_parts_of_this_site(std::vector<RawCounts>&& own, CountNumber number,
                                                                       Instant deadline) const {
  FEDLOOM_CHECK(wire_->rank() == 0);
  std::vector<RawCounts> sum = std::move(own);
  const Digest shape = shape_of(sum);
  const std::uint64_t length = length_of(sum);
  struct Part {
    std::uint64_t added = 0;
    Place next;
  };
  std::vector<Part> parts(wire_->size());
  const auto is_whole = [&](const Part& part) { return part.added == length; };
  while (!std::all_of(parts.begin() + 1, parts.end(), is_whole)) {
    const auto arrival = wire_->receive(deadline);
    if (!arrival) {
      throw EnvironmentError("this site", "not all of its parts answered in time",
                             "see the parts' own logs; transport.reply_limit gives them more time");
    }
    FEDLOOM_CHECK(arrival->from > 0 && arrival->from < parts.size());
    Part& part = parts[arrival->from];
    ByteReader in(arrival->bytes);
    const Header header = read_header(in);
    const auto words = in.words(chunk_length);
    const Header expected{.number = number, .part = arrival->from, .shape = shape, .first = part.added};
    if (!in.finished() || header != expected || words.empty() || words.size() > length - part.added) {
      refuse(arrival->from, wire_->size());
    }
    for (const std::uint64_t word : words) {
      auto& values = sum[part.next.answer].values_;
      values[part.next.cell] += static_cast<std::int64_t>(word);
      part.next.step(values.size());
    }
    part.added += words.size();
  }
  return sum;
}

void SiteInternalReducer::hand_part_to_this_sites_first_rank(std::vector<RawCounts>&& part, CountNumber number) const {
  FEDLOOM_CHECK(wire_->rank() != 0);
  const std::vector<RawCounts> own = std::move(part);
  Header header{.number = number, .part = wire_->rank(), .shape = shape_of(own)};
  Place next;
  std::vector<std::uint64_t> words;
  for (const std::uint64_t length = length_of(own); header.first < length; header.first += words.size()) {
    words.clear();
    for (auto left = std::min<std::uint64_t>(chunk_length, length - header.first); left > 0; --left) {
      const auto& values = own[next.answer].values_;
      words.push_back(static_cast<std::uint64_t>(values[next.cell]));
      next.step(values.size());
    }
    ByteWriter out;
    write(out, header);
    out.words(words);
    wire_->send_inside_this_site(0, std::move(out).take());
  }
}

}  // namespace fedloom::boundary
