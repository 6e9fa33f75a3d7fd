// What `plexus id` tells of an identity, and where it puts it.
// Source: Utilities/rnid.py: print_identity_information, print_hash_information, write_identity, announce.
#include "apps/plexus/id_work.hpp"
#include "apps/plexus/node_access.hpp"
#include "apps/plexus/system_random.hpp"
#include "transport/destination_name.hpp"

#include <chrono>
#include <iostream>
#include <thread>

namespace plexus {
namespace {

using namespace std::chrono_literals;

/// How long a daemon may take to put an announce into its table, and how long we stay when it does not say so.
constexpr std::chrono::milliseconds announce_patience = 2s, announce_pause = 250ms;

/// "app.aspect" at least.
void check_name(const std::string& dotted) {
  if (dotted.find('.') == std::string::npos)
    throw id_failure(id_exit::invalid_aspects, "Invalid destination aspects specified");
}

const identity& own(const working_identity& who, const std::string& complaint) {
  if (!who.own)
    throw id_failure(id_exit::no_private_key, complaint);
  return *who.own;
}

/// The packet is on its way when the daemon has a path to us; a socket that closes before that may take it along.
void await_table(node_access& node, const destination_hash& destination) {
  const auto deadline = std::chrono::steady_clock::now() + announce_patience;
  std::this_thread::sleep_for(announce_pause);
  while (!node.next_hop(destination) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(announce_pause);
}

}  // namespace

std::optional<text_encoding> id_arguments::encoding() const {
  if (base32)
    return text_encoding::base32;
  if (base64)
    return text_encoding::base64;
  if (base256)
    return text_encoding::base256;
  if (hex)
    return text_encoding::hex;
  return std::nullopt;
}

text_encoding id_arguments::key_encoding() const {
  return base64 ? text_encoding::base64 : base32 ? text_encoding::base32 : text_encoding::hex;
}

void id_report::say(const std::string& text) const {
  if (!as_json_)
    std::cout << text << '\n';
}

void id_report::add(const std::string& key, nlohmann::ordered_json content) {
  if (as_json_)
    fields_[key] = std::move(content);
}

void id_report::append_to(const std::string& key, nlohmann::ordered_json item) {
  if (as_json_)
    fields_[key].push_back(std::move(item));
}

void id_report::finish() const {
  if (as_json_)
    std::cout << fields_ << '\n';
}

void print_identity(const id_arguments& wanted, const working_identity& who, id_report& report) {
  const auto encoding = wanted.key_encoding();
  const auto key = encode_text(encoding, who.open->key().bytes());
  report.say("Identity Hash : " + who.pretty());
  report.say("Public Key    : " + key);
  report.add("hash", who.hash->hex());
  report.add("public_key", key);
  if (!who.own)
    return;
  if (!wanted.print_private)
    return report.say("Private Key   : Hidden");
  const auto secret = encode_text(encoding, who.own->secret().bytes());
  report.say("Private Key   : " + secret);
  report.add("private_key", secret);
}

void export_public(const id_arguments& wanted, const working_identity& who, id_report& report) {
  const auto key = encode_text(wanted.key_encoding(), who.open->key().bytes());
  report.say("Public Identity Keys  : " + key);
  report.add("public_key", key);
}

void export_private(const id_arguments& wanted, const working_identity& who, id_report& report) {
  const auto& ours = own(who, "Identity doesn't hold a private key, cannot export");
  const auto secret = encode_text(wanted.key_encoding(), ours.secret().bytes());
  report.say("Private Identity Keys : " + secret);
  report.add("private_key", secret);
}

void print_hash(const id_arguments& wanted, const working_identity& who, id_report& report) {
  if (!who.hash)
    throw id_failure(id_exit::invalid_identity, wanted.identity ? "Invalid identity hash length" : "Invalid identity");
  const auto& name = *wanted.hash;
  const auto destination = hash_destination(name, *who.hash);
  report.say("The " + name + " destination for this Identity is " + destination.pretty());
  if (who)
    report.say("The full destination specifier is <" + name + "." + who.hash->hex() + ":" + destination.hex() + ">");
  report.add("name", name);
  report.add("destination", destination.hex());
}

void announce_identity(const id_arguments& wanted, const working_identity& who, const common_options& common,
                       id_report& report) {
  const auto& name = *wanted.announce;
  check_name(name);
  const auto& ours = own(who, "Cannot announce this destination, since the private key is not held");
  node_access node(common);
  system_random random;
  shared_client client(random);
  if (!node.config().reticulum.share_instance || !client.connect(node.packets()))
    throw id_failure(id_exit::unknown_error, std::string(no_shared_instance) + " to announce through");
  const auto destination = hash_destination(name, ours.hash());
  report.say("Announcing " + name + " destination " + destination.pretty() + " for identity " + who.pretty());
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  const auto sent = client.send_announce(ours, name, static_cast<std::uint64_t>(now.count()));
  if (!sent)
    throw id_failure(id_exit::unknown_error,
                     "An error ocurred while attempting to send the announce: " + std::string(to_string(sent.error())));
  await_table(node, destination);
  report.add("announced", destination.hex());
}

void write_identity(const id_arguments& wanted, const working_identity& who, id_report& report) {
  const bool secret = who.own && wanted.export_private;
  auto path = expanded(*wanted.write);
  if (!secret && !path.ends_with(".pub"))
    path += ".pub";
  if (is_file(path) && !wanted.force)
    throw id_failure(id_exit::file_exists, "File " + path + " already exists, not overwriting");
  if (secret)
    write_file(path, who.own->secret().bytes(), readers::owner);
  else
    write_file(path, who.open->key().bytes(), readers::everybody);
  report.say(std::string("Wrote ") + (secret ? "private" : "public") + " identity to " + path);
  report.add("file", path);
}

}  // namespace plexus
