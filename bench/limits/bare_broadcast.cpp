// A websocketpp loop with nothing around it: sends recorded frames to all viewers, over and over,
// as fast as they are read. What a hub that had nothing else to do could deliver at best.
//
//   bare_broadcast FRAMES_FILE VIEWERS      then: load --workers 0 --viewers VIEWERS --port …

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "net/websocketpp_server.h"

namespace fedwatt::bench {
namespace {

using net::Message;
using net::Server;
using net::ServerConfig;
using net::WsConnection;

constexpr int kFramesInFlight = 2;  // one is read while the next one is sent
constexpr auto kText = websocketpp::frame::opcode::text;

Message::ptr prepare(std::string text) {
  namespace frame = websocketpp::frame;
  auto message = std::make_shared<Message>(ServerConfig::con_msg_manager_type::ptr(), kText, 0);
  const frame::basic_header header(kText, text.size(), true, false);
  const frame::extended_header extended(text.size());
  message->get_raw_payload() = std::move(text);
  message->set_header(frame::prepare_header(header, extended));
  message->set_prepared(true);
  return message;
}

// As load --frames-file writes them: each after its length.
std::vector<Message::ptr> read_frames(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<Message::ptr> frames;
  std::uint32_t length = 0;
  while (file.read(reinterpret_cast<char*>(&length), sizeof length)) {
    std::string text(length, '\0');
    if (!file.read(text.data(), length)) break;
    frames.push_back(prepare(std::move(text)));
  }
  return frames;
}

class Broadcast {
 public:
  Broadcast(std::vector<Message::ptr> frames, std::size_t viewers)
      : frames_(std::move(frames)), wanted_(viewers) {
    server_.init_asio(&io_);
    server_.set_reuse_addr(true);
    server_.set_tcp_post_init_handler([this](const auto& handle) {
      asio::error_code ignored;
      server_.get_con_from_hdl(handle)->get_raw_socket().set_option(asio::ip::tcp::no_delay(true),
                                                                    ignored);
    });
    server_.set_message_handler([this](const auto& handle, const auto& message) {
      received(server_.get_con_from_hdl(handle), message->get_payload());
    });
    server_.set_fail_handler([](const auto&) {});
    server_.set_close_handler([this](const auto&) { server_.stop(); });  // the load is over
  }

  void run() {
    server_.set_listen_backlog(1024);
    server_.listen(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    server_.start_accept();
    asio::error_code error;
    std::printf("bare_broadcast listening on 127.0.0.1:%d\n",
                server_.get_local_endpoint(error).port());
    std::fflush(stdout);
    io_.run();
  }

 private:
  // Whatever the viewers say after hello is a subscription.
  void received(const WsConnection& viewer, const std::string& text) {
    if (text.find("\"hello\"") != std::string::npos) {
      viewer->send(std::string(R"({"type":"welcome"})"), kText);
      return;
    }
    viewer->send(std::string("[]"), kText);
    viewers_.push_back(viewer);
    if (viewers_.size() == wanted_) {
      for (int i = 0; i < kFramesInFlight; ++i) send_next();
    }
  }

  // The last viewer to have been sent a frame lets go of it: that calls for another one.
  void send_next() {
    const Message::ptr frame = frames_[next_++ % frames_.size()];
    const std::shared_ptr<void> sent(nullptr,
                                     [this](void*) { asio::post(io_, [this] { send_next(); }); });
    for (const auto& viewer : viewers_) {
      const auto kept =
          std::make_shared<std::pair<Message::ptr, std::shared_ptr<void>>>(frame, sent);
      viewer->send(Message::ptr(kept, frame.get()));
    }
  }

  asio::io_context io_;
  Server server_;
  std::vector<Message::ptr> frames_;
  std::size_t wanted_;
  std::vector<WsConnection> viewers_;
  std::size_t next_ = 0;
};

}  // namespace
}  // namespace fedwatt::bench

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::runtime_error("usage: bare_broadcast FRAMES_FILE VIEWERS");
    auto frames = fedwatt::bench::read_frames(argv[1]);
    if (frames.empty()) throw std::runtime_error(std::string(argv[1]) + " holds no frames");
    fedwatt::bench::Broadcast(std::move(frames), std::stoul(argv[2])).run();
    std::_Exit(0);  // connections that are half sent need no farewell
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bare_broadcast: %s\n", problem.what());
    return 1;
  }
}
