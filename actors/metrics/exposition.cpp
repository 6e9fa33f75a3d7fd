#include "actors/metrics/exposition.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace plexus {

exposition::exposition() {
  for (const auto* family : all_families) {
    auto& one = families_.emplace_back();
    one.name = family->name;
    one.help = family->help;
    one.type = family->type;
  }
}

prometheus::ClientMetric& exposition::place(const metric_family& family,
                                            std::initializer_list<std::string_view> labels) {
  const auto at = std::find(all_families.begin(), all_families.end(), &family);
  if (at == all_families.end() || labels.size() != family.label_count())
    throw std::logic_error("figures for " + std::string(family.name) + " do not fit the family");
  auto& metric = families_[static_cast<std::size_t>(at - all_families.begin())].metric.emplace_back();
  std::size_t i = 0;
  for (const auto value : labels)
    metric.label.push_back({std::string(family.labels[i++]), std::string(value)});
  return metric;
}

void exposition::add(const metric_family& family, std::initializer_list<std::string_view> labels, double value) {
  auto& metric = place(family, labels);
  if (family.type == prometheus::MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
}

void exposition::add(const metric_family& family, std::initializer_list<std::string_view> labels,
                     const latency_histogram& value) {
  auto& out = place(family, labels).histogram;
  out.sample_count = value.count();
  out.sample_sum = seconds_of(value.sum());
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < value.counts().size(); ++i) {
    below += value.counts()[i];
    out.bucket.push_back({below, i < latency_histogram::bounds.size() ? seconds_of(latency_histogram::bounds[i])
                                                                      : std::numeric_limits<double>::infinity()});
  }
}

std::string exposition::text() const {
  return prometheus::TextSerializer().Serialize(families_);
}

}  // namespace plexus
