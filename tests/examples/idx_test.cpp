#include "learning/idx.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "learning/examples.h"
#include "temporary_folder.h"

namespace fashion {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

class IdxTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const Bytes& bytes) {
    std::ofstream(folder_.path() / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return folder_.path() / name;
  }

  std::filesystem::path write_gzipped(const std::string& name, const Bytes& bytes) {
    const auto path = folder_.path() / name;
    const gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path;
  }

  std::string error_of(const Bytes& bytes, std::size_t dimensions) {
    const auto path = write("damaged", bytes);
    const auto read = read_idx(path, dimensions);
    if (read) return "was read";
    EXPECT_THAT(read.error(), HasSubstr(path.string()));
    return read.error();
  }

  TemporaryFolder folder_;
};

const Bytes kThreeBytes{0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9};

TEST_F(IdxTest, ReadsAPlainFile) {
  const auto read = read_idx(write("labels", kThreeBytes), 1);
  ASSERT_TRUE(read) << read.error();
  EXPECT_THAT(read->dimensions, ElementsAre(3));
  EXPECT_THAT(read->values, ElementsAre(7, 8, 9));
}

TEST_F(IdxTest, ReadsAGzippedFileOfThreeDimensions) {
  const auto read = read_idx(
      write_gzipped("images.gz", {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4}), 3);
  ASSERT_TRUE(read) << read.error();
  EXPECT_THAT(read->dimensions, ElementsAre(2, 1, 2));
  EXPECT_THAT(read->values, ElementsAre(1, 2, 3, 4));
}

TEST_F(IdxTest, AMissingFileNamesThePackageThatHasIt) {
  const auto read = read_idx(folder_.path() / "nowhere", 1);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error(), AllOf(HasSubstr("nowhere"), HasSubstr("dataset-fashion-mnist")));
}

TEST_F(IdxTest, ADamagedFileSaysWhatIsWrong) {
  EXPECT_THAT(error_of({}, 1), HasSubstr("does not begin like an idx file"));
  EXPECT_THAT(error_of({0, 1, 8, 1, 0, 0, 0, 0}, 1), HasSubstr("does not begin like"));
  EXPECT_THAT(error_of({0, 0, 9, 1, 0, 0, 0, 0}, 1), HasSubstr("does not begin like"));
  EXPECT_THAT(error_of(kThreeBytes, 3), HasSubstr("in 3 dimension(s)"));
  EXPECT_THAT(error_of({0, 0, 8, 1, 0, 0}, 1), HasSubstr("ends within its header"));
  EXPECT_THAT(error_of({0, 0, 8, 1, 0, 0, 0, 3, 7, 8}, 1), HasSubstr("ends before the 3 bytes"));
  EXPECT_THAT(error_of({0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9, 9}, 1), HasSubstr("more follows"));
  EXPECT_THAT(error_of({0, 0, 8, 1, 0, 0, 0, 0}, 1), HasSubstr("size makes no sense"));
  EXPECT_THAT(error_of({0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, 3),
              HasSubstr("size makes no sense"));
}

TEST_F(IdxTest, ATruncatedOrFlippedGzipFileIsDamaged) {
  Bytes content{0, 0, 8, 1, 0, 0, 0x10, 0};
  for (int i = 0; i < 0x1000; ++i) content.push_back(static_cast<std::uint8_t>(i * i));
  const auto path = write_gzipped("labels.gz", content);
  ASSERT_TRUE(read_idx(path, 1));

  std::ifstream file(path, std::ios::binary);
  Bytes gzipped((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_THAT(error_of(Bytes(gzipped.begin(), gzipped.begin() + 60), 1), HasSubstr("damaged"));
  gzipped[gzipped.size() - 6] ^= 1;  // in the checksum, which is the eighth to fifth byte from last
  EXPECT_THAT(error_of(gzipped, 1), HasSubstr("damaged"));
}

TEST_F(IdxTest, ImagesAndLabelsMustBelongTogether) {
  write_gzipped("t10k-images-idx3-ubyte.gz",
                {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 50, 60});
  write_gzipped("t10k-labels-idx1-ubyte.gz", {0, 0, 8, 1, 0, 0, 0, 1, 9});
  const auto too_few = load_examples(folder_.path(), Split::kTest);
  ASSERT_FALSE(too_few);
  EXPECT_THAT(too_few.error(), HasSubstr("1 labels for the 2 images"));

  write_gzipped("t10k-labels-idx1-ubyte.gz", {0, 0, 8, 1, 0, 0, 0, 2, 9, 10});
  const auto too_large = load_examples(folder_.path(), Split::kTest);
  ASSERT_FALSE(too_large);
  EXPECT_THAT(too_large.error(), HasSubstr("labels above 9"));

  write_gzipped("t10k-labels-idx1-ubyte.gz", {0, 0, 8, 1, 0, 0, 0, 2, 9, 0});
  const auto right = load_examples(folder_.path(), Split::kTest);
  ASSERT_TRUE(right) << right.error();
  EXPECT_EQ(right->size(), 2U);
}

TEST(FashionMnist, HasSevenThousandExamplesOfEachLabel) {
  const std::string folder = "/usr/share/datasets/fashion-mnist";
  const auto training = load_examples(folder, Split::kTrain);
  const auto test = load_examples(folder, Split::kTest);
  ASSERT_TRUE(training) << training.error();
  ASSERT_TRUE(test) << test.error();
  EXPECT_EQ(training->image_size, 28U * 28U);
  std::vector<int> of_training(10);
  std::vector<int> of_test(10);
  for (const auto label : training->labels) ++of_training[label];
  for (const auto label : test->labels) ++of_test[label];
  EXPECT_THAT(of_training, Each(6000));
  EXPECT_THAT(of_test, Each(1000));
}

TEST(Examples, AreSelectedAndGatheredInTheOrderAsked) {
  const Examples examples{2, {0, 51, 102, 153, 204, 255}, {4, 5, 6}};
  const std::vector<std::size_t> indices{2, 0};
  const Examples selected = select(examples, indices);
  EXPECT_THAT(selected.pixels, ElementsAre(204, 255, 0, 51));
  EXPECT_THAT(selected.labels, ElementsAre(6, 4));

  std::vector<float> pixels;
  std::vector<std::uint8_t> labels;
  gather(examples, indices, &pixels, &labels);
  EXPECT_THAT(pixels, ElementsAre(0.8F, 1.0F, 0.0F, 0.2F));  // 204/255, 255/255, 0/255, 51/255
  EXPECT_THAT(labels, ElementsAre(6, 4));
}

}  // namespace
}  // namespace fashion
