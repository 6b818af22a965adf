#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "sample_events.h"
#include "sqlite_test_database.h"

namespace fedwatt::store::testing {

namespace {

using run::StoredEvent;
using ::testing::HasSubstr;

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// To root nothing is read-only: this gives root's rights up for a while.
class AsOrdinaryUser {
 public:
  explicit AsOrdinaryUser(const std::filesystem::path& owned) {
    if (::geteuid() != 0) return;
    constexpr uid_t kNobody = 65534;
    EXPECT_EQ(::chown(owned.c_str(), kNobody, kNobody), 0);
    EXPECT_EQ(::seteuid(kNobody), 0);
    changed_ = true;
  }
  ~AsOrdinaryUser() {
    if (!changed_) return;
    EXPECT_EQ(::seteuid(0), 0);
  }
  AsOrdinaryUser(const AsOrdinaryUser&) = delete;
  AsOrdinaryUser& operator=(const AsOrdinaryUser&) = delete;

 private:
  bool changed_ = false;
};

// As on a full disk: no file may grow beyond `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

TEST(OpenStore, RefusesAddressesThatMakeNoSense) {
  for (const char* address :
       {"", "runs.db", "sqlite:", "sqlite://runs.db", "mysql://localhost/fedwatt", "postgresql:"}) {
    const Opened opened = open_store(address);
    ASSERT_EQ(outcome(opened), "bad address") << address;
    EXPECT_THAT(opened.error().message, HasSubstr("write sqlite:PATH")) << address;
  }
}

TEST(OpenStore, TakesAPathInSeveralSpellings) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "runs.db").string();
  const auto store = open("sqlite:" + file);
  EXPECT_TRUE(std::filesystem::exists(file));
  // The same file, so it is in use.
  EXPECT_EQ(outcome(open_store("sqlite://" + file)), "in use");
  EXPECT_EQ(outcome(open_store("sqlite:" + folder.path().string() + "/./runs.db")), "in use");
  EXPECT_EQ(outcome(open_store("sqlite:" + std::filesystem::relative(file).string())), "in use");
}

TEST(SqliteStore, SaysThatTheFolderIsMissing) {
  const TemporaryFolder folder;
  const Opened opened = open_store("sqlite:" + (folder.path() / "missing" / "runs.db").string());
  ASSERT_EQ(outcome(opened), "unavailable");
  EXPECT_THAT(opened.error().message, HasSubstr("missing does not exist"));
}

TEST(SqliteStore, SaysThatTheFolderIsNotWritable) {
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  const AsOrdinaryUser ordinary(folder.path());
  const Opened opened = open_store("sqlite:" + (folder.path() / "runs.db").string());
  ASSERT_EQ(outcome(opened), "unavailable");
  EXPECT_THAT(opened.error().message, HasSubstr("cannot be created: Permission denied"));
}

TEST(SqliteStore, SaysThatTheFileIsReadOnly) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "runs.db";
  open("sqlite:" + file.string()).reset();
  std::filesystem::remove(file.string() + ".lock");
  std::filesystem::permissions(file, std::filesystem::perms(0444));
  const AsOrdinaryUser ordinary(folder.path());
  const Opened opened = open_store("sqlite:" + file.string());
  ASSERT_EQ(outcome(opened), "unavailable");
  EXPECT_THAT(opened.error().message, HasSubstr("is read-only"));
}

TEST(SqliteStore, SaysThatTheFileIsNoDatabase) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "notes.txt";
  const std::string text(4096, 'x');
  std::ofstream(file) << text;
  const Opened opened = open_store("sqlite:" + file.string());
  ASSERT_EQ(outcome(opened), "corrupt");
  EXPECT_THAT(opened.error().message, HasSubstr("is no SQLite database"));
  EXPECT_EQ(contents(file), text);

  ASSERT_EQ(outcome(open_store("sqlite:" + folder.path().string())), "unavailable");
}

TEST(SqliteStore, LeavesANewerFileAsItIsByteByByte) {
  SqliteTestDatabase database;
  open(database.address()).reset();
  database.query("INSERT INTO schema_migrations VALUES (9999, 'of_the_future', '2030-01-01')");
  const std::string before = contents(database.file());
  ASSERT_EQ(outcome(open_store(database.address())), "schema too new");
  EXPECT_EQ(contents(database.file()), before);
}

TEST(SqliteStore, GoesOnWhenTheDiskHasRoomAgain) {
  SqliteTestDatabase database;
  const auto store = open(database.address());
  const StoredEvent first = created("r");
  ASSERT_EQ(outcome(store->append({&first, 1})), "ok");

  std::vector<StoredEvent> more;
  for (std::int64_t offset = 2; offset <= 5000; ++offset) {
    more.push_back(report("r", offset, "w", offset));
  }
  {
    const FileSizeLimit limit(200'000);  // 5,000 reports take some 600,000 bytes
    EXPECT_EQ(outcome(store->append(more)), "unavailable");
  }
  EXPECT_EQ(replay(*store).size(), 1U);
  EXPECT_EQ(outcome(store->append(more)), "ok");
  EXPECT_EQ(replay(*store).size(), 5000U);
}

TEST(SqliteStore, NoticesThatItsFileIsGone) {
  SqliteTestDatabase database;
  const auto store = open(database.address());
  std::filesystem::remove(database.file());
  const StoredEvent first = created("r");
  const auto appended = store->append({&first, 1});
  ASSERT_EQ(outcome(appended), "unavailable");
  EXPECT_THAT(appended.error().message, HasSubstr("deleted or moved"));
  EXPECT_EQ(outcome(store->check()), "unavailable");
}

TEST(SqliteStore, WhatIsAppendedIsInTheFilesAtOnce) {
  SqliteTestDatabase database;
  const auto store = open(database.address());
  const auto events = full_events("r");
  ASSERT_EQ(outcome(store->append(events)), "ok");
  // What is in the files now, with the hub still running, is what a restart finds.
  const TemporaryFolder copy;
  std::filesystem::copy(database.file(), copy.path() / "runs.db");
  std::filesystem::copy(database.file().string() + "-wal", copy.path() / "runs.db-wal");
  const auto restarted = open("sqlite:" + (copy.path() / "runs.db").string());
  EXPECT_EQ(replay(*restarted), events);
}

}  // namespace

}  // namespace fedwatt::store::testing
