#include "fedloom/live/server.hpp"

#include <sodium.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <optional>
#include <thread>

#include "fedloom/base/error.hpp"
#include "page.hpp"

namespace fedloom::live {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;

constexpr std::size_t most_connections = 16;
constexpr std::uint32_t most_header_bytes = 4096;
constexpr std::chrono::seconds time_of_a_client{5};
constexpr std::chrono::milliseconds pause_after_a_fault{200};

/// What is shown, and under which token.
class Board {
 public:
  explicit Board(std::string token) : token_(std::move(token)) {}
  void show(RunFacts facts) {
    auto fresh = std::make_shared<const RunFacts>(std::move(facts));
    const std::lock_guard lock(mutex_);
    facts_.swap(fresh);
  }
  std::shared_ptr<const RunFacts> facts() const {
    const std::lock_guard lock(mutex_);
    return facts_;
  }
  const std::string& token() const { return token_; }

  http::response<http::string_body> answer(const http::request<http::empty_body>& request) const {
    if (request.method() != http::verb::get) {
      auto refusal = text(request, http::status::method_not_allowed, "only GET\n");
      refusal.set(http::field::allow, "GET");
      return refusal;
    }
    const auto asked = place_under_token({request.target().data(), request.target().size()});
    const auto shown = facts();
    if (asked == "/metrics") {
      auto metrics = text(request, http::status::ok, metrics_of(*shown, monotonic_now()));
      metrics.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
      return metrics;
    }
    if (asked == "/") {
      auto page = text(request, http::status::ok, page_of(*shown, monotonic_now()));
      page.set(http::field::content_type, "text/html; charset=utf-8");
      return page;
    }
    return text(request, http::status::not_found, "not found\n");
  }

 private:
  /// The rest of "/<token>/…", from its slash on. How long a wrong token takes tells nothing of the right one.
  std::optional<std::string_view> place_under_token(std::string_view target) const {
    if (target.size() < token_.size() + 2 || target[0] != '/') return std::nullopt;
    if (sodium_memcmp(target.data() + 1, token_.data(), token_.size()) != 0) return std::nullopt;
    return target.substr(token_.size() + 1);
  }

  static http::response<http::string_body> text(const http::request<http::empty_body>& request, http::status status,
                                                std::string body) {
    http::response<http::string_body> response{status, request.version()};
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    response.set(http::field::cache_control, "no-store");
    response.set("Referrer-Policy", "no-referrer");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Security-Policy",
                 "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'");
    response.keep_alive(false);
    response.body() = std::move(body);
    response.prepare_payload();
    return response;
  }

  std::string token_;
  mutable std::mutex mutex_;
  std::shared_ptr<const RunFacts> facts_ = std::make_shared<const RunFacts>();
};

/// One request and its answer. Lives in the handlers that it waits with.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Tcp::socket&& socket, const Board& board, std::size_t& open)
      : stream_(std::move(socket)), board_(board), open_(open) {
    ++open_;
    parser_.header_limit(most_header_bytes);
    parser_.body_limit(0);
  }
  ~Connection() { --open_; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start() {
    stream_.expires_after(time_of_a_client);
    http::async_read(stream_, buffer_, parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->reply();
    });
  }

 private:
  void reply() {
    response_ = board_.answer(parser_.get());
    stream_.expires_after(time_of_a_client);
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code, std::size_t) {
      beast::error_code ignored;
      self->stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    });
  }

  beast::tcp_stream stream_;
  const Board& board_;
  std::size_t& open_;
  beast::flat_buffer buffer_{most_header_bytes + 1024};
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
};

}  // namespace

struct Server::Impl {
  explicit Impl(std::string token) : board(std::move(token)) {}

  void listen(std::uint16_t port) {
    beast::error_code error;
    const Tcp::endpoint place(asio::ip::address_v4::loopback(), port);
    acceptor.open(place.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(place, error);
    if (!error) acceptor.listen(most_connections, error);
    if (!error) return;
    throw EnvironmentError("the live page",
                           "port " + std::to_string(port) + " of 127.0.0.1 cannot be had: " + error.message(),
                           "choose another by --live PORT, or leave PORT out for one that is free");
  }

  void accept() {
    acceptor.async_accept([this](beast::error_code error, Tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error && open < most_connections) {
        std::make_shared<Connection>(std::move(socket), board, open)->start();
      }
      if (error) return accept_later();
      accept();
    });
  }

  /// Out of descriptors, say: to ask again at once would only burn the core that the run needs.
  void accept_later() {
    pause.expires_after(pause_after_a_fault);
    pause.async_wait([this](beast::error_code error) {
      if (!error) accept();
    });
  }

  /// Nothing that goes wrong with a page may end the run.
  void serve() noexcept {
    for (bool again = true; again;) {
      try {
        context.run();
        again = false;
      } catch (...) {
        // What one page's memory or text could not be had for: that client gets no answer, the others do.
      }
    }
  }

  Board board;
  std::size_t open = 0;  ///< connections; the server's thread only
  asio::io_context context{1};
  Tcp::acceptor acceptor{context};
  asio::steady_timer pause{context};
  std::thread thread;
};

Server::Server(std::uint16_t port, std::string token) : impl_(std::make_unique<Impl>(std::move(token))) {
  if (sodium_init() < 0) throw EnvironmentError("libsodium", "cannot be started", "reinstall it");
  impl_->listen(port);
  impl_->accept();
  impl_->thread = std::thread([impl = impl_.get()] { impl->serve(); });
}

Server::~Server() {
  impl_->context.stop();
  impl_->thread.join();
}

std::string Server::url() const {
  return "http://127.0.0.1:" + std::to_string(impl_->acceptor.local_endpoint().port()) + "/" + impl_->board.token() +
         "/";
}

void Server::show(RunFacts facts) { impl_->board.show(std::move(facts)); }

}  // namespace fedloom::live
