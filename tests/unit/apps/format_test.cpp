#include "apps/plexus/format.hpp"

#include "tests/unit/catch.hpp"

#include <limits>

using namespace plexus;

TEST_CASE("floating point numbers read as Python writes them") {
  CHECK(text_of(5.0) == "5.0");
  CHECK(text_of(0.1) == "0.1");
  CHECK(text_of(-0.0) == "-0.0");
  CHECK(text_of(1e15) == "1000000000000000.0");
  CHECK(text_of(1e16) == "1e+16");
  CHECK(text_of(1.5e-5) == "1.5e-05");
  CHECK(text_of(0.0001) == "0.0001");
  CHECK(text_of(1e100) == "1e+100");
  CHECK(text_of(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(text_of(number(5)) == "5");
}

TEST_CASE("sizes and speeds step by a thousand") {
  CHECK(pretty_size(0) == "0 B");
  CHECK(pretty_size(999) == "999 B");
  CHECK(pretty_size(1000) == "1.00 KB");
  CHECK(pretty_size(999999) == "1000.00 KB");
  CHECK(pretty_size(1e27) == "1000.00YB");
  CHECK(pretty_speed(62500) == "62.50 Kbps");
  CHECK(pretty_bitrate(1200) == "1.20 kbps");
  CHECK(pretty_bitrate(5) == "5.00 bps");
}

TEST_CASE("frequencies read in the unit that fits") {
  CHECK(pretty_frequency(0) == "0 Hz");
  CHECK(pretty_frequency(0.00125) == "1.25 mHz");
  CHECK(pretty_frequency(1.5) == "1.50 Hz");
  CHECK(pretty_rate(0.05) == "0.1 Hz");
  CHECK(pretty_rate(0.04) == "0.0 Hz");
  CHECK(pretty_rate(2) == "2 Hz");
  CHECK(pretty_rate(1500) == "1.5 KHz");
}

TEST_CASE("times read in their units, compact ones in the two greatest") {
  CHECK(pretty_time(0) == "0s");
  CHECK(pretty_time(0.001) == "0s");
  CHECK(pretty_time(59.999) == "60.0s");
  CHECK(pretty_time(3600) == "1h");
  CHECK(pretty_time(93784.5) == "1d, 2h, 3m and 4.5s");
  CHECK(pretty_time(-61) == "-1m and 1s");
  CHECK(pretty_time(93784.5, time_style::compact) == "1d and 2h");
  CHECK(pretty_time(61.9, time_style::compact) == "1m and 1s");
}
