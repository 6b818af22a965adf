#include "learning/examples.h"

#include <algorithm>
#include <utility>

#include "learning/idx.h"

namespace fashion {
namespace {

constexpr std::uint8_t kLabels = 10;

}  // namespace

tl::expected<Examples, std::string> load_examples(const std::filesystem::path& folder,
                                                  Split split) {
  const std::string prefix = split == Split::kTrain ? "train" : "t10k";
  const auto image_path = folder / (prefix + "-images-idx3-ubyte.gz");
  const auto label_path = folder / (prefix + "-labels-idx1-ubyte.gz");
  auto images = read_idx(image_path, 3);
  if (!images) return tl::unexpected(std::move(images.error()));
  auto labels = read_idx(label_path, 1);
  if (!labels) return tl::unexpected(std::move(labels.error()));
  if (images->dimensions[0] != labels->dimensions[0]) {
    return tl::unexpected(label_path.string() + " has " + std::to_string(labels->dimensions[0]) +
                          " labels for the " + std::to_string(images->dimensions[0]) +
                          " images of " + image_path.string() + ".");
  }
  if (std::ranges::any_of(labels->values, [](auto label) { return label >= kLabels; })) {
    return tl::unexpected(label_path.string() + " is damaged: it has labels above 9.");
  }
  return Examples{std::size_t{images->dimensions[1]} * images->dimensions[2],
                  std::move(images->values), std::move(labels->values)};
}

Examples select(const Examples& examples, std::span<const std::size_t> indices) {
  Examples selected{examples.image_size, {}, {}};
  selected.pixels.reserve(indices.size() * examples.image_size);
  selected.labels.reserve(indices.size());
  for (const std::size_t index : indices) {
    const auto* image = examples.pixels.data() + index * examples.image_size;
    selected.pixels.insert(selected.pixels.end(), image, image + examples.image_size);
    selected.labels.push_back(examples.labels[index]);
  }
  return selected;
}

void gather(const Examples& examples, std::span<const std::size_t> indices,
            std::vector<float>* pixels, std::vector<std::uint8_t>* labels) {
  pixels->resize(indices.size() * examples.image_size);
  labels->resize(indices.size());
  float* out = pixels->data();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const auto* image = examples.pixels.data() + indices[i] * examples.image_size;
    out = std::transform(image, image + examples.image_size, out,
                         [](std::uint8_t pixel) { return static_cast<float>(pixel) / 255.0F; });
    (*labels)[i] = examples.labels[indices[i]];
  }
}

}  // namespace fashion
