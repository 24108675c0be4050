#include "process_watch.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "fedloom/base/hash.hpp"

namespace fedloom::transport {

ProcessName own_process_name() {
  std::error_code error;
  std::string boot;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
  const auto space = std::filesystem::read_symlink("/proc/self/ns/pid", error);
  return {sha256(boot + "\n" + space.string()), getpid()};
}

ProcessWatch::~ProcessWatch() {
  for (const Watched& watched : watched_) close(watched.handle);
}

void ProcessWatch::add(Endpoint peer, const ProcessName& process) {
  if (process.machine != own_process_name().machine) return;
  const long handle = syscall(SYS_pidfd_open, static_cast<pid_t>(process.id), 0);
  if (handle >= 0) watched_.push_back({peer, static_cast<int>(handle)});
}

void ProcessWatch::forget(Endpoint peer) {
  std::erase_if(watched_, [&](const Watched& watched) {
    if (watched.peer != peer) return false;
    close(watched.handle);
    return true;
  });
}

std::vector<Endpoint> ProcessWatch::ended() {
  std::vector<pollfd> asked;
  for (const Watched& watched : watched_) asked.push_back({.fd = watched.handle, .events = POLLIN, .revents = 0});
  std::vector<Endpoint> peers;
  if (poll(asked.data(), asked.size(), 0) <= 0) return peers;
  for (std::size_t k = 0; k < asked.size(); ++k) {
    if (asked[k].revents != 0) peers.push_back(watched_[k].peer);
  }
  for (const Endpoint peer : peers) forget(peer);
  return peers;
}

}  // namespace fedloom::transport
