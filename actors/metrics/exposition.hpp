// Figures on their way to Prometheus: values are put under the families of the catalogue, and come out as its text
// format. A family without values is exported all the same, so that what exists can be seen at any time.
#pragma once

#include "actors/metrics/families.hpp"
#include "messages/latency_histogram.hpp"

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace plexus {

class exposition {
public:
  /// What Prometheus calls the format.
  static constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";

  exposition();

  /// `labels` are the values, one for each label of the family.
  void add(const metric_family& family, std::initializer_list<std::string_view> labels, double value);
  void add(const metric_family& family, std::initializer_list<std::string_view> labels, const latency_histogram& value);

  std::string text() const;

private:
  prometheus::ClientMetric& place(const metric_family& family, std::initializer_list<std::string_view> labels);

  std::vector<prometheus::MetricFamily> families_;  ///< in the order of all_families
};

}  // namespace plexus
