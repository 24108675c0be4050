#pragma once
// Virtual time: what is due next happens next, in the order it was put down.

#include <functional>
#include <queue>
#include <vector>

#include "fedloom/base/clock.hpp"

namespace fedloom::fault {

class Agenda {
 public:
  Instant now() const noexcept { return now_; }
  void at(Instant when, std::function<void()> what) { entries_.push({std::max(when, now_), next_++, std::move(what)}); }
  void after(Millis wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }
  /// False when nothing is left to happen.
  bool happen() {
    if (entries_.empty()) return false;
    auto entry = entries_.top();
    entries_.pop();
    now_ = entry.when;
    entry.what();
    return true;
  }

 private:
  struct Entry {
    Instant when;
    std::uint64_t order;
    std::function<void()> what;
    bool operator>(const Entry& other) const { return std::tie(when, order) > std::tie(other.when, other.order); }
  };
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
  std::uint64_t next_ = 0;
  Instant now_{0};
};

}  // namespace fedloom::fault
