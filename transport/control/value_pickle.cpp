#include "transport/control/value_pickle.hpp"

#include "transport/control/octet_cursor.hpp"

#include <bit>
#include <deque>
#include <limits>
#include <unordered_map>

namespace plexus {
namespace {

struct pickler {
  octet_string& to;

  void operator()(std::monostate) const { to.push_back('N'); }
  void operator()(bool v) const { to.push_back(v ? 0x88 : 0x89); }
  void operator()(std::int64_t v) const {
    if (v >= 0 && v <= 0xff)
      tagged('K', static_cast<std::uint64_t>(v), 1);
    else if (v >= 0 && v <= 0xffff)
      tagged('M', static_cast<std::uint64_t>(v), 2);
    else if (v >= std::numeric_limits<std::int32_t>::min() && v <= std::numeric_limits<std::int32_t>::max())
      tagged('J', static_cast<std::uint64_t>(v), 4);
    else {
      to.push_back(0x8a);
      tagged(8, static_cast<std::uint64_t>(v), 8);
    }
  }
  void operator()(std::uint64_t v) const {
    if (v <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return (*this)(static_cast<std::int64_t>(v));
    to.push_back(0x8a);
    tagged(9, v, 8);
    to.push_back(0);
  }
  void operator()(double v) const {
    to.push_back('G');
    append_big_endian(to, std::bit_cast<std::uint64_t>(v), 8);
  }
  void operator()(const std::string& v) const {
    v.size() <= 0xff ? tagged(0x8c, v.size(), 1) : tagged(0x8d, v.size(), 8);
    append(to, as_octets(v));
  }
  void operator()(const octet_string& v) const {
    v.size() <= 0xff ? tagged('C', v.size(), 1) : tagged(0x8e, v.size(), 8);
    append(to, v);
  }
  void operator()(const value::list& v) const {
    to.push_back(']');
    if (v.empty())
      return;
    to.push_back('(');
    for (const auto& item : v)
      item.visit(*this);
    to.push_back('e');
  }
  void operator()(const value::rows& v) const {
    to.push_back(']');
    to.push_back('(');
    for (std::size_t i = 0; i < v->count; ++i)
      v->item(i).visit(*this);
    to.push_back('e');
  }
  void operator()(const value::map& v) const {
    to.push_back('}');
    if (v.empty())
      return;
    to.push_back('(');
    for (const auto& member : v) {
      member.key.visit(*this);
      member.content.visit(*this);
    }
    to.push_back('u');
  }

private:
  void tagged(octet tag, std::uint64_t number, std::size_t size) const {
    to.push_back(tag);
    append_little_endian(to, number, size);
  }
};

/// A value under construction. Containers refer to each other, because the memo may name one before it is filled.
struct node {
  enum class kind : octet { plain, list, map, encode_call, bytes_call } what = kind::plain;
  value plain;
  std::vector<node*> items;  ///< list: the items; map: key, content, key, content
};

class unpickler {
public:
  unpickler(octets from, const value_limits& limits) : cursor_(from), limits_(limits) {}

  expected<value> run() {
    for (;;) {
      const auto opcode = cursor_.big_endian(1);
      if (!opcode)
        return unexpected(parse_error::truncated);
      if (*opcode == '.')
        break;
      if (const auto done = step(static_cast<octet>(*opcode)); !done)
        return unexpected(done.error());
    }
    if (stack_.size() != 1 || !marks_.empty() || !cursor_.at_end())
      return unexpected(parse_error::bad_value);
    return build(*stack_.back(), limits_.depth_max);
  }

private:
  using outcome = expected<void>;

  outcome step(octet opcode) {
    switch (opcode) {
      case 0x80:  // PROTO
        return number(1, [&](std::uint64_t n) { return n >= 2 && n <= 5 ? outcome{} : bad(); });
      case 0x95:  // FRAME
        return number(8,
                      [&](std::uint64_t n) { return n <= cursor_.left() ? outcome{} : bad(parse_error::truncated); });
      case 'N':
        return push(value());
      case 0x88:
        return push(value(true));
      case 0x89:
        return push(value(false));
      case 'K':
        return number(1, [&](std::uint64_t n) { return push(value(n)); });
      case 'M':
        return number(2, [&](std::uint64_t n) { return push(value(n)); });
      case 'J':
        return number(4, [&](std::uint64_t n) {
          return push(value(std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(n))}));
        });
      case 0x8a:  // LONG1
        return number(1, [&](std::uint64_t n) { return long_of(n); });
      case 'G': {
        const auto n = cursor_.big_endian(8);
        return n ? push(value(std::bit_cast<double>(*n))) : bad(parse_error::truncated);
      }
      case 0x8c:
        return number(1, [&](std::uint64_t n) { return text_of(n); });
      case 'X':
        return number(4, [&](std::uint64_t n) { return text_of(n); });
      case 0x8d:
        return number(8, [&](std::uint64_t n) { return text_of(n); });
      case 'C':
        return number(1, [&](std::uint64_t n) { return bytes_of(n); });
      case 'B':
        return number(4, [&](std::uint64_t n) { return bytes_of(n); });
      case 0x8e:
        return number(8, [&](std::uint64_t n) { return bytes_of(n); });
      default:
        return step_container(opcode);
    }
  }

