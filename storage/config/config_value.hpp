// The part of the configuration grammar right of the equals sign: quotes, lists and trailing comments.
#pragma once

#include "storage/config/config_text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace plexus::config_grammar {

using characters = std::u32string_view;

/// White space as Python's str knows it.
bool is_space(char32_t c);
characters trimmed(characters text);
/// The code points of UTF-8 text, or nothing when it is not UTF-8.
std::optional<std::u32string> decode_utf8(std::string_view text);
std::string encode_utf8(characters text);

/// True when only white space and perhaps a comment follow from `position` on.
bool ends_at(characters text, std::size_t position);

/// Takes one pair of equal quotes off.
characters unquoted(characters text);

/// The value in `text`, which starts with no white space; nothing when quotes or commas do not fit.
std::optional<config_value> parse_value(characters text);

}  // namespace plexus::config_grammar
