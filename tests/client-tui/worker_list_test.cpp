#include "input/worker_list.h"

#include <gtest/gtest.h>

#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

class WorkerList : public testing::Test {
 protected:
  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const auto* worker : workers_in_order(run_, ui_)) names.push_back(worker->worker);
    return names;
  }

  ViewerModel model_ = sample::model();
  const RunRecord& run_ = *model_.find_run("r-7f3a");
  UiState ui_;
};

TEST_F(WorkerList, TheCoordinatorComesFirst) {
  EXPECT_EQ(names(), (std::vector<std::string>{"aggregator", "hospital-1", "hospital-2",
                                               "hospital-3", "hospital-4"}));
}

TEST_F(WorkerList, TheFilterLooksIntoNameRegionAndState) {
  ui_.workers_filter = "AL-3";
  EXPECT_EQ(names(), std::vector<std::string>{"hospital-3"});
  ui_.workers_filter = "pl";
  EXPECT_EQ(names(), std::vector<std::string>{"hospital-2"});
  ui_.workers_filter = "away";
  EXPECT_EQ(names(), std::vector<std::string>{"hospital-4"});
}

TEST_F(WorkerList, TheFirstIsSelectedUnlessAnotherIs) {
  EXPECT_EQ(selected_worker(workers_in_order(run_, ui_), ui_)->worker, "aggregator");
  ui_.selected_worker = "hospital-2";
  EXPECT_EQ(selected_worker(workers_in_order(run_, ui_), ui_)->worker, "hospital-2");
  ui_.workers_filter = "hospital-3";
  EXPECT_EQ(selected_worker(workers_in_order(run_, ui_), ui_)->worker, "hospital-3");
  ui_.workers_filter = "nobody";
  EXPECT_EQ(selected_worker(workers_in_order(run_, ui_), ui_), nullptr);
}

}  // namespace
}  // namespace fedwatt::viewer
