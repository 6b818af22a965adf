#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "figures_fields.h"
#include "random_message.h"

namespace fedwatt::protocol::test {
namespace {

using testing::HasSubstr;

template <class Document>
Document random_document(std::mt19937_64& random) {
  Document document;
  RandomFields(random).fill(document);
  return document;
}

TEST(FiguresCodec, WhatIsWrittenIsReadTheSame) {
  std::mt19937_64 random{20260101};
  for (int i = 0; i < 300; ++i) {
    const auto figures = random_document<DetailedFigures>(random);
    ASSERT_EQ(decode_figures(encode(figures)), figures) << encode(figures);
    const auto comparison = random_document<Comparison>(random);
    ASSERT_EQ(decode_comparison(encode(comparison)), comparison) << encode(comparison);
  }
}

TEST(FiguresCodec, DamageIsAnErrorAndNotMore) {
  std::mt19937_64 random{20260101};
  for (int i = 0; i < 300; ++i) {
    auto text = encode(random_document<Comparison>(random));
    text.erase(random() % text.size(), 1 + random() % 8);
    const auto decoded = decode_comparison(text);
    EXPECT_TRUE(decoded || !decoded.error().message.empty());
  }
  EXPECT_THAT(decode_figures("[]").error().message, HasSubstr("must be a JSON object"));
  EXPECT_THAT(decode_figures("{}").error().message, HasSubstr("run_id is missing"));
  EXPECT_THAT(decode_comparison(R"({"target":{"metric":"auc"}})").error().message,
              HasSubstr("zeus is missing"));
}

// Everything is written, what is not known as null, and numbers as they are.
TEST(FiguresCodec, TheDocumentOfARunThatHasNothing) {
  DetailedFigures figures;
  figures.figures.run_id = "run-1";
  figures.figures.name = "digits";
  figures.zeus.eta = 0.1;
  const auto json = encode(figures);
  EXPECT_THAT(json, HasSubstr(R"("energy_j":null)"));
  EXPECT_THAT(json, HasSubstr(R"("to_target":null)"));
  EXPECT_THAT(json, HasSubstr(R"("zeus":{"eta":0.1,"max_power_w":null})"));
  EXPECT_THAT(json, HasSubstr(R"("pareto_front":[],"equivalents":[])"));
}

}  // namespace
}  // namespace fedwatt::protocol::test
