// What the handles of the C interface hold, and the queue of events between the node's application thread and the
// threads of a C program.
#pragma once

#include "actors/api/node.hpp"
#include "apps/c/plexus.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

struct plexus_options {
  plexus::api::node_options node;
  std::size_t capacity = 4096;
};

struct plexus_identity {
  std::shared_ptr<const plexus::identity> whole;  ///< null: only the public half
  std::optional<plexus::public_identity> open;
};

namespace plexus::c_api {

class event_queue;
using queue_ptr = std::shared_ptr<event_queue>;

}  // namespace plexus::c_api

struct plexus_event {
  enum plexus_event_type type = PLEXUS_EVENT_OVERFLOW;
  plexus_token token = 0;
  plexus::address address{};
  plexus::octet_string data{}, metadata{};
  std::string text{};
  std::uint16_t number = 0;
  std::uint64_t size = 0;
  int hops = 0, code = 0;
  double progress = 0;
  std::optional<plexus::api::link> link{};
  std::optional<plexus::api::packet_heard> packet{};
  std::optional<plexus::api::request> request{};
  std::optional<plexus::api::resource_offered> resource{};
  plexus::c_api::queue_ptr queue{};
};

namespace plexus::c_api {

using event_ptr = std::unique_ptr<plexus_event>;

/// Bounded for what a stranger can make many of; events that end something are never dropped. The lock is held for a
/// push or a pop alone: the threads of a C program are no actors.
class event_queue {
public:
  /// Throws std::system_error when there is no descriptor for it.
  explicit event_queue(std::size_t capacity);
  ~event_queue();
  event_queue(const event_queue&) = delete;
  event_queue& operator=(const event_queue&) = delete;

  int descriptor() const { return descriptor_; }
  void push(event_ptr event);
  event_ptr pop();
  event_ptr wait(int timeout_ms);
  plexus_token next_token() { return ++tokens_; }

private:
  event_ptr take();

  std::size_t capacity_;
  int descriptor_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<event_ptr> events_;
  std::uint64_t dropped_ = 0;
  std::atomic<plexus_token> tokens_{0};
};

/// Tells the C side of a link's events. Once for each link.
void watch(const api::link& link, const queue_ptr& queue);
/// The token of an operation that ends with an event.
event_ptr ended(plexus_token token, enum plexus_event_type type);
event_ptr failed(plexus_token token, api::error e);

int code_of(api::error e);
int fail(int code, std::string detail = {});
template <class T>
int code_of(const api::result<T>& r) {
  return r ? PLEXUS_OK : fail(code_of(r.error()));
}

/// Nothing is thrown across the boundary.
template <class Body>
int guarded(Body body) noexcept {
  try {
    return body();
  } catch (const std::exception& e) {
    return fail(PLEXUS_ERR_INTERNAL, e.what());
  } catch (...) {
    return fail(PLEXUS_ERR_INTERNAL);
  }
}

/// Waits so long for the operation; it goes on, unheard, when that is over.
template <class T>
api::result<T> wait(api::operation<T> what, int timeout_ms) {
  if (timeout_ms < 0)
    return what.wait();
  auto promise = std::make_shared<std::promise<api::result<T>>>();
  auto future = promise->get_future();
  what.then([promise](api::result<T> r) { promise->set_value(std::move(r)); });
  if (future.wait_for(std::chrono::milliseconds(timeout_ms)) != std::future_status::ready)
    return unexpected(api::error::timed_out);
  return future.get();
}

inline octet_string octets_of(const void* data, std::size_t size) {
  const auto* from = static_cast<const octet*>(data);
  return from ? octet_string(from, from + size) : octet_string();
}
/// nil for nothing; error for what is no MessagePack.
expected<value> value_of(const void* packed, std::size_t size);

}  // namespace plexus::c_api

struct plexus_node {
  std::unique_ptr<plexus::api::node> node;
  plexus::c_api::queue_ptr queue;
  std::vector<plexus::api::subscription> watching;
  std::map<plexus::destination_hash, plexus::api::destination> destinations;
  std::mutex mutex;  ///< of `destinations` and `watching`
};

struct plexus_link {
  plexus::api::link link;
  plexus::c_api::queue_ptr queue;
  std::mutex mutex;
  std::optional<plexus::api::channel> channel;
};
