// msgpack as the reference's umsgpack writes it: smallest integers, float64, octets and text as different types.
//
// Reading goes with a cursor over the octets and makes no objects, so that a table of a million entries is read at the
// speed of memory. Writing goes through msgpack-cxx.
#pragma once

#include "messages/expected.hpp"
#include "messages/instant.hpp"
#include "messages/octets.hpp"
#include "messages/tagged_bytes.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace plexus {

/// Reads one value after the other. The first failure stays: what is read after it is empty, so that a whole record can
/// be read before asking failed(). Views last as long as the octets.
class packed_cursor {
public:
  explicit packed_cursor(octets data) : data_(data) {}

  bool failed() const { return failed_; }
  parse_error error() const { return error_; }
  bool at_end() const { return position_ == data_.size(); }
  std::size_t position() const { return position_; }
  /// Goes back to a position and forgets a failure.
  void rewind(std::size_t position) {
    position_ = position;
    failed_ = false;
  }

  /// Number of elements that follow; never more than octets remain.
  std::uint32_t array();
  /// Number of pairs that follow; never more than half the octets that remain.
  std::uint32_t map();
  octets binary();
  std::string_view text();
  std::int64_t integer();
  /// A float of either width, or an integer.
  double number();
  unix_time time() { return {number()}; }
  /// Takes a nil if one is next.
  bool nil();
  bool is_text() const;
  bool is_number() const;
  /// Octets of exactly this size.
  template <class Tagged>
  Tagged fixed() {
    const auto value = binary();
    if (value.size() == Tagged::size)
      return Tagged::from(value);
    fail(parse_error::bad_value);
    return {};
  }
  /// Passes over one value of any type, with all that it holds.
  void skip();
  void fail(parse_error error) {
    if (!failed_) {
      failed_ = true;
      error_ = error;
    }
  }

private:
  octet peek() const { return position_ < data_.size() ? data_[position_] : 0xc1; }
  octets take(std::size_t size);
  std::uint64_t big_endian(std::size_t size);
  std::uint32_t count(octet fix, octet fix_end, octet wide, std::size_t octets_each);

  octets data_;
  std::size_t position_ = 0;
  bool failed_ = false;
  parse_error error_ = parse_error::bad_value;
};

/// Appends values to `out`, which must outlive it.
class packed_writer {
public:
  explicit packed_writer(octet_string& out) : out_(out) {}

  void array(std::uint32_t size);
  void map(std::uint32_t size);
  void binary(octets value);
  void text(std::string_view value);
  void integer(std::int64_t value);
  void number(double value);
  void nil();

private:
  octet_string& out_;
};

/// What a table in a file held: entries, and how many more there were that made no sense and were passed over.
template <class Entry>
struct parsed_table {
  std::vector<Entry> entries;
  std::size_t skipped = 0;
};

/// Calls `read` for `count` records of `values_each` values: 1 in an array, 2 in a map. A record at which the cursor
/// failed makes no sense; it is passed over and counted. Octets that are no msgpack are an error.
template <class Read>
expected<std::size_t> read_records(packed_cursor& cursor, std::uint32_t count, int values_each, Read read) {
  std::size_t skipped = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto start = cursor.position();
    read();
    if (!cursor.failed())
      continue;
    cursor.rewind(start);
    for (int value = 0; value < values_each; ++value)
      cursor.skip();
    if (cursor.failed())
      return unexpected(cursor.error());
    ++skipped;
  }
  return skipped;
}

}  // namespace plexus
