#include "fedwatt/net/curl_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <future>
#include <memory>

#include "local_server.h"

namespace fedwatt::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// The I/O thread's queue of tasks; the test's thread is the I/O thread.
class Tasks {
 public:
  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    came_.notify_one();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, std::chrono::seconds{60}, [this] { return !tasks_.empty(); })) {
      throw std::runtime_error("waited in vain for an answer");
    }
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }
  void run_all() {
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (tasks_.empty()) return;
      }
      run_one();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> tasks_;
};

class CurlClientTest : public testing::Test {
 protected:
  CurlClientTest() { setenv("no_proxy", "*", 1); }

  HttpClient::Result ask(HttpClient::Request request) {
    std::optional<HttpClient::Result> answer;
    client->send(std::move(request), [&answer](auto result) { answer = std::move(result); });
    while (!answer) tasks.run_one();
    return *answer;
  }
  HttpClient::Result get(const std::string& url) {
    HttpClient::Request request;
    request.url = url;
    return ask(std::move(request));
  }
  // What becomes of a GET that is answered with these bytes and the end of the connection.
  HttpClient::Result answered_with(const std::string& bytes) {
    const LocalServer server([&bytes](int socket) { LocalServer::write(socket, bytes); });
    return get(server.url());
  }

  Tasks tasks;
  std::unique_ptr<CurlClient> client =
      std::make_unique<CurlClient>([this](auto task) { tasks.post(std::move(task)); });
};

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

TEST_F(CurlClientTest, Gets) {
  const LocalServer server([](int socket) { LocalServer::write(socket, kOk); });
  HttpClient::Request request;
  request.url = server.url("/a?zone=FR");
  request.headers = {"auth-token: secret"};
  const auto response = ask(request).value();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hi");
  EXPECT_FALSE(response.retry_after);
  EXPECT_THAT(server.requests().at(0),
              AllOf(StartsWith("GET /a?zone=FR HTTP/1.1\r\n"), HasSubstr("auth-token: secret\r\n"),
                    HasSubstr("User-Agent: fedwatt-hub\r\n")));
}

TEST_F(CurlClientTest, Posts) {
  const LocalServer server([](int socket) { LocalServer::write(socket, kOk); });
  HttpClient::Request request;
  request.method = "POST";
  request.url = server.url("/hook");
  request.headers = {"Content-Type: application/json"};
  request.body = std::string(2'000'000, 'x') + "\n";
  EXPECT_EQ(ask(request).value().status, 200);
  const auto came = server.requests().at(0);
  EXPECT_THAT(came.substr(0, 1000),
              AllOf(StartsWith("POST /hook HTTP/1.1\r\n"),
                    HasSubstr("Content-Type: application/json\r\n"), Not(HasSubstr("Expect"))));
  EXPECT_EQ(came.substr(came.find("\r\n\r\n") + 4), request.body);
}

TEST_F(CurlClientTest, AnErrorOfTheServerIsAResponse) {
  const auto response =
      answered_with("HTTP/1.1 429 No\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n").value();
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.retry_after, std::chrono::seconds{17});
  // Nobody waits for years.
  EXPECT_EQ(
      answered_with("HTTP/1.1 503 No\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n")
          .value()
          .retry_after,
      std::chrono::hours{7 * 24});
}

TEST_F(CurlClientTest, FollowsNoRedirection) {
  const LocalServer server([](int socket) {
    LocalServer::write(socket,
                       "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(get(server.url()).value().status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(CurlClientTest, SpeaksNothingButHttp) {
  for (const char* url :
       {"file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "", "x:"}) {
    EXPECT_FALSE(get(url)) << url;
  }
}

TEST_F(CurlClientTest, AHeaderCannotBringAnother) {
  HttpClient::Request request;
  request.url = "http://127.0.0.1:1/";
  request.headers = {"auth-token: a\r\nHost: b"};
  EXPECT_EQ(ask(request).error(), "a header has a line break");
}

TEST_F(CurlClientTest, TheAnswerIsBounded) {
  const auto of_size = [](std::size_t bytes) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
           std::string(bytes, 'x');
  };
  const auto most = HttpClient::kMaxBodyBytes;
  EXPECT_EQ(answered_with(of_size(most)).value().body.size(), most);
  EXPECT_EQ(answered_with(of_size(most + 1)).error(), "the answer is too large");
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 2'000; ++i) head += "X-Header-That-Says-Nothing: at some length\r\n";
  EXPECT_EQ(answered_with(head + "\r\n").error(), "the answer is too large");
}

TEST_F(CurlClientTest, WhatIsNoAnswerIsAnError) {
  EXPECT_FALSE(answered_with("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
  EXPECT_FALSE(answered_with("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"));
  EXPECT_FALSE(answered_with("SSH-2.0-OpenSSH\r\n"));
  EXPECT_FALSE(answered_with(""));
  EXPECT_FALSE(get("http://127.0.0.1:1/"));  // nobody listens
}

TEST_F(CurlClientTest, WaitsNoLongerThanItWasTold) {
  const LocalServer server([](int socket) {
    LocalServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow");
    LocalServer::wait_for_close(socket);
  });
  HttpClient::Request request;
  request.url = server.url();
  request.timeout = std::chrono::milliseconds{100};
  EXPECT_THAT(ask(request).error(), HasSubstr("timed out"));
}

TEST_F(CurlClientTest, TakesSoManyRequestsAndNoMore) {
  std::promise<void> go_on;
  const auto may_go_on = go_on.get_future().share();
  const LocalServer server([may_go_on](int socket) {
    may_go_on.wait();
    LocalServer::write(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  constexpr std::size_t kMost = CurlClient::kMostUnderWay + CurlClient::kMostWaiting;
  constexpr std::size_t kTooMany = 20;
  std::size_t answered = 0;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < kMost + kTooMany; ++i) {
    HttpClient::Request request;
    request.url = server.url();
    request.timeout = std::chrono::minutes{1};
    client->send(request, [&](const auto& result) {
      ++(result ? answered : refused);
      EXPECT_EQ(result ? "" : result.error(),
                result ? "" : "too many requests are waiting already");
    });
  }
  while (refused < kTooMany) tasks.run_one();
  EXPECT_EQ(answered, 0U);
  go_on.set_value();
  while (answered + refused < kMost + kTooMany) tasks.run_one();
  EXPECT_GE(answered, CurlClient::kMostWaiting);
}

TEST_F(CurlClientTest, CallsNobodyBackOnceItIsGone) {
  std::promise<void> came;
  const LocalServer server([&came](int socket) {
    came.set_value();
    LocalServer::wait_for_close(socket);
  });
  HttpClient::Request request;
  request.url = server.url();
  request.timeout = std::chrono::hours{1};
  bool called = false;
  client->send(request, [&called](const auto&) { called = true; });
  request.url =
      "file:///";  // is answered at once; what is posted is not run before the client ends
  client->send(request, [&called](const auto&) { called = true; });
  came.get_future().wait();
  client.reset();  // does not wait for an hour
  tasks.run_all();
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace fedwatt::net
