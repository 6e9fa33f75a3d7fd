#include "apps/plexus/terminal.hpp"

#include "apps/plexus/format.hpp"

#include <array>
#include <iostream>
#include <string_view>
#include <unistd.h>

namespace plexus {

spinner::spinner(std::string text, bool active) : text_(std::move(text)), active_(active && ::isatty(STDOUT_FILENO)) {
  if (active_)
    std::cout << text_ << "   " << std::flush;
}

spinner::~spinner() {
  if (active_)
    std::cout << '\r' << std::string(length_of(text_) + 3, ' ') << '\r' << std::flush;
}

void spinner::turn() {
  static constexpr std::array<std::string_view, 7> symbols{"⢄", "⢂", "⢁", "⡁", "⡈", "⡐", "⡠"};
  if (active_)
    std::cout << "\b\b" << symbols[step_++ % symbols.size()] << ' ' << std::flush;
}

}  // namespace plexus
