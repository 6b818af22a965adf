#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "directions.h"

// The golden vectors of protocol/vectors, whose README.md says how they are written.

namespace fedwatt::protocol::test {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;

Json read_vectors(const std::string& file) {
  std::ifstream in(std::string(FEDWATT_VECTORS_DIR) + "/" + file);
  EXPECT_TRUE(in) << file;
  return Json::parse(in);
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string frame_of(const Json& vector) {
  if (vector.contains("frame")) return vector["frame"].get<std::string>();
  if (vector.contains("frame_hex")) return from_hex(vector["frame_hex"].get<std::string>());
  return vector.at("message").dump();
}

template <class Direction>
class Vectors : public ::testing::Test {};
TYPED_TEST_SUITE(Vectors, Directions, DirectionNames);

TYPED_TEST(Vectors, ValidOnesAreReadAndWrittenExactly) {
  const auto vectors = read_vectors(std::string(TypeParam::kName) + ".valid.json");
  ASSERT_FALSE(vectors.empty());
  for (const auto& vector : vectors) {
    SCOPED_TRACE(vector["name"].get<std::string>());
    const auto message = decode_one<TypeParam>(vector["message"].dump());
    const auto canonical = vector.value("canonical", vector["message"]);
    // The same fields in the same order; 500 and 500.0 are the same number.
    EXPECT_EQ(Json::parse(encode(message)), canonical);
    EXPECT_EQ(decode_one<TypeParam>(canonical.dump()), message);
  }
}

TYPED_TEST(Vectors, EveryMessageHasSome) {
  std::set<std::size_t> seen;
  for (const auto& vector : read_vectors(std::string(TypeParam::kName) + ".valid.json")) {
    seen.insert(decode_one<TypeParam>(vector["message"].dump()).index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<typename TypeParam::Message>);
}

TYPED_TEST(Vectors, InvalidOnesGetTheirErrors) {
  const auto vectors = read_vectors(std::string(TypeParam::kName) + ".invalid.json");
  ASSERT_FALSE(vectors.empty());
  for (const auto& vector : vectors) {
    SCOPED_TRACE(vector["name"].get<std::string>());
    const auto error = error_of<TypeParam>(frame_of(vector));
    const auto& expected = vector["error"];
    EXPECT_EQ(error.code, expected["code"].get<std::string>());
    EXPECT_THAT(error.message, HasSubstr(expected["says"].get<std::string>()));
    EXPECT_EQ(error.seq ? Json(*error.seq) : Json(nullptr), expected.value("seq", Json(nullptr)));
    EXPECT_EQ(error.id ? Json(*error.id) : Json(nullptr), expected.value("id", Json(nullptr)));
  }
}

}  // namespace
}  // namespace fedwatt::protocol::test
