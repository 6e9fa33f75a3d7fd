// Names of the messages that carry handles of actors; each is defined where the actors are.
#pragma once

#include <memory>
#include <vector>

namespace plexus {

class connection;
class datagram_socket;
class io_pool;
class io_thread;
struct add_interface;
struct begin_restoring;
struct connect_failed;
struct connection_ended;
struct connection_lost;
struct connection_offered;
struct flap_limits;
struct interface_config;
struct interface_known;
struct register_interface;
struct release_job;
struct restore_job;
struct restore_result;
struct save_job;
struct save_result;
struct registration;
struct shard_started;
struct shards_changed;
struct token_heard;
struct unsaved_announce;

using connection_ptr = std::shared_ptr<connection>;
using datagram_socket_ptr = std::shared_ptr<datagram_socket>;
using announce_files = std::shared_ptr<const std::vector<unsaved_announce>>;
using registration_ptr = std::shared_ptr<const registration>;
using restore_result_ptr = std::shared_ptr<const restore_result>;
using save_result_ptr = std::shared_ptr<const save_result>;

}  // namespace plexus
