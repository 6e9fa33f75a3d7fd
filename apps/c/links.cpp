#include "apps/c/handles.hpp"
#include "transport/control/value_msgpack.hpp"

using namespace plexus;
using namespace plexus::c_api;

namespace {

plexus_token new_token(const queue_ptr& queue, plexus_token* out) {
  const auto token = queue->next_token();
  if (out)
    *out = token;
  return token;
}

/// Delivered or failed.
template <class T>
api::completion<T> tell_end(plexus_token token, const queue_ptr& queue) {
  return [token, queue](const api::result<T>& r) {
    queue->push(r ? ended(token, PLEXUS_EVENT_DELIVERED) : failed(token, r.error()));
  };
}

std::function<void(double)> tell_progress(plexus_token token, const queue_ptr& queue) {
  return [token, queue](double part) {
    auto event = ended(token, PLEXUS_EVENT_PROGRESS);
    event->progress = part;
    queue->push(std::move(event));
  };
}

std::optional<api::channel> channel_of(const plexus_link* link) {
  auto* mutable_link = const_cast<plexus_link*>(link);
  const std::lock_guard lock(mutable_link->mutex);
  return mutable_link->channel;
}

/// A resource's metadata, or an error in `code`.
std::optional<value> metadata_of(const void* packed, std::size_t size, int& code) {
  if (!packed || size == 0)
    return std::nullopt;
  auto read = value_of(packed, size);
  if (read)
    return std::move(*read);
  code = fail(PLEXUS_ERR_ARGUMENT, "the metadata is no MessagePack");
  return std::nullopt;
}

template <class Send>
int send_resource(plexus_link* link, const void* metadata, size_t metadata_size, plexus_token* out, Send send) {
  return guarded([&] {
    int code = PLEXUS_OK;
    api::resource_wish wish;
    wish.metadata = metadata_of(metadata, metadata_size, code);
    if (code != PLEXUS_OK)
      return code;
    const auto token = new_token(link->queue, out);
    wish.progress = tell_progress(token, link->queue);
    send(std::move(wish)).then(tell_end<void>(token, link->queue));
    return code;
  });
}

api::task read_all(api::buffer from, api::link link, queue_ptr queue) {
  for (;;) {
    auto piece = co_await from.read();
    if (!piece)
      co_return;
    auto event = ended(0, PLEXUS_EVENT_STREAM);
    event->link = link;
    event->queue = queue;
    event->number = from.reads;
    event->data = std::move(*piece);
    const bool over = event->data.empty();
    queue->push(std::move(event));
    if (over)
      co_return;
  }
}

}  // namespace

