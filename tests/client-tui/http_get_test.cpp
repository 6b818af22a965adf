#include "app/http_get.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

namespace fedwatt::viewer {
namespace {

using testing::HasSubstr;

// Gives the first who asks these bytes, then closes; with none it waits until the other side does.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_, generic, size), 0);
    EXPECT_EQ(::listen(socket_, 1), 0);
    EXPECT_EQ(::getsockname(socket_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] { serve(answer); });
  }
  ~OneAnswer() {
    thread_.join();
    ::close(socket_);
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/x"; }

 private:
  void serve(const std::string& answer) const {
    const int peer = ::accept(socket_, nullptr, nullptr);
    std::string request;
    char byte = 0;
    while (request.find("\r\n\r\n") == request.npos && ::read(peer, &byte, 1) == 1) request += byte;
    for (std::size_t sent = 0; sent < answer.size();) {
      const auto count = ::send(peer, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    if (answer.empty()) {
      EXPECT_LE(::read(peer, &byte, 1), 0);
    }
    ::close(peer);
  }

  int socket_;
  int port_ = 0;
  std::thread thread_;
};

std::string with_length(const std::string& head, const std::string& body) {
  return head + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(HttpGet, HandsOverTheBodyInOrder) {
  std::string body;
  for (int i = 0; i < 100'000; ++i) body += std::to_string(i) + "\n";
  const OneAnswer server(with_length("HTTP/1.1 200 OK", body));
  std::string got;
  ASSERT_TRUE(http_get(server.url(), [&got](std::string_view part) {
    got += part;
    return true;
  }));
  EXPECT_EQ(got, body);
}

TEST(HttpGet, ARefusalHasTheHubsOwnWords) {
  const OneAnswer server(with_length("HTTP/1.1 400 Bad Request",
                                     R"({"error":{"code":"x","message":"eta must be a number"}})"));
  const auto got = http_get_text(server.url());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().status, 400);
  EXPECT_EQ(got.error().message, "eta must be a number");
}

TEST(HttpGet, ARefusalInOtherWordsIsNamed) {
  const OneAnswer server(with_length("HTTP/1.1 502 Bad Gateway", "<html>proxy</html>"));
  const auto got = http_get_text(server.url());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().status, 502);
  EXPECT_EQ(got.error().message, "the hub answered 502 to " + server.url());
}

TEST(HttpGet, ABodyThatBreaksOffIsNoAnswer) {
  const OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  const auto got = http_get_text(server.url());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().status, 0);
  EXPECT_THAT(got.error().message, HasSubstr("no answer from " + server.url()));
}

TEST(HttpGet, ARedirectionIsNotFollowed) {
  const OneAnswer server(
      with_length("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/elsewhere", ""));
  EXPECT_EQ(http_get_text(server.url()).error().status, 302);
}

TEST(HttpGet, SilenceEnds) {
  const OneAnswer server("");
  const auto got =
      http_get(server.url(), [](auto) { return true; }, {{}, "", std::chrono::seconds(1)});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().status, 0);
}

TEST(HttpGet, NobodyThereIsNoAnswer) {
  // A port that needs privileges, and that nobody uses.
  EXPECT_THAT(http_get_text("http://127.0.0.1:1/x").error().message,
              HasSubstr("no answer from http://127.0.0.1:1/x"));
}

TEST(HttpGet, TheSinkMayEndItAndMayThrow) {
  const std::string answer = with_length("HTTP/1.1 200 OK", std::string(1000, 'x'));
  const OneAnswer for_end(answer);
  EXPECT_EQ(http_get_text(for_end.url(), {}, 999).error().status, 0);
  const OneAnswer for_throw(answer);
  EXPECT_THROW(
      static_cast<void>(http_get(
          for_throw.url(), [](auto) -> bool { throw std::runtime_error("the disk is full"); })),
      std::runtime_error);
}

TEST(HttpAddress, IsWhereTheWebSocketIs) {
  EXPECT_EQ(http_address_of("ws://127.0.0.1:3000"), "http://127.0.0.1:3000");
  EXPECT_EQ(http_address_of("ws://hub/"), "http://hub");
  EXPECT_EQ(http_address_of("wss://[::1]:3000/"), "https://[::1]:3000");
  EXPECT_THROW(http_address_of("ftp://hub"), std::invalid_argument);
  EXPECT_THROW(http_address_of("ws://hub/path"), std::invalid_argument);
}

TEST(PercentEncoded, LeavesOnlyWhatNeedsNoEscape) {
  EXPECT_EQ(percent_encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encoded("50 %/β+&="), "50%20%25%2F%CE%B2%2B%26%3D");
}

}  // namespace
}  // namespace fedwatt::viewer
