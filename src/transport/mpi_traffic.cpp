#include "mpi_traffic.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "message_limit.hpp"
#include "mpi_error.hpp"

namespace fedloom::transport {
namespace {

constexpr int message_tag = 7;
constexpr int farewell_tag = 8;
constexpr std::chrono::microseconds send_sleep{100};
/// A transfer of which nothing has come to an end for so long waits for a peer that is busy, or dead.
constexpr Millis stands_still{1000};
/// How often it is looked whether a peer's process lives, and how long after its end the last of it is waited for.
constexpr Millis look_every{100};
constexpr Millis last_words{300};
constexpr Millis farewell_limit{500};
/// Each call of MPI here returns at once; one that lasts so many looks never will.
constexpr Millis call_look{1000};
constexpr unsigned call_looks = 30;

}  // namespace

MpiTraffic::MpiTraffic(Endpoint self, std::size_t world, const Limits& limits, MPI_Comm star)
    : self_(self), limits_(limits), star_(star), peers_(world), calls_(call_look, call_looks, end_stuck_process) {}

MpiTraffic::~MpiTraffic() {
  abandoned_.splice(abandoned_.end(), outgoing_);
  for (auto it = incoming_.begin(); it != incoming_.end();) {
    const auto next = std::next(it);
    if (!it->complete) abandoned_.splice(abandoned_.end(), incoming_, it);
    it = next;
  }
  if (!abandoned_.empty()) static_cast<void>(new std::list<Transfer>(std::move(abandoned_)));
}

void MpiTraffic::send(Endpoint to, Bytes bytes) {
  check_message_size(bytes.size(), limits_);
  wait_for_room(to);
  if (peers_[to].left) lose(to);
  if (peers_[to].lost) return;
  const CallWatch::Call call(calls_);
  Transfer& transfer = outgoing_.emplace_back();
  transfer.peer = to;
  transfer.bytes = std::move(bytes);
  const int code = MPI_Issend(transfer.bytes.data(), static_cast<int>(transfer.bytes.size()), MPI_BYTE,
                              static_cast<int>(to), message_tag, star_, &transfer.request);
  peers_[to].going_out += transfer.bytes.size();
  if (code != MPI_SUCCESS) lose(to);
}

void MpiTraffic::wait_for_room(Endpoint to) {
  move_out();
  Peer& peer = peers_[to];
  std::uint64_t departures = peer.departures;
  Instant last_departure = monotonic_now();
  sending_ = true;
  while (!peer.lost && peer.going_out > limits_.outgoing) {
    progress();
    const Instant now = monotonic_now();
    if (peer.departures != departures) {
      departures = peer.departures;
      last_departure = now;
      continue;
    }
    if (now - last_departure >= limits_.send_limit) lose(to);
    std::this_thread::sleep_for(send_sleep);
  }
  sending_ = false;
}

bool MpiTraffic::progress() {
  const CallWatch::Call call(calls_);
  look_for_the_dead();
  const bool left = move_out();
  const bool matched = match();
  const bool arrived = test_incoming();
  const bool accepted = accept();
  const bool any = left || matched || arrived || accepted;
  if (any) last_progress_ = monotonic_now();
  return any;
}

void MpiTraffic::look_for_the_dead() {
  const Instant now = monotonic_now();
  if (now - looked_ < look_every) return;
  looked_ = now;
  take_farewells();
  for (const Endpoint peer : watch_.ended()) peers_[peer].ended = now;
  for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
    const Peer& state = peers_[peer];
    if (state.ended && !state.left && now - *state.ended >= last_words) lose(static_cast<Endpoint>(peer));
  }
}

void MpiTraffic::take_farewells() {
  for (;;) {
    int found = 0;
    MPI_Status status{};
    check_mpi(MPI_Iprobe(MPI_ANY_SOURCE, farewell_tag, star_, &found, &status), "look for farewells");
    if (found == 0) return;
    check_mpi(MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, farewell_tag, star_, MPI_STATUS_IGNORE),
              "take a farewell");
    const auto peer = static_cast<Endpoint>(status.MPI_SOURCE);
    peers_[peer].left = true;
    watch_.forget(peer);
  }
}

void MpiTraffic::farewell() {
  std::list<Transfer> words;
  for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
    const bool linked = peer != self_ && (self_ == coordinator_endpoint || peer == coordinator_endpoint);
    if (!linked || peers_[peer].lost || peers_[peer].left) continue;
    Transfer& word = words.emplace_back();
    word.peer = static_cast<Endpoint>(peer);
    const CallWatch::Call call(calls_);
    if (MPI_Isend(nullptr, 0, MPI_BYTE, static_cast<int>(peer), farewell_tag, star_, &word.request) != MPI_SUCCESS) {
      words.pop_back();
    }
  }
  const Instant end = monotonic_now() + farewell_limit;
  while (!words.empty() && monotonic_now() < end) {
    words.remove_if([&](Transfer& word) { return !test(word) || word.complete; });
    if (!words.empty()) std::this_thread::sleep_for(send_sleep);
  }
}

