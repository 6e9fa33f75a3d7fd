// The configuration that a first start writes, which is also what --exampleconfig prints.
#pragma once

#include <string_view>

namespace plexus {

/// Commented text that this program and the reference both read.
std::string_view default_config_text();

}  // namespace plexus
