// The shape that all blocks of `plexus status` share: `    Label     : content`, continued below the content.
#pragma once

#include <string>
#include <string_view>

namespace plexus {

/// The label takes ten columns.
std::string status_line(std::string_view label, std::string_view content);
inline constexpr std::string_view status_indent = "                ";

/// Whole percent of `part` in `whole`, at most 100; 0 where either is.
int share_percent(double part, double whole);

}  // namespace plexus
