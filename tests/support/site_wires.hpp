#pragma once
// The ranks of one site as threads of one process.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "fedloom/base/error.hpp"
#include "fedloom/boundary/site_internal_sum.hpp"

namespace fedloom::test {

class SiteWire final : public boundary::SiteInternalWire {
 public:
  /// Wires of one site's ranks, the first rank's first.
  static std::vector<SiteWire> make(unsigned ranks) {
    auto hub = std::make_shared<Hub>();
    hub->boxes.resize(ranks);
    std::vector<SiteWire> wires;
    for (unsigned rank = 0; rank < ranks; ++rank) wires.push_back(SiteWire(hub, rank));
    return wires;
  }
  unsigned rank() const override { return rank_; }
  unsigned size() const override { return static_cast<unsigned>(hub_->boxes.size()); }
  void send_inside_this_site(unsigned to, Bytes bytes) override {
    const std::lock_guard lock(hub_->mutex);
    hub_->boxes.at(to).push_back({rank_, std::move(bytes)});
    hub_->changed.notify_all();
  }
  std::optional<Arrival> receive(Instant deadline) override {
    std::unique_lock lock(hub_->mutex);
    auto& box = hub_->boxes[rank_];
    hub_->changed.wait_for(lock, deadline - monotonic_now(), [&] { return !box.empty(); });
    if (box.empty()) return std::nullopt;
    Arrival first = std::move(box.front());
    box.pop_front();
    if (first.bytes.empty()) throw EnvironmentError("part " + std::to_string(first.from + 1), "gave up", "");
    return first;
  }
  void give_up() noexcept override { send_inside_this_site(0, {}); }

 private:
  struct Hub {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::deque<Arrival>> boxes;
  };
  SiteWire(std::shared_ptr<Hub> hub, unsigned rank) : hub_(std::move(hub)), rank_(rank) {}
  std::shared_ptr<Hub> hub_;
  unsigned rank_;
};

}  // namespace fedloom::test