extern "C" {

void plexus_link_id(const plexus_link* link, uint8_t id[PLEXUS_ADDRESS_SIZE]) {
  std::copy_n(link->link.id().data(), PLEXUS_ADDRESS_SIZE, id);
}
size_t plexus_link_mdu(const plexus_link* link) {
  return link->link.mdu();
}
double plexus_link_rtt(const plexus_link* link) {
  return seconds_of(link->link.round_trip());
}
int plexus_link_identify(plexus_link* link, const plexus_identity* identity, int timeout_ms) {
  return guarded([&] {
    return identity->whole ? code_of(c_api::wait(link->link.identify(identity->whole), timeout_ms))
                           : fail(PLEXUS_ERR_CRYPTO);
  });
}
int plexus_link_send(plexus_link* link, const void* data, size_t size, plexus_token* token) {
  return guarded([&] {
    const auto mine = new_token(link->queue, token);
    link->link.send(octets_of(data, size)).then([mine, queue = link->queue](const api::result<api::delivery>& r) {
      auto event = r ? ended(mine, PLEXUS_EVENT_DELIVERED) : failed(mine, r.error());
      if (r)
        event->progress = seconds_of(r->round_trip);
      queue->push(std::move(event));
    });
    return PLEXUS_OK;
  });
}
int plexus_link_ask(plexus_link* link, const char* path, const void* value, size_t size, const char* file,
                    int timeout_ms, plexus_token* token) {
  return guarded([&] {
    auto content = value_of(value, size);
    if (!content)
      return fail(PLEXUS_ERR_ARGUMENT, "the value is no MessagePack");
    const auto mine = new_token(link->queue, token);
    api::request_wish wish;
    if (timeout_ms > 0)
      wish.timeout = std::chrono::milliseconds(timeout_ms);
    if (file)
      wish.file = file;
    wish.progress = tell_progress(mine, link->queue);
    link->link.ask(path, std::move(*content), wish)
        .then([mine, queue = link->queue](const api::result<api::response>& r) {
          if (!r)
            return queue->push(failed(mine, r.error()));
          auto event = ended(mine, PLEXUS_EVENT_RESPONSE);
          event->data = r->file ? *r->file : to_msgpack(r->content);
          if (!r->metadata.is_nil())
            event->metadata = to_msgpack(r->metadata);
          event->progress = seconds_of(r->took);
          queue->push(std::move(event));
        });
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_link_send_resource(plexus_link* link, const void* data, size_t size, const void* metadata,
                              size_t metadata_size, plexus_token* token) {
  return send_resource(link, metadata, metadata_size, token, [&](api::resource_wish wish) {
    return link->link.send_resource(octets_of(data, size), std::move(wish));
  });
}
int plexus_link_send_file(plexus_link* link, const char* file, const void* metadata, size_t metadata_size,
                          plexus_token* token) {
  return send_resource(link, metadata, metadata_size, token,
                       [&](api::resource_wish wish) { return link->link.send_file(file, std::move(wish)); });
}
int plexus_link_open_channel(plexus_link* link, int timeout_ms) {
  return guarded([&] {
    auto opened = c_api::wait(link->link.open_channel(), timeout_ms);
    if (!opened)
      return fail(code_of(opened.error()));
    opened->on_message([of = link->link, queue = link->queue](std::uint16_t type, const api::bytes& content) {
      auto event = ended(0, PLEXUS_EVENT_MESSAGE);
      event->link = of;
      event->queue = queue;
      event->number = type;
      event->data = content;
      queue->push(std::move(event));
    });
    const std::lock_guard lock(link->mutex);
    link->channel = std::move(*opened);
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_link_send_message(plexus_link* link, uint16_t type, const void* data, size_t size, int timeout_ms) {
  return guarded([&] {
    const auto channel = channel_of(link);
    return channel ? code_of(c_api::wait(channel->send(type, octets_of(data, size)), timeout_ms))
                   : fail(PLEXUS_ERR_NOT_ACTIVE);
  });
}
int plexus_link_read_stream(plexus_link* link, uint16_t stream) {
  return guarded([&] {
    const auto channel = channel_of(link);
    if (!channel)
      return fail(PLEXUS_ERR_NOT_ACTIVE);
    read_all(channel->buffer(stream, 0), link->link, link->queue);
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_link_write_stream(plexus_link* link, uint16_t stream, const void* data, size_t size, int timeout_ms) {
  return guarded([&] {
    const auto channel = channel_of(link);
    return channel ? code_of(c_api::wait(channel->buffer(0, stream).write(octets_of(data, size)), timeout_ms))
                   : fail(PLEXUS_ERR_NOT_ACTIVE);
  });
}
int plexus_link_end_stream(plexus_link* link, uint16_t stream, int timeout_ms) {
  return guarded([&] {
    const auto channel = channel_of(link);
    return channel ? code_of(c_api::wait(channel->buffer(0, stream).finish(), timeout_ms))
                   : fail(PLEXUS_ERR_NOT_ACTIVE);
  });
}
void plexus_link_close(plexus_link* link) {
  guarded([&] {
    link->link.close();
    return PLEXUS_OK;
  });
}
void plexus_link_free(plexus_link* link) {
  delete link;
}

int plexus_event_prove(const plexus_event* event) {
  return guarded([&] {
    if (!event->packet)
      return fail(PLEXUS_ERR_ARGUMENT);
    event->packet->prove();
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_respond(const plexus_event* event, const void* value, size_t size, plexus_token* token) {
  return guarded([&] {
    auto content = value_of(value, size);
    if (!event->request || !content)
      return fail(PLEXUS_ERR_ARGUMENT);
    event->request->respond(std::move(*content)).then(tell_end<void>(new_token(event->queue, token), event->queue));
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_respond_file(const plexus_event* event, const char* file, const void* metadata, size_t metadata_size,
                        plexus_token* token) {
  return guarded([&] {
    auto content = value_of(metadata, metadata_size);
    if (!event->request || !content)
      return fail(PLEXUS_ERR_ARGUMENT);
    event->request->respond_file(file, std::move(*content))
        .then(tell_end<void>(new_token(event->queue, token), event->queue));
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_accept(const plexus_event* event, const char* file, plexus_token* token) {
  return guarded([&] {
    if (!event->resource)
      return fail(PLEXUS_ERR_ARGUMENT);
    const auto mine = new_token(event->queue, token);
    const auto progress = tell_progress(mine, event->queue);
    auto taking = file ? event->resource->accept(file, progress) : event->resource->accept(progress);
    taking.then([mine, queue = event->queue](api::result<api::received_resource> r) {
      if (!r)
        return queue->push(failed(mine, r.error()));
      auto got = ended(mine, PLEXUS_EVENT_RECEIVED);
      got->data = std::move(r->data);
      if (r->metadata)
        got->metadata = to_msgpack(*r->metadata);
      queue->push(std::move(got));
    });
    return static_cast<int>(PLEXUS_OK);
  });
}
int plexus_reject(const plexus_event* event) {
  return guarded([&] {
    if (!event->resource)
      return fail(PLEXUS_ERR_ARGUMENT);
    event->resource->reject();
    return static_cast<int>(PLEXUS_OK);
  });
}

}  // extern "C"
