// What a signed message says of itself besides its text.
// Source: Utilities/rnid.py: rsg_meta_from_file, validate_message.
#pragma once

#include "storage/config/config_text.hpp"
#include "transport/control/value.hpp"

#include <string>

namespace plexus {

/// Keys, values and sections of a file in the grammar of configurations; every value is text or a list of texts.
/// Throws config_error.
value::map metadata_from_file(const std::string& path);

/// One line a value, led by a letter for its kind and as many blanks as it lies deep; long ones go on below.
std::string metadata_text(const value& meta);

}  // namespace plexus
