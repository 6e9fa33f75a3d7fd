// Where the identity of `plexus id` comes from. Source: Utilities/rnid.py: get_operating_identity.
#include "apps/plexus/id_work.hpp"
#include "apps/plexus/node_access.hpp"
#include "apps/plexus/system_random.hpp"
#include "apps/plexus/terminal.hpp"
#include "transport/destination_name.hpp"

#include <array>
#include <chrono>

namespace plexus {
namespace {

/// Where an identity answers that nobody gave another destination.
constexpr std::string_view default_name = "rns.id";

working_identity generated(const id_arguments& wanted, id_report& report) {
  const auto& path = *wanted.generate;
  if (!wanted.force && is_file(path))
    throw id_failure(id_exit::file_exists, "Identity file " + path + " already exists. Not overwriting.");
  system_random random;
  auto made = identity::generate(random);
  write_file(path, made.secret().bytes(), readers::owner);
  report.say("New identity " + made.hash().pretty() + " written to " + path);
  report.add("file", path);
  return working_identity::of(std::move(made));
}

working_identity from_file(const std::string& path, id_report& report) {
  const auto secret = identity_secret::from_exactly(read_file(path));
  if (!secret)
    throw id_failure(id_exit::invalid_identity,
                     "Could not load Identity from specified file: expected the 64 octets of a private key");
  auto who = working_identity::of(identity(*secret));
  report.say("Loaded Identity " + who.pretty() + " from " + path);
  return who;
}

/// 64 octets of keys in a file or as text.
octet_string imported(const std::string& from, std::string_view kind, id_report& report) {
  constexpr std::size_t size = public_key::size;
  if (const auto path = expanded(from); is_file(path)) {
    if (auto content = read_file(path); content.size() == size) {
      report.say("Reticulum Identity imported from " + path);
      return content;
    }
  }
  struct form {
    text_encoding encoding;
    std::string_view name;
  };
  static constexpr std::array forms{form{text_encoding::hex, "hex"}, form{text_encoding::base32, "base32"},
                                    form{text_encoding::base64, "base64"}};
  for (const auto& [encoding, name] : forms)
    if (auto content = decode_text(encoding, from); content && content->size() == size) {
      report.say("Reticulum Identity imported from " + std::string(name) + " input");
      return std::move(*content);
    }
  throw id_failure(id_exit::invalid_identity,
                   "Could not decode specified data to a valid " + std::string(kind) + " Reticulum Identity");
}

/// Asks under both meanings that 16 octets may have: a destination's hash, and that of an identity.
std::optional<public_key> requested(const node_access& node, const identity_hash& hash, double seconds,
                                    id_report& report) {
  system_random random;
  shared_client client(random);
  if (!node.config().reticulum.share_instance || !client.connect(node.packets()))
    throw id_failure(id_exit::no_identity, std::string(no_shared_instance) + " to request the Identity from");
  const auto deadline = shared_client::clock::now() +
                        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
  spinner turning("Requesting unknown Identity for " + hash.pretty(), !report.as_json());
  if (!client.request_path(rename<destination_hash>(hash)) ||
      !client.request_path(hash_destination(default_name, hash)))
    return std::nullopt;
  const auto heard = client.await_announce(hash.bytes(), deadline, [&] { turning.turn(); });
  return heard ? std::optional(heard->owner.key()) : std::nullopt;
}

working_identity remembered(const id_arguments& wanted, const identity_hash& hash, bool required,
                            const common_options& common, id_report& report) {
  node_access node(common);
  working_identity who;
  if (const auto key = node.recall(hash.bytes())) {
    who = working_identity::of(*key);
    report.say("Recalled Identity " + who.pretty() +
               (*who.hash == hash ? std::string() : " for destination " + hash.pretty()));
  } else if (!wanted.request) {
    if (required)
      throw id_failure(id_exit::no_identity, "Could not recall Identity for " + hash.pretty() +
                                                 ".\nYou can query the network for unknown Identities with the -R "
                                                 "option.");
    who.hash = hash;
    return who;
  } else if (const auto told = requested(node, hash, wanted.timeout, report)) {
    who = working_identity::of(*told);
    report.say("Received Identity " + who.pretty() + " for destination " + hash.pretty() + " from the network");
  } else {
    if (required)
      throw id_failure(id_exit::no_identity, "Identity request timed out");
    report.say("Identity request timed out");
    who.hash = hash;
    return who;
  }
  // Without a daemon there is nobody who would forget it.
  [[maybe_unused]] const auto kept = node.call(rpc::retain_identity{*who.hash});
  return who;
}

}  // namespace

working_identity working_identity::of(identity who) {
  working_identity made;
  made.open = who.open();
  made.hash = who.hash();
  made.own = std::move(who);
  return made;
}

working_identity working_identity::of(const public_key& who) {
  working_identity made;
  made.open = public_identity(who);
  made.hash = made.open->hash();
  return made;
}

working_identity find_identity(const id_arguments& wanted, bool required, const common_options& common,
                               id_report& report) {
  if (wanted.generate)
    return generated(wanted, report);
  if (wanted.import_private)
    return working_identity::of(identity(identity_secret::from(imported(*wanted.import_private, "private", report))));
  if (wanted.import_public)
    return working_identity::of(public_key::from(imported(*wanted.import_public, "public", report)));
  if (!wanted.identity)
    return {};
  if (const auto path = expanded(*wanted.identity); is_file(path))
    return from_file(path, report);
  const auto hash = identity_hash::from_hex(*wanted.identity);
  if (wanted.no_cache && required)
    throw id_failure(id_exit::no_identity, "Could not resolve identity");
  if (!hash && wanted.identity->size() == 2 * identity_hash::size)
    throw id_failure(id_exit::invalid_identity, "Invalid hexadecimal hash provided: " + *wanted.identity);
  if (!hash || wanted.no_cache) {
    working_identity who;
    who.hash = hash;
    return who;
  }
  return remembered(wanted, *hash, required, common, report);
}

}  // namespace plexus
