#include "fedwatt/hub/hub.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "fedwatt/hub/http_api.h"
#include "fedwatt/hub/log.h"

namespace fedwatt::hub {
namespace {

constexpr std::chrono::milliseconds kTickEvery{100};
// Answers over HTTP that may wait for a commit, and pages that may be read at a time. Each page
// holds kFullPageBytes at most.
constexpr std::size_t kMostWaitingReaders = 1'000;
constexpr std::size_t kMostPages = 16;
constexpr char kTooBusy[] = "too many requests are being answered: try again in a moment";

}  // namespace

Hub::Hub(store::Committer& committer, net::Peers& peers, net::Timers& timers, RunDefaults defaults,
         std::function<void(const store::StoreError&)> on_failure)
    : committer_(committer),
      timers_(timers),
      gate_(peers, timers),
      cycle_(committer, timers,
             {[this] { return publish(); }, std::move(on_failure), [this] { tell_status(); },
              [this] {
                workers_.go_on();
                viewers_.go_on();
              }}),
      runs_(cycle_, [this](run::Run& run, const auto& orders) { workers_.deliver(run, orders); }),
      defaults_(std::move(defaults)),
      watch_(runs_, defaults_.intensities, timers),
      workers_(runs_, cycle_, gate_, peers, timers, defaults_, watch_),
      editions_(runs_, cycle_, committer, timers, workers_.intensities()),
      viewers_(runs_, editions_, cycle_, gate_, peers, timers, watch_) {
  list_metrics(peers);
}

// Nobody is connected to a hub that has just started, whatever was so when the last one ended.
void Hub::start() {
  viewers_.start();
  const auto now = timers_.now();
  for (const auto& run : runs_.all()) {
    std::vector<std::string> online;
    for (const auto& [worker, participant] : run->participants()) {
      if (participant.online()) online.push_back(worker);
    }
    for (auto& worker : online) runs_.record(*run, run::WorkerDisconnected{std::move(worker)}, now);
    runs_.watch(*run);
  }
  cycle_.go();
  tick();
}

Delivery Hub::publish() {
  auto alerts = runs_.take_alerts();
  return [acks = workers_.take_acks(), frames = viewers_.publish(runs_.take_changed()),
          told = alerts_ ? alerts_->publish(alerts) : Delivery([] {})] {
    acks();
    frames();
    told();
  };
}

void Hub::tick() {
  if (draining_) return;
  gate_.tick();
  if (!cycle_.full()) {  // else the clock's decisions wait, too
    runs_.record_due(timers_.now());
    watch_.tick();
  }
  cycle_.go();
  timers_.after(kTickEvery, [this] { tick(); });
}

void Hub::tell_status() {
  workers_.tell(cycle_.status());
  viewers_.tell(cycle_.status());
}

std::optional<net::HttpResponse> Hub::refuse_handshake(net::Endpoint endpoint,
                                                       const net::Peer& peer) {
  return gate_.refuse_handshake(endpoint, peer);
}

void Hub::opened(net::ConnectionId connection, net::Endpoint endpoint, const net::Peer& peer) {
  const LogContext context("connection", connection);
  spdlog::debug("a {} connects from {}{}", endpoint == net::Endpoint::kWorker ? "worker" : "viewer",
                peer.address, peer.certificate.empty() ? "" : ", certified as " + peer.certificate);
  endpoints_[connection] = endpoint;
  const auto holder = gate_.opened(connection, endpoint, peer);
  if (endpoint == net::Endpoint::kWorker) {
    workers_.opened(connection, peer, holder);
  } else {
    viewers_.opened(connection, peer, holder);
  }
}

void Hub::received(net::ConnectionId connection, std::string_view frame) {
  if (draining_) return;
  const LogContext context("connection", connection);
  if (endpoints_[connection] == net::Endpoint::kWorker) {
    workers_.received(connection, frame);
  } else {
    viewers_.received(connection, frame);
  }
  cycle_.go();
}

void Hub::drained(net::ConnectionId connection) {
  const LogContext context("connection", connection);
  viewers_.drained(connection);
}

void Hub::rested() { viewers_.tell_kept(); }

void Hub::closed(net::ConnectionId connection) {
  const auto endpoint = endpoints_.extract(connection);
  if (endpoint.empty()) return;
  gate_.closed(connection);
  const LogContext context("connection", connection);
  spdlog::debug("the connection is gone");
  if (endpoint.mapped() == net::Endpoint::kViewer) {
    viewers_.closed(connection);
  } else if (!draining_) {  // else the next start notes that nobody is connected
    workers_.closed(connection);
    cycle_.go();
  }
}

void Hub::change_defaults(RunDefaults defaults) {
  defaults_ = std::move(defaults);
  workers_.defaults_changed();
}

void Hub::drain(std::function<void()> done) {
  draining_ = true;
  cycle_.read([done = std::move(done)]() -> Delivery { return done; });
  cycle_.go();
}

void Hub::answer(const net::HttpRequest& request, std::function<void(net::HttpResponse)> respond) {
  const LogContext context("request", ++requests_);
  if (spdlog::should_log(spdlog::level::debug)) {
    respond = [number = requests_, path = request.path, method = request.method,
               answer = std::move(respond)](net::HttpResponse response) {
      const LogContext later("request", number);
      spdlog::debug("{} {}: {}", method, path, response.status);
      answer(std::move(response));
    };
  }
  if (request.path == "/readyz") return answer_ready(std::move(respond));
  if (request.path == "/healthz") return respond(answer_without_runs(request));
  const bool metrics = request.path == "/metrics";
  const auto holder = gate_.holder_of_request(
      request.peer, metrics ? access::Action::kMetrics : access::Action::kWatch);
  if (!holder) return respond(holder.error());
  if (metrics && request.method == "GET") {
    return respond({200, Metrics::kContentType, metrics_.text()});
  }
  if (!needs_runs(request)) return respond(answer_without_runs(request));
  answer_runs(request, VisibleRuns(runs_, token_of(*holder)), std::move(respond));
}

void Hub::answer_runs(const net::HttpRequest& request, const VisibleRuns& runs,
                      std::function<void(net::HttpResponse)> respond) {
  if (!cycle_.trouble().empty()) return respond(unavailable(cycle_.trouble()));
  if (auto page = page_request(request, runs)) {
    if (!*page) return respond(std::move(page->error()));
    if (pages_under_way_ >= kMostPages) return respond(unavailable(kTooBusy));
    ++pages_under_way_;
    return answer_page(std::make_shared<Page>(**std::move(page)),
                       [this, respond = std::move(respond)](auto response) {
                         --pages_under_way_;
                         respond(std::move(response));
                       });
  }
  if (cycle_.waiting_readers() >= kMostWaitingReaders) return respond(unavailable(kTooBusy));
  cycle_.read([request, runs, respond = std::move(respond)]() -> CommitCycle::Answer {
    auto response = answer_from_runs(request, runs);
    const auto bytes = response.body.size();
    return {[respond, response = std::move(response)] { respond(response); }, bytes};
  });
}

// Slice by slice, so that commits come in between, and other work of this thread.
void Hub::answer_page(const std::shared_ptr<Page>& page,
                      std::function<void(net::HttpResponse)> respond) {
  committer_.read(page->run_id(), page->after(), page->slice(),
                  [this, page, respond = std::move(respond)](const auto& events) {
                    if (!events) return respond(unavailable(events.error().message));
                    if (page->take(*events)) return answer_page(page, respond);
                    respond(std::move(*page).answer());
                  });
}

void Hub::answer_ready(std::function<void(net::HttpResponse)> respond) {
  if (draining_) return respond(unavailable("the hub is shutting down"));
  cycle_.check([respond = std::move(respond)](const auto& result) {
    respond(result ? ready() : unavailable(result.error().message));
  });
}

}  // namespace fedwatt::hub
