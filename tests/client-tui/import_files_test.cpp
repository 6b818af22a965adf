#include "import/import_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "import/csv_line.h"
#include "import/local_time.h"
#include "offline_files.h"

// Files of other programs, in the shapes that codecarbon 2.1 to 3.3 and carbontracker 1.1 to 2.4
// write.

namespace fedwatt::viewer {
namespace {

using protocol::Report;
using testing::AllOf;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

class ImportFilesTest : public testing::Test {
 protected:
  // Before any test, in the only thread: the times in these files are of some zone.
  static void SetUpTestSuite() {
    setenv("TZ", "UTC-2", 1);  // two hours east of Greenwich
    tzset();
  }
  static void TearDownTestSuite() {
    unsetenv("TZ");
    tzset();
  }

  std::vector<ImportSource> check(const std::string& name, const std::string& text) {
    skipped = {};
    auto sources = check_import_file(files.write(name, text), skipped);
    problem = sources ? "" : sources.error();
    return sources ? *sources : std::vector<ImportSource>();
  }
  static std::vector<Report> reports_of(const ImportSource& source) {
    std::vector<Report> reports;
    const auto reader = source.open();
    EXPECT_TRUE(reader);
    for (;;) {
      const auto message = (*reader)->next();
      if (!message || !*message) break;
      reports.push_back(std::get<Report>(**message));
    }
    EXPECT_EQ(static_cast<std::int64_t>(reports.size()), source.reports);
    return reports;
  }

