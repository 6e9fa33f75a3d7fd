// What links tell, on its way to those who wait for it.
#include "actors/api/internal/engine.hpp"
#include "transport/control/value_msgpack.hpp"

namespace plexus::api {
namespace {

/// Octets that are collected for somebody before the link has to go.
constexpr std::size_t collected_max = 64u << 20;

template <class Map, class Key>
auto take(Map& from, const Key& key) {
  auto found = from.extract(key);
  return found.empty() ? std::optional<typename Map::mapped_type>()
                       : std::optional<typename Map::mapped_type>(std::move(found.mapped()));
}

void order_quietly(engine& e, const link_record& to, link_order what) {
  if (e.self && to.actor)
    caf::anon_send(to.actor, std::make_shared<const link_order>(std::move(what)));
}

error error_of(request_failure failure) {
  switch (failure) {
    case request_failure::timeout:
      return error::timed_out;
    case request_failure::too_large:
      return error::too_large;
    case request_failure::not_sent:
    case request_failure::response_broken:
      return error::failed;
    case request_failure::link_closed:
      return error::link_closed;
  }
  return error::failed;
}

error error_of(resource_status status) {
  return status == resource_status::rejected  ? error::rejected
         : status == resource_status::corrupt ? error::corrupt
                                              : error::failed;
}

struct news {
  engine& e;
  const link_ptr& r;

  void operator()(const link_established&) const {
    r->established = true;
    if (const auto done = std::exchange(r->connecting, nullptr))
      return done->finish(link(r));
    if (r->facts.role != link_role::responder)
      return;
    const auto at = e.destinations.find(r->facts.destination);
    if (at == e.destinations.end())
      return;
    if (const auto handler = at->second.on_link)
      handler(link(r));
  }
  void operator()(const link_closed& closed) const {
    const auto keep = r;
    std::erase_if(e.links, [&](const auto& entry) { return entry.second == keep; });
    close_record(keep, closed.reason);
  }
  void operator()(const peer_identified& who) const {
    if (const auto handler = r->on_identified)
      handler(who.hash, who.key);
  }
  void operator()(const data_received& data) const {
    if (const auto handler = r->on_packet)
      handler(data.plaintext);
  }
  void operator()(const packet_delivered& proved) const {
    if (const auto done = take(r->sent, proved.packet))
      (*done)->finish(delivery{proved.rtt});
  }
  void operator()(const packet_undelivered& lost) const {
    if (const auto done = take(r->sent, lost.packet))
      (*done)->fail(error::undelivered);
  }

  void operator()(const request_received& asked) const {
    const auto at = e.destinations.find(r->facts.destination);
    if (at == e.destinations.end())
      return;
    const auto handler = at->second.handlers.find(asked.path_text);
    if (handler == at->second.handlers.end())
      return;
    request made;
    made.path = asked.path_text;
    made.content = asked.content;
    made.requester = asked.requester;
    made.requested_at = asked.requested_at;
    made.record = r;
    made.id = asked.id;
    const auto answer = handler->second;
    answer(std::move(made));
  }
  void operator()(const request_progress& progress) const {
    const auto found = r->asks.find(progress.id);
    if (found == r->asks.end())
      return;
    if (const auto handler = found->second.wish.progress)
      handler(progress.part);
  }
  void operator()(const response_received& got) const {
    const auto ask = take(r->asks, got.id);
    if (!ask)
      return;
    response made{got.content, {}, got.metadata, got.took};
    if (got.file && !finish_spool(*got.file, ask->wish, made))
      return ask->done->fail(error::file_error);
    ask->done->finish(std::move(made));
  }
  void operator()(const request_failed& failed) const {
    if (const auto ask = take(r->asks, failed.id))
      ask->done->fail(error_of(failed.reason));
  }

