#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fedwatt::energy {

// Which of a machine's GPUs CUDA_VISIBLE_DEVICES (or ROCR_VISIBLE_DEVICES, HIP_VISIBLE_DEVICES)
// leaves to a program.
struct VisibleGpus {
  std::vector<std::size_t> indices;    // in the machine's list
  std::vector<std::string> mig_parts;  // "MIG-…" entries, as they stand there
  bool named_by_index = false;         // so what they mean depends on the order of the list
};

// `value` as the drivers read it: indices or unique beginnings of ids ("GPU-8932f937"), from left
// to right up to the first that names no GPU (-1, for instance); nothing if one comes twice. Not
// set: all GPUs. `ids` has one for each GPU.
VisibleGpus visible_gpus(const std::optional<std::string>& value,
                         const std::vector<std::string>& ids);

}  // namespace fedwatt::energy
