// Names of the messages that carry handles of actors; each is defined where the actors are.
#pragma once

#include <memory>

namespace plexus {

class connection;
class datagram_socket;
class io_pool;
class io_thread;
struct add_interface;
struct connect_failed;
struct connection_ended;
struct connection_lost;
struct connection_offered;
struct flap_limits;
struct interface_known;
struct register_interface;
struct registration;
struct shard_started;
struct shards_changed;
struct token_heard;

using connection_ptr = std::shared_ptr<connection>;
using datagram_socket_ptr = std::shared_ptr<datagram_socket>;
using registration_ptr = std::shared_ptr<const registration>;

}  // namespace plexus
