#include "postgres_rows.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "fedloom/base/check.hpp"
#include "postgres_query.hpp"

namespace fedloom::data {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int batch_rows = 10000;
/// The server's own limit of 10 minutes comes first; this one ends a wait for a server that says nothing any more.
constexpr std::chrono::seconds longest_wait{660};
constexpr Oid char_oid = 1042, money_oid = 790, uuid_oid = 2950;

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Result = std::unique_ptr<PGresult, FreeResult>;

/// Why libpq could not connect: its words are sorted, not shown.
[[noreturn]] void refuse_connection(const std::string& where, std::string_view words) {
  const auto says = [&](const char* part) { return words.find(part) != std::string_view::npos; };
  if (says("service") && says("not found")) {
    throw EnvironmentError(where, "the connection service file has no such service", "add it to ~/.pg_service.conf");
  }
  if (says("password") || says("authentication")) {
    throw EnvironmentError(where, "the server refuses this user's password, or there is none",
                           "put the right one into ~/.pgpass, readable for its owner alone");
  }
  if (says("database") && says("does not exist")) {
    throw EnvironmentError(where, "the server has no such database", "set PGDATABASE, or dbname of the service");
  }
  throw EnvironmentError(where, "the PostgreSQL server cannot be reached, or lets this user not in",
                         "check PGHOST, PGPORT, PGUSER and PGDATABASE, or the service, and try psql");
}

class Connection {
 public:
  Connection(std::string where, const std::string& service) : where_(std::move(where)) {
    std::vector<const char*> keys{"fallback_application_name", "client_encoding", "tcp_user_timeout"};
    std::vector<const char*> values{"fedloom", "UTF8", "60000"};
    const auto add = [&](const char* key, const char* value) {
      keys.push_back(key);
      values.push_back(value);
    };
    if (!service.empty()) add("service", service.c_str());
    if (std::getenv("PGCONNECT_TIMEOUT") == nullptr) add("connect_timeout", "20");
    add(nullptr, nullptr);
    connection_.reset(PQconnectdbParams(keys.data(), values.data(), 0));
    if (PQstatus(connection_.get()) != CONNECTION_OK) refuse_connection(where_, PQerrorMessage(connection_.get()));
    PQsetNoticeReceiver(
        connection_.get(), [](void*, const PGresult*) {}, nullptr);
  }

  /// One statement; its rows as text.
  Result run(const std::string& sql) {
    if (PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) == 0) lost();
    return finish();
  }
  /// Columns of a statement that is not run.
  Result describe(const std::string& sql) {
    if (PQsendPrepare(connection_.get(), "", sql.c_str(), 0, nullptr) == 0) lost();
    finish();
    if (PQsendDescribePrepared(connection_.get(), "") == 0) lost();
    return finish();
  }

 private:
  [[noreturn]] void lost() const {
    throw EnvironmentError(where_, "the PostgreSQL server went away while rows were read",
                           "look at the server's log, and try again");
  }
  void wait_for_bytes(Clock::time_point deadline) {
    pollfd waiting{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) {
      throw EnvironmentError(where_, "the PostgreSQL server has not answered for 11 minutes",
                             "look at the server's log, and try again");
    }
    poll(&waiting, 1, static_cast<int>(left));  // an early return is only another turn
    if (PQconsumeInput(connection_.get()) == 0) lost();
  }
  Result finish() {
    const auto deadline = Clock::now() + longest_wait;
    Result last;
    while (true) {
      while (PQisBusy(connection_.get()) != 0) wait_for_bytes(deadline);
      Result result(PQgetResult(connection_.get()));
      if (!result) break;
      if (!last || failed(result.get())) last = std::move(result);
    }
    if (!last) lost();
    if (failed(last.get())) refuse(last.get());
    return last;
  }
  static bool failed(const PGresult* result) {
    const auto status = PQresultStatus(result);
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
  }
  [[noreturn]] void refuse(const PGresult* result) const {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const std::string_view sqlstate = state == nullptr ? "" : state;
    if (sqlstate.empty() && PQstatus(connection_.get()) != CONNECTION_OK) lost();
    const PostgresFault fault = fault_of(sqlstate);
    const bool of_the_server = sqlstate.starts_with("57P") || sqlstate.starts_with("08") || sqlstate.starts_with("53");
    if (of_the_server) throw EnvironmentError(where_, fault.what, fault.remedy);
    throw DataError({where_}, fault.what, fault.remedy);
  }
  std::string where_;
  std::unique_ptr<PGconn, CloseConnection> connection_;
};

class PostgresRows : public RowSource {
 public:
  PostgresRows(std::string where, const std::string& service, PostgresQuery query)
      : where_(std::move(where)), query_(std::move(query)), connection_(where_, service) {
    for (const char* statement :
         {"BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "SET LOCAL statement_timeout = '10min'",
          "SET LOCAL lock_timeout = '1min'", "SET LOCAL datestyle = 'ISO, YMD'", "SET LOCAL timezone = 'UTC'",
          "SET LOCAL intervalstyle = 'iso_8601'", "SET LOCAL extra_float_digits = 1"}) {
      connection_.run(statement);
    }
    const Result columns = connection_.describe(query_.describe());
    for (int k = 0; k < PQnfields(columns.get()); ++k) {
      header_.emplace_back(PQfname(columns.get(), k));
      types_.push_back(PQftype(columns.get(), k));
    }
    if (header_.empty()) throw DataError({where_}, "the query gives no columns", "write a SELECT that reads rows");
    cells_.resize(header_.size());
    null_.assign(header_.size(), false);
  }