  void operator()(const resource_advertised& offered) const {
    if (!r->on_resource)
      return order_quietly(e, *r, judge_resource{offered.id, resource_verdict::reject});
    resource_offered made;
    made.size = offered.data_size;
    made.transfer_size = offered.transfer_size;
    made.has_metadata = offered.has_metadata;
    made.compressed = offered.compressed;
    made.record = r;
    made.id = offered.id;
    const auto handler = r->on_resource;
    handler(std::move(made));
  }
  void operator()(const resource_started& started) const {
    if (const auto found = r->incoming.find(started.id); found != r->incoming.end())
      found->second.got.hash = started.hash;
  }
  void operator()(const resource_progress& progress) const {
    progress_handler handler;
    if (const auto in = r->incoming.find(progress.id); in != r->incoming.end())
      handler = in->second.progress;
    else if (const auto out = r->outgoing.find(progress.id); out != r->outgoing.end())
      handler = out->second.progress;
    if (handler)
      handler(progress.part);
  }
  void operator()(const resource_segment_received& segment) const {
    const auto found = r->incoming.find(segment.id);
    if (found == r->incoming.end())
      return spool(segment);
    auto& transfer = found->second;
    if (transfer.file)
      transfer.file->write(reinterpret_cast<const char*>(segment.data.data()),
                           static_cast<std::streamsize>(segment.data.size()));
    else
      append(transfer.got.data, segment.data);
    if (transfer.got.data.size() > collected_max || (transfer.file && !*transfer.file))
      order_quietly(e, *r, judge_resource{segment.id, resource_verdict::cancel});
  }
  void operator()(const segment_wanted& wanted) const {
    const auto found = r->outgoing.find(wanted.id);
    if (found == r->outgoing.end() || !found->second.source)
      return order_quietly(e, *r, judge_resource{wanted.id, resource_verdict::cancel});
    auto& source = *found->second.source;
    bytes data(wanted.size);
    source.seekg(static_cast<std::streamoff>(wanted.offset));
    source.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(data.size()));
    if (static_cast<std::size_t>(source.gcount()) != data.size())
      return order_quietly(e, *r, judge_resource{wanted.id, resource_verdict::cancel});
    order_quietly(e, *r, supply_segment{wanted.id, std::move(data)});
  }
  void operator()(const resource_concluded& end) const {
    if (end.direction == resource_direction::outgoing) {
      const auto transfer = take(r->outgoing, end.id);
      if (transfer && transfer->done)
        transfer->done->finish(end.status == resource_status::complete ? result<void>()
                                                                       : unexpected(error_of(end.status)));
      return;
    }
    if (auto transfer = take(r->incoming, end.id))
      return finish_incoming(*transfer, end);
    if (end.status != resource_status::complete)
      drop_spool(end.id);
  }

  void operator()(const channel_message& message) const {
    if (message.type == stream_data::message_type) {
      if (const auto piece = stream_data::parse(message.content))
        return take_piece(*piece);
      return;
    }
    if (const auto handler = r->on_message)
      handler(message.type, message.content);
  }
  void operator()(const channel_ready&) const {
    pump_messages(e, r);
    std::vector<std::uint16_t> streams;
    for (const auto& [stream, queue] : r->writers)
      streams.push_back(stream);
    for (const auto stream : streams)
      pump_stream(e, r, stream);
  }

private:
  void take_piece(const stream_data& piece) const {
    auto& reader = r->readers[piece.stream];
    if (!piece.data.empty()) {
      reader.size += piece.data.size();
      reader.pieces.push_back(piece.data);
    }
    reader.ended = reader.ended || piece.end;
    if (reader.size > collected_max)
      return order_quietly(e, *r, close_link{});
    if (!reader.waiting || (reader.pieces.empty() && !reader.ended))
      return;
    const auto waiting = std::exchange(reader.waiting, nullptr);
    bytes next;
    if (!reader.pieces.empty()) {
      next = std::move(reader.pieces.front());
      reader.pieces.pop_front();
      reader.size -= next.size();
    }
    waiting->finish(std::move(next));
  }

  void finish_incoming(incoming_transfer& transfer, const resource_concluded& end) const {
    transfer.got.metadata = end.metadata;
    transfer.got.hash = end.hash;
    bool written = true;
    if (transfer.file) {
      transfer.file->close();
      written = !transfer.file->fail();
    }
    if (end.status == resource_status::complete && written)
      return transfer.done->finish(std::move(transfer.got));
    std::error_code ignored;
    if (transfer.file)
      std::filesystem::remove(transfer.path, ignored);
    transfer.done->fail(written ? error_of(end.status) : error::file_error);
  }

