#include "storage/config/config_text.hpp"

#include "storage/config/config_value.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

namespace plexus {

using namespace config_grammar;

std::string located_text(const std::string& file, int line, const std::string& key, const std::string& text) {
  std::string out = file;
  if (line > 0)
    out.append(":").append(std::to_string(line));
  if (!key.empty())
    out.append(": ").append(key);
  return out.append(": ").append(text);
}

config_error::config_error(std::string file, int line, std::string key, std::string problem, config_fault fault)
    : std::runtime_error(located_text(file, line, key, problem)),
      file_(std::move(file)),
      line_(line),
      key_(std::move(key)),
      problem_(std::move(problem)),
      fault_(fault) {}

config_error::config_error(const config_error& error, config_fault fault) : config_error(error) {
  fault_ = fault;
}

std::string config_value::shown() const {
  if (!is_list)
    return items.front();
  std::string out = "[";
  for (const auto& item : items)
    out += (out.size() > 1 ? ", " : "") + item;
  return out + "]";
}

config_section::config_section(std::string name, int line, const config_section* parent)
    : name_(std::move(name)), line_(line), depth_(parent ? parent->depth_ + 1 : 0), parent_(parent) {
  if (parent)
    file_ = parent->file_;
}

const config_entry* config_section::find(std::string_view key) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& e) { return e.key == key; });
  return found == entries_.end() ? nullptr : &*found;
}

const config_section* config_section::section(std::string_view name) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(), [&](const auto& s) { return s->name() == name; });
  return found == sections_.end() ? nullptr : found->get();
}

namespace {

// Replaces every `%(name)s` in one text. Names are looked up from the section of the outermost text, also those that
// stand in a text found further out, as in configobj.py: _fetch.
class interpolation {
public:
  interpolation(const config_section& section, const config_entry& entry) : section_(section), entry_(entry) {}

  std::string expand(const std::string& text) { return expand(entry_.key, text, section_); }

private:
  struct found_text {
    std::string text;
    const config_section* section;
  };

  [[noreturn]] void fail(const std::string& problem) const {
    throw config_error(section_.file(), entry_.line, entry_.key, problem);
  }

  found_text look_up(const std::string& name) const {
    for (const auto* s = &section_; s; s = s->parent()) {
      const auto* entry = s->find(name);
      if (const auto* defaults = s->section("DEFAULT"); !entry && defaults)
        entry = defaults->find(name);
      if (!entry)
        continue;
      if (entry->value.is_list)
        fail("expected a single value for %(" + name + ")s, found a list in line " + std::to_string(entry->line));
      return {entry->value.items.front(), s};
    }
    fail("expected a value for %(" + name + ")s, found none in this section or around it");
  }

  std::string expand(const std::string& key, std::string text, const config_section& section) {
    const auto seen = [&](const auto& step) { return step.first == key && step.second->name() == section.name(); };
    if (std::any_of(trail_.begin(), trail_.end(), seen))
      fail("expected a value that does not name itself, found a loop at %(" + key + ")s");
    trail_.emplace_back(key, &section);
    for (std::size_t from = 0;;) {
      const std::size_t open = text.find("%(", from);
      if (open == std::string::npos)
        break;
      const std::size_t close = text.find(')', open + 2);
      if (close == std::string::npos)
        break;
      if (close + 1 >= text.size() || text[close + 1] != 's') {
        from = open + 1;
        continue;
      }
      if (++substitutions_ > config_substitutions_max)
        fail("expected at most " + std::to_string(config_substitutions_max) + " substitutions");
      const std::string name = text.substr(open + 2, close - open - 2);
      auto inner = look_up(name);
      const std::string replacement = expand(name, std::move(inner.text), *inner.section);
      text.replace(open, close + 2 - open, replacement);
      if (text.size() > config_value_max)
        fail("expected at most " + std::to_string(config_value_max) + " octets after substitution");
      from = open + replacement.size();
    }
    trail_.pop_back();
    return text;
  }

  const config_section& section_;
  const config_entry& entry_;
  std::vector<std::pair<std::string, const config_section*>> trail_;
  std::size_t substitutions_ = 0;
};

}  // namespace

std::optional<config_value> config_section::value(std::string_view key) const {
  const auto* entry = find(key);
  if (!entry)
    return std::nullopt;
  config_value out = entry->value;
  for (auto& item : out.items)
    if (item.find('%') != std::string::npos)
      item = interpolation{*this, *entry}.expand(item);
  return out;
}

