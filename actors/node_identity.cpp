#include "actors/node_identity.hpp"

#include "actors/log.hpp"
#include "storage/config/config_directory.hpp"
#include "storage/state/file_access.hpp"

#include <stdexcept>
#include <system_error>

namespace plexus {

private_key load_transport_key(const state_directory& directory, random_source& random) {
  if (const auto stored = directory.load_transport_identity())
    return *stored;
  else if (stored.error().what != file_fault::kind::missing)
    log(log_level::error, "{}", stored.error().shown());
  const auto fresh = private_key::from(identity::generate(random).secret().bytes());
  if (const auto error = directory.save_transport_identity(fresh))
    throw std::system_error(error, "the transport identity could not be saved");
  return fresh;
}

std::shared_ptr<const identity> wire_identity(const private_key& stored, const reticulum_config& config,
                                              random_source& random) {
  if (!config.enable_transport && !config.static_transport_identity)
    return std::make_shared<const identity>(identity::generate(random));
  return std::make_shared<const identity>(identity_secret::from(stored.bytes()));
}

std::shared_ptr<const identity> network_identity(const reticulum_config& config, random_source& random) {
  if (!config.network_identity)
    return nullptr;
  const auto path = expand_home(*config.network_identity, home_directory());
  std::error_code error;
  const auto file = file_contents::read(path, error);
  if (error == std::errc::no_such_file_or_directory) {
    auto fresh = std::make_shared<const identity>(identity::generate(random));
    write_options options;
    options.mode = 0600;
    if (const auto failed = replace_file(path, fresh->secret().bytes(), options))
      throw std::system_error(failed, "the network identity could not be saved to " + path.string());
    log(log_level::verbose, "Made a network identity in {}", path.string());
    return fresh;
  }
  const auto secret = identity_secret::from_exactly(file.bytes());
  if (secret)
    return std::make_shared<const identity>(*secret);
  throw std::runtime_error("network_identity: " + path.string() +
                           " is no identity: " + (error ? error.message() : "it must hold 64 octets"));
}

}  // namespace plexus
