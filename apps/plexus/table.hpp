// Text in columns.
#pragma once

#include <string>
#include <vector>

namespace plexus {

/// The first row is the head. Columns are as wide as their longest cell and two blanks apart; nothing trails a line.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

}  // namespace plexus
