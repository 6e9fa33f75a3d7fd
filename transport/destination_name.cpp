#include "transport/destination_name.hpp"

#include "transport/crypto/sha256.hpp"

#include <algorithm>

namespace plexus {

expected<std::string> expand_name(std::string_view app, std::span<const std::string_view> aspects) {
  constexpr auto dotted = [](std::string_view part) { return part.find('.') != std::string_view::npos; };
  if (dotted(app))
    return unexpected(parse_error::bad_value);
  std::string name(app);
  for (const auto aspect : aspects) {
    if (dotted(aspect))
      return unexpected(parse_error::bad_value);
    name += '.';
    name += aspect;
  }
  return name;
}

expected<std::string> expand_name(std::string_view app, std::span<const std::string_view> aspects,
                                  const identity_hash& owner) {
  return expand_name(app, aspects).map([&](const std::string& name) { return name + "." + owner.hex(); });
}

std::vector<std::string_view> split_name(std::string_view dotted) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= dotted.size();) {
    const auto end = std::min(dotted.find('.', from), dotted.size());
    parts.push_back(dotted.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

name_hash hash_name(std::string_view dotted) {
  return name_hash::from(sha256(as_octets(dotted)));
}

destination_hash hash_destination(const name_hash& name, const identity_hash& owner) {
  return destination_hash::from(sha256_of({name.bytes(), owner.bytes()}));
}

destination_hash hash_destination(std::string_view dotted, const identity_hash& owner) {
  return hash_destination(hash_name(dotted), owner);
}

destination_hash hash_destination(std::string_view dotted) {
  return destination_hash::from(sha256(hash_name(dotted).bytes()));
}

identity_hash hash_identity(const public_key& key) {
  return identity_hash::from(sha256(key.bytes()));
}

ratchet_id hash_ratchet(const ratchet_key& key) {
  return ratchet_id::from(sha256(key.bytes()));
}

}  // namespace plexus