  const std::vector<std::string>& header() const override { return header_; }
  void start(const RowRequest& request) override {
    refuse_types(request.columns);
    std::vector<std::size_t> wanted = request.columns, order = request.order;
    const auto add = [](std::vector<std::size_t>& list, const std::vector<std::size_t>& more) {
      for (const std::size_t one : more) {
        if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
      }
    };
    add(wanted, order);
    // What `order` leaves open the other columns decide: then rows that change places are alike.
    if (request.total || !order.empty()) add(order, wanted);
    const std::string sql = query_.select(names_of(wanted), names_of(order));
    connection_.run("DECLARE fedloom_rows NO SCROLL CURSOR FOR " + sql);
    place_.resize(header_.size());
    for (std::size_t k = 0; k < place_.size(); ++k) place_[k] = k;
    if (query_.is_table) place_ = wanted;
  }

  bool next() override {
    if (!batch_ || at_ == PQntuples(batch_.get())) {
      if (batch_ && at_ < batch_rows) return false;
      batch_.reset();
      batch_ = connection_.run("FETCH FORWARD " + std::to_string(batch_rows) + " FROM fedloom_rows");
      at_ = 0;
      if (PQntuples(batch_.get()) == 0) return false;
    }
    for (int field = 0; field < PQnfields(batch_.get()); ++field) take(field);
    ++at_;
    ++row_;
    return true;
  }
  const std::vector<std::string>& cells() const override { return cells_; }
  bool is_null(std::size_t column) const override { return null_.at(column); }
  FilePosition position() const override {
    return {row_ == 0 ? where_ : "row " + std::to_string(row_) + " of " + where_};
  }
  bool has_order() const override { return query_.ordered; }
  bool sorts() const override { return true; }

 private:
  std::vector<std::string> names_of(const std::vector<std::size_t>& columns) const {
    std::vector<std::string> names;
    for (const std::size_t column : columns) names.push_back(header_[column]);
    return names;
  }

  void take(int field) {
    const std::size_t column = place_[static_cast<std::size_t>(field)];
    std::string& cell = cells_[column];
    null_[column] = PQgetisnull(batch_.get(), at_, field) != 0;
    cell.assign(PQgetvalue(batch_.get(), at_, field), static_cast<std::size_t>(PQgetlength(batch_.get(), at_, field)));
    if (category_[column] == 'B' && !null_[column]) cell = cell == "t" ? "true" : "false";
    // char(n) is filled up with spaces that mean nothing.
    if (types_[column] == char_oid) cell.erase(cell.find_last_not_of(' ') + 1);
  }

  /// Refuses types whose text is no single value: arrays, records, ranges, bytes, JSON, money.
  void refuse_types(const std::vector<std::size_t>& columns) {
    std::string oids;
    for (const Oid type : types_) oids.append(oids.empty() ? "" : ", ").append(std::to_string(type));
    const Result known = connection_.run("SELECT oid, typcategory FROM pg_catalog.pg_type WHERE oid IN (" + oids + ")");
    category_.assign(types_.size(), 'X');
    for (int row = 0; row < PQntuples(known.get()); ++row) {
      const auto oid = static_cast<Oid>(std::strtoul(PQgetvalue(known.get(), row, 0), nullptr, 10));
      for (std::size_t k = 0; k < types_.size(); ++k) {
        if (types_[k] == oid) category_[k] = *PQgetvalue(known.get(), row, 1);
      }
    }
    for (const std::size_t column : columns) {
      const bool plain = std::strchr("BDENSTX", category_[column]) != nullptr && types_[column] != money_oid;
      if (plain || types_[column] == uuid_oid) continue;
      throw DataError({where_}, "the column '" + header_[column] + "' is of a type that holds no single plain value",
                      "select what it holds as text, number, boolean or date, or leave it out of the schema");
    }
  }

  std::string where_;
  PostgresQuery query_;
  Connection connection_;
  std::vector<std::string> header_, cells_;
  std::vector<Oid> types_;
  std::vector<char> category_;
  std::vector<bool> null_;
  std::vector<std::size_t> place_;  ///< the header's column of each of the cursor's
  Result batch_;
  int at_ = 0;
  std::uint64_t row_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> open_postgres(const schema::SourceName& name) {
  std::string where = name.service.empty() ? "postgres" : "postgres(service=" + name.service + ")";
  try {
    PostgresQuery query = parse_postgres(name.place);
    where += query.is_table ? ":" + query.text : " query";
    return std::make_unique<PostgresRows>(where, name.service, std::move(query));
  } catch (const std::invalid_argument& error) {
    throw DataError({where}, error.what(), "");
  }
}

}  // namespace fedloom::data
