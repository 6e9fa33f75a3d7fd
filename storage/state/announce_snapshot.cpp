#include "storage/state/announce_snapshot.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <numeric>

namespace plexus {

namespace {

constexpr std::string_view magic{"PlxAnn\x01\n", 8};
constexpr std::size_t header_size = 16, checksum_size = 8, record_header_size = 4;
constexpr std::size_t record_least = packet_hash::size + 2;
constexpr std::size_t no_name = 0xffff;
constexpr std::size_t piece_size = 1 << 20;

void put_little_endian(octet_string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    out.push_back(static_cast<octet>(value >> 8 * i));
}

std::uint64_t little_endian(octets data, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = value << 8 | data[i];
  return value;
}

}  // namespace

struct announce_snapshot_writer::checksum {
  XXH3_state_t state;
};

announce_snapshot_writer::announce_snapshot_writer(std::uint64_t count, sink append)
    : append_(std::move(append)), sum_(std::make_unique<checksum>()) {
  XXH3_64bits_reset(&sum_->state);
  plexus::append(buffer_, as_octets(magic));
  put_little_endian(buffer_, count, 8);
}

announce_snapshot_writer::~announce_snapshot_writer() = default;
announce_snapshot_writer::announce_snapshot_writer(announce_snapshot_writer&& other) noexcept = default;

void announce_snapshot_writer::flush() {
  XXH3_64bits_update(&sum_->state, buffer_.data(), buffer_.size());
  append_(buffer_);
  buffer_.clear();
}

void announce_snapshot_writer::add(const announce_view& announce) {
  auto name = announce.interface.value_or(std::string_view{});
  name = name.substr(0, no_name - 1);
  put_little_endian(buffer_, record_least + name.size() + announce.packet.size(), record_header_size);
  plexus::append(buffer_, announce.hash.bytes());
  put_little_endian(buffer_, announce.interface ? name.size() : no_name, 2);
  plexus::append(buffer_, as_octets(name));
  plexus::append(buffer_, announce.packet);
  if (buffer_.size() >= piece_size)
    flush();
}

void announce_snapshot_writer::finish() {
  flush();
  put_little_endian(buffer_, XXH3_64bits_digest(&sum_->state), checksum_size);
  append_(buffer_);
  buffer_.clear();
}

expected<announce_snapshot> announce_snapshot::parse(file_contents file) {
  announce_snapshot out{std::move(file)};
  const auto all = out.file_.bytes();
  if (all.size() < header_size + checksum_size)
    return unexpected(parse_error::truncated);
  if (as_text(all.first(magic.size())) != magic)
    return unexpected(parse_error::bad_value);
  const auto body = all.first(all.size() - checksum_size);
  if (XXH3_64bits(body.data(), body.size()) != little_endian(all.last(checksum_size), checksum_size))
    return unexpected(parse_error::hash_mismatch);
  const auto count = little_endian(all.subspan(magic.size()), 8);
  const bool counted = count != announce_snapshot_writer::count_unknown;
  if (counted && count > body.size() / (record_header_size + record_least))
    return unexpected(parse_error::truncated);
  if (counted)
    out.offsets_.reserve(count);
  std::size_t at = header_size;
  for (std::uint64_t i = 0; counted ? i < count : at < body.size(); ++i) {
    if (body.size() - at < record_header_size)
      return unexpected(parse_error::truncated);
    const auto size = little_endian(body.subspan(at), record_header_size);
    at += record_header_size;
    if (size > body.size() - at)
      return unexpected(parse_error::truncated);
    if (size < record_least)
      return unexpected(parse_error::bad_value);
    const auto name = little_endian(body.subspan(at + packet_hash::size), 2);
    if (name != no_name && name > size - record_least)
      return unexpected(parse_error::bad_value);
    out.offsets_.push_back(at);
    at += size;
  }
  if (at != body.size())
    return unexpected(parse_error::bad_value);
  return out;
}

announce_view announce_snapshot::at(std::size_t index) const {
  const auto at = offsets_[index];
  const auto size = little_endian(file_.bytes().subspan(at - record_header_size), record_header_size);
  const auto record = file_.bytes().subspan(at, size);
  announce_view out;
  out.hash = packet_hash::from(record);
  const auto name = little_endian(record.subspan(packet_hash::size), 2);
  auto rest = record.subspan(record_least);
  if (name != no_name) {
    out.interface = as_text(rest.first(name));
    rest = rest.subspan(name);
  }
  out.packet = rest;
  return out;
}

packet_hash announce_snapshot::hash_at(std::size_t index) const {
  return packet_hash::from(file_.bytes().subspan(offsets_[index]));
}

std::optional<announce_view> announce_snapshot::find(const packet_hash& hash) const {
  const auto found_at = [&](std::size_t index) {
    expected_ = index + 1;
    return at(index);
  };
  if (expected_ < size() && hash_at(expected_) == hash)
    return found_at(expected_);
  if (by_hash_.size() != size()) {
    by_hash_.resize(size());
    std::iota(by_hash_.begin(), by_hash_.end(), 0u);
    std::sort(by_hash_.begin(), by_hash_.end(), [&](auto a, auto b) { return hash_at(a) < hash_at(b); });
  }
  const auto found = std::lower_bound(by_hash_.begin(), by_hash_.end(), hash,
                                      [&](auto index, const packet_hash& wanted) { return hash_at(index) < wanted; });
  if (found == by_hash_.end() || hash_at(*found) != hash)
    return std::nullopt;
  return found_at(*found);
}

}  // namespace plexus