class config_parser {
public:
  config_parser(std::string_view text, std::string file)
      : file_(std::make_shared<const std::string>(std::move(file))),
        root_(std::make_unique<config_section>(std::string{}, 0, nullptr)),
        open_{root_.get()} {
    root_->file_ = file_;
    split(text);
  }

  std::unique_ptr<config_section> parse() {
    for (line_ = 0; line_ < lines_.size(); ++line_) {
      const characters line = lines_[line_];
      const auto content = trimmed(line);
      if (content.empty() || content.front() == U'#')
        continue;
      if (!read_section(line))
        read_entry(line);
    }
    return std::move(root_);
  }

private:
  [[noreturn]] void fail(const std::string& key, const std::string& problem) const {
    throw config_error(*file_, static_cast<int>(line_ + 1), key, problem, config_fault::panic);
  }

  void split(std::string_view text) {
    if (text.substr(0, 3) == "\xef\xbb\xbf")
      text.remove_prefix(3);
    for (line_ = 0; !text.empty(); ++line_) {
      const auto end = text.find('\n');
      auto line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      while (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
      auto decoded = decode_utf8(line);
      if (!decoded)
        fail({}, "expected UTF-8 text");
      if (decoded->size() > config_line_max)
        fail({}, "expected a line of at most " + std::to_string(config_line_max) + " characters");
      lines_.push_back(std::move(*decoded));
    }
  }

  // Where the closing brackets and a comment after a section's name end the line: the number of brackets, or 0.
  static int closing_brackets(characters line, std::size_t p) {
    int brackets = 0;
    for (;;) {
      std::size_t next = p;
      while (next < line.size() && is_space(line[next]))
        ++next;
      if (next >= line.size() || line[next] != U']')
        break;
      ++brackets;
      p = next + 1;
    }
    return brackets > 0 && ends_at(line, p) ? brackets : 0;
  }

  struct header {
    int opening = 0, closing = 0;
    characters name;
  };

  // The name that starts at `start`: the shortest that closing brackets follow.
  static std::optional<header> section_name(characters line, std::size_t start, int opening) {
    if (start >= line.size() || is_space(line[start]))
      return std::nullopt;
    const bool quoted = line[start] == U'"' || line[start] == U'\'';
    bool has_text = !quoted;
    for (std::size_t end = start + 1; end < line.size(); ++end) {
      const bool may_end = !quoted || (has_text && line[end] == line[start]);
      const std::size_t after = quoted ? end + 1 : end;
      if (may_end && (is_space(line[end]) || line[end] == U']' || quoted))
        if (const int closing = closing_brackets(line, after))
          return header{opening, closing, line.substr(start, after - start)};
      has_text = has_text || !is_space(line[end]);
    }
    return std::nullopt;
  }

  // Brackets open as many levels as they can; a name may itself start with one, so fewer are tried as well.
  static std::optional<header> section_header(characters line) {
    std::vector<std::size_t> starts;
    std::size_t p = 0;
    for (;;) {
      while (p < line.size() && is_space(line[p]))
        ++p;
      if (p >= line.size() || line[p] != U'[')
        break;
      ++p;
      std::size_t name = p;
      while (name < line.size() && is_space(line[name]))
        ++name;
      starts.push_back(name);
    }
    // Each attempt costs the length of the line; only a line made of brackets asks for more.
    constexpr std::size_t attempts_max = 16;
    for (std::size_t n = starts.size(), tried = 0; n > 0 && tried < attempts_max; --n, ++tried)
      if (auto found = section_name(line, starts[n - 1], static_cast<int>(n)))
        return found;
    return std::nullopt;
  }

  bool read_section(characters line) {
    const auto found = section_header(line);
    if (!found)
      return false;
    std::string name = encode_utf8(unquoted(found->name));
    if (found->opening != found->closing)
      fail(name, "expected as many closing as opening brackets");
    const auto depth = static_cast<std::size_t>(found->opening);
    if (depth > open_.size())
      fail(name, "expected a section of depth " + std::to_string(open_.size()) + " or less, found depth " +
                     std::to_string(depth));
    open_.resize(depth);
    auto& parent = *open_.back();
    if (parent.section(name) || parent.find(name))
      fail(name, "expected a new section name, found one that was used before");
    parent.sections_.push_back(std::make_unique<config_section>(name, static_cast<int>(line_ + 1), &parent));
    open_.push_back(parent.sections_.back().get());
    return true;
  }

  struct key_and_value {
    characters key, value;
  };

  static std::optional<key_and_value> split_at(characters line, std::size_t start, std::size_t end) {
    std::size_t p = end;
    while (p < line.size() && is_space(line[p]))
      ++p;
    if (p >= line.size() || line[p] != U'=')
      return std::nullopt;
    ++p;
    while (p < line.size() && is_space(line[p]))
      ++p;
    return key_and_value{line.substr(start, end - start), line.substr(p)};
  }

  static std::optional<key_and_value> key_from(characters line, std::size_t start) {
    if (start >= line.size() || line[start] == U'=')
      return std::nullopt;
    if (line[start] == U'"' || line[start] == U'\'') {
      for (auto close = line.find(line[start], start + 1); close != characters::npos;
           close = line.find(line[start], close + 1))
        if (auto found = split_at(line, start, close + 1))
          return found;
      return std::nullopt;
    }
    const auto equals = line.find(U'=', start + 1);
    if (equals == characters::npos)
      return std::nullopt;
    auto end = equals;
    while (end > start + 1 && is_space(line[end - 1]))
      --end;
    return split_at(line, start, end);
  }

  void read_entry(characters line) {
    std::size_t indent = 0;
    while (indent < line.size() && is_space(line[indent]))
      ++indent;
    // With no key after the indentation the reference takes its last blank for one.
    auto found = key_from(line, indent);
    if (!found && indent > 0)
      found = key_from(line, indent - 1);
    if (!found)
      fail({}, "expected [section] or key = value, found: " + encode_utf8(trimmed(line)));
    const std::string key = encode_utf8(unquoted(found->key));
    const auto line_number = static_cast<int>(line_ + 1);
    auto& section = *open_.back();
    if (section.find(key) || section.section(key))
      fail(key, "expected a new key, found one that was used before");
    const auto quotes = found->value.substr(0, 3);
    config_value value;
    if (quotes == U"\"\"\"" || quotes == U"'''") {
      value.items.push_back(encode_utf8(triple_quoted(key, found->value)));
    } else if (auto read = parse_value(found->value)) {
      value = std::move(*read);
    } else {
      fail(key, "expected a value, a quoted value or a list, found: " + encode_utf8(found->value));
    }
    section.entries_.push_back({key, std::move(value), line_number});
  }

  // The text up to the closing quotes, which may stand lines below; they end their line, but for a comment.
  std::u32string triple_quoted(const std::string& key, characters first) {
    const auto quotes = first.substr(0, 3);
    const auto close_in = [&](characters line, std::size_t from) {
      auto close = line.find(quotes, from);
      while (close != characters::npos && !ends_at(line, close + 3))
        close = line.find(quotes, close + 1);
      return close;
    };
    if (const auto close = close_in(first, 3); close != characters::npos)
      return std::u32string{first.substr(3, close - 3)};
    std::u32string text{first.substr(3)};
    const auto opened = line_;
    if (text.find(quotes) == std::u32string::npos)
      while (++line_ < lines_.size()) {
        const characters line = lines_[line_];
        text += U'\n';
        if (line.find(quotes) == characters::npos) {
          text += line;
          continue;
        }
        const auto close = close_in(line, 0);
        if (close == characters::npos)
          break;
        text += line.substr(0, close);
        return text;
      }
    line_ = opened;
    fail(key, "expected closing triple quotes at the end of a line");
  }

  std::shared_ptr<const std::string> file_;
  std::unique_ptr<config_section> root_;
  std::vector<config_section*> open_;  ///< the sections around the current line, outermost first
  std::vector<std::u32string> lines_;
  std::size_t line_ = 0;
};

std::unique_ptr<config_section> parse_config(std::string_view text, std::string file) {
  return config_parser{text, std::move(file)}.parse();
}

std::unique_ptr<config_section> load_config(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  if (!in || (in.peek() != std::ifstream::traits_type::eof() && !(text << in.rdbuf())))
    throw config_error(path, 0, {}, std::string{"expected a readable file: "} + std::strerror(errno),
                       config_fault::panic);
  return parse_config(text.view(), path);
}

}  // namespace plexus