  outcome step_container(octet opcode) {
    switch (opcode) {
      case ']':
      case ')':
        return push_node(node::kind::list);
      case '}':
        return push_node(node::kind::map);
      case '(':
        if (marks_.size() > limits_.depth_max)
          return bad(parse_error::oversized);
        marks_.push_back(stack_.size());
        return {};
      case 't':
        return tuple_since_mark();
      case 0x85:
      case 0x86:
      case 0x87:
        return tuple_of(opcode - 0x84u);
      case 'a':
        return add(node::kind::list, 1);
      case 'e':
        return add_since_mark(node::kind::list);
      case 's':
        return add(node::kind::map, 2);
      case 'u':
        return add_since_mark(node::kind::map);
      case 'q':
        return number(1, [&](std::uint64_t n) { return memorize(n); });
      case 'r':
        return number(4, [&](std::uint64_t n) { return memorize(n); });
      case 0x94:
        return memorize(memo_.size());
      case 'h':
        return number(1, [&](std::uint64_t n) { return recall(n); });
      case 'j':
        return number(4, [&](std::uint64_t n) { return recall(n); });
      case 'c':
        return name_call();
      case 'R':
        return call();
      default:
        return bad();
    }
  }

  static outcome bad(parse_error why = parse_error::bad_value) { return unexpected(why); }

  template <class Then>
  outcome number(std::size_t size, Then then) {
    const auto n = cursor_.little_endian(size);
    return n ? then(*n) : bad(parse_error::truncated);
  }

  outcome push_node(node::kind what, value plain = {}) {
    if (nodes_.size() >= limits_.values_max)
      return bad(parse_error::oversized);
    nodes_.push_back({what, std::move(plain), {}});
    return push_reference(&nodes_.back());
  }
  outcome push(value plain) { return push_node(node::kind::plain, std::move(plain)); }
  outcome push_reference(node* to) {
    if (++references_ > limits_.values_max)
      return bad(parse_error::oversized);
    stack_.push_back(to);
    return {};
  }

  /// Two's complement, little-endian, as short as possible.
  outcome long_of(std::uint64_t size) {
    const auto taken = cursor_.take(size);
    if (!taken)
      return bad(parse_error::truncated);
    if (size == 0)
      return push(value(0));
    const bool negative = taken->back() & 0x80;
    if (size > 9 || (size == 9 && taken->back() != 0))
      return bad(parse_error::oversized);
    std::uint64_t n = negative ? ~std::uint64_t{0} : 0;
    for (std::size_t i = std::min<std::size_t>(size, 8); i-- > 0;)
      n = n << 8 | (*taken)[i];
    return push(negative && size <= 8 ? value(static_cast<std::int64_t>(n)) : value(n));
  }

  expected<octets> run_of(std::uint64_t size) {
    const auto taken = cursor_.take(size);
    if (!taken)
      return unexpected(parse_error::truncated);
    return *taken;
  }
  outcome text_of(std::uint64_t size) {
    const auto taken = run_of(size);
    if (!taken)
      return bad(taken.error());
    if (!is_utf8(*taken))
      return bad();
    return push(value(as_text(*taken)));
  }
  outcome bytes_of(std::uint64_t size) {
    const auto taken = run_of(size);
    return taken ? push(value(*taken)) : bad(taken.error());
  }

  /// How many values lie above the newest mark, or above the bottom.
  std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

