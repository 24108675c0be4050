#include "fedloom/transport/in_process.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "message_limit.hpp"

namespace fedloom::transport {
namespace {

struct Packet {
  Endpoint from;
  Bytes bytes;
  bool lost = false;  ///< no message: a note of the endpoint to itself that this peer is gone
};

struct Mailbox {
  std::deque<Packet> waiting;
  std::size_t bytes = 0;
  std::size_t most_bytes = 0;
  std::uint64_t taken = 0;  ///< messages given out so far
  std::condition_variable arrived;
  std::condition_variable drained;
  bool connected = false;
  bool gone = false;
  bool sending = false;  ///< its owner waits in send()
};

}  // namespace

struct InProcessHub::Impl {
  Impl(std::size_t world, const Limits& limit) : limits(limit), boxes(world) {}
  const Limits limits;
  std::mutex mutex;  ///< guards all below
  std::vector<Mailbox> boxes;
  std::function<void(Endpoint, Endpoint, ByteView)> tap;
};

namespace {

template <class Hub>
class End final : public Transport {
 public:
  End(std::shared_ptr<Hub> hub, Endpoint self)
      : hub_(std::move(hub)), self_(self), lost_(hub_->boxes.size()), told_(hub_->boxes.size()) {}

  ~End() override {
    const std::lock_guard lock(hub_->mutex);
    Mailbox& box = own();
    box.gone = true;
    box.waiting.clear();
    box.bytes = 0;
    box.drained.notify_all();
  }

  void send(Endpoint to, const secagg::Message& message) override {
    Bytes bytes = secagg::encode(message);
    check_message_size(bytes.size(), hub_->limits);
    std::unique_lock lock(hub_->mutex);
    FEDLOOM_CHECK(to < hub_->boxes.size());
    if (lost_[to]) return;
    if (!wait_for_room(lock, to)) {
      lost_[to] = true;
      own().waiting.push_back({.from = to, .bytes = {}, .lost = true});
      return;
    }
    Mailbox& box = hub_->boxes[to];
    if (hub_->tap) hub_->tap(self_, to, bytes);
    box.bytes += bytes.size();
    box.most_bytes = std::max(box.most_bytes, box.bytes);
    box.waiting.push_back({self_, std::move(bytes)});
    box.arrived.notify_one();
  }

  std::optional<Envelope> receive(Instant deadline) override {
    for (;;) {
      std::optional<Packet> packet = next(deadline);
      if (!packet) return std::nullopt;
      if (told_[packet->from]) continue;
      if (!packet->lost) return Envelope{packet->from, secagg::decode(packet->bytes)};
      told_[packet->from] = true;
      return Envelope{packet->from, std::nullopt, true};
    }
  }

  std::size_t world() const override { return hub_->boxes.size(); }

 private:
  Mailbox& own() { return hub_->boxes[self_]; }

  /// A site that waits to send takes in more, so that the coordinator's send ends and it comes to receive.
  std::size_t room(Endpoint of) const {
    const bool yields = of != coordinator_endpoint && hub_->boxes[of].sending;
    return yields ? hub_->limits.incoming_while_sending : hub_->limits.incoming;
  }

  /// False: that endpoint has left, or takes nothing.
  bool wait_for_room(std::unique_lock<std::mutex>& lock, Endpoint to) {
    Mailbox& box = hub_->boxes[to];
    own().sending = true;
    own().drained.notify_all();
    std::uint64_t taken = box.taken;
    Instant give_up = monotonic_now() + hub_->limits.send_limit;
    while (!box.gone && box.bytes > room(to)) {
      if (box.taken != taken) {
        taken = box.taken;
        give_up = monotonic_now() + hub_->limits.send_limit;
      }
      const Millis left = give_up - monotonic_now();
      if (left.count() <= 0) break;
      box.drained.wait_for(lock, left);
    }
    own().sending = false;
    return !box.gone && box.bytes <= room(to);
  }

  std::optional<Packet> next(Instant deadline) {
    std::unique_lock lock(hub_->mutex);
    Mailbox& box = own();
    while (box.waiting.empty()) {
      const Millis left = deadline - monotonic_now();
      if (left.count() <= 0) return std::nullopt;
      box.arrived.wait_for(lock, left);
    }
    Packet packet = std::move(box.waiting.front());
    box.waiting.pop_front();
    box.bytes -= packet.bytes.size();
    ++box.taken;
    box.drained.notify_all();
    return packet;
  }

  std::shared_ptr<Hub> hub_;
  Endpoint self_;
  // Used by the end's own thread only.
  std::vector<bool> lost_;  ///< what is sent there vanishes
  std::vector<bool> told_;  ///< and receive() has said so
};

}  // namespace

InProcessHub::InProcessHub(std::size_t world, const Limits& limits) : impl_(std::make_shared<Impl>(world, limits)) {}
InProcessHub::~InProcessHub() = default;

std::unique_ptr<Transport> InProcessHub::connect(Endpoint endpoint) {
  const std::lock_guard lock(impl_->mutex);
  FEDLOOM_CHECK(endpoint < impl_->boxes.size() && !impl_->boxes[endpoint].connected);
  impl_->boxes[endpoint].connected = true;
  return std::make_unique<End<Impl>>(impl_, endpoint);
}

void InProcessHub::on_send(std::function<void(Endpoint, Endpoint, ByteView)> tap) {
  const std::lock_guard lock(impl_->mutex);
  impl_->tap = std::move(tap);
}

std::size_t InProcessHub::most_waiting(Endpoint endpoint) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->boxes.at(endpoint).most_bytes;
}

}  // namespace fedloom::transport
