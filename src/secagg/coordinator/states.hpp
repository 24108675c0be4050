#pragma once
// The states of the coordinator, each in its own file. A message that a state does not name ends the run; a request
// of the coordinator's own program that it does not name is a defect and aborts.

#include "desk.hpp"

namespace fedloom::secagg::coordinator {

class State {
 public:
  virtual ~State() = default;
  virtual const char* name() const noexcept = 0;
  virtual bool ended() const noexcept { return false; }
  virtual Places waiting_for() const { return {}; }
  virtual Next on_message(Desk& desk, Endpoint from, Message&& message);
  virtual Next on_start(Desk& desk, StartRound&& start);
  virtual Next on_close(Desk& desk, const CloseSession& close);
  /// The deadline has passed: fails with the names of those waited for.
  Next on_due(Desk& desk) const;

 protected:
  State() = default;
};

/// Waits for every site's Join.
class Gathering final : public State {
 public:
  static Next enter(Desk& desk);
  explicit Gathering(std::size_t sites) : joined_(sites) {}
  const char* name() const noexcept override { return "Gathering"; }
  Places waiting_for() const override { return missing(joined_); }
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;
  Next on_close(Desk& desk, const CloseSession& close) override;

 private:
  Next on_join(Desk& desk, Endpoint from, Join&& join);
  std::vector<std::optional<bool>> joined_;
};

/// Has opened the session; waits for every site's mask key.
class Keying final : public State {
 public:
  static Next enter(Desk& desk);
  explicit Keying(std::size_t sites) : keys_(sites) {}
  const char* name() const noexcept override { return "Keying"; }
  Places waiting_for() const override { return missing(keys_); }
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;
  Next on_close(Desk& desk, const CloseSession& close) override;

 private:
  std::vector<std::optional<Advertise>> keys_;
};

/// Between rounds.
class Idle final : public State {
 public:
  const char* name() const noexcept override { return "Idle"; }
  Next on_start(Desk& desk, StartRound&& start) override;
  Next on_close(Desk& desk, const CloseSession& close) override;
};

/// Adds up the shares of one round.
class Summing final : public State {
 public:
  static Next enter(Desk& desk, boundary::RoundPlan&& plan);
  Summing(boundary::RoundPlan&& plan, std::size_t length, std::size_t sites)
      : plan_(std::move(plan)), plan_hash_(plan_hash(plan_)), sum_(length), added_(sites) {}
  const char* name() const noexcept override { return "Summing"; }
  Places waiting_for() const override { return missing(added_); }
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;
  Next on_close(Desk& desk, const CloseSession& close) override;

 private:
  Next on_share(Desk& desk, Endpoint from, const ShareMessage& share);
  boundary::RoundPlan plan_;
  Digest plan_hash_;
  std::vector<std::uint64_t> sum_;  ///< masked until every share is in
  std::vector<std::optional<bool>> added_;
};

/// Waits for every site's signed goodbye.
class Closing final : public State {
 public:
  static Next enter(Desk& desk, const CloseSession& close);
  Closing(bool finished, const Digest& closing, std::size_t sites)
      : finished_(finished), closing_(closing), goodbyes_(sites) {}
  const char* name() const noexcept override { return "Closing"; }
  Places waiting_for() const override { return missing(goodbyes_); }
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;

 private:
  Next on_goodbye(Desk& desk, Endpoint from, Goodbye&& goodbye);
  Next on_refusal(Desk& desk, Endpoint from, const Refuse& refusal);
  Next take(Desk& desk, std::size_t place, Goodbye&& goodbye);
  bool finished_;
  Digest closing_;  ///< what each goodbye must acknowledge
  std::vector<std::optional<Goodbye>> goodbyes_;
};

/// Closed or Failed.
class Ended final : public State {
 public:
  explicit Ended(const char* name) : name_(name) {}
  const char* name() const noexcept override { return name_; }
  bool ended() const noexcept override { return true; }

 private:
  const char* name_;
};

}  // namespace fedloom::secagg::coordinator
