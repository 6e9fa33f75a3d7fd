#include "transport/control/value_msgpack.hpp"

#include "transport/control/octet_cursor.hpp"

#include <bit>
#include <limits>

namespace plexus {
namespace {

struct packer {
  octet_string& to;

  void operator()(std::monostate) const { to.push_back(0xc0); }
  void operator()(bool v) const { to.push_back(v ? 0xc3 : 0xc2); }
  void operator()(std::int64_t v) const {
    if (v >= 0)
      return (*this)(static_cast<std::uint64_t>(v));
    if (v >= -32)
      to.push_back(static_cast<octet>(v));
    else if (v >= std::numeric_limits<std::int8_t>::min())
      tagged(0xd0, static_cast<std::uint64_t>(v), 1);
    else if (v >= std::numeric_limits<std::int16_t>::min())
      tagged(0xd1, static_cast<std::uint64_t>(v), 2);
    else if (v >= std::numeric_limits<std::int32_t>::min())
      tagged(0xd2, static_cast<std::uint64_t>(v), 4);
    else
      tagged(0xd3, static_cast<std::uint64_t>(v), 8);
  }
  void operator()(std::uint64_t v) const {
    if (v < 0x80)
      to.push_back(static_cast<octet>(v));
    else if (v <= 0xff)
      tagged(0xcc, v, 1);
    else if (v <= 0xffff)
      tagged(0xcd, v, 2);
    else if (v <= 0xffffffff)
      tagged(0xce, v, 4);
    else
      tagged(0xcf, v, 8);
  }
  void operator()(double v) const { tagged(0xcb, std::bit_cast<std::uint64_t>(v), 8); }
  void operator()(const std::string& v) const {
    if (v.size() < 32)
      to.push_back(static_cast<octet>(0xa0 | v.size()));
    else
      length(v.size(), 0xd9, 0xda, 0xdb);
    append(to, as_octets(v));
  }
  void operator()(const octet_string& v) const {
    length(v.size(), 0xc4, 0xc5, 0xc6);
    append(to, v);
  }
  void operator()(const value::list& v) const {
    begin_list(v.size());
    for (const auto& item : v)
      item.visit(*this);
  }
  void operator()(const value::rows& v) const {
    begin_list(v->count);
    for (std::size_t i = 0; i < v->count; ++i)
      v->item(i).visit(*this);
  }
  void operator()(const value::map& v) const {
    if (v.size() < 16)
      to.push_back(static_cast<octet>(0x80 | v.size()));
    else
      count(v.size(), 0xde, 0xdf);
    for (const auto& member : v) {
      member.key.visit(*this);
      member.content.visit(*this);
    }
  }

private:
  void tagged(octet tag, std::uint64_t number, std::size_t size) const {
    to.push_back(tag);
    append_big_endian(to, number, size);
  }
  void begin_list(std::size_t n) const {
    if (n < 16)
      to.push_back(static_cast<octet>(0x90 | n));
    else
      count(n, 0xdc, 0xdd);
  }
  void count(std::size_t n, octet tag16, octet tag32) const { n <= 0xffff ? tagged(tag16, n, 2) : tagged(tag32, n, 4); }
  void length(std::size_t n, octet tag8, octet tag16, octet tag32) const {
    n <= 0xff ? tagged(tag8, n, 1) : count(n, tag16, tag32);
  }
};

class unpacker {
public:
  unpacker(octets from, const value_limits& limits) : cursor_(from), limits_(limits) {}

