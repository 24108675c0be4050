#pragma once
// Ranks of one fit as threads of the test.

#include <algorithm>
#include <barrier>
#include <functional>
#include <span>
#include <vector>

#include "fedloom/base/rank_group.hpp"

namespace fedloom::train::test {

/// What the ranks share.
struct Meeting {
  explicit Meeting(unsigned ranks) : barrier(ranks), values(ranks), bytes(ranks) {}
  std::barrier<> barrier;
  std::vector<std::vector<float>> values;
  std::vector<Bytes> bytes;
};

class ThreadRank final : public RankGroup {
 public:
  ThreadRank(Meeting& meeting, unsigned rank) : meeting_(meeting), rank_(rank) {}
  unsigned rank() const noexcept override { return rank_; }
  unsigned size() const noexcept override { return static_cast<unsigned>(meeting_.values.size()); }

  void sum(std::span<float> values) override {
    meeting_.values[rank_].assign(values.begin(), values.end());
    meeting_.barrier.arrive_and_wait();
    std::fill(values.begin(), values.end(), 0.0F);
    for (const auto& part : meeting_.values) {
      std::transform(values.begin(), values.end(), part.begin(), values.begin(), std::plus<>());
    }
    meeting_.barrier.arrive_and_wait();
  }

  void check() override {}

  void broadcast(Bytes& message) override {
    if (rank_ == 0) meeting_.bytes[0] = message;
    meeting_.barrier.arrive_and_wait();
    message = meeting_.bytes[0];
    meeting_.barrier.arrive_and_wait();
  }

  std::vector<Bytes> gather(Bytes own) override {
    meeting_.bytes[rank_] = std::move(own);
    meeting_.barrier.arrive_and_wait();
    std::vector<Bytes> all = rank_ == 0 ? meeting_.bytes : std::vector<Bytes>();
    meeting_.barrier.arrive_and_wait();
    return all;
  }

 private:
  Meeting& meeting_;
  unsigned rank_;
};

}  // namespace fedloom::train::test
