#include "fedwatt/hub/editions.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "fedwatt/hub/appraisal.h"

namespace fedwatt::hub {
namespace {

using protocol::Error;
using protocol::Recomputed;

constexpr std::size_t kPageEvents = 1'000;
constexpr std::size_t kMostJobs = 100;
constexpr std::size_t kMostAnswers = 100;  // to one request, which somebody sends again and again
constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxWordBytes = 60;
constexpr std::chrono::seconds kReadAgainAfter{1};

Error failure(const protocol::Recompute& request, std::string code, std::string message) {
  return {std::move(code), std::move(message), {}, request.id};
}

// As much of a UTF-8 text as fits.
std::string cut(std::string text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  const auto inside_character = [&](std::size_t at) { return (text[at] & 0xc0) == 0x80; };
  while (max_bytes > 0 && inside_character(max_bytes)) --max_bytes;
  text.resize(max_bytes);
  return text;
}

std::string name_of_edition(const std::string& original, const std::string& word) {
  const auto end = "~" + cut(word, kMaxWordBytes);
  return cut(original, kMaxNameBytes - end.size()) + end;
}

// Whether the run's log is what it will stay: it has ended, and nobody reports to it late.
bool is_over(const run::Run& run) {
  return run.ended() && std::none_of(run.participants().begin(), run.participants().end(),
                                     [](const auto& each) { return each.second.present(); });
}

tl::expected<void, Error> check_original(const protocol::Recompute& request, const run::Run& run) {
  if (run.created().edition) {
    return tl::unexpected(failure(request, "is_edition",
                                  "run " + run.name() + " is an edition of run " +
                                      run.created().edition->of_run_id + ": recompute that one"));
  }
  if (!is_over(run)) {
    return tl::unexpected(failure(
        request, "run_not_ended",
        "run " + run.name() +
            (run.ended() ? " has ended, but workers still report to it" : " has not ended") +
            ": recompute it when all of its workers are gone"));
  }
  return {};
}

Recomputed about(const protocol::Recompute& request, run::Run& original, run::Run& edition) {
  std::int64_t reports = 0;
  for (const auto& [worker, participant] : edition.participants()) reports += participant.reports;
  return {request.id, edition.run_id(),           original.run_id(),          edition.name(),
          reports,    edition.view().emissions_g, original.view().emissions_g};
}

}  // namespace

Editions::Editions(Runs& runs, CommitCycle& cycle, store::Committer& committer, net::Timers& timers,
                   const carbon::Intensities& known)
    : runs_(runs), cycle_(cycle), committer_(committer), timers_(timers), known_(known) {}

void Editions::make(protocol::Recompute request, const std::string& made_by, const Answer& answer) {
  if (auto queued = enqueue(std::move(request), made_by, answer); !queued) {
    answer(tl::unexpected(std::move(queued.error())));
  }
}

tl::expected<void, Error> Editions::enqueue(protocol::Recompute request, const std::string& made_by,
                                            const Answer& answer) {
  run::Run* const original = runs_.resolve(request.run);
  if (!original) return tl::unexpected(runs_.unknown_run(request.run, request.id));
  auto intensity = EditionIntensity::from(request, known_);
  if (!intensity) return tl::unexpected(std::move(intensity.error()));

  const auto taken = failure(request, "duplicate_command",
                             "request id " + request.id + " was used for another edition");
  if (run::Run* const made = runs_.edition_for(request.id, *original)) {
    if (made->created().edition->intensity != intensity->in_words()) return tl::unexpected(taken);
    cycle_.read([request, original, made, answer]() -> Delivery {
      return [answer, result = about(request, *original, *made)] { answer(result); };
    });
    return {};
  }
  const auto job = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& each) {
    return each.request.id == request.id && each.original == original;
  });
  if (job != jobs_.end()) {
    if (job->request != request) return tl::unexpected(taken);
    if (job->answers.size() >= kMostAnswers) {
      return tl::unexpected(failure(request, "too_many", "this edition is being made already"));
    }
    job->answers.push_back(answer);
    return {};
  }
  if (auto fit = check_original(request, *original); !fit) return fit;
  if (jobs_.size() >= kMostJobs || runs_.all().size() >= kMaxRuns) {
    return tl::unexpected(failure(request, "too_many", "the hub has too many runs or requests"));
  }
  jobs_.push_back(
      {std::move(request), made_by, original, *std::move(intensity), {answer}, nullptr, 0});
  if (jobs_.size() == 1) begin();
  return {};
}

