#include "joint_plan.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace fedloom::measure {
namespace {

using schema::Domain;

/// The marginals not yet in a joint, by attribute. Attributes are places in the list of those in use.
class Open {
 public:
  struct Entry {
    std::array<std::uint32_t, schema::Marginal::max_degree> places{};
    std::uint32_t degree = 0;
    double alone = 0;
    bool open = true;
    const std::uint32_t* begin() const { return places.data(); }
    const std::uint32_t* end() const { return places.data() + degree; }
  };
  Open(const std::vector<JointWish>& wishes, const std::vector<std::uint32_t>& used) : of_(used.size()) {
    std::vector<std::uint32_t> place(used.empty() ? 0 : used.back() + 1);
    for (std::size_t p = 0; p < used.size(); ++p) place[used[p]] = static_cast<std::uint32_t>(p);
    for (const auto& wish : wishes) {
      Entry entry{.alone = wish.alone};
      for (const auto attribute : wish.marginal) {
        of_[place[attribute]].push_back(entries_.size());
        entry.places[entry.degree++] = place[attribute];
      }
      entries_.push_back(entry);
    }
  }
  const Entry& operator[](std::size_t k) const { return entries_[k]; }
  void close(std::size_t k) { entries_[k].open = false; }
  /// Calls use(k) for each open marginal that holds the attribute at `place`. Forgets those that are closed.
  template <class Use>
  void for_each_of(std::size_t place, const Use& use) {
    std::erase_if(of_[place], [&](std::size_t k) { return !entries_[k].open; });
    for (const auto k : of_[place]) use(k);
  }

 private:
  std::vector<Entry> entries_;
  std::vector<std::vector<std::size_t>> of_;
};

/// A joint while it grows, with what each further attribute would bring.
class Growth {
 public:
  Growth(std::size_t seed, const std::vector<std::uint32_t>& used, Open& open, const Domain& domain, std::size_t rows)
      : used_(used), open_(open), domain_(domain), rows_(rows), inside_(used.size(), 0), gain_(used.size(), 0) {
    for (const auto place : open[seed]) add(place);
  }
  void grow() {
    while (joint_.attributes.size() < max_joint_degree && joint_.cells <= max_joint_cells) {
      const auto more = best_addition();
      if (!more) return;
      add(*more);
    }
  }
  Joint take() {
    for (const auto place : places_)
      open_.for_each_of(place, [&](std::size_t k) {
        if (missing(k) == 0) joint_.covers.push_back(k);
      });
    std::sort(joint_.covers.begin(), joint_.covers.end());
    joint_.covers.erase(std::unique(joint_.covers.begin(), joint_.covers.end()), joint_.covers.end());
    return std::move(joint_);
  }

 private:
  std::size_t missing(std::size_t k) const {
    std::size_t missing = 0;
    for (const auto place : open_[k]) missing += inside_[place] == 0;
    return missing;
  }
  void add(std::size_t place) {
    joint_.attributes.push_back(used_[place]);
    joint_.cells *= domain_.size(used_[place]);
    places_.push_back(place);
    inside_[place] = 1;
    // What lacks one attribute now, and lacked two before, counts for that attribute.
    open_.for_each_of(place, [&](std::size_t k) {
      if (missing(k) != 1) return;
      for (const auto other : open_[k])
        if (inside_[other] == 0) gain_[other] += open_[k].alone;
    });
  }
  /// The attribute whose addition saves most, if any saves.
  std::optional<std::size_t> best_addition() const {
    std::optional<std::size_t> best;
    double best_saving = 0;
    const double now = joint_cost(joint_.cells, joint_.attributes.size(), rows_);
    for (std::size_t more = 0; more < used_.size(); ++more) {
      if (gain_[more] <= best_saving || inside_[more] != 0) continue;
      const auto cells = joint_.cells * domain_.size(used_[more]);
      if (cells > max_joint_cells) continue;
      const double saving = gain_[more] + now - joint_cost(cells, joint_.attributes.size() + 1, rows_);
      if (saving > best_saving) {
        best_saving = saving;
        best = more;
      }
    }
    return best;
  }

  const std::vector<std::uint32_t>& used_;
  Open& open_;
  const Domain& domain_;
  std::size_t rows_;
  Joint joint_;
  std::vector<std::size_t> places_;
  std::vector<std::uint8_t> inside_;
  std::vector<double> gain_;
};

std::vector<std::uint32_t> attributes_of(const std::vector<JointWish>& wishes) {
  std::vector<std::uint32_t> used;
  for (const auto& wish : wishes) used.insert(used.end(), wish.marginal.begin(), wish.marginal.end());
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

}  // namespace

double joint_cost(std::uint64_t cells, std::size_t degree, std::size_t rows) {
  double row = 0.45 + 0.05 * static_cast<double>(degree);
  if (cells > (1U << 14)) row += 0.25;             // 16-bit cells outgrow the first-level cache
  if (cells > max_joint_cells) row += 0.8;         // 32-bit keys and cells
  if (cells > (std::uint64_t{1} << 19)) row += 4;  // … outgrow the second-level cache
  // Clearing, widening, and about one pass of sums for each axis.
  const double cell = 0.2 + 0.15 * static_cast<double>(degree);
  return row * static_cast<double>(rows) + cell * static_cast<double>(cells);
}

std::vector<Joint> plan_joints(const std::vector<JointWish>& wishes, const Domain& domain, std::size_t rows) {
  const auto used = attributes_of(wishes);
  // Large marginals first: small ones find a place in what they leave room for.
  std::vector<std::size_t> order(wishes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::uint64_t> cells;
  for (const auto& wish : wishes) cells.push_back(wish.marginal.cells(domain));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return cells[a] > cells[b]; });

  Open open(wishes, used);
  std::vector<Joint> joints;
  for (const auto seed : order) {
    if (!open[seed].open) continue;
    Growth growth(seed, used, open, domain, rows);
    growth.grow();
    auto joint = growth.take();
    // Summing so many cells away would cost more than counting a small marginal by itself.
    if (joint.cells > max_joint_cells) joint.covers = {seed};
    for (const auto covered : joint.covers) open.close(covered);
    std::stable_sort(joint.attributes.begin(), joint.attributes.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return domain.size(a) < domain.size(b); });
    joints.push_back(std::move(joint));
  }
  return joints;
}

}  // namespace fedloom::measure
