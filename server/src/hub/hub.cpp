#include "fedwatt/hub/hub.h"

#include <utility>

#include "fedwatt/hub/http_api.h"

namespace fedwatt::hub {
namespace {

constexpr std::chrono::milliseconds kTickEvery{100};

}  // namespace

Hub::Hub(store::Committer& committer, net::Peers& peers, net::Timers& timers, RunDefaults defaults,
         std::function<void(const store::StoreError&)> on_failure)
    : committer_(committer),
      timers_(timers),
      cycle_(committer, timers, {[this] { return publish(); }, std::move(on_failure)}),
      runs_(cycle_, [this](run::Run& run, const auto& orders) { workers_.deliver(run, orders); }),
      defaults_(std::move(defaults)),
      watch_(runs_, defaults_.intensities, timers),
      workers_(runs_, cycle_, peers, timers, defaults_, watch_),
      editions_(runs_, cycle_, committer, timers, workers_.intensities()),
      viewers_(runs_, editions_, cycle_, peers, timers, watch_) {}

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
  runs_.record_due(timers_.now());
  watch_.tick();
  cycle_.go();
  timers_.after(kTickEvery, [this] { tick(); });
}

void Hub::opened(net::ConnectionId connection, net::Endpoint endpoint, const std::string& address) {
  endpoints_[connection] = endpoint;
  if (endpoint == net::Endpoint::kWorker) {
    workers_.opened(connection, address);
  } else {
    viewers_.opened(connection, address);
  }
}

void Hub::received(net::ConnectionId connection, std::string_view frame) {
  if (draining_) return;
  if (endpoints_[connection] == net::Endpoint::kWorker) {
    workers_.received(connection, frame);
  } else {
    viewers_.received(connection, frame);
  }
  cycle_.go();
}

void Hub::drained(net::ConnectionId connection) { viewers_.drained(connection); }

void Hub::closed(net::ConnectionId connection) {
  const auto endpoint = endpoints_.extract(connection);
  if (endpoint.empty()) return;
  if (endpoint.mapped() == net::Endpoint::kViewer) {
    viewers_.closed(connection);
  } else if (!draining_) {  // else the next start notes that nobody is connected
    workers_.closed(connection);
    cycle_.go();
  }
}

void Hub::drain(std::function<void()> done) {
  draining_ = true;
  cycle_.read([done = std::move(done)]() -> Delivery { return done; });
  cycle_.go();
}

void Hub::answer(const net::HttpRequest& request, std::function<void(net::HttpResponse)> respond) {
  if (request.path == "/readyz") return answer_ready(std::move(respond));
  if (!needs_runs(request)) return respond(answer_without_runs(request));
  if (!cycle_.trouble().empty()) return respond(unavailable(cycle_.trouble()));
  if (auto page = page_request(request, runs_)) {
    if (!*page) return respond(std::move(page->error()));
    return answer_page(std::make_shared<Page>(**std::move(page)), std::move(respond));
  }
  cycle_.read([this, request, respond = std::move(respond)]() -> Delivery {
    return [respond, response = answer_from_runs(request, runs_)] { respond(response); };
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
  if (!cycle_.trouble().empty()) return respond(unavailable(cycle_.trouble()));
  committer_.check([respond = std::move(respond)](const auto& result) {
    respond(result ? ready() : unavailable(result.error().message));
  });
}

}  // namespace fedwatt::hub
