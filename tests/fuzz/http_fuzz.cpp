#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "fakes.h"
#include "fedwatt/net/http_target.h"
#include "fedwatt/protocol/number_in.h"
#include "fuzz_checks.h"

// The first line is the target of a GET, the second its Accept header, sent to a hub with two runs.
// Every answer must be what its content type says, and short.

namespace fedwatt::hub {
namespace {

using fuzz::require;
using net::HttpResponse;

constexpr std::size_t kLongestBody = 1 << 20;

// A hub that has seen a little of everything; names that end like a path, or begin like a formula.
class SmallHub {
 public:
  SmallHub() {
    spdlog::set_level(spdlog::level::off);
    hub_.start();
    train(1, "digits", "=1+1, \"w\"");
    train(2, "my run/rounds", "b");
  }
  HttpResponse get(std::string_view target, std::string_view accept) {
    auto request = net::parse_target(target);
    request.method = "GET";
    request.accept = accept;
    HttpResponse answer{0, "", ""};
    hub_.answer(request, [&answer](HttpResponse response) {
      require(answer.status == 0, "a request is answered once");
      answer = std::move(response);
    });
    require(answer.status != 0, "a request is answered");
    return answer;
  }

 private:
  void train(net::ConnectionId worker, const std::string& run, const std::string& name) {
    hub_.opened(worker, net::Endpoint::kWorker, {""});
    tell(worker, {{"type", "hello"}, {"run", run}, {"worker", name}, {"region", "FR"}});
    for (int round = 1; round <= 3; ++round) {
      tell(worker, {{"type", "report"},
                    {"seq", round},
                    {"round", round},
                    {"phase", "fit"},
                    {"started_at", "2026-01-01T00:00:00Z"},
                    {"duration_s", 2},
                    {"energy_j", {{"cpu", 1800.5}}},
                    {"energy_source", {{"cpu", "external:+1"}}},
                    {"metrics", {{"accuracy", 0.2 * round}, {"loss", -0.5}}}});
    }
  }
  void tell(net::ConnectionId worker, const Json& message) {
    hub_.received(worker, message.dump());
    committer_.succeed_all();
  }

  FakePeers peers_;
  FakeTimers timers_;
  FakeCommitter committer_;
  Hub hub_{committer_, peers_, timers_, {}, [](const store::StoreError&) {}};
};

// A field of CSV, taken off the front of `text`; as spreadsheets read it.
std::string take_field(std::string_view& text) {
  std::string field;
  if (text.empty() || text.front() != '"') {
    field = text.substr(0, text.find_first_of(",\r"));
    require(field.find_first_of("\"\n") == field.npos, "what needs quotes has them");
    text.remove_prefix(field.size());
    return field;
  }
  for (;;) {
    text.remove_prefix(1);
    const auto quote = text.find('"');
    require(quote != text.npos, "a quote is closed");
    field += text.substr(0, quote);
    text.remove_prefix(quote + 1);
    if (text.empty() || text.front() != '"') return field;
    field += '"';
  }
}

void require_csv(std::string_view text) {
  std::size_t columns = 0;
  std::size_t fields = 0;
  while (!text.empty()) {
    const auto field = take_field(text);
    ++fields;
    require(field.find_first_of("=+-@\t\r") != 0 || protocol::number_in<double>(field),
            "no field is a formula");
    if (text.substr(0, 1) == ",") {
      text.remove_prefix(1);
      continue;
    }
    require(text.substr(0, 2) == "\r\n", "a row ends with CR LF");
    text.remove_prefix(2);
    if (columns == 0) columns = fields;
    require(fields == columns, "every row has the header's columns");
    fields = 0;
  }
  require(columns > 0 && fields == 0, "there is a header, and the last row has an end");
}

void require_body(const HttpResponse& answer) {
  const auto& [status, type, body, headers] = answer;
  require(body.size() <= kLongestBody, "an answer is short");
  if (type == "application/json") {
    const auto document = Json::parse(body, nullptr, false);
    require(!document.is_discarded(), "JSON is JSON");
    if (status == 200) return;
    const auto& error = document.at("error");
    require(error.at("code").is_string(), "an error has a code");
    fuzz::require_message(error.at("message").get<std::string>());
  } else if (type == "application/x-ndjson") {
    const auto lines = fuzz::lines_of(body);
    require(lines.back().empty(), "the last line has an end");
    for (std::size_t i = 0; i + 1 < lines.size(); ++i)
      require(Json::accept(lines[i]), "JSON lines");
  } else if (type == "text/csv; charset=utf-8") {
    require_csv(body);
  } else {
    require(type.substr(0, 10) == "text/plain" && status == 200, "there is no other content type");
  }
}

void require_query(std::string_view query) {
  const auto pairs = net::parse_query(query);
  std::size_t bytes = 0;
  for (const auto& [key, value] : pairs) bytes += key.size() + value.size();
  require(bytes <= query.size(), "decoding makes nothing longer");
  for (auto i = pairs.begin(); i != pairs.end(); ++i) {
    const auto first = std::find_if(pairs.begin(), i, [&](auto& p) { return p.first == i->first; });
    require(net::query_value(query, i->first) == first->second, "the first value of a key counts");
  }
}

void check(std::string_view target, std::string_view accept) {
  static SmallHub hub;
  require_query(net::parse_target(target).query);
  const auto answer = hub.get(target, accept);
  require(answer.status == 200 || answer.status == 400 || answer.status == 404,
          "a hub that is well has no other status for a GET");
  require_body(answer);
  for (const auto& [name, link] : answer.headers) {
    require(name == "Link" && link.substr(0, 1) == "<", "the only header is Link");
    const auto next = hub.get(link.substr(1, link.find('>') - 1), "");
    require(next.status == 200 && next.content_type == answer.content_type, "there is a next page");
  }
}

}  // namespace
}  // namespace fedwatt::hub

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lines = fedwatt::fuzz::lines_of(fedwatt::fuzz::as_text(data, size));
  fedwatt::hub::check(lines[0], lines.size() > 1 ? lines[1] : "");
  return 0;
}
