#include "actors/system_random.hpp"
#include "apps/c/handles.hpp"
#include "transport/control/value_msgpack.hpp"
#include "transport/destination_name.hpp"

#include <sstream>

using namespace plexus;
using namespace plexus::c_api;

namespace {

int copy_out(octets from, uint8_t* buffer, size_t* len) {
  const auto room = buffer ? *len : 0;
  *len = from.size();
  if (room < from.size())
    return fail(PLEXUS_ERR_SPACE);
  std::copy(from.begin(), from.end(), buffer);
  return PLEXUS_OK;
}

template <class Make>
plexus_identity* make_identity(Make make) noexcept {
  plexus_identity* made = nullptr;
  guarded([&] {
    auto fresh = std::make_unique<plexus_identity>();
    make(*fresh);
    if (fresh->whole)
      fresh->open = fresh->whole->open();
    made = fresh->open ? fresh.release() : nullptr;
    return PLEXUS_OK;
  });
  return made;
}

api::interface_wish& add(plexus_options* options, const char* name, const char* type) {
  return options->node.interfaces.emplace_back(api::interface_wish{name, type, {}});
}

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \t");
  return from == std::string::npos ? std::string() : text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

std::optional<api::destination> destination_at(plexus_node* node, const uint8_t* hash) {
  const std::lock_guard lock(node->mutex);
  const auto found = node->destinations.find(destination_hash::from({hash, destination_hash::size}));
  if (found == node->destinations.end())
    return std::nullopt;
  return found->second;
}

void listen(const api::destination& at, const queue_ptr& queue) {
  const auto here = rename<address>(at.hash());
  at.on_packet([here, queue](const api::packet_heard& packet) {
    auto event = ended(0, PLEXUS_EVENT_PACKET);
    event->address = here;
    event->data = packet.data;
    event->hops = packet.hops;
    event->packet = packet;
    queue->push(std::move(event));
  });
  at.on_link([here, queue](const api::link& link) {
    watch(link, queue);
    auto event = ended(0, PLEXUS_EVENT_LINK);
    event->address = here;
    event->link = link;
    event->queue = queue;
    queue->push(std::move(event));
  });
}

api::destination_options options_of(const plexus_destination_options& from) {
  api::destination_options options;
  options.type = static_cast<destination_type>(from.type);
  options.name = from.name ? from.name : "";
  if (from.identity)
    options.owner = from.identity->whole;
  if (from.group_key)
    options.group = group_key::from({from.group_key, group_key::size});
  if (from.proofs)
    options.proofs = static_cast<proof_strategy>(from.proofs);
  options.accepts_links = !from.refuses_links;
  options.app_data = octets_of(from.app_data, from.app_data_size);
  if (from.ratchets)
    options.ratchets = from.ratchets;
  options.ratchets_enforced = from.ratchets_enforced ? ratchet_policy::enforced : ratchet_policy::optional;
  return options;
}

api::task send_single(const api::node& node, destination_hash to, octet_string data, plexus_token token,
                      queue_ptr queue) {
  const auto peer = co_await node.find(to);
  if (!peer) {
    queue->push(failed(token, peer.error()));
    co_return;
  }
  const auto sent = co_await node.send(*peer, std::move(data));
  if (!sent) {
    queue->push(failed(token, sent.error()));
    co_return;
  }
  auto event = ended(token, PLEXUS_EVENT_DELIVERED);
  event->progress = seconds_of(sent->round_trip);
  event->hops = peer->hops;
  queue->push(std::move(event));
}

}  // namespace

