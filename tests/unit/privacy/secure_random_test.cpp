#include "fedloom/privacy/secure_random.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "support/split_mix_random.hpp"

namespace fedloom::privacy {
namespace {

using Words = std::vector<std::uint64_t>;

Words draw(RandomWords& random, std::size_t count = 1000) {
  Words words(count);
  for (std::uint64_t& word : words) word = random.next();
  return words;
}

/// What a child process draws from `random` after a fork.
Words draw_in_child(RandomWords& random) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    const Words words = draw(random);
    const ssize_t size = static_cast<ssize_t>(words.size() * 8);
    ::_exit(::write(ends[1], words.data(), static_cast<std::size_t>(size)) == size ? 0 : 1);
  }
  ::close(ends[1]);
  Words words(1000);
  std::size_t got = 0;
  while (got < 8000) {
    const ssize_t part = ::read(ends[0], reinterpret_cast<char*>(words.data()) + got, 8000 - got);
    if (part <= 0) break;
    got += static_cast<std::size_t>(part);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (got != 8000 || status != 0) throw std::runtime_error("the child did not answer");
  return words;
}

/// The falsification test for seeded noise: two sources must not have one 64-bit word in common (by chance: below
/// 1000² / 2^64 < 10^-13).
bool repeats(const Words& a, const Words& b) {
  const std::set<std::uint64_t> seen(a.begin(), a.end());
  return std::any_of(b.begin(), b.end(), [&](std::uint64_t word) { return seen.contains(word); });
}

TEST(SecureRandom, two_instances_never_repeat_each_other) {
  SecureRandom a;
  SecureRandom b;
  EXPECT_FALSE(repeats(draw(a), draw(b)));
}

TEST(SecureRandom, one_instance_never_repeats_itself) {
  SecureRandom random;
  const Words first = draw(random);
  EXPECT_FALSE(repeats(first, draw(random)));
  EXPECT_EQ(std::set<std::uint64_t>(first.begin(), first.end()).size(), first.size());
}

TEST(SecureRandom, a_child_process_does_not_repeat_its_parent) {
  SecureRandom random;
  random.next();  // the buffer is half read when the fork comes
  const Words child = draw_in_child(random);
  EXPECT_FALSE(repeats(child, draw(random)));
}

TEST(SecureRandom, two_children_do_not_repeat_each_other) {
  SecureRandom random;
  random.next();
  const Words first = draw_in_child(random);
  EXPECT_FALSE(repeats(first, draw_in_child(random)));
}

TEST(SecureRandom, the_same_checks_catch_a_seeded_generator) {
  test::SplitMixRandom a(7);
  test::SplitMixRandom b(7);
  EXPECT_TRUE(repeats(draw(a), draw(b)));
  const Words child = draw_in_child(a);
  EXPECT_TRUE(repeats(child, draw(a)));
}

TEST(SecureRandom, bits_are_balanced) {
  SecureRandom random;
  constexpr std::size_t n = 20000;
  std::vector<int> ones(64, 0);
  for (const std::uint64_t word : draw(random, n)) {
    for (std::size_t bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>(word >> bit & 1);
  }
  // 8 standard deviations of √n/2 for each of 64 bits: a false alarm once in 10^13 runs.
  for (const int count : ones) EXPECT_NEAR(count, n / 2.0, 8 * 71);
}

}  // namespace
}  // namespace fedloom::privacy
