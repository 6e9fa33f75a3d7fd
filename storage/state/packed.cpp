#include "storage/state/packed.hpp"

#include <msgpack.hpp>

#include <algorithm>
#include <bit>

namespace plexus {

octets packed_cursor::take(std::size_t size) {
  if (failed_ || size > data_.size() - position_) {
    fail(parse_error::truncated);
    return {};
  }
  const auto out = data_.subspan(position_, size);
  position_ += size;
  return out;
}

std::uint64_t packed_cursor::big_endian(std::size_t size) {
  std::uint64_t value = 0;
  for (const auto o : take(size))
    value = value << 8 | o;
  return value;
}

// A collection's header: the small form holds the count itself, `wide` and the code after it 16 and 32 bits.
std::uint32_t packed_cursor::count(octet fix, octet fix_end, octet wide, std::size_t octets_each) {
  const auto code = peek();
  take(1);
  std::uint64_t size = 0;
  if (code >= fix && code <= fix_end)
    size = code - fix;
  else if (code == wide)
    size = big_endian(2);
  else if (code == wide + 1)
    size = big_endian(4);
  else
    fail(parse_error::bad_value);
  if (size * octets_each > data_.size() - position_)
    fail(parse_error::truncated);
  return failed_ ? 0 : static_cast<std::uint32_t>(size);
}

std::uint32_t packed_cursor::array() {
  return count(0x90, 0x9f, 0xdc, 1);
}

std::uint32_t packed_cursor::map() {
  return count(0x80, 0x8f, 0xde, 2);
}

octets packed_cursor::binary() {
  const auto code = peek();
  take(1);
  if (code < 0xc4 || code > 0xc6) {
    fail(parse_error::bad_value);
    return {};
  }
  const auto size = big_endian(std::size_t{1} << (code - 0xc4));
  return take(size);
}

std::string_view packed_cursor::text() {
  const auto code = peek();
  take(1);
  if (code >= 0xa0 && code <= 0xbf)
    return as_text(take(code - 0xa0));
  if (code < 0xd9 || code > 0xdb) {
    fail(parse_error::bad_value);
    return {};
  }
  const auto size = big_endian(std::size_t{1} << (code - 0xd9));
  return as_text(take(size));
}

std::int64_t packed_cursor::integer() {
  const auto code = peek();
  take(1);
  if (code < 0x80)
    return code;
  if (code >= 0xe0)
    return static_cast<std::int8_t>(code);
  if (code >= 0xcc && code <= 0xcf) {
    const auto value = big_endian(std::size_t{1} << (code - 0xcc));
    if (value > INT64_MAX)
      fail(parse_error::oversized);
    return static_cast<std::int64_t>(value);
  }
  if (code >= 0xd0 && code <= 0xd3) {
    const auto size = std::size_t{1} << (code - 0xd0);
    const auto shift = 64 - 8 * size;
    return static_cast<std::int64_t>(big_endian(size) << shift) >> shift;
  }
  fail(parse_error::bad_value);
  return 0;
}

double packed_cursor::number() {
  const auto code = peek();
  if (code != 0xca && code != 0xcb)
    return static_cast<double>(integer());
  take(1);
  if (code == 0xca)
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(4))));
  return std::bit_cast<double>(big_endian(8));
}

bool packed_cursor::nil() {
  if (failed_ || peek() != 0xc0)
    return false;
  take(1);
  return true;
}

bool packed_cursor::is_text() const {
  const auto code = peek();
  return (code >= 0xa0 && code <= 0xbf) || (code >= 0xd9 && code <= 0xdb);
}

bool packed_cursor::is_number() const {
  const auto code = peek();
  return code < 0x80 || code >= 0xe0 || (code >= 0xca && code <= 0xd3);
}

void packed_cursor::skip() {
  for (std::uint64_t pending = 1; pending > 0 && !failed_; --pending) {
    const auto code = peek();
    if ((code >= 0x80 && code <= 0x8f) || code == 0xde || code == 0xdf) {
      pending += 2 * std::uint64_t{map()};
    } else if ((code >= 0x90 && code <= 0x9f) || code == 0xdc || code == 0xdd) {
      pending += array();
    } else if (is_text()) {
      text();
    } else if (is_number()) {
      // An integer of 64 bits may be too large to be read, never to be passed over.
      take(code < 0x80 || code >= 0xe0 ? 1 : code == 0xca ? 5 : code == 0xcb ? 9 : 1 + (std::size_t{1} << (code & 3)));
    } else if (code >= 0xc4 && code <= 0xc6) {
      binary();
    } else if (code >= 0xc7 && code <= 0xc9) {
      take(1);
      take(big_endian(std::size_t{1} << (code - 0xc7)));
      take(1);
    } else if (code >= 0xd4 && code <= 0xd8) {
      take(2 + (std::size_t{1} << (code - 0xd4)));
    } else {
      take(1);
      if (code == 0xc1)
        fail(parse_error::bad_value);
    }
  }
}

namespace {

// What msgpack-cxx writes to.
struct appending {
  octet_string& out;
  void write(const char* data, std::size_t size) { append(out, {reinterpret_cast<const octet*>(data), size}); }
};

template <class Pack>
void pack_to(octet_string& out, Pack pack) {
  appending stream{out};
  msgpack::packer<appending> packer{stream};
  pack(packer);
}

}  // namespace

void packed_writer::array(std::uint32_t size) {
  pack_to(out_, [&](auto& p) { p.pack_array(size); });
}

void packed_writer::map(std::uint32_t size) {
  pack_to(out_, [&](auto& p) { p.pack_map(size); });
}

void packed_writer::binary(octets value) {
  pack_to(out_, [&](auto& p) {
    p.pack_bin(static_cast<std::uint32_t>(value.size()));
    p.pack_bin_body(reinterpret_cast<const char*>(value.data()), static_cast<std::uint32_t>(value.size()));
  });
}

void packed_writer::text(std::string_view value) {
  pack_to(out_, [&](auto& p) {
    p.pack_str(static_cast<std::uint32_t>(value.size()));
    p.pack_str_body(value.data(), static_cast<std::uint32_t>(value.size()));
  });
}

void packed_writer::integer(std::int64_t value) {
  pack_to(out_, [&](auto& p) { p.pack_int64(value); });
}

// Spelled out, as msgpack-cxx 3 and later write whole numbers as integers, which the reference's times never are.
void packed_writer::number(double value) {
  out_.push_back(0xcb);
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8)
    out_.push_back(static_cast<octet>(bits >> shift));
}

void packed_writer::nil() {
  pack_to(out_, [](auto& p) { p.pack_nil(); });
}

}  // namespace plexus
