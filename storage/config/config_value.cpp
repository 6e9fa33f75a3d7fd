#include "storage/config/config_value.hpp"

#include <cstdint>

namespace plexus::config_grammar {

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

// The reference matches a value with one backtracking expression:
//
//   ( (item \s* , \s*)* last? | , ) \s* comment?
//   item = "..." | '...' | text without , and #        last = the same, may be empty after no comma, text may hold #
//
// Its first match is found here without backtracking: for each position, from the last to the first, what the best
// continuation is. All of it takes linear time.
class value_grammar {
public:
  explicit value_grammar(characters text) : text_(text), at_(text.size() + 1) {
    for (std::size_t p = text_.size() + 1; p-- > 0;)
      solve(p);
  }

  std::optional<config_value> value() const {
    if (!at_[0].matches) {
      if (!text_.empty() && text_[0] == U',' && at_[1].ends)
        return config_value{{}, true};
      return std::nullopt;
    }
    std::size_t list_end = 0;
    while (at_[list_end].next_item != none)
      list_end = at_[list_end].next_item;
    const auto& last = at_[list_end];
    if (list_end == 0)
      return config_value{{encode_utf8(unquoted(text_.substr(0, last.single_end)))}, false};
    auto items = list_items(text_.substr(0, list_end));
    if (!items)
      return std::nullopt;
    if (last.single_end != none && last.single_end > list_end)
      items->push_back(encode_utf8(unquoted(text_.substr(list_end, last.single_end - list_end))));
    return config_value{std::move(*items), true};
  }

private:
  struct continuation {
    bool ends = false;                          // white space, perhaps a comment, and the end
    bool matches = false;                       // the rest of the expression matches from here
    std::size_t next_item = none;               // where the next item starts if one starts here
    std::size_t single_end = none;              // where the last item, which starts here, ends
    std::size_t after_comma = none;             // where the item after the comma starts, if `\s*,` stands here
    std::size_t comma = none;                   // the next comma with no # before it
    std::size_t text_end = none;                // the first end at or after this position before any comma
    std::size_t quote_comma[2] = {none, none};  // the next closing quote with a comma after it, for " and '
    std::size_t quote_end[2] = {none, none};    // the next closing quote with the end after it
  };

  static int quote_kind(char32_t c) { return c == U'"' ? 0 : c == U'\'' ? 1 : -1; }

  void solve(std::size_t p) {
    auto& here = at_[p];
    if (p == text_.size()) {
      here.ends = true;
    } else {
      look_ahead(p, here);
      start_item(p, here);
    }
    if (here.ends)
      here.text_end = p;
    if (here.next_item == none)
      start_last(p, here);
    here.matches = here.next_item != none || here.single_end != none || here.ends;
  }

  void look_ahead(std::size_t p, continuation& here) const {
    const auto& next = at_[p + 1];
    const char32_t c = text_[p];
    here.ends = c == U'#' || (is_space(c) && next.ends);
    here.text_end = c == U',' ? none : next.text_end;
    here.comma = c == U',' ? p : c == U'#' ? none : next.comma;
    if (c == U',') {
      std::size_t start = p + 1;
      while (start < text_.size() && is_space(text_[start]))
        ++start;
      for (; start > p; --start)
        if (at_[start].matches) {
          here.after_comma = start;
          break;
        }
    } else if (is_space(c)) {
      here.after_comma = next.after_comma;
    }
    for (int kind = 0; kind < 2; ++kind) {
      here.quote_comma[kind] = quote_kind(c) == kind && next.after_comma != none ? p : next.quote_comma[kind];
      here.quote_end[kind] = quote_kind(c) == kind && next.ends ? p : next.quote_end[kind];
    }
  }

  void start_item(std::size_t p, continuation& here) const {
    const auto& next = at_[p + 1];
    const char32_t c = text_[p];
    if (const int kind = quote_kind(c); kind >= 0) {
      if (next.quote_comma[kind] != none)
        here.next_item = at_[next.quote_comma[kind] + 1].after_comma;
    } else if (c != U',' && c != U'#' && next.comma != none) {
      here.next_item = at_[next.comma].after_comma;
    }
  }

