#include "transport/link_check.hpp"

#include "messages/link_request.hpp"
#include "transport/crypto/keys.hpp"
#include "transport/crypto/sha256.hpp"

namespace plexus {

link_id name_link(const packet_view& request) {
  const auto surplus = request.data.size() - std::min(request.data.size(), link_request::keys_size);
  return rename<link_id>(hash_packet(request.whole.first(request.whole.size() - surplus)));
}

expected<verified_link_proof> verify_link_proof(octets data, const link_id& link,
                                                const ed25519_public& destination_key) {
  const auto content = link_proof::parse(data);
  if (!content)
    return unexpected(content.error());
  const auto signed_data = content->signed_data(link, destination_key);
  if (!signed_data)
    return unexpected(signed_data.error());
  if (!verify(*signed_data, content->proof, destination_key))
    return unexpected(parse_error::bad_signature);
  return verified_link_proof(*content);
}

}  // namespace plexus
