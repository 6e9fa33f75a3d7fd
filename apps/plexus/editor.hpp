// Text that the user types in an editor.
#pragma once

#include "messages/expected.hpp"

#include <string>

namespace plexus {

/// Opens $EDITOR, else nano, vim or vi, on an empty file, and answers with what was saved; the error says why not.
expected<std::string, std::string> edited_text();

}  // namespace plexus