bool MpiTraffic::test(Transfer& transfer) {
  const CallWatch::Call call(calls_);
  int done = 0;
  if (MPI_Test(&transfer.request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) return false;
  transfer.complete = done != 0;
  return true;
}

bool MpiTraffic::move_out() {
  bool any = false;
  std::vector<Endpoint> failed;
  for (auto it = outgoing_.begin(); it != outgoing_.end();) {
    if (!test(*it)) {
      failed.push_back(it->peer);
    } else if (it->complete) {
      peers_[it->peer].going_out -= it->bytes.size();
      ++peers_[it->peer].departures;
      it = outgoing_.erase(it);
      any = true;
      continue;
    }
    ++it;
  }
  for (const Endpoint peer : failed) lose(peer);
  return any;
}

bool MpiTraffic::match() {
  bool any = false;
  for (;;) {
    int found = 0;
    MPI_Message handle = MPI_MESSAGE_NULL;
    MPI_Status status{};
    check_mpi(MPI_Improbe(MPI_ANY_SOURCE, message_tag, star_, &found, &handle, &status), "look for messages");
    if (found == 0) return any;
    any = true;
    const auto peer = static_cast<Endpoint>(status.MPI_SOURCE);
    if (peers_[peer].lost) continue;
    int size = 0;
    const bool sized = MPI_Get_count(&status, MPI_BYTE, &size) == MPI_SUCCESS && size >= 0;
    if (!sized || static_cast<std::size_t>(size) > limits_.message) {
      lose(peer);
    } else {
      announced_.push_back({peer, static_cast<std::size_t>(size), handle, monotonic_now()});
    }
  }
}

bool MpiTraffic::fits(std::size_t bytes) const {
  const bool yields = sending_ && self_ != coordinator_endpoint;
  return held_ == 0 || held_ + bytes <= (yields ? limits_.incoming_while_sending : limits_.incoming);
}

bool MpiTraffic::accept() {
  bool any = false;
  std::vector<bool> behind(peers_.size());
  for (auto it = announced_.begin(); it != announced_.end();) {
    const Announced next = *it;
    if (peers_[next.peer].lost) {
      it = announced_.erase(it);
      continue;
    }
    if (behind[next.peer] || peers_[next.peer].coming_in) {
      behind[next.peer] = true;
      ++it;
      continue;
    }
    if (!fits(next.bytes)) {
      give_up_stalled(next.since);
      return any;
    }
    it = announced_.erase(it);
    start(next);
    any = true;
  }
  return any;
}

void MpiTraffic::start(const Announced& announced) {
  Transfer& transfer = incoming_.emplace_back();
  transfer.peer = announced.peer;
  transfer.since = monotonic_now();
  transfer.bytes.resize(announced.bytes);
  held_ += announced.bytes;
  most_held_ = std::max(most_held_, held_);
  peers_[announced.peer].coming_in = true;
  MPI_Message handle = announced.handle;
  const int code =
      MPI_Imrecv(transfer.bytes.data(), static_cast<int>(announced.bytes), MPI_BYTE, &handle, &transfer.request);
  if (code != MPI_SUCCESS || !test(transfer)) return lose(announced.peer);
  peers_[announced.peer].coming_in = !transfer.complete;
}

bool MpiTraffic::test_incoming() {
  bool any = false;
  std::vector<Endpoint> failed;
  for (Transfer& transfer : incoming_) {
    if (transfer.complete) continue;
    if (!test(transfer)) {
      failed.push_back(transfer.peer);
    } else if (transfer.complete) {
      peers_[transfer.peer].coming_in = false;
      any = true;
    }
  }
  for (const Endpoint peer : failed) lose(peer);
  return any;
}

/// Rule 5: only when nothing that holds the room could be given out.
void MpiTraffic::give_up_stalled(Instant waiting_since) {
  const Instant limit = monotonic_now() - limits_.send_limit;
  if (waiting_since > limit) return;
  if (std::ranges::any_of(incoming_, &Transfer::complete)) return;
  std::vector<Endpoint> stalled;
  for (const Transfer& transfer : incoming_) {
    if (transfer.since <= limit) stalled.push_back(transfer.peer);
  }
  for (const Endpoint peer : stalled) lose(peer);
}

std::optional<Arrival> MpiTraffic::take() {
  for (auto it = incoming_.begin(); it != incoming_.end(); ++it) {
    // Of each peer at most the last is incomplete: one is accepted after the one before has come.
    if (!it->complete) continue;
    Arrival arrival{.from = it->peer, .bytes = std::move(it->bytes)};
    held_ -= arrival.bytes.size();
    incoming_.erase(it);
    accept();
    return arrival;
  }
  return next_loss();
}

std::optional<Arrival> MpiTraffic::next_loss() {
  for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
    if (!peers_[peer].lost || peers_[peer].told) continue;
    peers_[peer].told = true;
    return Arrival{.from = static_cast<Endpoint>(peer), .bytes = {}, .lost = true};
  }
  return std::nullopt;
}

bool MpiTraffic::moving() const { return !outgoing_.empty() || std::ranges::any_of(peers_, &Peer::coming_in); }

std::optional<Endpoint> MpiTraffic::sending_to() const {
  return outgoing_.empty() ? std::nullopt : std::optional(outgoing_.front().peer);
}

bool MpiTraffic::any_lost() const { return std::ranges::any_of(peers_, &Peer::lost); }

bool MpiTraffic::flush(Millis limit) {
  const Instant end = monotonic_now() + limit;
  for (;;) {
    move_out();
    if (outgoing_.empty()) return true;
    if (monotonic_now() >= end) return false;
    std::this_thread::sleep_for(send_sleep);
  }
}

void MpiTraffic::lose(Endpoint lost) {
  Peer& peer = peers_[lost];
  if (peer.lost) return;
  peer.lost = true;
  peer.coming_in = false;
  peer.going_out = 0;
  const auto abandon = [&](std::list<Transfer>& transfers) {
    for (auto it = transfers.begin(); it != transfers.end();) {
      const auto next = std::next(it);
      if (it->peer == lost && !it->complete) {
        if (&transfers == &incoming_) held_ -= it->bytes.size();
        abandoned_.splice(abandoned_.end(), transfers, it);
      }
      it = next;
    }
  };
  abandon(outgoing_);
  abandon(incoming_);
}

}  // namespace fedloom::transport
