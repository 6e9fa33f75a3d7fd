// How the tools write numbers, sizes, times and hashes: letter for letter as the reference's Python does.
// Source: RNS/__init__.py: prettysize, prettyspeed, prettyfrequency, prettytime, prettyhexrep, timestamp_str;
// Utilities/rnstatus.py: speed_str; Utilities/rnpath.py: pretty_date.
#pragma once

#include "messages/octets.hpp"
#include "transport/control/number.hpp"

#include <string>
#include <string_view>

namespace plexus {

/// Python's str(): the shortest digits that read back equal, 5.0 for a whole float, 1e+16 from there on.
std::string text_of(double v);
std::string text_of(const number& v);
/// Python's round(v, digits): to the nearest decimal of the exact binary value.
double rounded(double v, int digits);
/// Code points of UTF-8 text, which is what Python's len() counts.
std::size_t length_of(std::string_view utf8);
/// Pads with blanks on the right to `width` code points.
std::string padded(std::string text, std::size_t width);

/// `12.34 KB`: steps of 1000, no decimals below the first.
std::string pretty_size(double octets_count, std::string_view suffix = "B");
/// `12.34 Kbps` from bit/s.
std::string pretty_speed(double bits_per_second);
/// `12.34 kbps` from bit/s, as rnstatus shows an interface's bitrate.
std::string pretty_bitrate(double bits_per_second);
/// `12.34 mHz`: two decimals, from micro up.
std::string pretty_frequency(double hertz);
/// `0.2 Hz`: one decimal, nothing below Hz; for announces and path requests.
std::string pretty_rate(const number& hertz);

enum class time_style : unsigned char { full, compact };
/// `1d, 2h, 3m and 4.56s`; compact: the two greatest units, whole seconds.
std::string pretty_time(const number& seconds, time_style style = time_style::full);
/// How long before `now` that was, in one coarse unit (`5 minutes`); nothing if it is still to come. Unix seconds.
std::string pretty_age(std::int64_t then, double now);
/// `2026-01-31 23:59:59` in local time. Unix seconds.
std::string pretty_timestamp(double when);
/// `<hex>`.
std::string pretty_hash(octets hash);

}  // namespace plexus
