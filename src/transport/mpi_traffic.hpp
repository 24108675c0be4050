#pragma once
// What is on its way between this rank and its peers over MPI: transfers out and in, the room they may take, and the
// peers that are lost.
//
// The rules
//  1. Every message that is announced is matched at once, which fixes its place behind the earlier ones of its peer.
//     Matching takes no memory here; a transfer into our memory starts when the message is accepted.
//     Sends are synchronous: even a small one has left only when its receiver has accepted it.
//  2. Messages are accepted in the order of their announcement, of each peer one at a time: a peer that dies in the
//     middle holds the room of one message. A message that finds no room holds back all that were announced after it.
//  3. There is room while what has been accepted and not given out stays within Limits::incoming, and always for one.
//  4. send() waits while more than Limits::outgoing is on its way to that peer. While it waits it matches and accepts:
//     the coordinator within Limits::incoming, a site within Limits::incoming_while_sending. When a site and the
//     coordinator both wait to send to each other it is therefore the site that takes in what the other has: the
//     coordinator's send() ends, it comes to receive(), and the site's goes on. Without that difference both could be
//     full, each waiting for the other to give out.
//  5. No wait is without end. A peer that has taken nothing for Limits::send_limit while send() waits for it is lost;
//     so is one whose accepted message has not come whole after that time, but only if another message needs its room:
//     a peer that computes moves no bytes, and that alone is no reason.
//  6. Where mpirun lets the others live when a rank dies, a peer of this machine whose process has ended is lost a
//     moment later: what it had sent is by then on this side. One that takes its leave is not: see farewell().
//  7. A lost peer's transfers are abandoned, not waited for: MPI may touch their buffers until the process ends, so
//     they are kept. What had come whole is given out, then the loss, once; nothing of that peer after it.
//  8. A call of MPI that does not return ends this process by name: see CallWatch.

#include <mpi.h>

#include <deque>
#include <list>
#include <optional>
#include <vector>

#include "call_watch.hpp"
#include "fedloom/transport/transport.hpp"
#include "process_watch.hpp"

namespace fedloom::transport {

/// What receive() gives out.
struct Arrival {
  Endpoint from = 0;
  Bytes bytes;
  bool lost = false;
};

class MpiTraffic {
 public:
  /// `star`: the communicator that it speaks in; endpoints are its ranks, and it must outlive this object.
  MpiTraffic(Endpoint self, std::size_t world, const Limits& limits, MPI_Comm star = MPI_COMM_WORLD);
  /// Abandons what has not left: see rule 7.
  ~MpiTraffic();
  MpiTraffic(const MpiTraffic&) = delete;
  MpiTraffic& operator=(const MpiTraffic&) = delete;

  void send(Endpoint to, Bytes bytes);
  std::optional<Arrival> take();
  /// Moves what can be moved without waiting; true when something was announced, accepted or has left.
  bool progress();
  /// True while a transfer is under way, which MPI moves only when asked; no longer when none has come to an end for
  /// a second.
  bool moving() const;
  /// True when everything sent to peers that are not lost has left.
  bool flush(Millis limit);
  /// Abandons the peer's transfers; take() tells of it once.
  void lose(Endpoint peer);
  bool is_lost(Endpoint peer) const { return peers_[peer].lost; }
  bool any_lost() const;
  /// One of the peers that have not taken all that was sent to them; those that are lost do not count.
  std::optional<Endpoint> sending_to() const;
  /// Nothing sent or announced is unfinished.
  bool empty() const { return outgoing_.empty() && incoming_.empty() && announced_.empty(); }
  /// Loses the peer when that process ends without a farewell.
  void watch(Endpoint peer, const ProcessName& process) { watch_.add(peer, process); }
  /// Tells those whom this rank has to do with that it leaves in order: to them it is lost only if they still send.
  void farewell();
  /// Bytes accepted and not given out: now, and the most so far.
  std::size_t held() const { return held_; }
  std::size_t most_held() const { return most_held_; }

 private:
  /// MPI reads or writes the buffer until the request is complete.
  struct Transfer {
    Endpoint peer = 0;
    Bytes bytes;
    MPI_Request request = MPI_REQUEST_NULL;
    bool complete = false;
    Instant since{};
  };
  struct Announced {
    Endpoint peer = 0;
    std::size_t bytes = 0;
    MPI_Message handle = MPI_MESSAGE_NULL;
    Instant since{};
  };
  struct Peer {
    bool lost = false;
    bool told = false;
    bool left = false;             ///< it took its leave
    bool coming_in = false;        ///< one of its messages is accepted and not complete
    std::size_t going_out = 0;     ///< bytes that have not left
    std::uint64_t departures = 0;  ///< messages that have left
    std::optional<Instant> ended;  ///< when its process was found to have ended
  };

  bool move_out();
  bool match();
  void look_for_the_dead();
  void take_farewells();
  bool accept();
  bool fits(std::size_t bytes) const;
  void start(const Announced& announced);
  bool test_incoming();
  void give_up_stalled(Instant waiting_since);
  void wait_for_room(Endpoint to);
  std::optional<Arrival> next_loss();
  /// False: the peer is lost by it.
  bool test(Transfer& transfer);

  Endpoint self_;
  Limits limits_;
  MPI_Comm star_;
  std::vector<Peer> peers_;
  std::list<Transfer> outgoing_;
  std::deque<Announced> announced_;
  std::list<Transfer> incoming_;  ///< accepted, in the order of announcement
  std::list<Transfer> abandoned_;
  std::size_t held_ = 0;
  std::size_t most_held_ = 0;
  ProcessWatch watch_;
  CallWatch calls_;
  Instant looked_{};
  bool sending_ = false;
  Instant last_progress_{};
};

}  // namespace fedloom::transport
