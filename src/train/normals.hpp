#pragma once
// Standard normals (Box & Muller 1958) from a public seed, for initial weights only: they are no noise.

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>
#include <string_view>

#include "fedloom/base/public_stream.hpp"

namespace fedloom::train {

class Normals {
 public:
  Normals(std::uint64_t seed, std::string_view label) : stream_(seed, label) {}

  /// rows × columns of standard deviation `spread`, drawn row by row.
  at::Tensor table(std::int64_t rows, std::int64_t columns, double spread) {
    at::Tensor out = at::empty({rows, columns}, at::kFloat);
    float* value = out.mutable_data_ptr<float>();
    for (std::int64_t k = 0; k < out.numel(); k += 2) {
      const double radius = std::sqrt(-2.0 * std::log(1.0 - stream_.uniform()));
      const double angle = 2.0 * std::numbers::pi * stream_.uniform();
      value[k] = static_cast<float>(spread * radius * std::cos(angle));
      if (k + 1 < out.numel()) value[k + 1] = static_cast<float>(spread * radius * std::sin(angle));
    }
    return out;
  }

 private:
  PublicStream stream_;
};

}  // namespace fedloom::train
