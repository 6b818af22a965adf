#include <spdlog/spdlog.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <utility>

#include "certificate_watch.h"
#include "exposure_warnings.h"
#include "fedwatt/access/token_command.h"
#include "fedwatt/hub/hub.h"
#include "fedwatt/hub/live_intensity_feed.h"
#include "fedwatt/hub/settings.h"
#include "fedwatt/hub/tokens_watch.h"
#include "fedwatt/hub/version.h"
#include "fedwatt/net/curl_client.h"
#include "fedwatt/net/socket_server.h"
#include "fedwatt/protocol/close_codes.h"
#include "fedwatt/store/writer.h"
#include "prune.h"
#include "reload.h"
#include "wait_for_store.h"

// Reads the settings, builds the layers, waits for a signal, drains.

namespace {

using namespace fedwatt;

// How long a hub that was told to stop may take to commit, and then for its peers to say goodbye.
constexpr std::chrono::milliseconds kCommitWithin{2'500};
constexpr std::chrono::milliseconds kGoodbyeWithin{1'500};

int fail(const std::string& message) {
  std::cerr << "fedwatt-hub: " << message << "\n";
  return 1;
}

tl::expected<void, store::StoreError> replay(store::Store& store, hub::Hub& hub) {
  std::size_t count = 0;
  auto result = store.replay([&](run::StoredEvent&& event) {
    hub.replay(std::move(event));
    if (++count % 500'000 == 0) spdlog::info("read {} events back so far", count);
  });
  if (result) spdlog::info("{} runs, {} events read back", hub.runs().all().size(), count);
  return result;
}

// Nobody was told of them, and whoever asked for one asks again.
void remove_unfinished_editions(store::Store& store, const hub::Hub& hub) {
  for (const auto& run_id : hub.unfinished_editions()) {
    const auto removed = store.remove(run_id);
    spdlog::warn("the edition {} was not finished: {}", run_id,
                 removed ? "removed" : removed.error().message);
  }
}

int serve(hub::Settings settings, const Reload::ReadAgain& read_again) {
  const auto identity = read_identity(settings.tls);
  if (!identity) return fail(identity.error());
  auto store = store::open_store(settings.database);
  const bool may_come = !store && store.error().kind == store::StoreError::Kind::kUnavailable;
  if (may_come && settings.wait_for_store.count() > 0) {
    store = wait_for_store(settings, *identity, store.error());
  }
  if (!store) return fail(store.error().message);

  const bool has_tls = *identity != nullptr;
  net::SocketServer server({settings.listen_address, settings.listen_port, settings.max_connections,
                            settings.patience, settings.door, *identity});
  net::CurlClient http([&server](auto task) { server.post(std::move(task)); });
  store::Writer writer(**store, [&server](auto task) { server.post(std::move(task)); });

  hub::AlertDesk alerts(http, server, settings.webhooks);
  std::string failure;
  hub::Hub hub(writer, server, server, settings.defaults, [&](const store::StoreError& error) {
    failure = error.message;
    server.stop();
  });
  hub.tell_of_alerts(alerts);
  std::optional<hub::TokensWatch> tokens;
  if (!settings.tokens_file.empty()) {
    hub.use_tokens(settings.tokens);
    tokens.emplace(settings.tokens_file, server,
                   [&hub](const auto& changed) { hub.use_tokens(changed); });
  }
  const auto problem = server.listen(
      hub, [&hub](const auto& request, auto respond) { hub.answer(request, std::move(respond)); });
  if (!problem.empty()) return fail(problem);
  // Whoever connects already is answered when everything is read back.
  const auto replay_began = std::chrono::steady_clock::now();
  if (const auto replayed = replay(**store, hub); !replayed) return fail(replayed.error().message);
  const std::chrono::duration<double> replay_s = std::chrono::steady_clock::now() - replay_began;
  hub.metrics().gauge("fedwatt_replay_seconds", "How long it took to read everything back.",
                      [replay_s] { return replay_s.count(); });
  remove_unfinished_editions(**store, hub);

  bool store_hangs = false;
  server.on_stop_signal([&](int signal) {
    spdlog::info("signal {}: stopping", signal);
    server.stop_listening();
    const auto said_goodbye = std::make_shared<bool>(false);
    const auto say_goodbye = [&server, said_goodbye] {
      if (std::exchange(*said_goodbye, true)) return;
      server.close_all(protocol::kCloseGoingAway, "the hub is shutting down",
                       [&server] { server.stop(); });
      server.after(kGoodbyeWithin, [&server] { server.stop(); });
    };
    hub.drain(say_goodbye);
    server.after(kCommitWithin, [&store_hangs, said_goodbye, say_goodbye] {
      if (*said_goodbye) return;
      spdlog::warn("the store did not answer in time; workers keep what was not acknowledged");
      store_hangs = true;
      say_goodbye();
    });
  });
  if (has_tls) watch_certificate(*identity, server, hub.metrics());
  if (settings.exposure == hub::Exposure::kInsecure) hub.mark_insecure();
  warn_of_exposure(settings, server);
  // All that can change while the hub runs.
  Reload reload(settings, read_again, hub, alerts);
  server.on_reload_signal([&reload, &identity, &tokens] {
    reload();
    if (*identity) reload_certificate(**identity);
    if (tokens) tokens->reload();
  });
  hub.start();
  if (tokens) tokens->start();
  std::optional<hub::LiveIntensityFeed> live_intensities;
  if (const auto& live = settings.defaults.intensities.live()) {
    live_intensities.emplace(http, server, *live, settings.live_refresh,
                             [&hub] { return hub.live_sources(); });
    live_intensities->start();
  }
  std::cout << "fedwatt-hub listening on " << settings.listen_address << ":" << server.port()
            << std::endl;
  const auto escaped = server.run();
  if (!escaped.empty()) return fail("stopped by an error of its own: " + escaped);
  if (!failure.empty()) return fail(failure);
  spdlog::info("stopped");
  if (store_hangs) {
    // The writer may be waiting for a database that never answers: nobody waits for the writer.
    spdlog::shutdown();
    std::_Exit(0);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // A file that may grow no more is for the store to tell of, and no reason to die.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);  // until there is something to reload
  if (argc > 1 && std::string_view(argv[1]) == "prune") return prune(argc - 1, argv + 1);
  if (argc > 1 && std::string_view(argv[1]) == "token") {
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return access::token_command({argv + 2, argv + argc}, now, std::cout, std::cerr);
  }
  auto settings = hub::read_settings(argc, argv);
  if (const auto* exit = std::get_if<hub::Exit>(&settings)) {
    (exit->status == 0 ? std::cout : std::cerr) << exit->text;
    return exit->status;
  }
  auto& started = std::get<hub::Settings>(settings);
  try {
    hub::set_log(started.log_level, started.log_format);
    return serve(std::move(started), [argc, argv] { return hub::read_settings(argc, argv); });
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