  expected<value> one(std::size_t depth) {
    if (++values_ > limits_.values_max)
      return unexpected(parse_error::oversized);
    const auto tag = cursor_.big_endian(1);
    if (!tag)
      return unexpected(parse_error::truncated);
    const auto t = static_cast<octet>(*tag);
    if (t < 0x80)
      return value(std::int64_t{t});
    if (t >= 0xe0)
      return value(std::int64_t{static_cast<std::int8_t>(t)});
    if (t < 0x90)
      return map_of(t & 0x0f, depth);
    if (t < 0xa0)
      return list_of(t & 0x0f, depth);
    if (t < 0xc0)
      return text_of(t & 0x1f);
    return tagged(t, depth);
  }
  bool at_end() const { return cursor_.at_end(); }

private:
  expected<value> tagged(octet tag, std::size_t depth) {
    switch (tag) {
      case 0xc0:
        return value();
      case 0xc2:
        return value(false);
      case 0xc3:
        return value(true);
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return sized(std::size_t{1} << (tag - 0xc4), [&](std::uint64_t n) { return bytes_of(n); });
      case 0xca:
        return sized(4, [](std::uint64_t n) -> expected<value> {
          return value(double{std::bit_cast<float>(static_cast<std::uint32_t>(n))});
        });
      case 0xcb:
        return sized(8, [](std::uint64_t n) -> expected<value> { return value(std::bit_cast<double>(n)); });
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return sized(std::size_t{1} << (tag - 0xcc), [](std::uint64_t n) -> expected<value> { return value(n); });
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3: {
        const auto size = std::size_t{1} << (tag - 0xd0);
        return sized(size, [size](std::uint64_t n) -> expected<value> {
          const auto shift = 64 - 8 * size;
          return value(static_cast<std::int64_t>(n << shift) >> shift);
        });
      }
      case 0xd9:
      case 0xda:
      case 0xdb:
        return sized(std::size_t{1} << (tag - 0xd9), [&](std::uint64_t n) { return text_of(n); });
      case 0xdc:
      case 0xdd:
        return sized(std::size_t{2} << (tag - 0xdc), [&](std::uint64_t n) { return list_of(n, depth); });
      case 0xde:
      case 0xdf:
        return sized(std::size_t{2} << (tag - 0xde), [&](std::uint64_t n) { return map_of(n, depth); });
      default:  // 0xc1 is unused, 0xc7..0xc9 and 0xd4..0xd8 are extension types
        return unexpected(parse_error::bad_value);
    }
  }

  template <class Then>
  expected<value> sized(std::size_t size, Then then) {
    const auto number = cursor_.big_endian(size);
    if (!number)
      return unexpected(parse_error::truncated);
    return then(*number);
  }

  expected<octets> run_of(std::uint64_t size) {
    const auto taken = cursor_.take(size);
    if (!taken)
      return unexpected(parse_error::truncated);
    content_ += taken->size();
    if (content_ > limits_.octets_max)
      return unexpected(parse_error::oversized);
    return *taken;
  }
  expected<value> text_of(std::uint64_t size) {
    const auto taken = run_of(size);
    if (!taken)
      return unexpected(taken.error());
    if (!is_utf8(*taken))
      return unexpected(parse_error::bad_value);
    return value(as_text(*taken));
  }
  expected<value> bytes_of(std::uint64_t size) {
    const auto taken = run_of(size);
    if (!taken)
      return unexpected(taken.error());
    return value(*taken);
  }

  expected<value> list_of(std::uint64_t size, std::size_t depth) {
    if (depth == 0)
      return unexpected(parse_error::oversized);
    if (size > cursor_.left())
      return unexpected(parse_error::truncated);
    value::list items;
    for (std::uint64_t i = 0; i < size; ++i) {
      auto item = one(depth - 1);
      if (!item)
        return item;
      items.push_back(std::move(*item));
    }
    return value(std::move(items));
  }
  expected<value> map_of(std::uint64_t size, std::size_t depth) {
    if (depth == 0)
      return unexpected(parse_error::oversized);
    if (size > cursor_.left() / 2)
      return unexpected(parse_error::truncated);
    value::map members;
    for (std::uint64_t i = 0; i < size; ++i) {
      auto key = one(depth - 1);
      if (!key)
        return key;
      auto content = one(depth - 1);
      if (!content)
        return content;
      members.push_back({std::move(*key), std::move(*content)});
    }
    return value(std::move(members));
  }

  octet_cursor cursor_;
  const value_limits& limits_;
  std::size_t values_ = 0;
  std::size_t content_ = 0;
};

}  // namespace

octet_string to_msgpack(const value& v) {
  octet_string packed;
  v.visit(packer{packed});
  return packed;
}

expected<value> from_msgpack(octets from, const value_limits& limits) {
  unpacker read(from, limits);
  auto v = read.one(limits.depth_max);
  if (v && !read.at_end())
    return unexpected(parse_error::bad_value);
  return v;
}

}  // namespace plexus