  outcome tuple_of(std::size_t size) {
    if (available() < size)
      return bad();
    const std::vector<node*> items(stack_.end() - static_cast<std::ptrdiff_t>(size), stack_.end());
    stack_.resize(stack_.size() - size);
    if (const auto done = push_node(node::kind::list); !done)
      return done;
    stack_.back()->items = items;
    return {};
  }
  outcome tuple_since_mark() {
    if (marks_.empty())
      return bad();
    const auto size = available();
    marks_.pop_back();
    return tuple_of(size);
  }
  outcome add(node::kind to, std::size_t size) {
    if (available() < size + 1)
      return bad();
    const auto first = stack_.size() - size;
    auto* container = stack_[first - 1];
    if (container->what != to || (to == node::kind::map && size % 2 != 0))
      return bad();
    container->items.insert(container->items.end(), stack_.begin() + static_cast<std::ptrdiff_t>(first), stack_.end());
    stack_.resize(first);
    return {};
  }
  outcome add_since_mark(node::kind to) {
    if (marks_.empty())
      return bad();
    const auto size = available();
    marks_.pop_back();
    return add(to, size);
  }

  outcome memorize(std::uint64_t index) {
    if (available() == 0)
      return bad();
    if (memo_.size() >= limits_.values_max)
      return bad(parse_error::oversized);
    memo_[index] = stack_.back();
    return {};
  }
  outcome recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    return found == memo_.end() ? bad() : push_reference(found->second);
  }

  /// Protocol 2 has no opcode for octets: it writes `_codecs.encode(text, "latin1")`, and `bytes()` when there are
  /// none.
  outcome name_call() {
    const auto module = cursor_.take_until('\n');
    const auto name = module ? cursor_.take_until('\n') : std::nullopt;
    if (!name)
      return bad(parse_error::truncated);
    if (as_text(*module) == "_codecs" && as_text(*name) == "encode")
      return push_node(node::kind::encode_call);
    if ((as_text(*module) == "__builtin__" || as_text(*module) == "builtins") && as_text(*name) == "bytes")
      return push_node(node::kind::bytes_call);
    return bad();
  }
  outcome call() {
    if (available() < 2)
      return bad();
    const auto* arguments = stack_.back();
    const auto what = stack_[stack_.size() - 2]->what;
    if (arguments->what != node::kind::list)
      return bad();
    stack_.resize(stack_.size() - 2);
    if (what == node::kind::bytes_call && arguments->items.empty())
      return push(value(octet_string{}));
    if (what != node::kind::encode_call || arguments->items.size() != 2)
      return bad();
    const auto* text = arguments->items[0]->plain.as_text();
    const auto* codec = arguments->items[1]->plain.as_text();
    if (text == nullptr || codec == nullptr || *codec != "latin1")
      return bad();
    return push_latin1(*text);
  }
  outcome push_latin1(const std::string& text) {
    octet_string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto lead = static_cast<octet>(text[i]);
      if (lead < 0x80)
        bytes.push_back(lead);
      else if (lead <= 0xc3 && i + 1 < text.size())  // U+0080 to U+00FF
        bytes.push_back(static_cast<octet>((lead & 3) << 6 | (text[++i] & 0x3f)));
      else
        return bad();
    }
    return push(value(std::move(bytes)));
  }

  /// Copies the tree; what is referred to twice is counted twice, and what holds itself runs out of depth.
  expected<value> build(const node& from, std::size_t depth) {
    if (++built_ > limits_.values_max)
      return unexpected(parse_error::oversized);
    switch (from.what) {
      case node::kind::plain:
        return build_plain(from.plain);
      case node::kind::encode_call:
      case node::kind::bytes_call:
        return unexpected(parse_error::bad_value);
      case node::kind::list:
      case node::kind::map:
        break;
    }
    if (depth == 0)
      return unexpected(parse_error::oversized);
    value::list items;
    for (const auto* item : from.items) {
      auto built = build(*item, depth - 1);
      if (!built)
        return built;
      items.push_back(std::move(*built));
    }
    if (from.what == node::kind::list)
      return value(std::move(items));
    value::map members;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2)
      members.push_back({std::move(items[i]), std::move(items[i + 1])});
    return value(std::move(members));
  }
  expected<value> build_plain(const value& plain) {
    if (const auto* text = plain.as_text())
      content_ += text->size();
    else if (const auto* bytes = plain.as_bytes())
      content_ += bytes->size();
    if (content_ > limits_.octets_max)
      return unexpected(parse_error::oversized);
    return plain;
  }

  octet_cursor cursor_;
  const value_limits& limits_;
  std::deque<node> nodes_;  ///< owns every node; addresses stay
  std::vector<node*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, node*> memo_;
  std::size_t references_ = 0;
  std::size_t built_ = 0;
  std::size_t content_ = 0;
};

}  // namespace

octet_string to_pickle(const value& v) {
  octet_string pickled{0x80, 4};
  v.visit(pickler{pickled});
  pickled.push_back('.');
  return pickled;
}

expected<value> from_pickle(octets from, const value_limits& limits) {
  return unpickler(from, limits).run();
}

}  // namespace plexus
