// A command as a text, split into words as a shell would, without its other powers.
// Source: Python's shlex.split, which PipeInterface.py uses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plexus {

/// Words end at blanks, tabs and line ends. Single quotes keep everything; double quotes keep everything but a
/// backslash before `"` or `\`; elsewhere a backslash keeps the next character. Throws std::invalid_argument when a
/// quotation has no end, a backslash nothing behind it, or no word is left.
std::vector<std::string> split_command(std::string_view text);

/// The program's file: `name` itself if it holds a slash, else the first match in PATH. Throws std::runtime_error when
/// there is none that can be run.
std::string find_program(const std::string& name);

}  // namespace plexus
