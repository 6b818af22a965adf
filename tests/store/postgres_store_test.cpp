#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <pqxx/pqxx>
#include <thread>

#include "postgres_test_database.h"
#include "sample_events.h"
#include "store/postgres_address.h"
#include "store/sql_store.h"

namespace fedwatt::store::testing {

namespace {

using run::StoredEvent;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kPatience{60};

// Appends as the writer does: again and again while the store is unavailable.
std::string append_patiently(Store& store, const StoredEvent& event) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  std::string last;
  do {
    last = outcome(store.append({&event, 1}));
    if (last != "unavailable") return last;
    std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < give_up);
  return last;
}

// A port of 127.0.0.1 on which nobody listens.
int unused_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

void server_control(const std::string& arguments) {
  const std::string command = std::string(FEDWATT_THROWAWAY_POSTGRES) + " " + arguments;
  ASSERT_EQ(std::system((command + " > /dev/null").c_str()), 0) << command;
}

TEST(PostgresStore, SaysThatTheServerIsAwayAndKeepsThePasswordToItself) {
  const std::string port = std::to_string(unused_port());
  const Opened opened = open_store("postgresql://ada:s3cret@127.0.0.1:" + port + "/fedwatt");
  ASSERT_EQ(outcome(opened), "unavailable");
  EXPECT_THAT(opened.error().message, HasSubstr("127.0.0.1:" + port + "/fedwatt"));
  EXPECT_THAT(opened.error().message, HasSubstr("refused"));
  EXPECT_THAT(opened.error().message, Not(HasSubstr("s3cret")));
}

TEST(PostgresStore, KeepsAMistypedPasswordToItself) {
  for (const char* address :
       {"postgresql://ada:s3@cret@127.0.0.1/fedwatt", "postgresql://ada:s3/cret@127.0.0.1/fedwatt",
        "postgresql://ada:s3%cret@127.0.0.1/fedwatt", "postgres://ada:s3cret@[::1/fedwatt",
        "postgresql://ada:s3cret@127.0.0.1:port/fedwatt", "postgresql://ada@127.0.0.1?s3cret=1"}) {
    const Opened opened = open_store(address);
    ASSERT_EQ(outcome(opened), "bad address") << address;
    EXPECT_THAT(opened.error().message, Not(AnyOf(HasSubstr("s3"), HasSubstr("cret")))) << address;
    EXPECT_THAT(opened.error().message, HasSubstr("%40")) << address;
  }
}

TEST(PostgresStore, SaysThatThePasswordIsWrong) {
  std::string address = postgres_url();
  const auto password = address.find(':', address.find("://") + 3) + 1;
  address.replace(password, address.find('@') - password, "s3cret");
  const Opened opened = open_store(address);
  ASSERT_EQ(outcome(opened), "unavailable");
  EXPECT_THAT(opened.error().message, HasSubstr("password authentication failed"));
  EXPECT_THAT(opened.error().message, Not(HasSubstr("s3cret")));
}

TEST(PostgresStore, ReconnectsWhenItsConnectionWasEnded) {
  PostgresTestDatabase database;
  const auto store = open(database.address());
  StoredEvent event = created("r");
  ASSERT_EQ(outcome(store->append({&event, 1})), "ok");
  for (std::int64_t offset = 2; offset <= 4; ++offset) {
    ask_server("SELECT pg_terminate_backend(" + std::to_string(database.backend_pid()) + ")");
    event = report("r", offset, "w", offset);
    // Said once, and the next call works.
    EXPECT_EQ(outcome(store->append({&event, 1})), "unavailable");
    EXPECT_EQ(append_patiently(*store, event), "ok");
  }
  EXPECT_EQ(replay(*store).size(), 4U);
  // The new connection keeps other hubs out, like the first.
  EXPECT_EQ(outcome(open_store(database.address())), "in use");
}

TEST(PostgresStore, GoesOnWhenTheServerIsBack) {
  PostgresTestDatabase database;
  const auto store = open(database.address());
  StoredEvent event = created("r");
  ASSERT_EQ(outcome(store->append({&event, 1})), "ok");

  // throwaway_postgres keeps its data in a folder of the server's own folder.
  const std::string data = ask_server("SHOW data_directory").front();
  const std::string folder = data.substr(0, data.rfind('/'));
  server_control("stop " + folder + " --immediate");
  event = report("r", 2, "w", 1);
  EXPECT_EQ(outcome(store->append({&event, 1})), "unavailable");
  const auto checked = store->check();
  EXPECT_EQ(outcome(checked), "unavailable");
  EXPECT_THAT(checked.error().message, HasSubstr("cannot be reached"));

  server_control("start " + folder);
  EXPECT_EQ(append_patiently(*store, event), "ok");
  EXPECT_EQ(replay(*store).size(), 2U);
  EXPECT_EQ(outcome(store->check()), "ok");
}

TEST(PostgresStore, DoesNotWaitForeverForAServerThatDoesNotAnswer) {
  PostgresTestDatabase database;
  const Opened opened = SqlStore::open(database.database(std::chrono::milliseconds(200)));
  ASSERT_EQ(outcome(opened), "ok");
  Store& store = **opened;
  const StoredEvent event = created("r");

  const int backend = database.backend_pid();
  ASSERT_EQ(::kill(backend, SIGSTOP), 0);
  EXPECT_EQ(outcome(store.append({&event, 1})), "unavailable");
  ASSERT_EQ(::kill(backend, SIGCONT), 0);
  EXPECT_EQ(append_patiently(store, event), "ok");
  EXPECT_EQ(replay(store).size(), 1U);
}

TEST(PostgresStore, IsUnavailableWhileALostConnectionHoldsItsLock) {
  PostgresTestDatabase database;
  const auto store = open(database.address());
  const StoredEvent event = created("r");
  ask_server("SELECT pg_terminate_backend(" + std::to_string(database.backend_pid()) + ")");
  EXPECT_EQ(outcome(store->check()), "unavailable");
  auto other = open(database.address());
  const auto appended = store->append({&event, 1});
  EXPECT_EQ(outcome(appended), "unavailable");
  EXPECT_THAT(appended.error().message, HasSubstr("lock"));
  other.reset();
  EXPECT_EQ(append_patiently(*store, event), "ok");
}

TEST(PostgresStore, CheckNoticesAReadOnlyServer) {
  PostgresTestDatabase database;
  open(database.address()).reset();
  const auto store = open(database.with_options("-cdefault_transaction_read_only%3Don"));
  const auto checked = store->check();
  EXPECT_EQ(outcome(checked), "unavailable");
  EXPECT_THAT(checked.error().message, HasSubstr("read-only"));
  const StoredEvent event = created("r");
  EXPECT_EQ(outcome(store->append({&event, 1})), "unavailable");
}

TEST(PostgresStore, SaysWhatToGrant) {
  PostgresTestDatabase database;
  // No superuser, and so without any right in the test's schema.
  const auto store = open_store(database.with_options("-crole%3Dpg_monitor"));
  ASSERT_EQ(outcome(store), "unavailable");
  EXPECT_THAT(store.error().message, HasSubstr("grant its user USAGE and CREATE"));
}

TEST(PostgresStore, CommitsDurablyWhateverTheServersDefaultIs) {
  PostgresTestDatabase database;
  const auto store = open(database.with_options("-csynchronous_commit%3Doff"));
  ASSERT_NE(store, nullptr);
  // Our own session's setting cannot be seen from outside, so: the same address, the same way.
  pqxx::connection connection(
      PostgresAddress(database.with_options("-csynchronous_commit%3Doff")).connection());
  pqxx::work transaction(connection);
  EXPECT_EQ(transaction.exec1("SHOW synchronous_commit").front().as<std::string>(), "on");
}

TEST(PostgresStore, RefusesANameThatNoIndexCanHold) {
  PostgresTestDatabase database;
  const auto store = open(database.address());
  std::string name;  // that does not compress
  for (std::uint32_t state = 1; name.size() < 20'000;) {
    state = state * 1664525U + 1013904223U;
    name += static_cast<char>('!' + (state >> 24) % 90);
  }
  const std::vector<StoredEvent> events = {created("r"), report("r", 2, name, 1)};
  EXPECT_EQ(outcome(store->append(events)), "invalid event");
  EXPECT_EQ(outcome(store->append({events.data(), 1})), "ok");
}

}  // namespace

}  // namespace fedwatt::store::testing
