#pragma once
// Carries bytes between two ends: in order and once, except where a fault says otherwise.

#include "agenda.hpp"
#include "fedloom/base/bytes.hpp"
#include "schedule.hpp"

namespace fedloom::fault {

/// One direction of one connection.
struct Line {
  std::size_t place = 0;  ///< the site's
  Instant newest{0};      ///< arrival of what was sent last
};

class Network {
 public:
  Network(Agenda& agenda, const Schedule& schedule, Tally& tally);
  using Arrive = std::function<void(Bytes&&)>;
  void carry(Line& line, Bytes bytes, Arrive arrive);
  /// The end of the connection shows behind all that was sent in order.
  void close(Line& line, std::function<void()> notice);

 private:
  struct Partition {
    Instant from, to;
    std::uint64_t places = 0;  ///< one bit each
    bool holds = false;        ///< keeps what is sent until it heals; else it is lost
  };
  Instant arrival(Line& line);
  const Partition* cut(const Line& line) const;
  Agenda& agenda_;
  const Faults& faults_;
  Tally& tally_;
  Chance chance_;
  std::vector<Partition> partitions_;
};

}  // namespace fedloom::fault
