#include "network.hpp"

#include <algorithm>
#include <bit>

namespace fedloom::fault {

Network::Network(Agenda& agenda, const Schedule& schedule, Tally& tally)
    : agenda_(agenda), faults_(schedule.faults), tally_(tally), chance_(schedule.seed * 31 + 7) {
  for (unsigned k = 0; k < faults_.partitions; ++k) {
    Partition cut;
    cut.from = chance_.between(Millis(0), Millis(4000));
    cut.to = cut.from + chance_.between(Millis(20), 2 * reply_limit);
    const std::uint64_t size = 1 + chance_.below(std::max(1U, schedule.quorum.dropouts + 1));
    while (static_cast<std::uint64_t>(std::popcount(cut.places)) < size) {
      cut.places |= std::uint64_t{1} << chance_.below(schedule.quorum.sites);
    }
    cut.holds = chance_.hits(0.5);
    partitions_.push_back(cut);
  }
}

const Network::Partition* Network::cut(const Line& line) const {
  const auto found = std::ranges::find_if(partitions_, [&](const Partition& partition) {
    return agenda_.now() >= partition.from && agenda_.now() < partition.to &&
           (partition.places >> line.place & 1U) != 0;
  });
  return found == partitions_.end() ? nullptr : &*found;
}

Instant Network::arrival(Line& line) {
  Instant when = agenda_.now() + chance_.between(Millis(1), Millis(15));
  if (faults_.late > 0 && chance_.hits(faults_.late)) {
    ++tally_["fault: late"];
    when += chance_.between(Millis(100), 2 * reply_limit);
  }
  if (const Partition* partition = cut(line); partition != nullptr && partition->holds) {
    ++tally_["fault: held by a partition"];
    when += partition->to - agenda_.now();
  }
  if (faults_.overtaken > 0 && chance_.hits(faults_.overtaken)) {
    ++tally_["fault: overtaken"];
    return when + chance_.between(Millis(1), Millis(200));
  }
  line.newest = std::max(line.newest, when);
  return line.newest;
}

void Network::carry(Line& line, Bytes bytes, Arrive arrive) {
  if (const Partition* partition = cut(line); partition != nullptr && !partition->holds) {
    ++tally_["fault: lost in a partition"];
    return;
  }
  if (faults_.lost > 0 && chance_.hits(faults_.lost)) {
    ++tally_["fault: lost"];
    return;
  }
  if (faults_.garbled > 0 && chance_.hits(faults_.garbled)) {
    ++tally_["fault: garbled"];
    bytes[chance_.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << chance_.below(8));
  }
  if (faults_.twice > 0 && chance_.hits(faults_.twice)) {
    ++tally_["fault: twice"];
    agenda_.at(arrival(line) + (chance_.hits(0.5) ? chance_.between(Millis(0), Millis(100))
                                                  : chance_.between(Millis(0), 2 * reply_limit)),
               [arrive, copy = bytes]() mutable { arrive(std::move(copy)); });
  }
  agenda_.at(arrival(line), [arrive, bytes = std::move(bytes)]() mutable { arrive(std::move(bytes)); });
}

void Network::close(Line& line, std::function<void()> notice) {
  if (faults_.unnoticed > 0 && chance_.hits(faults_.unnoticed)) {
    ++tally_["fault: unnoticed loss"];
    return;
  }
  const Partition* partition = cut(line);
  const Instant heals = partition != nullptr ? partition->to : agenda_.now();
  agenda_.at(std::max(line.newest, heals) + chance_.between(Millis(1), Millis(50)), std::move(notice));
}

}  // namespace fedloom::fault
