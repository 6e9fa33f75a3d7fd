#include "transport/control/octet_cursor.hpp"

namespace plexus {
namespace {

struct sequence {
  std::size_t size;
  octet second_min, second_max;
};

/// Unicode 15, table 3-7: what may follow each leading octet.
sequence sequence_of(octet lead) {
  if (lead < 0x80)
    return {1, 0, 0};
  if (lead >= 0xc2 && lead <= 0xdf)
    return {2, 0x80, 0xbf};
  if (lead >= 0xe0 && lead <= 0xef)
    return {3, octet(lead == 0xe0 ? 0xa0 : 0x80), octet(lead == 0xed ? 0x9f : 0xbf)};
  if (lead >= 0xf0 && lead <= 0xf4)
    return {4, octet(lead == 0xf0 ? 0x90 : 0x80), octet(lead == 0xf4 ? 0x8f : 0xbf)};
  return {0, 0, 0};
}

}  // namespace

bool is_utf8(octets text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto [size, second_min, second_max] = sequence_of(text[i]);
    if (size == 0 || size > text.size() - i)
      return false;
    if (size > 1 && (text[i + 1] < second_min || text[i + 1] > second_max))
      return false;
    for (std::size_t k = 2; k < size; ++k)
      if ((text[i + k] & 0xc0) != 0x80)
        return false;
    i += size;
  }
  return true;
}

}  // namespace plexus