void Editions::begin() {
  cycle_.read([this]() -> Delivery {
    Job& job = jobs_.front();
    if (auto fit = check_original(job.request, *job.original); !fit) {
      return [this, error = fit.error()] { finish(tl::unexpected(error)); };
    }
    job.edition = std::make_unique<run::Run>(runs_.new_id(timers_.now()));
    job.events = job.original->offset();
    return [this] { read_page(); };
  });
}

void Editions::read_page() {
  const Job& job = jobs_.front();
  committer_.read(job.original->run_id(), job.edition->offset(), kPageEvents,
                  [this](const store::Committer::Page& page) { take(page); });
}

void Editions::take(const store::Committer::Page& page) {
  Job& job = jobs_.front();
  if (!page && page.error().kind == store::StoreError::Kind::kUnavailable) {
    return timers_.after(kReadAgainAfter, [this] { read_page(); });
  }
  if (!page || page->empty()) {
    const auto why =
        page ? "the store has lost events of run " + job.original->run_id() : page.error().message;
    return finish(tl::unexpected(failure(job.request, "store_failed", why)));
  }
  for (const auto& event : *page) {
    if (event.offset <= job.events) add(event);
  }
  if (job.edition->offset() < job.events) {
    cycle_.after_commit([this] { read_page(); });
  } else {
    run::Run* const edition = runs_.adopt(std::move(job.edition));
    cycle_.after_commit([this, edition] {
      const Job& done = jobs_.front();
      spdlog::info("run {}: edition {} made by {} with {}", done.original->run_id(),
                   edition->run_id(), done.made_by, done.intensity.in_words());
      finish(about(done.request, *done.original, *edition));
    });
  }
  cycle_.go();
}

void Editions::add(const run::StoredEvent& stored) {
  Job& job = jobs_.front();
  run::Run& edition = *job.edition;
  const auto& request = job.request;
  run::Event event = stored.event;
  if (auto* created = std::get_if<run::RunCreated>(&event)) {
    created->name = name_of_edition(created->name, job.intensity.word());
    auto& carbon = created->carbon;
    carbon.default_pue = request.pue.value_or(carbon.default_pue);
    carbon.network_kwh_per_gb = request.network_kwh_per_gb.value_or(carbon.network_kwh_per_gb);
    carbon.network_intensity_g_per_kwh =
        request.network_intensity_g_per_kwh.value_or(carbon.network_intensity_g_per_kwh);
    created->edition =
        protocol::Edition{job.original->run_id(), job.intensity.in_words(), job.made_by};
    created->edition_request = request.id;
    created->edition_events = job.events;
  } else if (auto* joined = std::get_if<run::WorkerJoined>(&event)) {
    if (request.pue) joined->hello.pue = request.pue;
  } else if (auto* received = std::get_if<run::ReportReceived>(&event)) {
    const auto& region = edition.participants().at(received->worker).hello.region;
    event = appraise(edition, received->worker, std::move(received->report),
                     [&](const auto& report, auto interval) {
                       return job.intensity.of(report, interval, region);
                     });
  }
  // What it orders was ordered, and what follows from it is in the log.
  edition.apply(event, stored.at);
  cycle_.add({edition.run_id(), edition.offset(), stored.at, std::move(event)});
}

void Editions::finish(const tl::expected<Recomputed, Error>& result) {
  const Job job = std::move(jobs_.front());
  jobs_.pop_front();
  for (const auto& answer : job.answers) answer(result);
  if (!jobs_.empty()) begin();
}

}  // namespace fedwatt::hub
