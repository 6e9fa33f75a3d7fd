#include "apps/plexus/node_access.hpp"

#include "storage/config/config_directory.hpp"
#include "storage/config/default_config.hpp"
#include "storage/state/file_access.hpp"
#include "storage/state/known_destinations.hpp"
#include "transport/control/mac.hpp"
#include "transport/destination_name.hpp"

namespace plexus {
namespace {

namespace fs = std::filesystem;

node_config read_config(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error))
    return read_node_config(default_config_text(), file.string());
  return read_node_config(*load_config(file.string()));
}

}  // namespace

node_access::node_access(const common_options& common)
    : directory_(find_config_directory(common.config, home_directory())), config_(read_config(config_file())) {
  std::error_code error;
  const auto file = file_contents::read(directory_ / "storage" / "transport_identity", error);
  const auto secret = identity_secret::from_exactly(file.bytes());
  if (secret)
    identity_ = plexus::identity(*secret).hash();
  const auto& node = config_.reticulum;
  if (node.rpc_key)
    rpc_.key = *node.rpc_key;
  else if (secret)
    rpc_.key = rpc_key_of_identity(secret->bytes());
  if (node.shared_instance_type == shared_instance_transport::tcp)
    rpc_.endpoint = rpc_tcp_endpoint{node.instance_control_port};
  else
    rpc_.endpoint = rpc_unix_endpoint{node.instance_name};
}

expected<value, rpc_failure> node_access::call(const rpc::request& request) {
  if (!config_.reticulum.share_instance)
    return unexpected(rpc_failure::unreachable);
  auto answer = rpc_client(rpc_).call(request);
  if (answer)
    dialect_known_ = true;
  if (dialect_known_ || answer || answer.error() != rpc_failure::closed)
    return answer;
  auto older = rpc_;
  older.dialect = rpc_dialect::pickle;
  auto second = rpc_client(older).call(request);
  if (!second)
    return answer;
  rpc_ = older;
  dialect_known_ = true;
  return second;
}

double node_access::number_or(const rpc::request& request, double otherwise) {
  const auto answer = call(request);
  return answer ? answer->as_double().value_or(otherwise) : otherwise;
}

std::optional<transport_id> node_access::next_hop(const destination_hash& destination) {
  const auto answer = call(rpc::get_next_hop{destination});
  const auto* octets_of = answer ? answer->as_bytes() : nullptr;
  return octets_of ? transport_id::from_exactly(*octets_of) : std::nullopt;
}

std::string node_access::next_hop_interface(const destination_hash& destination) {
  const auto answer = call(rpc::get_next_hop_interface{destination});
  const auto* text = answer ? answer->as_text() : nullptr;
  return text ? *text : "None";
}

shared_endpoint node_access::packets() const {
  const auto& node = config_.reticulum;
  if (node.shared_instance_type == shared_instance_transport::tcp)
    return shared_tcp_endpoint{node.shared_instance_port};
  return shared_unix_endpoint{node.instance_name};
}

std::optional<public_key> node_access::recall(octets hash) const {
  std::error_code error;
  const auto file = file_contents::read(directory_ / "storage" / "known_destinations", error);
  const auto known = parse_known_destinations(file);
  if (error || !known)
    return std::nullopt;
  for (const auto& entry : known->entries)
    if (std::ranges::equal(entry.destination.bytes(), hash))
      return entry.key;
  for (const auto& entry : known->entries)
    if (std::ranges::equal(hash_identity(entry.key).bytes(), hash))
      return entry.key;
  return std::nullopt;
}

}  // namespace plexus
