// What stands behind the handles of the API: the node, and one actor with a thread of its own, the application thread,
// on which everything below is read and changed.
#pragma once

#include "actors/api/node.hpp"
#include "actors/node.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <deque>
#include <fstream>
#include <thread>

namespace plexus::api {

/// A completion that is called exactly once: with `stopped` if nobody else does.
template <class T>
class guarded {
public:
  explicit guarded(completion<T> done) : done_(std::move(done)) {}
  ~guarded() { finish(unexpected(error::stopped)); }
  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;

  void finish(result<T> r) {
    if (const auto done = std::exchange(done_, nullptr))
      done(std::move(r));
  }
  void fail(error e) { finish(unexpected(e)); }

private:
  completion<T> done_;
};
template <class T>
using done_ptr = std::shared_ptr<guarded<T>>;

using job = std::shared_ptr<const std::function<void()>>;

using application_actor = destination_listener::extend<caf::reacts_to<announces_learned_ptr>,  // shards
                                                       caf::reacts_to<job>>;                   // any thread: run this

/// What is alive as long as the node is.
struct running {
  std::unique_ptr<plexus::node> core;
  application_actor application;
  endpoints_actor endpoints;
  std::thread::id thread;
};

struct pending_ask {
  done_ptr<response> done;
  request_wish wish;
};
/// Content of a file response, before the response itself says whose it is.
struct spooled {
  bytes data;
  std::unique_ptr<std::ofstream> file;
  std::filesystem::path path;
};
struct outgoing_transfer {
  done_ptr<void> done;  ///< null for the file of a response
  progress_handler progress;
  std::shared_ptr<std::ifstream> source;  ///< null: from memory
};
struct incoming_transfer {
  done_ptr<received_resource> done;
  progress_handler progress;
  received_resource got;
  std::unique_ptr<std::ofstream> file;
  std::filesystem::path path;
};
struct waiting_message {
  std::uint16_t type = 0;
  bytes content;
  done_ptr<void> done;
};
struct waiting_write {
  bytes data;
  bool end = false;
  done_ptr<void> done;
};
struct stream_reader {
  std::deque<bytes> pieces;
  std::size_t size = 0;
  bool ended = false;
  done_ptr<bytes> waiting;
};
struct stream_queue {
  std::deque<waiting_write> writes;
  bool busy = false;  ///< a write is with the link
};

struct link_record {
  std::weak_ptr<engine> of;
  link_actor actor;
  link_facts facts;
  bool established = false;
  std::optional<teardown_reason> closed;
  done_ptr<link> connecting;

  std::function<void(const bytes&)> on_packet;
  std::function<void(resource_offered)> on_resource;
  std::function<void(const identity_hash&, const public_key&)> on_identified;
  std::function<void(teardown_reason)> on_closed;
  channel::handler on_message;

  std::map<packet_hash, done_ptr<delivery>> sent;
  std::map<request_id, pending_ask> asks;
  std::map<resource_id, spooled> spools;
  std::map<resource_id, outgoing_transfer> outgoing;
  std::map<resource_id, incoming_transfer> incoming;

  bool channel_open = false, sending_message = false;
  std::deque<waiting_message> messages;
  std::map<std::uint16_t, stream_reader> readers;
  std::map<std::uint16_t, stream_queue> writers;
};
using link_ptr = std::shared_ptr<link_record>;

struct destination_record {
  destination_spec spec;
  std::map<std::string, request_policy> policies;
  std::map<std::string, request_handler> handlers;
  std::function<void(packet_heard)> on_packet;
  std::function<void(link)> on_link;
};

struct announce_watcher {
  std::optional<name_hash> name;
  std::function<void(const announce_heard&)> each;
};
struct path_wait {
  std::uint64_t number = 0;
  done_ptr<peer> done;
};

struct engine : std::enable_shared_from_this<engine> {
  std::atomic<std::shared_ptr<running>> alive;
  bool on_shared_instance = false;

  // On the application thread.
  application_actor::pointer self = nullptr;  ///< null: it has ended
  endpoints_actor endpoints;
  std::map<caf::actor_id, link_ptr> links;
  std::map<destination_hash, destination_record> destinations;
  std::map<std::uint64_t, announce_watcher> watchers;
  std::multimap<destination_hash, path_wait> searches;
  std::uint64_t numbers = 0;

  /// Runs the work on the application thread; at once if this is it. After the end it is dropped.
  void post(std::function<void()> work);
  void after(duration wait, std::function<void()> work);

  void on_news(const link_news& news);
  void on_packets(const std::vector<packet_received>& packets);
  void on_announces(const std::vector<announce_learned>& learned);
  /// Everything that somebody waits for has ended.
  void end();

  void recall(const destination_hash& destination, std::function<void(std::optional<peer>)> then);
  void search(const destination_hash& destination, duration timeout, done_ptr<peer> done);
  void open(const peer& to, const link_settings& settings, done_ptr<link> done);
  void register_again(const destination_record& changed);
};

/// An operation whose work begins on the application thread.
template <class T, class Work>
operation<T> on_application_thread(std::shared_ptr<engine> of, Work work) {
  return operation<T>([of = std::move(of), work = std::move(work)](completion<T> c) {
    auto done = std::make_shared<guarded<T>>(std::move(c));
    if (!of)
      return done->fail(error::bad_argument);
    of->post([of, work, done] { work(*of, done); });
  });
}

/// The same about a link that is still open.
template <class T, class Work>
operation<T> on_link_thread(const link_ptr& record, Work work) {
  return on_application_thread<T>(record ? record->of.lock() : nullptr,
                                  [record, work = std::move(work)](engine& e, const done_ptr<T>& done) {
                                    if (record->closed || !record->actor || !e.self)
                                      return done->fail(error::link_closed);
                                    work(e, done);
                                  });
}

/// Gives a link an order and hands on what it answers; a link that is gone refuses as not active.
template <class Then>
void tell(engine& e, const link_record& to, link_order what, Then then) {
  e.self->request(to.actor, caf::infinite, std::make_shared<const link_order>(std::move(what)))
      .then([then](const link_answer& answer) mutable { then(answer); },
            [then](const caf::error&) mutable { then(link_answer{.refused = link_error::not_active}); });
}

void handle_news(engine& e, const link_ptr& record, const link_event& event);
/// Sends on what waits for room in the channel.
void pump_messages(engine& e, const link_ptr& record);
void pump_stream(engine& e, const link_ptr& record, std::uint16_t stream);
void close_record(const link_ptr& record, teardown_reason reason);

/// Read in pieces by whoever supplies it; null if it cannot be opened.
std::shared_ptr<std::ifstream> open_source(const std::filesystem::path& file, std::uint64_t& size);

}  // namespace plexus::api

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(plexus::api::job)
