#pragma once
// A read-only page that shows a run while it goes on, for a browser on the same machine.

#include <cstdint>
#include <memory>
#include <string>

#include "fedloom/live/facts.hpp"

namespace fedloom::live {

/// Serves, on 127.0.0.1 only, GET /<token>/ (a page that reloads itself, without script) and GET /<token>/metrics
/// (Prometheus text). Whatever else is asked for under whatever other token does not exist (404); other methods than
/// GET are refused (405). Requests have at most 4 KB of header and no body, and 5 s to arrive; at most 16 connections
/// are open at a time. One thread of its own, which never waits for the run, nor the run for it.
class Server {
 public:
  /// `port` 0: any that is free. The token is what keeps other users of the machine out: draw it at random; letters
  /// and digits only. Throws EnvironmentError when the port cannot be had.
  Server(std::uint16_t port, std::string token);
  /// Closes all connections.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  std::string url() const;
  /// From now on the page shows this.
  void show(RunFacts facts);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::live
