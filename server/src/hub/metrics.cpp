#include "fedwatt/hub/metrics.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <utility>

namespace fedwatt::hub {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

ClientMetric client_metric(const Histogram& histogram) {
  ClientMetric metric;
  auto& out = metric.histogram;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    out.sample_count += histogram.counts().at(i);
    const auto& bounds = histogram.bounds();
    const bool is_last = i == bounds.size();
    out.bucket.push_back(
        {out.sample_count, is_last ? std::numeric_limits<double>::infinity() : bounds.at(i)});
  }
  out.sample_sum = histogram.sum();
  return metric;
}

Metrics::ReadAll only(Metrics::Read read) {
  return [read = std::move(read)] { return std::vector<Metrics::Sample>{{{}, read()}}; };
}

}  // namespace

void Metrics::gauge(std::string name, std::string help, Read read) {
  gauges(std::move(name), std::move(help), only(std::move(read)));
}

void Metrics::counter(std::string name, std::string help, Read read) {
  counters(std::move(name), std::move(help), only(std::move(read)));
}

void Metrics::gauges(std::string name, std::string help, ReadAll read) {
  families_.push_back({Kind::kGauge, std::move(name), std::move(help), std::move(read)});
}

void Metrics::counters(std::string name, std::string help, ReadAll read) {
  families_.push_back({Kind::kCounter, std::move(name), std::move(help), std::move(read)});
}

void Metrics::histogram(std::string name, std::string help, const Histogram& histogram) {
  families_.push_back({Kind::kHistogram, std::move(name), std::move(help), {}, &histogram});
}

std::string Metrics::text() const {
  std::vector<MetricFamily> families;
  for (const auto& [kind, name, help, read, histogram] : families_) {
    auto& family = families.emplace_back();
    family.name = name;
    family.help = help;
    if (kind == Kind::kHistogram) {
      family.type = MetricType::Histogram;
      family.metric.push_back(client_metric(*histogram));
      continue;
    }
    family.type = kind == Kind::kGauge ? MetricType::Gauge : MetricType::Counter;
    for (const auto& [labels, value] : read()) {
      auto& metric = family.metric.emplace_back();
      for (const auto& [label, text] : labels) metric.label.push_back({label, text});
      (kind == Kind::kGauge ? metric.gauge.value : metric.counter.value) = value;
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

std::vector<Metrics::Sample> samples_by(const std::string& label,
                                        const std::map<std::string, std::uint64_t>& counts) {
  std::vector<Metrics::Sample> samples;
  samples.reserve(counts.size());
  for (const auto& [key, count] : counts) {
    samples.push_back({{{label, key}}, static_cast<double>(count)});
  }
  return samples;
}

}  // namespace fedwatt::hub