  void start_last(std::size_t p, continuation& here) const {
    if (p < text_.size()) {
      const auto& next = at_[p + 1];
      const char32_t c = text_[p];
      if (const int kind = quote_kind(c); kind >= 0) {
        if (next.quote_end[kind] != none)
          here.single_end = next.quote_end[kind] + 1;
        return;
      }
      if (c != U',' && c != U'#' && !is_space(c)) {
        here.single_end = next.text_end;
        return;
      }
    }
    if (here.ends && (p == 0 || text_[p - 1] != U','))
      here.single_end = p;
  }

  // Splits what was found to be a list, with a comma after every item; an empty item is an error.
  static std::optional<std::vector<std::string>> list_items(characters list) {
    std::vector<std::string> items;
    for (std::size_t p = 0; p < list.size();) {
      const std::size_t end = item_end(list, p);
      if (end == none)
        break;
      if (end == p)
        return std::nullopt;
      items.push_back(encode_utf8(unquoted(list.substr(p, end - p))));
      p = list.find(U',', end) + 1;
      while (p < list.size() && is_space(list[p]))
        ++p;
    }
    return items;
  }

  // The first end of the item that starts at `p` after which a comma follows.
  static std::size_t item_end(characters list, std::size_t p) {
    if (quote_kind(list[p]) >= 0)
      for (std::size_t close = list.find(list[p], p + 1); close != characters::npos;
           close = list.find(list[p], close + 1)) {
        std::size_t after = close + 1;
        while (after < list.size() && is_space(list[after]))
          ++after;
        if (after < list.size() && list[after] == U',')
          return close + 1;
      }
    const bool takes_one = quote_kind(list[p]) < 0 && list[p] != U',' && list[p] != U'#';
    const std::size_t least = p + (takes_one ? 1 : 0);
    const std::size_t comma = list.find(U',', least);
    if (comma == characters::npos)
      return none;
    std::size_t end = comma;
    while (end > least && is_space(list[end - 1]))
      --end;
    return end;
  }

  characters text_;
  std::vector<continuation> at_;
};

}  // namespace

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

characters trimmed(characters text) {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text;
}

std::optional<std::u32string> decode_utf8(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t size = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    if (size == 0 || size > text.size() - i)
      return std::nullopt;
    char32_t c = size == 1 ? first : first & (0x7f >> size);
    for (std::size_t k = 1; k < size; ++k) {
      const auto more = static_cast<unsigned char>(text[i + k]);
      if (more >> 6 != 2)
        return std::nullopt;
      c = c << 6 | (more & 0x3f);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < least[size] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
      return std::nullopt;
    out.push_back(c);
    i += size;
  }
  return out;
}

std::string encode_utf8(characters text) {
  std::string out;
  out.reserve(text.size());
  const auto put = [&out](char32_t value) { out.push_back(static_cast<char>(value)); };
  for (const char32_t c : text) {
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xc0 | c >> 6);
      put(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      put(0xe0 | c >> 12);
      put(0x80 | (c >> 6 & 0x3f));
      put(0x80 | (c & 0x3f));
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3f));
      put(0x80 | (c >> 6 & 0x3f));
      put(0x80 | (c & 0x3f));
    }
  }
  return out;
}

bool ends_at(characters text, std::size_t position) {
  while (position < text.size() && is_space(text[position]))
    ++position;
  return position >= text.size() || text[position] == U'#';
}

characters unquoted(characters text) {
  if (!text.empty() && text.front() == text.back() && (text.front() == U'"' || text.front() == U'\'')) {
    text.remove_prefix(1);
    if (!text.empty())
      text.remove_suffix(1);
  }
  return text;
}

std::optional<config_value> parse_value(characters text) {
  return value_grammar{text}.value();
}

}  // namespace plexus::config_grammar