  /// A file response says only at its end which request it answers. Its content goes beside a file that some request
  /// wants, if there is one.
  void spool(const resource_segment_received& segment) const {
    auto [found, fresh] = r->spools.try_emplace(segment.id);
    auto& s = found->second;
    if (fresh)
      for (const auto& [id, ask] : r->asks)
        if (ask.wish.file && !s.file) {
          s.path = ask.wish.file->string() + "." + std::to_string(segment.id.value) + ".part";
          s.file = std::make_unique<std::ofstream>(s.path, std::ios::binary);
        }
    if (s.file)
      s.file->write(reinterpret_cast<const char*>(segment.data.data()),
                    static_cast<std::streamsize>(segment.data.size()));
    else
      append(s.data, segment.data);
    if (s.data.size() > collected_max) {
      drop_spool(segment.id);
      order_quietly(e, *r, judge_resource{segment.id, resource_verdict::cancel});
    }
  }
  void drop_spool(resource_id id) const {
    const auto s = take(r->spools, id);
    std::error_code ignored;
    if (s && s->file)
      std::filesystem::remove(s->path, ignored);
  }
  bool finish_spool(resource_id id, const request_wish& wish, response& made) const {
    auto s = take(r->spools, id);
    if (!s)
      s.emplace();
    std::error_code failed;
    if (s->file) {
      s->file->close();
      if (s->file->fail())
        return false;
    }
    if (wish.file && s->file) {
      std::filesystem::rename(s->path, *wish.file, failed);
      return !failed;
    }
    if (s->file) {
      std::ifstream in(s->path, std::ios::binary);
      s->data.assign(std::istreambuf_iterator<char>(in), {});
      std::filesystem::remove(s->path, failed);
    }
    if (!wish.file) {
      made.file = std::move(s->data);
      return true;
    }
    std::ofstream out(*wish.file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(s->data.data()), static_cast<std::streamsize>(s->data.size()));
    return static_cast<bool>(out.flush());
  }
};

template <class Map>
void fail_all(Map& waiting, error e) {
  auto all = std::exchange(waiting, {});
  for (auto& [key, one] : all)
    if (one.done)
      one.done->fail(e);
}

}  // namespace

void handle_news(engine& e, const link_ptr& record, const link_event& event) {
  std::visit(news{e, record}, event);
}

void close_record(const link_ptr& record, teardown_reason reason) {
  if (record->closed)
    return;
  record->closed = reason;
  record->actor = nullptr;
  if (const auto done = std::exchange(record->connecting, nullptr))
    done->fail(reason == teardown_reason::timeout ? error::timed_out : error::link_closed);
  for (auto& [packet, done] : std::exchange(record->sent, {}))
    done->fail(error::link_closed);
  fail_all(record->asks, error::link_closed);
  fail_all(record->outgoing, error::link_closed);
  fail_all(record->incoming, error::link_closed);
  for (auto& message : std::exchange(record->messages, {}))
    message.done->fail(error::link_closed);
  for (auto& [stream, queue] : std::exchange(record->writers, {}))
    for (auto& write : queue.writes)
      write.done->fail(error::link_closed);
  for (auto& [stream, reader] : record->readers)
    if (const auto waiting = std::exchange(reader.waiting, nullptr))
      waiting->fail(error::link_closed);
  const auto handler = std::exchange(record->on_closed, nullptr);
  // They may hold the link, and it them.
  record->on_packet = nullptr;
  record->on_resource = nullptr;
  record->on_identified = nullptr;
  record->on_message = nullptr;
  if (handler)
    handler(reason);
}

void pump_messages(engine& e, const link_ptr& record) {
  if (record->sending_message || record->messages.empty() || record->closed || !e.self)
    return;
  record->sending_message = true;
  const auto& next = record->messages.front();
  tell(e, *record, send_channel_message{next.type, next.content}, [&e, record](const link_answer& answer) {
    record->sending_message = false;
    if (answer.refused == link_error::window_full || record->messages.empty())
      return;
    const auto sent = std::move(record->messages.front());
    record->messages.pop_front();
    sent.done->finish(answer.refused ? result<void>(unexpected(api::error_of(*answer.refused))) : result<void>());
    pump_messages(e, record);
  });
}

void pump_stream(engine& e, const link_ptr& record, std::uint16_t stream) {
  const auto found = record->writers.find(stream);
  if (found == record->writers.end() || record->closed || !e.self)
    return;
  auto& queue = found->second;
  if (queue.busy || queue.writes.empty())
    return;
  queue.busy = true;
  const auto& next = queue.writes.front();
  tell(e, *record, write_stream{stream, next.data, next.end}, [&e, record, stream](const link_answer& answer) {
    const auto at = record->writers.find(stream);
    if (at == record->writers.end() || at->second.writes.empty())
      return;
    at->second.busy = false;
    auto& write = at->second.writes.front();
    if (!answer.refused && answer.count < write.data.size()) {
      write.data.erase(write.data.begin(), write.data.begin() + static_cast<std::ptrdiff_t>(answer.count));
      // Without room at all it goes on with channel_ready.
      return answer.count > 0 ? pump_stream(e, record, stream) : void();
    }
    const auto done = write.done;
    at->second.writes.pop_front();
    done->finish(answer.refused ? result<void>(unexpected(api::error_of(*answer.refused))) : result<void>());
    pump_stream(e, record, stream);
  });
}

}  // namespace plexus::api
