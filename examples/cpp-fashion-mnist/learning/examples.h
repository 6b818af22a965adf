#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace fashion {

// Labelled images. Pixels stay bytes, as in the files: a worker holds a quarter of the memory that
// floats would take, and a minibatch is converted as it is gathered.
struct Examples {
  std::size_t image_size = 0;        // pixels of one image
  std::vector<std::uint8_t> pixels;  // image after image
  std::vector<std::uint8_t> labels;  // 0 to 9, one for each image

  std::size_t size() const { return labels.size(); }
};

enum class Split { kTrain, kTest };

// Reads the images and labels of Fashion-MNIST from the four .gz files in `folder`. The error is
// one sentence that names the file.
tl::expected<Examples, std::string> load_examples(const std::filesystem::path& folder, Split split);

// Copies the examples at `indices`, in their order.
Examples select(const Examples& examples, std::span<const std::size_t> indices);

// Pixels as floats from 0 to 1, the images at `indices` one after the other.
void gather(const Examples& examples, std::span<const std::size_t> indices,
            std::vector<float>* pixels, std::vector<std::uint8_t>* labels);

}  // namespace fashion
