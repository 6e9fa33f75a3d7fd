#include "actors/interfaces/pipe/command_line.hpp"

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <unistd.h>

namespace plexus {
namespace {

class splitter {
public:
  explicit splitter(std::string_view text) : text_(text) {}

  std::vector<std::string> split() {
    while (at_ < text_.size())
      take(text_[at_++]);
    end_word();
    return std::move(words_);
  }

private:
  void take(char c) {
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return end_word();
      case '\'':
        return quoted_single();
      case '"':
        return quoted_double();
      case '\\':
        return put(next("a backslash with nothing behind it"));
      default:
        return put(c);
    }
  }

  void quoted_single() {
    open();
    for (char c; (c = next("a quotation without end")) != '\'';)
      put(c);
  }

  void quoted_double() {
    open();
    for (char c; (c = next("a quotation without end")) != '"';) {
      if (c != '\\') {
        put(c);
        continue;
      }
      c = next("a quotation without end");
      if (c != '"' && c != '\\')
        put('\\');
      put(c);
    }
  }

  char next(const char* otherwise) {
    if (at_ == text_.size())
      throw std::invalid_argument(std::string("the command holds ") + otherwise);
    return text_[at_++];
  }

  void open() {
    if (!word_)
      word_.emplace();
  }
  void put(char c) {
    open();
    *word_ += c;
  }
  void end_word() {
    if (word_)
      words_.push_back(std::move(*word_));
    word_.reset();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::string> word_;  ///< quotes alone make an empty one
  std::vector<std::string> words_;
};

}  // namespace

std::vector<std::string> split_command(std::string_view text) {
  auto words = splitter(text).split();
  if (words.empty())
    throw std::invalid_argument("the command is empty");
  return words;
}

std::string find_program(const std::string& name) {
  const auto runs = [](const std::string& file) { return ::access(file.c_str(), X_OK) == 0; };
  if (name.find('/') != std::string::npos && runs(name))
    return name;
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  while (name.find('/') == std::string::npos && !rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    const auto file = std::string(rest.substr(0, end)) + "/" + name;
    if (runs(file))
      return file;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  throw std::runtime_error("there is no program " + name + " that can be run");
}

}  // namespace plexus
