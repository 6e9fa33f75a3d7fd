#include "apps/c/handles.hpp"
#include "transport/control/value_msgpack.hpp"

#include <cerrno>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace plexus::c_api {
namespace {

bool may_be_dropped(enum plexus_event_type type) {
  switch (type) {
    case PLEXUS_EVENT_ANNOUNCE:
    case PLEXUS_EVENT_PACKET:
    case PLEXUS_EVENT_LINK_PACKET:
    case PLEXUS_EVENT_PROGRESS:
    case PLEXUS_EVENT_REQUEST:
    case PLEXUS_EVENT_RESOURCE:
      return true;
    default:
      return false;
  }
}

thread_local std::string last_error;

}  // namespace

event_queue::event_queue(std::size_t capacity)
    : capacity_(capacity), descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0)
    throw std::system_error(errno, std::generic_category(), "eventfd");
}

event_queue::~event_queue() {
  ::close(descriptor_);
}

void event_queue::push(event_ptr event) {
  const std::lock_guard lock(mutex_);
  if (events_.size() >= capacity_ && may_be_dropped(event->type)) {
    ++dropped_;
    return;
  }
  events_.push_back(std::move(event));
  const std::uint64_t one = 1;
  (void)!::write(descriptor_, &one, sizeof one);
  news_.notify_one();
}

event_ptr event_queue::take() {
  if (events_.empty())
    return nullptr;
  if (dropped_ > 0) {
    auto overflow = std::make_unique<plexus_event>();
    overflow->size = std::exchange(dropped_, 0);
    return overflow;
  }
  auto next = std::move(events_.front());
  events_.pop_front();
  if (events_.empty()) {
    std::uint64_t count = 0;
    (void)!::read(descriptor_, &count, sizeof count);
  }
  return next;
}

event_ptr event_queue::pop() {
  const std::lock_guard lock(mutex_);
  return take();
}

event_ptr event_queue::wait(int timeout_ms) {
  std::unique_lock lock(mutex_);
  const auto there = [this] { return !events_.empty(); };
  if (timeout_ms < 0)
    news_.wait(lock, there);
  else
    news_.wait_for(lock, std::chrono::milliseconds(timeout_ms), there);
  return take();
}

event_ptr ended(plexus_token token, enum plexus_event_type type) {
  auto event = std::make_unique<plexus_event>();
  event->type = type;
  event->token = token;
  return event;
}

event_ptr failed(plexus_token token, api::error e) {
  auto event = ended(token, PLEXUS_EVENT_FAILED);
  event->code = code_of(e);
  return event;
}

void watch(const api::link& link, const queue_ptr& queue) {
  const auto of_link = [link, queue](enum plexus_event_type type) {
    auto event = ended(0, type);
    event->link = link;
    event->queue = queue;
    return event;
  };
  link.on_packet([of_link, queue](const api::bytes& packet) {
    auto event = of_link(PLEXUS_EVENT_LINK_PACKET);
    event->data = packet;
    queue->push(std::move(event));
  });
  link.on_identified([of_link, queue](const identity_hash& who, const public_key&) {
    auto event = of_link(PLEXUS_EVENT_IDENTIFIED);
    event->address = rename<address>(who);
    queue->push(std::move(event));
  });
  link.on_resource([of_link, queue](const api::resource_offered& offered) {
    auto event = of_link(PLEXUS_EVENT_RESOURCE);
    event->size = offered.size;
    event->resource = offered;
    queue->push(std::move(event));
  });
  link.on_closed([of_link, queue](teardown_reason) { queue->push(of_link(PLEXUS_EVENT_LINK_CLOSED)); });
}

int code_of(api::error e) {
  return -static_cast<int>(e);
}

int fail(int code, std::string detail) {
  last_error = detail.empty() ? plexus_strerror(code) : std::move(detail);
  return code;
}

expected<value> value_of(const void* packed, std::size_t size) {
  if (!packed || size == 0)
    return value();
  value_limits limits;
  limits.octets_max = size;
  return from_msgpack({static_cast<const octet*>(packed), size}, limits);
}

}  // namespace plexus::c_api

using namespace plexus::c_api;

extern "C" {

const char* plexus_version(void) {
  return PLEXUS_VERSION;
}

const char* plexus_strerror(int code) {
  switch (code) {
    case PLEXUS_OK:
      return "no error";
    case PLEXUS_ERR_SPACE:
      return "the buffer is too small";
    case PLEXUS_ERR_CRYPTO:
      return "the key is missing, or does not fit";
    case PLEXUS_ERR_INTERNAL:
      return "an internal error";
    default:
      return code < 0 && code >= PLEXUS_ERR_FILE ? plexus::api::to_string(static_cast<plexus::api::error>(-code)).data()
                                                 : "an unknown code";
  }
}

const char* plexus_last_error(void) {
  return last_error.c_str();
}

int plexus_event_fd(const plexus_node* node) {
  return node->queue->descriptor();
}
plexus_event* plexus_next_event(plexus_node* node) {
  return node->queue->pop().release();
}
plexus_event* plexus_wait_event(plexus_node* node, int timeout_ms) {
  return node->queue->wait(timeout_ms).release();
}
enum plexus_event_type plexus_event_type(const plexus_event* event) {
  return event->type;
}
plexus_token plexus_event_token(const plexus_event* event) {
  return event->token;
}
void plexus_event_address(const plexus_event* event, uint8_t hash[PLEXUS_ADDRESS_SIZE]) {
  std::copy_n(event->address.data(), plexus::address::size, hash);
}
const uint8_t* plexus_event_data(const plexus_event* event, size_t* size) {
  *size = event->data.size();
  return event->data.empty() ? reinterpret_cast<const uint8_t*>("") : event->data.data();
}
const uint8_t* plexus_event_metadata(const plexus_event* event, size_t* size) {
  *size = event->metadata.size();
  return event->metadata.empty() ? reinterpret_cast<const uint8_t*>("") : event->metadata.data();
}
const char* plexus_event_text(const plexus_event* event) {
  return event->text.c_str();
}
uint16_t plexus_event_number(const plexus_event* event) {
  return event->number;
}
uint64_t plexus_event_size(const plexus_event* event) {
  return event->size;
}
int plexus_event_hops(const plexus_event* event) {
  return event->hops;
}
double plexus_event_progress(const plexus_event* event) {
  return event->progress;
}
int plexus_event_code(const plexus_event* event) {
  return event->code;
}
plexus_link* plexus_event_link(const plexus_event* event) {
  if (!event->link)
    return nullptr;
  auto* made = new (std::nothrow) plexus_link;
  if (made) {
    made->link = *event->link;
    made->queue = event->queue;
  }
  return made;
}
void plexus_event_free(plexus_event* event) {
  delete event;
}

}  // extern "C"
