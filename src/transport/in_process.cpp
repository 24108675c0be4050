#include "fedloom/transport/in_process.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::transport {
namespace {

struct Packet {
  Endpoint from;
  Bytes bytes;
};

struct Mailbox {
  std::deque<Packet> waiting;
  std::condition_variable arrived;
  bool connected = false;
  bool gone = false;
};

}  // namespace

struct InProcessHub::Impl {
  explicit Impl(std::size_t world) : boxes(world) {}
  std::mutex mutex;  ///< guards all below
  std::vector<Mailbox> boxes;
  std::function<void(Endpoint, Endpoint, ByteView)> tap;
};

namespace {

template <class Hub>
class End final : public Transport {
 public:
  End(std::shared_ptr<Hub> hub, Endpoint self) : hub_(std::move(hub)), self_(self) {}
  ~End() override {
    const std::lock_guard lock(hub_->mutex);
    hub_->boxes[self_].gone = true;
    hub_->boxes[self_].waiting.clear();
  }

  void send(Endpoint to, const secagg::Message& message) override {
    Bytes bytes = secagg::encode(message);
    const std::lock_guard lock(hub_->mutex);
    FEDLOOM_CHECK(to < hub_->boxes.size());
    Mailbox& box = hub_->boxes[to];
    if (box.gone) {
      throw PeerError("endpoint " + std::to_string(to), "has left", "see its own message, then start the run again");
    }
    if (hub_->tap) hub_->tap(self_, to, bytes);
    box.waiting.push_back({self_, std::move(bytes)});
    box.arrived.notify_one();
  }

  std::optional<Envelope> receive(Instant deadline) override {
    std::optional<Packet> packet = next(deadline);
    if (!packet) return std::nullopt;
    return Envelope{packet->from, secagg::decode(packet->bytes)};
  }

  std::size_t world() const override { return hub_->boxes.size(); }

 private:
  std::optional<Packet> next(Instant deadline) {
    std::unique_lock lock(hub_->mutex);
    Mailbox& box = hub_->boxes[self_];
    while (box.waiting.empty()) {
      const Millis left = deadline - monotonic_now();
      if (left.count() <= 0) return std::nullopt;
      box.arrived.wait_for(lock, left);
    }
    Packet packet = std::move(box.waiting.front());
    box.waiting.pop_front();
    return packet;
  }

  std::shared_ptr<Hub> hub_;
  Endpoint self_;
};

}  // namespace

InProcessHub::InProcessHub(std::size_t world) : impl_(std::make_shared<Impl>(world)) {}
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

}  // namespace fedloom::transport
