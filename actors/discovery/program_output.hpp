// The output of a small program that an operator names in place of a value: an address, a location.
#pragma once

#include "messages/expected.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace plexus {

/// Octets of output that are taken.
inline constexpr std::size_t program_output_max = 65536;

bool is_executable_file(const std::filesystem::path& path);

/// Runs it without arguments and waits, at most so long; then it is killed with all that it started. Blocks: for
/// threads that may. Otherwise a sentence that says what went wrong, a status other than 0 among it.
expected<std::string, std::string> output_of_program(const std::filesystem::path& path,
                                                     std::chrono::milliseconds within);

}  // namespace plexus
