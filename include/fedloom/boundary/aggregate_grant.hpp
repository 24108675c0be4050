#pragma once
// trust: aggregate. A site's own word that exact totals may go to a trusted curator. Made by site::AggregateConsent,
// from the site's policy, and by nothing else. Move-only; consumed by Releaser::open.

#include <optional>
#include <utility>

#include "fedloom/privacy/event.hpp"

namespace fedloom::site {
class AggregateConsent;
}

namespace fedloom::boundary {

class AggregateGrant {
 public:
  AggregateGrant(AggregateGrant&& other) noexcept : curator_(std::exchange(other.curator_, std::nullopt)) {}
  AggregateGrant& operator=(AggregateGrant&&) = delete;
  AggregateGrant(const AggregateGrant&) = delete;

 private:
  friend class Releaser;
  friend class site::AggregateConsent;
  explicit AggregateGrant(const privacy::CuratorEvent& curator) noexcept : curator_(curator) {}
  std::optional<privacy::CuratorEvent> curator_;  ///< what it may release in the run; none: used up
};

}  // namespace fedloom::boundary