  OfflineFiles files;
  SkippedRows skipped;
  std::string problem;
};

// ---- codecarbon ---------------------------------------------------------------------------------

const std::string kVersion3 =
    "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,"
    "gpu_power,ram_power,cpu_energy,gpu_energy,ram_energy,energy_consumed,water_consumed,"
    "country_name,country_iso_code,region,cloud_provider,cloud_region,os,python_version,"
    "codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,"
    "tracking_mode,cpu_utilization_percent,gpu_utilization_percent,ram_utilization_percent,"
    "ram_used_gb,on_cloud,pue,wue\n";

// As codecarbon 3.3.2 wrote it, but for the figures that are given.
std::string row3(const std::string& project, const std::string& run_id, const std::string& duration,
                 const std::string& emissions, const std::string& cpu, const std::string& ram,
                 const std::string& total) {
  return "2026-01-31T12:00:10," + project + "," + run_id + ",5b0fa12a," + duration + "," +
         emissions + ",3.3e-07,1.4,0.0,20.0," + cpu + ",0.0," + ram + "," + total +
         ",0.0,France,FRA,,,,Linux-6.18,3.11.7,3.3.2,2,\"Xeon, 2.80GHz\",0,,,,23.5,machine,0.0,0,"
         "3.9,0.9,N,1.0,0.0\n";
}

TEST_F(ImportFilesTest, ARowOfCodecarbonIsAReport) {
  // 0.5 g of 0.01 kWh: 50 g/kWh. 0.008 kWh × 3.6e6 = 28,800 J; 0.002 kWh are 7,200 J.
  const auto sources = check("hospital-3.csv", kVersion3 + row3("digits", "r1", "10.0", "0.0005",
                                                                "0.008", "0.002", "0.01"));
  ASSERT_EQ(sources.size(), 1U) << problem;
  const auto& hello = sources[0].hello;
  EXPECT_EQ(hello.run, "digits");
  EXPECT_EQ(hello.worker, "hospital-3");
  EXPECT_EQ(hello.region, "FRA");
  EXPECT_EQ(hello.pue, 1.0) << "codecarbon's is in its energy already";
  EXPECT_EQ(hello.hardware.cpu, "Xeon, 2.80GHz");
  EXPECT_EQ(hello.framework, "codecarbon 3.3.2");
  const auto reports = reports_of(sources[0]);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].seq, 1);
  EXPECT_EQ(reports[0].round, 1);
  EXPECT_EQ(reports[0].duration_s, 10.0);
  // 12:00:10 there is 10:00:10 UTC, when the interval ended.
  EXPECT_EQ(protocol::format_timestamp(reports[0].started_at), "2026-01-31T10:00:00.000Z");
  EXPECT_THAT(reports[0].energy_j.cpu_j, Optional(DoubleNear(28'800, 1e-9)));
  EXPECT_THAT(reports[0].energy_j.ram_j, Optional(DoubleNear(7'200, 1e-9)));
  EXPECT_EQ(reports[0].energy_j.gpu_j, std::nullopt) << "no GPU is there: not measured is not 0";
  EXPECT_EQ(reports[0].energy_source.cpu, "external:codecarbon");
  EXPECT_THAT(reports[0].intensity_g_per_kwh, Optional(DoubleNear(50, 1e-12)));
  EXPECT_EQ(reports[0].round_complete, true);
}

TEST_F(ImportFilesTest, RowsOfOneRunOfCodecarbonsAreRunningTotals) {
  const auto sources =
      check("a.csv", kVersion3 + row3("digits", "r1", "10", "0.0005", "0.01", "0", "0.01") +
                         row3("digits", "r2", "7", "0.0002", "0.02", "0", "0.02") +
                         row3("digits", "r1", "25", "0.0015", "0.03", "0", "0.03"));
  ASSERT_EQ(sources.size(), 1U) << problem;
  const auto reports = reports_of(sources[0]);
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_EQ(reports[1].duration_s, 7);
  // r1: 25 − 10 s; 0.03 − 0.01 kWh = 72,000 J; 1.5 − 0.5 g of 0.02 kWh = 50 g/kWh.
  EXPECT_EQ(reports[2].round, 3);
  EXPECT_EQ(reports[2].duration_s, 15);
  EXPECT_THAT(reports[2].energy_j.cpu_j, Optional(DoubleNear(72'000, 1e-9)));
  EXPECT_THAT(reports[2].intensity_g_per_kwh, Optional(DoubleNear(50, 1e-9)));
}

TEST_F(ImportFilesTest, TheFileOfTasksHasNoRunningTotals) {
  const std::string header =
      "task_name,timestamp,project_name,run_id,duration,emissions,cpu_energy,gpu_energy,"
      "ram_energy,energy_consumed,gpu_count\n";
  const auto sources =
      check("tasks.csv", header +
                             "load,2026-01-31T12:00:10,digits,r1,5,0.1,1,1,1,3,1\n"
                             "fit,2026-01-31T12:00:15,digits,r1,5,0.1,1,1,1,3,1\n");
  ASSERT_EQ(sources.size(), 1U) << problem;
  const auto reports = reports_of(sources[0]);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].duration_s, 5);
  EXPECT_THAT(reports[1].energy_j.gpu_j, Optional(DoubleNear(3.6e6, 1e-3)));
}

TEST_F(ImportFilesTest, EnergyWithoutComponentsIsTheMachines) {
  const std::string header = "timestamp,duration,emissions,energy_consumed,unheard_of\n";
  auto sources = check("emissions.csv", header + "2021-01-01T00:00:00,10,0.001,0.01,x\n");
  ASSERT_EQ(sources.size(), 1U) << problem;
  EXPECT_EQ(sources[0].hello.run, "codecarbon");
  EXPECT_THAT(sources[0].hello.worker, HasSubstr("fedwatt-")) << "the folder's name";
  EXPECT_THAT(reports_of(sources[0])[0].energy_j.machine_j, Optional(DoubleNear(36'000, 1e-9)));

  // Components that are not all of it would not be what the emissions are of.
  sources = check("b.csv", kVersion3 + row3("digits", "r1", "10", "0.001", "0.004", "0", "0.01"));
  const auto report = reports_of(sources.at(0)).at(0);
  EXPECT_EQ(report.energy_j.cpu_j, std::nullopt);
  EXPECT_THAT(report.energy_j.machine_j, Optional(DoubleNear(36'000, 1e-9)));
}

TEST_F(ImportFilesTest, RowsThatMakeNoSenseAreNamedByLineAndSkipped) {
  const auto good = row3("digits", "r1", "10", "0.0005", "0.01", "0", "0.01");
  auto bad_time = row3("digits", "r2", "10", "0.0005", "0.01", "0", "0.01");
  bad_time.replace(0, 4, "26-1");
  const std::string text = kVersion3 + good                                               // line 2
                           + row3("digits", "r2", "ten", "0.0005", "0.01", "0", "0.01")   // 3
                           + row3("digits", "r2", "nan", "0.0005", "0.01", "0", "0.01")   // 4
                           + row3("digits", "r2", "-1", "0.0005", "0.01", "0", "0.01")    // 5
                           + "half,a,row\n"                                               // 6
                           + row3("digits", "r2", "10", "1e9", "0.01", "0", "0.01")       // 7
                           + row3("\"digits", "r2", "10", "0.0005", "0.01", "0", "0.01")  // 8
                           + bad_time                                                     // 9
                           + row3("digits", "r1", "9", "0.0005", "0.01", "0", "0.01")     // 10
                           + good                                                         // 11
                           + row3("digits", "r2", "10", "0.0005", "0", "0", "0")          // 12
                           + row3("digits", "r2", "10", "0.0005", "1e300", "0", "1e300")  // 13
                           + row3("dig\x01its", "r2", "10", "0.0005", "0.01", "0", "0.01")  // 14
                           + std::string(200'000, 'x') + "\n"                               // 15
                           + row3("digits", "r3", "10", "0.0005", "0.01", "0", "0.01");     // 16
  const auto sources = check("a.csv", text);
  ASSERT_EQ(sources.size(), 1U) << problem;
  EXPECT_EQ(skipped.count(), 13U);
  EXPECT_THAT(
      skipped.first(),
      ElementsAre(
          HasSubstr("a.csv, line 3: duration is no number"),
          HasSubstr("line 4: duration is no number"), HasSubstr("line 5: duration is negative"),
          HasSubstr("line 6: has 3 fields, the header 38"),
          AllOf(HasSubstr("line 7: "), HasSubstr("intensity_g_per_kwh")),
          HasSubstr("line 8: a quote is not closed"), HasSubstr("line 9: timestamp is no time"),
          HasSubstr("line 10: duration is less than in an earlier row"),
          HasSubstr("line 11: says the same as an earlier row"),
          HasSubstr("line 12: has emissions, but an energy_consumed of 0"),
          AllOf(HasSubstr("line 13: "), HasSubstr("energy_j")),
          AllOf(HasSubstr("line 14: "), HasSubstr("run")), HasSubstr("line 15: is longer than")));
  const auto reports = reports_of(sources[0]);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[1].round, 2);
  EXPECT_EQ(reports[1].seq, 15) << "a row's number is its place: rows that come later change none";
}

TEST_F(ImportFilesTest, EachProjectIsARunAndTheSameContentTheSameSession) {
  const std::string text = kVersion3 + row3("digits", "r1", "10", "0.0005", "0.01", "0", "0.01") +
                           row3("fashion", "r2", "10", "0.0005", "0.01", "0", "0.01") +
                           row3("digits", "r3", "10", "0.0005", "0.01", "0", "0.01");
  const auto sources = check("a.csv", text);
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].hello.run, "digits");
  EXPECT_EQ(sources[0].reports, 2);
  EXPECT_EQ(sources[1].hello.run, "fashion");
  EXPECT_EQ(sources[1].first_seq, 2);
  EXPECT_EQ(reports_of(sources[1]).at(0).round, 1);
  EXPECT_NE(sources[0].hello.session, sources[1].hello.session);

  const auto again =
      check("elsewhere.csv", text + row3("digits", "r4", "10", "0.0005", "0.01", "0", "0.01"));
  EXPECT_EQ(again.at(0).hello.session, sources[0].hello.session) << "also after it has grown";
}

TEST_F(ImportFilesTest, MoreRowsAreSkippedThanAreNamed) {
  std::string text = kVersion3;
  for (int i = 0; i < 1'000; ++i) text += "nonsense\n";
  text += row3("digits", "r1", "10", "0.0005", "0.01", "0", "0.01");
  EXPECT_EQ(check("a.csv", text).size(), 1U);
  EXPECT_EQ(skipped.count(), 1'000U);
  EXPECT_EQ(skipped.first().size(), SkippedRows::kKept);
}

// ---- carbontracker ------------------------------------------------------------------------------

const std::string kStandardHead =
    "2026-01-31 12:00:00 - carbontracker version 2.4.7\n"
    "2026-01-31 12:00:00 - Only predicted and actual consumptions are multiplied by a PUE "
    "coefficient of 1.58 (Daniel Bizo, 2023, Uptime Institute Global Data Center Survey).\n"
    "2026-01-31 12:00:00 - The following components were found: GPU with device(s) NVIDIA GeForce "
    "RTX 3060. CPU with device(s) cpu:0.\n"
    "2026-01-31 12:00:00 - Monitoring thread started.\n";
const std::string kEpoch1 =
    "2026-01-31 12:02:22 - Epoch 1:\n"
    "2026-01-31 12:02:22 - Duration: 0:02:21.90\n"
    "2026-01-31 12:02:22 - Average power usage (W) for gpu: [100.5 20.0\n"
    " 16.5]\n"
    "2026-01-31 12:02:22 - Average power usage (W) for cpu: 13.0\n";
const std::string kEpoch2 =
    "2026-01-31 12:02:23 - Epoch 2:\n"
    "2026-01-31 12:02:23 - Duration: 0:00:01.00\n"
    "2026-01-31 12:02:23 - Average power usage (W) for gpu: None\n"
    "2026-01-31 12:02:23 - Average power usage (W) for cpu: [50.0]\n";
const std::string kStandardEnd =
    "2026-01-31 12:02:23 - Carbon intensities (gCO2eq/kWh) fetched every 900 s at detected "
    "location Copenhagen: [102.0]\n"
    "2026-01-31 12:02:23 - Average carbon intensity during training was 102.00 gCO2/kWh at "
    "detected location: Copenhagen, Capital Region, DK.\n"
    "2026-01-31 12:02:23 - Monitoring thread ended.\n";

TEST_F(ImportFilesTest, AnEpochOfCarbontrackersStandardLogIsARound) {
  const auto sources = check("12.3_2026-01-31T120000Z_carbontracker.log",
                             kStandardHead + kEpoch1 + kEpoch2 + kStandardEnd);
  ASSERT_EQ(sources.size(), 1U) << problem;
  EXPECT_THAT(skipped.first(), IsEmpty());
  const auto& hello = sources[0].hello;
  EXPECT_EQ(hello.run, "carbontracker");
  EXPECT_EQ(hello.worker, "12.3_2026-01-31T120000Z");
  EXPECT_EQ(hello.pue, 1.58) << "its powers are without";
  EXPECT_EQ(hello.hardware.cpu, "cpu:0");
  EXPECT_THAT(hello.hardware.gpu, ElementsAre("NVIDIA GeForce RTX 3060"));
  EXPECT_EQ(hello.framework, "carbontracker 2.4.7");
  const auto reports = reports_of(sources[0]);
  ASSERT_EQ(reports.size(), 2U);
  // 141.9 s × (100.5 + 20 + 16.5) W = 19,440.3 J; × 13 W = 1,844.7 J
  EXPECT_DOUBLE_EQ(reports[0].duration_s, 141.9);
  EXPECT_THAT(reports[0].energy_j.gpu_j, Optional(DoubleNear(19'440.3, 1e-9)));
  EXPECT_THAT(reports[0].energy_j.cpu_j, Optional(DoubleNear(1'844.7, 1e-9)));
  EXPECT_EQ(reports[0].energy_source.gpu, "external:carbontracker");
  EXPECT_EQ(protocol::format_timestamp(reports[0].started_at), "2026-01-31T10:00:00.100Z");
  EXPECT_EQ(reports[0].intensity_g_per_kwh, 102.0) << "which stands after all epochs";
  EXPECT_EQ(reports[1].round, 2);
  EXPECT_EQ(reports[1].energy_j.gpu_j, std::nullopt);
  EXPECT_EQ(reports[1].energy_j.cpu_j, 50.0);
}

TEST_F(ImportFilesTest, ALogOfATrainingThatGoesOnHasTheSameSession) {
  const auto begun = check("a.log", kStandardHead + kEpoch1);
  const auto ended = check("b.log", kStandardHead + kEpoch1 + kEpoch2 + kStandardEnd);
  ASSERT_EQ(begun.size(), 1U);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(begun[0].hello.session, ended[0].hello.session);
  EXPECT_EQ(reports_of(begun[0]).at(0).intensity_g_per_kwh, std::nullopt);
}

TEST_F(ImportFilesTest, EpochsThatMakeNoSenseAreNamedByLine) {
  const auto sources = check("a.log",
                             kStandardHead + kEpoch1 +
                                 "2026-01-31 12:02:23 - Epoch 2:\n"  // line 10
                                 "2026-01-31 12:02:23 - Duration: soon\n"
                                 "2026-01-31 12:02:24 - Epoch 3:\n"  // line 12
                                 "2026-01-31 12:02:24 - Duration: 0:00:01.00\n"
                                 "2026-01-31 12:02:24 - Average power usage (W) for ane: 3.0\n"
                                 "2026-01-31 12:02:25 - Epoch 4:\n"  // line 15
                                 "2026-01-31 12:02:25 - Duration: 0:00:01.00\n"
                                 "2026-01-31 12:02:25 - Average power usage (W) for cpu: [nan]\n"
                                 "2026-01-31 12:02:26 - Epoch 1:\n"  // line 18
                                 "2026-01-31 12:02:26 - Duration: 0:00:01.00\n"
                                 "2026-01-31 12:02:27 - Epoch 5:\n"  // line 20
                                 "2026-01-31 12:02:27 - " +
                                 std::string(30'000, 'x') + "\n");
  ASSERT_EQ(sources.size(), 1U) << problem;
  EXPECT_EQ(sources[0].reports, 1);
  EXPECT_THAT(skipped.first(),
              ElementsAre(HasSubstr("a.log, line 10: Duration soon makes no sense"),
                          HasSubstr("line 12: has the power of ane"),
                          HasSubstr("line 15: the power of cpu, [nan], makes no sense"),
                          HasSubstr("line 18: epoch 1 comes after epoch 1"),
                          HasSubstr("line 20: epoch 5 has no duration")));
}

TEST_F(ImportFilesTest, TheOutputLogHasRunningTotalsAndPredictionsThatDoNotCount) {
  const std::string log =
      "2022-11-14 15:42:43 - CarbonTracker: The following components were found: CPU with "
      "device(s) cpu:0.\n"
      "2022-11-14 15:43:37 - CarbonTracker: \n"
      "Actual consumption for 1 epoch(s):\n"
      "\tTime:\t0:00:53\n"
      "\tEnergy:\t0.003504 kWh\n"
      "\tCO2eq:\t0.357451 g\n"
      "\tThis is equivalent to:\n"
      "\t0.002969 km travelled by car\n"
      "2022-11-14 15:43:37 - CarbonTracker: \n"
      "Predicted consumption for 4 epoch(s):\n"
      "\tTime:\t0:03:33\n"
      "\tEnergy:\t0.014018 kWh\n"
      "\tCO2eq:\t1.429803 g\n"
      "2022-11-14 15:46:10 - CarbonTracker: \n"
      "Actual consumption for 4 epoch(s):\n"
      "\tTime:\t0:03:33\n"
      "\tEnergy:\t0.013504 kWh\n"
      "\tCO2eq:\t1.357451 g\n"
      "2022-11-14 15:46:10 - CarbonTracker: Finished monitoring.\n";
  const auto sources = check("12.3_x_carbontracker_output.log", log);
  ASSERT_EQ(sources.size(), 1U) << problem;
  EXPECT_THAT(skipped.first(), IsEmpty());
  EXPECT_EQ(sources[0].hello.worker, "12.3_x") << "the same as of the standard log";
  EXPECT_EQ(sources[0].hello.pue, 1.0) << "it is in the energy already";
  const auto reports = reports_of(sources[0]);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].round, 1);
  EXPECT_THAT(reports[0].energy_j.machine_j, Optional(DoubleNear(12'614.4, 1e-6)));  // × 3.6e6
  EXPECT_THAT(reports[0].intensity_g_per_kwh, Optional(DoubleNear(102.0123, 1e-4)));
  // 213 − 53 s; 0.013504 − 0.003504 kWh = 36,000 J; 1 g of 0.01 kWh = 100 g/kWh
  EXPECT_EQ(reports[1].round, 4);
  EXPECT_EQ(reports[1].seq, 2);
  EXPECT_EQ(reports[1].duration_s, 160);
  EXPECT_THAT(reports[1].energy_j.machine_j, Optional(DoubleNear(36'000, 1e-6)));
  EXPECT_THAT(reports[1].intensity_g_per_kwh, Optional(DoubleNear(100, 1e-9)));
}

TEST_F(ImportFilesTest, TheOutputLogsGramsCountOnlyBetweenTwoFigures) {
  const std::string log =
      "2022-11-14 15:43:37 - CarbonTracker: \n"
      "Actual consumption for 1 epoch(s):\n\tTime:\t0:00:53\n\tEnergy:\t0.01 kWh\n"
      "\tCO2eq:\tnan g\n"
      "2022-11-14 15:46:10 - CarbonTracker: \n"
      "Actual consumption for 4 epoch(s):\n\tTime:\t0:03:33\n\tEnergy:\t0.02 kWh\n"
      "\tCO2eq:\t2 g\n";
  const auto sources = check("12.3_x_carbontracker_output.log", log);
  ASSERT_EQ(sources.size(), 1U) << problem;
  const auto reports = reports_of(sources[0]);
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].intensity_g_per_kwh, std::nullopt);
  EXPECT_EQ(reports[1].intensity_g_per_kwh, std::nullopt) << "2 g are of all four epochs";
  EXPECT_THAT(reports[1].energy_j.machine_j, Optional(DoubleNear(36'000, 1e-6)));
}

// ---- of any kind --------------------------------------------------------------------------------

TEST_F(ImportFilesTest, AFileOfNoKnownKindIsSaidToBeOne) {
  for (const char* text : {"", "hello\n", "a,b\n1,2\n", "timestamp,duration,emissions\n",
                           "2026-01-31 12:00:00,467 - MainThread - WARNING - no key\n"}) {
    EXPECT_THAT(check("x", text), IsEmpty());
    EXPECT_THAT(problem,
                AllOf(HasSubstr("codecarbon"), HasSubstr("carbontracker"), HasSubstr("Fedwatt")))
        << text;
  }
}

TEST_F(ImportFilesTest, AFileWithoutASoundRowIsNothingToImport) {
  check("a.csv", kVersion3 + "nonsense\n");
  EXPECT_THAT(problem, HasSubstr("holds nothing that could be imported"));
  EXPECT_EQ(skipped.count(), 1U);
  check("a.log", kStandardHead);
  EXPECT_THAT(problem, HasSubstr("holds nothing that could be imported"));
}

TEST_F(ImportFilesTest, AFileOfFedwattsIsKnownByItsFirstLine) {
  const auto sources = check("a", kHello + report_line(1, 1) + kBye);
  ASSERT_EQ(sources.size(), 1U) << problem;
  EXPECT_EQ(sources[0].hello.session, "s-a");
  EXPECT_EQ(reports_of(sources[0]).size(), 1U);
}

TEST(CsvFields, AreSplitAsTheStandardSays) {
  EXPECT_THAT(csv_fields("a,,\"b,c\",\"d\"\"e\""), Optional(ElementsAre("a", "", "b,c", "d\"e")));
  EXPECT_THAT(csv_fields(""), Optional(ElementsAre("")));
  EXPECT_EQ(csv_fields("a,\"b"), std::nullopt);
}

TEST(LocalTime, AZoneThatIsGivenCounts) {
  EXPECT_EQ(parse_local_time("2026-01-31T12:00:00+02:00"),
            protocol::parse_timestamp("2026-01-31T10:00:00Z"));
  EXPECT_EQ(parse_local_time("2026-02-31T12:00:00"), std::nullopt);
  EXPECT_EQ(parse_local_time("yesterday"), std::nullopt);
}

}  // namespace
}  // namespace fedwatt::viewer
