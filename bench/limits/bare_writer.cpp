// libpqxx with nothing around it: stores the hub's rows by the hub's statement, a commit for each
// batch, as fast as PostgreSQL takes them. What a hub that had nothing else to do could store at
// best.
//
//   bare_writer postgresql://… ROWS_PER_COMMIT SECONDS      into an empty database

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/migrations.h"
#include "store/postgres_rows.h"

namespace fedwatt::bench {
namespace {

using store::ReportRow;
using Clock = std::chrono::steady_clock;

protocol::Timestamp now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

ReportRow row_of(std::int64_t worker) {
  ReportRow row;
  row.run_id = "7f9c1f4e-5a1d-4d1c-9d8b-0f2a6f1f6c11";
  row.worker = "load-" + std::to_string(worker);
  row.phase = "fit";
  row.duration_s = 12.3;
  row.cpu_j = 410.2;
  row.gpu_j = 1873.5;
  row.ram_j = 30.1;
  row.cpu_source = "rapl";
  row.gpu_source = "nvml";
  row.ram_source = "model";
  row.num_examples = 520;
  row.metrics.text = R"({"accuracy":0.8123,"loss":0.1877})";
  row.bytes_sent = 1'234'567;
  row.bytes_received = 1'234'567;
  row.intensity_g_per_kwh = 56.039;
  row.intensity_source = "table:FR";
  row.emissions_g = 0.0551;
  return row;
}

double cpu_s() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

void run(const char* address, std::int64_t rows_per_commit, double seconds) {
  pqxx::connection connection(address);
  {
    pqxx::work transaction(connection);
    for (const auto& migration : store::kPostgresMigrations) transaction.exec(migration.sql);
    transaction.exec("INSERT INTO runs (run_id, name, created_at) VALUES ('" + row_of(0).run_id +
                     "', 'bare', now())");
    transaction.commit();
  }
  connection.prepare("insert_reports", store::postgres_insert<ReportRow>());

  std::vector<ReportRow> rows;
  for (std::int64_t worker = 0; worker < rows_per_commit; ++worker) rows.push_back(row_of(worker));
  std::int64_t stored = 0;
  const double cpu_before_s = cpu_s();
  const auto start = Clock::now();
  const auto elapsed_s = [&] {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  while (elapsed_s() < seconds) {
    store::PostgresArrays arrays;
    for (ReportRow& row : rows) {
      row.event_offset = ++stored;
      ++row.seq;
      ++row.round;
      row.received_at = row.started_at = now();
      arrays.begin_row();
      store::for_each_column(row, arrays);
    }
    const auto literals = arrays.finish();
    pqxx::work transaction(connection);
    transaction.exec_prepared0("insert_reports", pqxx::prepare::make_dynamic_params(literals));
    transaction.commit();
  }
  const auto count = static_cast<double>(stored);
  std::printf(R"({"rows_per_commit":%ld,"rows_per_s":%.1f,"cpu_us":%.3f})"
              "\n",
              static_cast<long>(rows_per_commit), count / elapsed_s(),
              (cpu_s() - cpu_before_s) * 1e6 / count);
}

}  // namespace
}  // namespace fedwatt::bench

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::runtime_error("usage: bare_writer DATABASE ROWS_PER_COMMIT SECONDS");
    fedwatt::bench::run(argv[1], std::stol(argv[2]), std::stod(argv[3]));
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bare_writer: %s\n", problem.what());
    return 1;
  }
}
