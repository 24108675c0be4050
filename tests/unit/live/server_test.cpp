#include "fedloom/live/server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <thread>

#include "fedloom/base/error.hpp"

namespace fedloom::live {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string token = "0123456789abcdef0123456789abcdef";

/// A client that writes what it likes.
class Client {
 public:
  explicit Client(const Server& server) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const auto url = server.url();
    const auto colon = url.rfind(':');
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1))));
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval limit{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  bool connected() const { return connected_; }
  bool send(const std::string& text) const {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// All that comes until the server closes.
  std::string receive() const {
    std::string all;
    char block[4096];
    for (;;) {
      const auto got = ::recv(socket_, block, sizeof block, 0);
      if (got <= 0) return all;
      all.append(block, static_cast<std::size_t>(got));
    }
  }

 private:
  int socket_;
  bool connected_ = false;
};

class LiveServer : public testing::Test {
 protected:
  std::string ask(const std::string& request) const {
    const Client client(server_);
    EXPECT_TRUE(client.connected());
    client.send(request);
    return client.receive();
  }
  static std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

  Server server_{0, token};
};

TEST_F(LiveServer, ShowsThePageAndTheMetricsUnderItsToken) {
  server_.show({.run_id = "run-1", .experiment = "adult", .trust = "none", .epsilon = 1});
  const auto page = ask(get("/" + token + "/"));
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(page, HasSubstr("<h1>adult</h1>"));
  EXPECT_THAT(page, HasSubstr("Cache-Control: no-store"));
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'none'"));
  const auto metrics = ask(get("/" + token + "/metrics"));
  EXPECT_THAT(metrics, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(metrics, HasSubstr("fedloom_epsilon_budget 1\n"));
}

TEST_F(LiveServer, KnowsNothingUnderAnotherToken) {
  server_.show({.run_id = "run-1", .experiment = "adult"});
  auto near = token;
  near.back() = 'e';
  for (const auto& target :
       {std::string("/"), std::string("/metrics"), "/" + near + "/", "/" + token, "/" + token + "x/",
        "/" + token + "/other", "/" + token.substr(1) + "/", "//" + token + "/", std::string("*")}) {
    const auto answer = ask(get(target));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 404")) << target;
    EXPECT_THAT(answer, Not(HasSubstr("adult"))) << target;
  }
}

TEST_F(LiveServer, TakesNoOtherMethodThanGet) {
  for (const char* method : {"POST", "PUT", "DELETE", "HEAD", "OPTIONS"}) {
    const auto answer = ask(std::string(method) + " /" + token + "/ HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405")) << method;
  }
}

TEST_F(LiveServer, ClosesOnARequestThatIsTooLargeOrNone) {
  EXPECT_EQ(ask("GET /" + token + "/ HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n").find("HTTP/1.1 200"),
            std::string::npos);
  EXPECT_EQ(ask("GET /" + token + "/ HTTP/1.1\r\nContent-Length: 9\r\n\r\n123456789").find("HTTP/1.1 200"),
            std::string::npos);
  EXPECT_EQ(ask("\x16\x03\x01 no web at all\r\n\r\n").find("HTTP/1.1 200"), std::string::npos);
  EXPECT_THAT(ask(get("/" + token + "/")), StartsWith("HTTP/1.1 200")) << "and goes on serving others";
}

TEST_F(LiveServer, ServesOthersWhileAClientIsSlowAndClosesOnIt) {
  const Client slow(server_);
  ASSERT_TRUE(slow.send("GET /"));
  EXPECT_THAT(ask(get("/" + token + "/")), StartsWith("HTTP/1.1 200"));
  const auto since = std::chrono::steady_clock::now();
  EXPECT_EQ(slow.receive(), "");
  const auto waited = std::chrono::steady_clock::now() - since;
  EXPECT_GT(waited, std::chrono::seconds(3));
  EXPECT_LT(waited, std::chrono::seconds(9)) << "the server closed, not this test's own patience";
}

TEST_F(LiveServer, KeepsNoMoreThanSixteenConnectionsOpen) {
  std::vector<std::unique_ptr<Client>> idle;
  for (int k = 0; k < 16; ++k) idle.push_back(std::make_unique<Client>(server_));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(ask(get("/" + token + "/")).find("HTTP/1.1 200"), std::string::npos);
  idle.clear();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_THAT(ask(get("/" + token + "/")), StartsWith("HTTP/1.1 200"));
}

TEST_F(LiveServer, CanBeToldNewFactsWhileItServes) {
  std::thread teller([this] {
    for (std::uint32_t k = 1; k <= 200; ++k) server_.show({.experiment = "adult", .epsilon = 1, .rounds_planned = k});
  });
  for (int k = 0; k < 20; ++k) EXPECT_THAT(ask(get("/" + token + "/metrics")), HasSubstr("fedloom_rounds_planned"));
  teller.join();
  EXPECT_THAT(ask(get("/" + token + "/metrics")), HasSubstr("fedloom_rounds_planned 200\n"));
}

TEST_F(LiveServer, ListensOnLoopbackOnly) { EXPECT_THAT(server_.url(), StartsWith("http://127.0.0.1:")); }

TEST(LiveServerPorts, APortThatIsTakenIsAnErrorThatNamesIt) {
  const Server first(0, token);
  const auto url = first.url();
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  try {
    const Server second(port, token);
    FAIL() << "two servers on one port";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("port " + std::to_string(port)));
    EXPECT_THAT(error.what(), HasSubstr("--live"));
  }
}

TEST(LiveServerEnds, ClosesItsConnectionsWhenItEnds) {
  auto server = std::make_unique<Server>(0, token);
  const Client client(*server);
  ASSERT_TRUE(client.connected());
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server.reset();
  EXPECT_EQ(client.receive(), "");
}

}  // namespace
}  // namespace fedloom::live
