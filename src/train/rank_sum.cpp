#include "train/rank_sum.hpp"

#include <ATen/ATen.h>

namespace fedloom::train {

void GroupSum::sum(at::Tensor& values) {
  if (alone()) return;
  at::Tensor here = values.cpu();
  group_->sum({here.mutable_data_ptr<float>(), static_cast<std::size_t>(here.numel())});
  if (!values.is_cpu()) values.copy_(here);
}

}  // namespace fedloom::train
