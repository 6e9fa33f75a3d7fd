#include "actors/api/link.hpp"

#include "actors/api/internal/engine.hpp"

namespace plexus::api {
namespace {

void change(const link_ptr& record, std::function<void(link_record&)> how) {
  if (const auto e = record ? record->of.lock() : nullptr)
    e->post([record, how = std::move(how)] { how(*record); });
}

void order_later(const link_ptr& record, link_order what) {
  if (const auto e = record ? record->of.lock() : nullptr)
    e->post([record, what = std::make_shared<const link_order>(std::move(what))] {
      if (record->actor)
        caf::anon_send(record->actor, what);
    });
}

result<void> outcome(const link_answer& answer) {
  return answer.refused ? result<void>(unexpected(error_of(*answer.refused))) : result<void>();
}

/// Queues the offer, and ends when the resource has.
void offer(engine& e, const link_ptr& record, resource_offer what, std::shared_ptr<std::ifstream> source,
           const resource_wish& wish, const done_ptr<void>& done) {
  what.metadata = wish.metadata;
  if (!wish.compress)
    what.compression_size_max = 0;
  tell(e, *record, offer_resource{std::move(what)}, [record, source, wish, done](const link_answer& answer) {
    if (answer.refused)
      return done->fail(error_of(*answer.refused));
    record->outgoing[answer.resource] = {done, wish.progress, source};
    if (wish.started)
      wish.started(answer.resource);
  });
}

void accept(engine& e, const link_ptr& record, resource_id id, incoming_transfer transfer) {
  const auto done = transfer.done;
  record->incoming[id] = std::move(transfer);
  tell(e, *record, judge_resource{id, resource_verdict::accept}, [record, id, done](const link_answer& answer) {
    if (!answer.refused)
      return;
    record->incoming.erase(id);
    done->fail(error_of(*answer.refused));
  });
}

}  // namespace

link::link(std::shared_ptr<link_record> of)
    : record_(std::move(of)),
      id_(record_->facts.id),
      destination_(record_->facts.destination),
      role_(record_->facts.role),
      mdu_(record_->facts.mdu),
      round_trip_(record_->facts.rtt) {}

operation<delivery> link::send(bytes packet) const {
  return on_link_thread<delivery>(
      record_, [record = record_, packet = std::move(packet)](engine& e, const done_ptr<delivery>& done) {
        tell(e, *record, send_data{packet}, [record, done](const link_answer& answer) {
          if (answer.refused)
            return done->fail(error_of(*answer.refused));
          record->sent[answer.packet] = done;
        });
      });
}

operation<void> link::identify(std::shared_ptr<const identity> as) const {
  return on_link_thread<void>(record_, [record = record_, as = std::move(as)](engine& e, const done_ptr<void>& done) {
    if (!as)
      return done->fail(error::bad_argument);
    tell(e, *record, identify_as{as}, [done](const link_answer& answer) { done->finish(outcome(answer)); });
  });
}

operation<response> link::ask(std::string path, value content, request_wish wish) const {
  return on_link_thread<response>(record_, [record = record_, path = std::move(path), content = std::move(content),
                                            wish = std::move(wish)](engine& e, const done_ptr<response>& done) {
    request_options options;
    options.timeout = wish.timeout;
    options.response_size_max = wish.response_size_max;
    tell(e, *record, make_request{path, content, options}, [record, wish, done](const link_answer& answer) {
      if (answer.refused)
        return done->fail(error_of(*answer.refused));
      record->asks[answer.request] = {done, wish};
    });
  });
}

operation<void> link::send_resource(bytes data, resource_wish wish) const {
  return on_link_thread<void>(record_, [record = record_, data = std::make_shared<const bytes>(std::move(data)),
                                        wish = std::move(wish)](engine& e, const done_ptr<void>& done) {
    resource_offer what;
    what.data = {data->size(), data};
    offer(e, record, std::move(what), nullptr, wish, done);
  });
}

operation<void> link::send_file(const std::filesystem::path& file, resource_wish wish) const {
  return on_link_thread<void>(record_,
                              [record = record_, file, wish = std::move(wish)](engine& e, const done_ptr<void>& done) {
                                std::uint64_t size = 0;
                                const auto source = open_source(file, size);
                                if (!source)
                                  return done->fail(error::file_error);
                                resource_offer what;
                                what.data = resource_source::supplied(size);
                                offer(e, record, std::move(what), source, wish, done);
                              });
}

void link::cancel(resource_id resource) const {
  order_later(record_, judge_resource{resource, resource_verdict::cancel});
}

operation<class channel> link::open_channel() const {
  return on_link_thread<class channel>(record_, [record = record_](engine& e, const done_ptr<class channel>& done) {
    tell(e, *record, plexus::open_channel{}, [&e, record, done](const link_answer& answer) {
      if (answer.refused)
        return done->fail(error_of(*answer.refused));
      record->channel_open = true;
      if (!e.self || !record->actor)
        return done->fail(error::link_closed);
      e.self->request(record->actor, caf::infinite, status_atom::value)
          .then(
              [record, done](const link_facts& facts) {
                class channel opened;
                opened.record = record;
                opened.size_max = facts.channel_mdu;
                done->finish(std::move(opened));
              },
              [done](const caf::error&) { done->fail(error::link_closed); });
    });
  });
}

void link::close() const {
  order_later(record_, close_link{});
}

void link::on_packet(std::function<void(const bytes&)> each) const {
  change(record_, [each = std::move(each)](link_record& r) { r.on_packet = each; });
}

void link::on_resource(std::function<void(resource_offered)> each) const {
  change(record_, [each = std::move(each)](link_record& r) { r.on_resource = each; });
}

void link::on_identified(std::function<void(const identity_hash&, const public_key&)> once) const {
  change(record_, [once = std::move(once)](link_record& r) { r.on_identified = once; });
}

void link::on_closed(std::function<void(teardown_reason)> once) const {
  change(record_, [once = std::move(once)](link_record& r) {
    if (r.closed)
      once(*r.closed);
    else
      r.on_closed = once;
  });
}

operation<void> request::respond(value answer) const {
  return on_link_thread<void>(
      record, [r = record, id = id, answer = std::move(answer)](engine& e, const done_ptr<void>& done) {
        tell(e, *r, make_response{id, answer}, [done](const link_answer& a) { done->finish(outcome(a)); });
      });
}

operation<void> request::respond_file(const std::filesystem::path& file, value metadata) const {
  return on_link_thread<void>(
      record, [r = record, id = id, file, metadata = std::move(metadata)](engine& e, const done_ptr<void>& done) {
        std::uint64_t size = 0;
        const auto source = open_source(file, size);
        if (!source || metadata.is_nil())
          return done->fail(source ? error::bad_argument : error::file_error);
        tell(e, *r, make_file_response{id, resource_source::supplied(size), metadata},
             [r, source, done](const link_answer& answer) {
               if (answer.refused)
                 return done->fail(error_of(*answer.refused));
               r->outgoing[answer.resource] = {done, {}, source};
             });
      });
}

link request::over() const {
  return link(record);
}

operation<received_resource> resource_offered::accept(progress_handler progress) const {
  return on_link_thread<received_resource>(record, [r = record, id = id, progress = std::move(progress)](
                                                       engine& e, const done_ptr<received_resource>& done) {
    incoming_transfer transfer;
    transfer.done = done;
    transfer.progress = progress;
    api::accept(e, r, id, std::move(transfer));
  });
}

operation<received_resource> resource_offered::accept(const std::filesystem::path& file,
                                                      progress_handler progress) const {
  return on_link_thread<received_resource>(record, [r = record, id = id, file, progress = std::move(progress)](
                                                       engine& e, const done_ptr<received_resource>& done) {
    incoming_transfer transfer;
    transfer.done = done;
    transfer.progress = progress;
    transfer.path = file;
    transfer.file = std::make_unique<std::ofstream>(file, std::ios::binary | std::ios::trunc);
    if (!*transfer.file)
      return done->fail(error::file_error);
    api::accept(e, r, id, std::move(transfer));
  });
}

void resource_offered::reject() const {
  order_later(record, judge_resource{id, resource_verdict::reject});
}

link resource_offered::over() const {
  return link(record);
}

operation<void> channel::send(std::uint16_t type, bytes content) const {
  return on_link_thread<void>(record,
                              [r = record, type, content = std::move(content)](engine& e, const done_ptr<void>& done) {
                                r->messages.push_back({type, content, done});
                                pump_messages(e, r);
                              });
}

void channel::on_message(handler each) const {
  change(record, [each = std::move(each)](link_record& r) { r.on_message = each; });
}

class buffer channel::buffer(std::uint16_t reads, std::uint16_t writes) const {
  class buffer made;
  made.record = record;
  made.reads = reads;
  made.writes = writes;
  return made;
}

operation<void> buffer::write(bytes data) const {
  return on_link_thread<void>(
      record, [r = record, stream = writes, data = std::move(data)](engine& e, const done_ptr<void>& done) {
        r->writers[stream].writes.push_back({data, false, done});
        pump_stream(e, r, stream);
      });
}

operation<void> buffer::finish() const {
  return on_link_thread<void>(record, [r = record, stream = writes](engine& e, const done_ptr<void>& done) {
    r->writers[stream].writes.push_back({{}, true, done});
    pump_stream(e, r, stream);
  });
}

operation<bytes> buffer::read() const {
  const auto of = record ? record->of.lock() : nullptr;
  return on_application_thread<bytes>(of, [r = record, stream = reads](engine&, const done_ptr<bytes>& done) {
    auto& reader = r->readers[stream];
    if (reader.waiting)
      return done->fail(error::busy);
    if (!reader.pieces.empty()) {
      auto next = std::move(reader.pieces.front());
      reader.pieces.pop_front();
      reader.size -= next.size();
      return done->finish(std::move(next));
    }
    if (reader.ended)
      return done->finish(bytes());
    if (r->closed)
      return done->fail(error::link_closed);
    reader.waiting = done;
  });
}

}  // namespace plexus::api
