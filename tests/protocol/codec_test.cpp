#include "fedwatt/protocol/codec.h"

#include <gmock/gmock.h>

#include <clocale>
#include <cmath>

#include "directions.h"

// What the golden vectors cannot show: frames of several messages, sizes, and how numbers and names
// are taken at the edges of what JSON can hold.

namespace fedwatt::protocol::test {
namespace {

using ::testing::HasSubstr;

// A report whose field `key` is given as JSON text.
std::string report_with(const std::string& key, const std::string& json) {
  const std::pair<std::string, std::string> fields[] = {
      {"seq", "18"},
      {"round", "3"},
      {"phase", "\"fit\""},
      {"started_at", "\"2026-01-01T00:00:00.000Z\""},
      {"duration_s", "12.5"}};
  std::string text = R"({"type":"report")";
  for (const auto& [name, value] : fields) {
    if (name != key) text += ",\"" + name + "\":" + value;
  }
  return text + ",\"" + key + "\":" + json + "}";
}

Report read_report(const std::string& key, const std::string& json) {
  return std::get<Report>(decode_one<WorkerToHub>(report_with(key, json)));
}

std::string report_problem(const std::string& key, const std::string& json) {
  const auto error = error_of<WorkerToHub>(report_with(key, json));
  EXPECT_EQ(error.code, "invalid_report");
  return error.message;
}

std::string hello_with_run(const std::string& json) {
  return R"({"type":"hello","worker":"w","run":)" + json + "}";
}

// ---- frames -------------------------------------------------------------------------------------

TEST(Frame, AnEmptyArrayHoldsNothing) { EXPECT_TRUE(decode_worker_frame("[]").empty()); }

TEST(Frame, OneMessageNeedsNoArray) {
  EXPECT_EQ(make_frame({R"({"type":"bye"})"}), R"({"type":"bye"})");
  EXPECT_EQ(make_frame({"1", "2", "3"}), "[1,2,3]");
  EXPECT_EQ(make_frame({}), "[]");
}

TEST(Frame, ABadMessageLeavesItsNeighboursGood) {
  const auto frame = R"([{"type":"bye","reason":"a"},7,{"type":"nonsense"},)" +
                     report_with("seq", "0") + R"(,{"type":"bye","reason":"b"}])";
  const auto messages = decode_worker_frame(frame);
  ASSERT_EQ(messages.size(), 5u);
  EXPECT_EQ(messages[0], WorkerMessage{Bye{"a"}});
  EXPECT_EQ(messages[1].error().code, "malformed_message");
  EXPECT_EQ(messages[2].error().code, "unknown_type");
  EXPECT_EQ(messages[3].error().code, "invalid_report");
  EXPECT_EQ(messages[4], WorkerMessage{Bye{"b"}});
}

TEST(Frame, WhitespaceIsAllowedAroundIt) {
  EXPECT_EQ(decode_one<WorkerToHub>(" \t\r\n{ \"type\" : \"bye\" }\n"), WorkerMessage{Bye{}});
}

TEST(Frame, ANulByteIsNoEnd) {
  using namespace std::string_literals;
  EXPECT_EQ(error_of<WorkerToHub>("{\"type\":\"bye\"}\0garbage"s).code, "malformed_json");
}

TEST(Frame, DeepNestingIsNoDanger) {
  const std::size_t depth = 100'000;
  EXPECT_EQ(error_of<WorkerToHub>(std::string(depth, '[')).code, "malformed_json");
  const auto closed = std::string(depth, '[') + std::string(depth, ']');
  EXPECT_EQ(error_of<WorkerToHub>(closed).code, "malformed_message");
  std::string objects;
  for (std::size_t i = 0; i < depth; ++i) objects += "{\"a\":";
  EXPECT_EQ(error_of<WorkerToHub>(objects + "1" + std::string(depth, '}')).code,
            "malformed_message");
  // In a field that is ignored.
  const auto hello = R"({"type":"hello","run":"r","worker":"w","x":)" + closed + "}";
  EXPECT_EQ(std::get<WorkerHello>(decode_one<WorkerToHub>(hello)).run, "r");
}

TEST(Frame, TheLastOfRepeatedKeysCounts) {
  EXPECT_EQ(read_report("duration_s", "1,\"duration_s\":2").duration_s, 2);
  EXPECT_EQ(decode_one<WorkerToHub>(R"({"type":"hello","type":"bye"})"), WorkerMessage{Bye{}});
  EXPECT_THAT(report_problem("duration_s", "1,\"duration_s\":-1"), HasSubstr("duration_s -1"));
}

TEST(Frame, ErrorsAboutHugeFramesAreShort) {
  const auto frame = R"({"type":")" + std::string(1'000'000, 'x') + "\"}";
  EXPECT_LT(error_of<WorkerToHub>(frame).message.size(), 300u);
  EXPECT_LT(error_of<WorkerToHub>(std::string(1'000'000, 'x')).message.size(), 400u);
  EXPECT_LT(error_of<WorkerToHub>("\"" + std::string(1'000'000, 'x')).message.size(), 400u);
}

// ---- numbers ------------------------------------------------------------------------------------

TEST(Numbers, JsonHasNeitherNanNorInfinity) {
  for (const auto* text : {"NaN", "nan", "Infinity", "-Infinity", "inf", "1e400", "-1e400"}) {
    EXPECT_EQ(error_of<WorkerToHub>(report_with("duration_s", text)).code, "malformed_json")
        << text;
  }
}

TEST(Numbers, WholeNumbersMayBeWrittenAsFractions) {
  EXPECT_EQ(read_report("seq", "3.0").seq, 3);
  EXPECT_EQ(read_report("seq", "3e2").seq, 300);
  EXPECT_EQ(read_report("seq", "9e15").seq, 9'000'000'000'000'000);
  EXPECT_EQ(read_report("round", "-0").round, 0);
  EXPECT_EQ(read_report("round", "-0.0").round, 0);
  EXPECT_EQ(report_problem("seq", "1.5"), "seq must be a whole number");
  EXPECT_EQ(report_problem("round", "1e-300"), "round must be a whole number");
}

TEST(Numbers, HugeOnesAreOutOfRangeAndNotWrapped) {
  for (const auto* text : {"9000000000000001", "9223372036854775807", "9223372036854775808",
                           "18446744073709551615", "18446744073709551616", "1e19", "1e308"}) {
    EXPECT_THAT(report_problem("seq", text), HasSubstr("is outside 1..9e+15")) << text;
  }
  for (const auto* text : {"-1", "-9223372036854775808", "-9223372036854775809", "-1e308"}) {
    EXPECT_THAT(report_problem("seq", text), HasSubstr("is outside 1..9e+15")) << text;
  }
}

TEST(Numbers, ZeroIsZeroHoweverItIsWritten) {
  for (const auto* text : {"0", "0e300", "0e308", "0e-23", "0e-323", "-0e5", "0E+308", "0.0e309",
                           "0.00000000000000000000000000"}) {
    EXPECT_EQ(read_report("duration_s", text).duration_s, 0) << text;
  }
  for (const auto* text : {"1e-400", "0.1e-400", "1000e-99999999999999999999"}) {
    EXPECT_EQ(read_report("duration_s", text).duration_s, 0) << text << " is next to it";
  }
  for (const auto* text : {"1e309", "0.00001e400", "1000e307", "1e99999999999999999999", "0e400"}) {
    EXPECT_EQ(error_of<WorkerToHub>(report_with("duration_s", text)).code, "malformed_json")
        << text;
  }
}

TEST(Numbers, MinusZeroAndTinyOnesAreFine) {
  EXPECT_EQ(read_report("duration_s", "-0.0").duration_s, 0);
  EXPECT_EQ(read_report("duration_s", "5e-324").duration_s, 5e-324);
  EXPECT_EQ(read_report("duration_s", "1e-400").duration_s, 0);  // below the smallest double
}

TEST(Numbers, AccuracyIsAFraction) {
  EXPECT_EQ(read_report("metrics", R"({"accuracy":1})").metrics.at("accuracy"), 1);
  EXPECT_EQ(report_problem("metrics", R"({"accuracy":1.7})"),
            "accuracy 1.7 is outside 0..1: send a fraction, 0.81 for 81 %");
  EXPECT_EQ(report_problem("metrics", R"({"accuracy":100})"),
            "accuracy 100 is outside 0..1: send a fraction, 0.81 for 81 %");
  EXPECT_EQ(report_problem("metrics", R"({"accuracy":101})"), "accuracy 101 is outside 0..1");
  EXPECT_EQ(read_report("metrics", R"({"Accuracy":81})").metrics.at("Accuracy"), 81);
}

TEST(Numbers, AreReadAndWrittenAlikeUnderAGermanLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const auto* name : {"de_DE.UTF-8", "de_DE", "C"}) {
    if (std::setlocale(LC_ALL, name)) break;
  }
  const auto report = read_report("duration_s", "12.5");
  const auto text = encode(WorkerMessage{report});
  std::setlocale(LC_ALL, before.c_str());
  EXPECT_EQ(report.duration_s, 12.5);
  EXPECT_THAT(text, HasSubstr("\"duration_s\":12.5,"));
}

// ---- names --------------------------------------------------------------------------------------

TEST(NamesAndTexts, AreMeasuredInBytes) {
  std::string name;
  for (int i = 0; i < 50; ++i) name += "🌱";  // 4 bytes each
  EXPECT_EQ(std::get<WorkerHello>(decode_one<WorkerToHub>(hello_with_run("\"" + name + "\""))).run,
            name);
  EXPECT_EQ(error_of<WorkerToHub>(hello_with_run("\"" + name + "a\"")).message,
            "run is longer than 200 bytes");
}

TEST(NamesAndTexts, HoldNoControlCharacters) {
  for (int code = 0; code < 0xa0; ++code) {
    if (code >= 0x20 && code < 0x7f) continue;
    const auto escaped = ::testing::PrintToString(code);
    char json[32];
    std::snprintf(json, sizeof json, "\"a\\u%04xb\"", static_cast<unsigned>(code));
    EXPECT_EQ(error_of<WorkerToHub>(hello_with_run(json)).message, "run holds a control character")
        << escaped;
    const auto bye = std::string(R"({"type":"bye","reason":)") + json + "}";
    EXPECT_EQ(error_of<WorkerToHub>(bye).message, "reason holds a control character") << escaped;
  }
  // The neighbours of C1 in Unicode, and a character whose second byte looks like one of C1.
  for (const auto* text : {"a\u00a0b", "À", "a b~"}) {
    EXPECT_EQ(std::get<WorkerHello>(
                  decode_one<WorkerToHub>(hello_with_run("\"" + std::string(text) + "\"")))
                  .run,
              text);
  }
}

TEST(NamesAndTexts, EscapesAreTheSameAsTheCharacters) {
  EXPECT_EQ(
      std::get<WorkerHello>(decode_one<WorkerToHub>(hello_with_run(R"("\u0041\ud83c\udf31")"))).run,
      "A🌱");
}

// ---- types --------------------------------------------------------------------------------------

TEST(Types, EveryFieldRefusesEveryTypeButItsOwn) {
  const std::pair<const char*, const char*> values[] = {{"string", "\"x\""},
                                                        {"number", "5"},
                                                        {"boolean", "true"},
                                                        {"array", "[[]]"},
                                                        {"object", "{\"\":[]}"}};
  const std::pair<const char*, const char*> report_fields[] = {{"seq", "number"},
                                                               {"round", "number"},
                                                               {"phase", ""},
                                                               {"started_at", ""},
                                                               {"duration_s", "number"},
                                                               {"energy_j", "object"},
                                                               {"energy_source", "object"},
                                                               {"num_examples", "number"},
                                                               {"metrics", ""},
                                                               {"bytes_sent", "number"},
                                                               {"bytes_received", "number"},
                                                               {"intensity_g_per_kwh", "number"},
                                                               {"round_complete", "boolean"}};
  for (const auto& [field, own] : report_fields) {
    for (const auto& [type, json] : values) {
      if (std::string_view(type) == own) continue;
      EXPECT_THAT(report_problem(field, json), HasSubstr(field)) << field << " as " << type;
    }
  }
}

TEST(Types, NullIsTheSameAsMissing) {
  EXPECT_EQ(report_problem("seq", "null"), "seq is missing");
  EXPECT_EQ(read_report("num_examples", "null"), read_report("unknown_field", "1"));
  EXPECT_EQ(read_report("metrics", "null"), read_report("unknown_field", "1"));
  EXPECT_EQ(read_report("energy_j", "null"), read_report("unknown_field", "1"));
}

TEST(Types, AnErrorNamesTheReportThatWasMeant) {
  EXPECT_EQ(error_of<WorkerToHub>(report_with("duration_s", "-1")).seq, 18);
  EXPECT_EQ(error_of<WorkerToHub>(report_with("seq", "1.5")).seq, std::nullopt);
}

TEST(Types, ListsAndMetricsAreBounded) {
  std::string names;
  for (int i = 0; i < 10'000; ++i) names += "\"w\",";
  const auto plan = [](const std::string& selected) {
    return R"({"type":"round_plan","round":1,"selected":[)" + selected + "]}";
  };
  const auto fits = names.substr(0, names.size() - 1);
  EXPECT_EQ(std::get<RoundPlan>(decode_one<WorkerToHub>(plan(fits))).selected.size(), 10'000u);
  EXPECT_EQ(error_of<WorkerToHub>(plan(names + "\"w\"")).message,
            "selected holds more than 10000 names");
}

TEST(Types, ASeriesIsBounded) {
  const auto recompute = [](int points) {
    std::string series;
    for (int i = 0; i < points; ++i) {
      char point[80];
      std::snprintf(point, sizeof point,
                    "%s{\"at\":\"2026-01-01T%02d:%02d:%02d.000Z\",\"g_per_kwh\":1}",
                    i == 0 ? "" : ",", i / 3600, i / 60 % 60, i % 60);
      series += point;
    }
    return R"({"type":"recompute","id":"e","run":"r","series":[)" + series + "]}";
  };
  EXPECT_EQ(std::get<Recompute>(decode_one<ViewerToHub>(recompute(10'000))).series.size(), 10'000u);
  EXPECT_EQ(error_of<ViewerToHub>(recompute(10'001)).message,
            "series holds more than 10000 elements");
}

// ---- policies by themselves ---------------------------------------------------------------------

TEST(PoliciesText, IsReadAsItIsWritten) {
  Policies policies;
  policies.budget = BudgetPolicy{.limit_g = 500, .limit_j = {}, .act = PolicyAct::kStop};
  policies.confirm = ConfirmPolicy{};
  EXPECT_EQ(decode_policies(encode(policies)), policies);
  EXPECT_EQ(decode_policies(R"({"budget":{"limit_g":500,"act":"stop"},"confirm":{}})"), policies);
  EXPECT_EQ(decode_policies("{}"), Policies{});
  EXPECT_EQ(decode_policies(R"({"budget":null})"), Policies{});
}

TEST(PoliciesText, SaysWhatIsWrong) {
  const auto problem = [](std::string_view text, std::string_view code = "invalid_policy") {
    const auto policies = decode_policies(text);
    if (policies) return "nothing is wrong with " + std::string(text);
    EXPECT_EQ(policies.error().code, code) << text;
    return policies.error().message;
  };
  EXPECT_EQ(problem(R"({"bugdet":{"limit_g":500}})"),
            "bugdet is not known here; known are: budget, plateau, intensity, confirm, target");
  EXPECT_EQ(problem(R"({"confirm":{"after":5}})"),
            "confirm.after is not known here; known are: after_rounds, dry_run");
  EXPECT_THAT(problem(R"({"confirm":{"":[]}})"), HasSubstr("confirm. is not known here"));
  EXPECT_THAT(problem(R"({"\u001b[2J":1})"), HasSubstr("?[2J is not known here"));
  EXPECT_LT(problem("{\"" + std::string(100'000, 'x') + "\":1}").size(), 300u);
  EXPECT_EQ(problem(R"({"budget":500})"), "budget must be an object");
  EXPECT_EQ(problem(R"({"budget":{"limit_g":"500"}})"), "budget.limit_g must be a number");
  EXPECT_EQ(problem(R"({"budget":{}})"), "budget.limit_g or limit_j must be given");
  EXPECT_EQ(problem(R"({"target":{"value":null}})"), "target.value is missing");
  EXPECT_EQ(problem(R"({"confirm":{"after_rounds":1000001}})"),
            "confirm.after_rounds 1000001 is outside 1..1e+06");
  EXPECT_EQ(problem("[]"), "policies must be a JSON object");
  EXPECT_EQ(problem("null"), "policies must be a JSON object");
  EXPECT_THAT(problem(R"({"target":{"value":NaN}})", "malformed_json"), HasSubstr("parse error"));
  EXPECT_THAT(problem(R"({"target":{"value":1e400}})", "malformed_json"), HasSubstr("too big"));
}

// ---- writing ------------------------------------------------------------------------------------

TEST(Writing, WhatIsNotMeasuredIsNullAndNeverZero) {
  const auto text = encode(WorkerMessage{Report{}});
  EXPECT_THAT(text, HasSubstr(R"("energy_j":{"cpu":null,"gpu":null,"ram":null,"machine":null})"));
  EXPECT_THAT(text, HasSubstr(R"("num_examples":null)"));
}

TEST(Writing, NeverThrowsOverBytesThatAreNoUtf8) {
  const auto text = encode(HubToWorker{Error{"bad", "\xff", {}, {}}});
  EXPECT_EQ(std::get<Error>(decode_one<HubToWorkerDirection>(text)).message, "\uFFFD");
}

TEST(Writing, NumbersThatAreNotFiniteBecomeNull) {
  RunView run;
  run.run_id = run.name = "r";
  run.energy_j = std::nan("");
  EXPECT_EQ(std::get<RunView>(decode_one<HubToViewerDirection>(encode(HubToViewer{run}))).energy_j,
            std::nullopt);
}

}  // namespace
}  // namespace fedwatt::protocol::test
