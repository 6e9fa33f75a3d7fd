// Recorded vectors and files below tests/data.
#pragma once

#include <filesystem>

namespace plexus::test {

std::filesystem::path data_file(const std::filesystem::path& name);

}  // namespace plexus::test