extern "C" {

plexus_identity* plexus_identity_new(void) {
  return make_identity([](plexus_identity& made) { made.whole = api::new_identity(); });
}
plexus_identity* plexus_identity_load(const char* file) {
  return make_identity([file](plexus_identity& made) {
    const auto loaded = api::load_identity(file);
    if (loaded)
      made.whole = *loaded;
    else
      fail(code_of(loaded.error()), std::string(file) + ": " + std::string(to_string(loaded.error())));
  });
}
plexus_identity* plexus_identity_from_private(const uint8_t key[PLEXUS_KEY_SIZE]) {
  return make_identity([key](plexus_identity& made) {
    made.whole = std::make_shared<const identity>(identity_secret::from({key, PLEXUS_KEY_SIZE}));
  });
}
plexus_identity* plexus_identity_from_public(const uint8_t key[PLEXUS_KEY_SIZE]) {
  return make_identity(
      [key](plexus_identity& made) { made.open = public_identity(public_key::from({key, PLEXUS_KEY_SIZE})); });
}
int plexus_identity_save(const plexus_identity* identity, const char* file) {
  return guarded(
      [&] { return identity->whole ? code_of(api::save_identity(*identity->whole, file)) : fail(PLEXUS_ERR_CRYPTO); });
}
void plexus_identity_hash(const plexus_identity* identity, uint8_t hash[PLEXUS_ADDRESS_SIZE]) {
  std::copy_n(identity->open->hash().data(), PLEXUS_ADDRESS_SIZE, hash);
}
void plexus_identity_public_key(const plexus_identity* identity, uint8_t key[PLEXUS_KEY_SIZE]) {
  std::copy_n(identity->open->key().data(), PLEXUS_KEY_SIZE, key);
}
int plexus_identity_private_key(const plexus_identity* identity, uint8_t key[PLEXUS_KEY_SIZE]) {
  return guarded([&] {
    if (!identity->whole)
      return fail(PLEXUS_ERR_CRYPTO);
    const auto secret = identity->whole->secret();
    std::copy_n(secret.bytes().data(), PLEXUS_KEY_SIZE, key);
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_identity_sign(const plexus_identity* identity, const void* message, size_t size,
                         uint8_t signature[PLEXUS_SIGNATURE_SIZE]) {
  return guarded([&] {
    if (!identity->whole)
      return fail(PLEXUS_ERR_CRYPTO);
    const auto made = identity->whole->sign({static_cast<const octet*>(message), size});
    std::copy_n(made.data(), PLEXUS_SIGNATURE_SIZE, signature);
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_identity_verify(const plexus_identity* identity, const void* message, size_t size,
                           const uint8_t signature[PLEXUS_SIGNATURE_SIZE]) {
  return identity->open->validates({static_cast<const octet*>(message), size},
                                   plexus::signature::from({signature, PLEXUS_SIGNATURE_SIZE}));
}
int plexus_identity_encrypt(const plexus_identity* identity, const void* plaintext, size_t size, uint8_t* buffer,
                            size_t* len) {
  return guarded([&] {
    if (const auto needed = encrypted_size_for_identity(size); !buffer || *len < needed) {
      *len = needed;
      return fail(PLEXUS_ERR_SPACE);
    }
    system_random random;
    const auto made = identity->open->encrypt({static_cast<const octet*>(plaintext), size}, random);
    return made ? copy_out(*made, buffer, len) : fail(PLEXUS_ERR_CRYPTO);
  });
}
int plexus_identity_decrypt(const plexus_identity* identity, const void* message, size_t size, uint8_t* buffer,
                            size_t* len) {
  return guarded([&] {
    const auto opened = identity->whole ? identity->whole->decrypt({static_cast<const octet*>(message), size})
                                        : expected<decrypted>(unexpected(parse_error::bad_authentication));
    return opened ? copy_out(opened->plaintext, buffer, len) : fail(PLEXUS_ERR_CRYPTO);
  });
}
void plexus_identity_free(plexus_identity* identity) {
  delete identity;
}

plexus_options* plexus_options_new(void) {
  return new (std::nothrow) plexus_options;
}
int plexus_options_directory(plexus_options* options, const char* directory) {
  return guarded([&] {
    options->node.directory = directory;
    return PLEXUS_OK;
  });
}
int plexus_options_role(plexus_options* options, enum plexus_role role) {
  if (role < PLEXUS_ROLE_AUTOMATIC || role > PLEXUS_ROLE_CLIENT)
    return fail(PLEXUS_ERR_ARGUMENT);
  options->node.role = static_cast<api::instance_role>(role);
  return PLEXUS_OK;
}
int plexus_options_set(plexus_options* options, const char* key, const char* value) {
  return guarded([&] {
    options->node.reticulum[key] = value;
    return PLEXUS_OK;
  });
}
int plexus_options_add_tcp_server(plexus_options* options, const char* name, const char* host, uint16_t port) {
  return guarded([&] {
    options->node.interfaces.push_back(api::tcp_server(name, host, port));
    return PLEXUS_OK;
  });
}
int plexus_options_add_tcp_client(plexus_options* options, const char* name, const char* host, uint16_t port) {
  return guarded([&] {
    options->node.interfaces.push_back(api::tcp_client(name, host, port));
    return PLEXUS_OK;
  });
}
int plexus_options_add_interface(plexus_options* options, const char* name, const char* type, const char* keys) {
  return guarded([&] {
    auto& wish = add(options, name, type);
    std::istringstream lines(keys ? keys : "");
    for (std::string line; std::getline(lines, line);) {
      const auto equals = line.find('=');
      if (trimmed(line).empty())
        continue;
      if (equals == std::string::npos)
        return fail(PLEXUS_ERR_ARGUMENT, "interface " + std::string(name) + ": no key = value: " + line);
      wish.keys[trimmed(line.substr(0, equals))] = trimmed(line.substr(equals + 1));
    }
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_options_event_capacity(plexus_options* options, size_t capacity) {
  if (capacity == 0)
    return fail(PLEXUS_ERR_ARGUMENT);
  options->capacity = capacity;
  return PLEXUS_OK;
}
int plexus_options_log_level(plexus_options* options, int level) {
  options->node.log_level = level;
  return PLEXUS_OK;
}
void plexus_options_free(plexus_options* options) {
  delete options;
}

int plexus_node_start(const plexus_options* options, plexus_node** node) {
  *node = nullptr;
  return guarded([&] {
    auto made = std::make_unique<plexus_node>();
    made->queue = std::make_shared<event_queue>(options->capacity);
    auto given = options->node;
    std::string problem;
    given.problem = &problem;
    auto started = api::node::start(std::move(given));
    if (!started)
      return fail(code_of(started.error()), problem);
    made->node = std::move(*started);
    *node = made.release();
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_node_on_shared_instance(const plexus_node* node) {
  return node->node->on_shared_instance();
}
void plexus_node_stop(plexus_node* node) {
  guarded([&] {
    node->node->stop();
    return PLEXUS_OK;
  });
}
void plexus_node_free(plexus_node* node) {
  guarded([&] {
    delete node;
    return PLEXUS_OK;
  });
}

int plexus_destination_add(plexus_node* node, const plexus_destination_options* options,
                           uint8_t hash[PLEXUS_ADDRESS_SIZE]) {
  return guarded([&] {
    if (options->identity && !options->identity->whole)
      return fail(PLEXUS_ERR_CRYPTO);
    const auto made = node->node->add_destination(options_of(*options)).wait();
    if (!made)
      return fail(code_of(made.error()));
    listen(*made, node->queue);
    std::copy_n(made->hash().data(), PLEXUS_ADDRESS_SIZE, hash);
    const std::lock_guard lock(node->mutex);
    node->destinations.insert_or_assign(made->hash(), *made);
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_destination_announce(plexus_node* node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], const void* app_data,
                                size_t size) {
  return guarded([&] {
    const auto at = destination_at(node, hash);
    if (!at)
      return fail(PLEXUS_ERR_UNKNOWN);
    at->announce(octets_of(app_data, size));
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_destination_allow(plexus_node* node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], const char* path,
                             enum plexus_allow allow, const uint8_t (*allowed)[PLEXUS_ADDRESS_SIZE], size_t count) {
  return guarded([&] {
    const auto at = destination_at(node, hash);
    if (!at)
      return fail(PLEXUS_ERR_UNKNOWN);
    std::set<identity_hash> listed;
    for (size_t i = 0; i < count; ++i)
      listed.insert(identity_hash::from({allowed[i], PLEXUS_ADDRESS_SIZE}));
    at->on_request(
        path,
        [queue = node->queue](const api::request& asked) {
          auto event = ended(0, PLEXUS_EVENT_REQUEST);
          event->link = asked.over();
          event->queue = queue;
          event->text = asked.path;
          event->data = to_msgpack(asked.content);
          if (asked.requester)
            event->address = rename<address>(*asked.requester);
          event->request = asked;
          queue->push(std::move(event));
        },
        static_cast<request_permission>(allow), std::move(listed));
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_destination_close(plexus_node* node, const uint8_t hash[PLEXUS_ADDRESS_SIZE]) {
  return guarded([&] {
    const auto at = destination_at(node, hash);
    if (!at)
      return fail(PLEXUS_ERR_UNKNOWN);
    at->close();
    const std::lock_guard lock(node->mutex);
    node->destinations.erase(at->hash());
    return static_cast<int>(PLEXUS_OK);
  });
}

int plexus_watch_announces(plexus_node* node, const char* name) {
  return guarded([&] {
    auto watching = node->node->watch_announces(name ? std::optional<std::string>(name) : std::nullopt,
                                                [queue = node->queue](const api::announce_heard& heard) {
                                                  auto event = ended(0, PLEXUS_EVENT_ANNOUNCE);
                                                  event->address = rename<address>(heard.from.destination);
                                                  event->data = heard.from.app_data;
                                                  event->hops = heard.from.hops;
                                                  queue->push(std::move(event));
                                                });
    const std::lock_guard lock(node->mutex);
    node->watching.push_back(std::move(watching));
    return PLEXUS_OK;
  });
}
int plexus_find(plexus_node* node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], int timeout_ms, int* hops) {
  return guarded([&] {
    const auto within = timeout_ms < 0 ? std::chrono::hours(24 * 365) : std::chrono::milliseconds(timeout_ms);
    const auto found = node->node->find(destination_hash::from({hash, PLEXUS_ADDRESS_SIZE}), within).wait();
    if (found && hops)
      *hops = found->hops;
    return code_of(found);
  });
}
int plexus_send(plexus_node* node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], const void* data, size_t size,
                plexus_token* token) {
  return guarded([&] {
    const auto mine = node->queue->next_token();
    if (token)
      *token = mine;
    send_single(*node->node, destination_hash::from({hash, PLEXUS_ADDRESS_SIZE}), octets_of(data, size), mine,
                node->queue);
    return PLEXUS_OK;
  });
}
int plexus_send_plain(plexus_node* node, const char* name, const void* data, size_t size) {
  return guarded([&] { return code_of(node->node->send_plain(name, octets_of(data, size)).wait()); });
}

int plexus_connect(plexus_node* node, const uint8_t hash[PLEXUS_ADDRESS_SIZE], int timeout_ms, plexus_link** link) {
  *link = nullptr;
  return guarded([&] {
    auto made = std::make_unique<plexus_link>();
    const auto connected =
        c_api::wait(node->node->connect(destination_hash::from({hash, PLEXUS_ADDRESS_SIZE})), timeout_ms);
    if (!connected)
      return fail(code_of(connected.error()));
    watch(*connected, node->queue);
    made->link = *connected;
    made->queue = node->queue;
    *link = made.release();
    return static_cast<int>(PLEXUS_OK);
  });
}

}  // extern "C"
