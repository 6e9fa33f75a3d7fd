// A Reticulum node of one destination that speaks HDLC on its standard streams, as the reference's PipeInterface wants.
//
//   link_peer SEED     SEED is a number from which its identity is made
//
// Destination "plexus.peer" is announced until somebody links to it. On its links it proves and echoes packets, echoes
// the requests /echo, answers /file with 300000 octets and metadata, sends every resource back, and echoes messages of
// the channel. To each destination "plexus.python" that is announced it links itself, asks /echo for something short
// and something long, sends a resource, and tells standard error what came of it.
#include "messages/announce.hpp"
#include "transport/announce_check.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/destination_name.hpp"
#include "transport/endpoint/local_destination.hpp"
#include "transport/framing/hdlc.hpp"
#include "transport/packet_proof_check.hpp"

#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <unistd.h>

namespace plexus {
namespace {

constexpr interface_id pipe_interface = interface_id::make(1, 1);
constexpr std::size_t frame_max = 4096;

instant read_clock() {
  return instant(std::chrono::steady_clock::now().time_since_epoch());
}
std::uint64_t unix_seconds() {
  return static_cast<std::uint64_t>(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
}

octet_string counted(std::size_t size) {
  octet_string data(size);
  for (std::size_t i = 0; i < size; ++i)
    data[i] = static_cast<octet>(i * 7 + i / 251 + (i * i >> 9));
  return data;
}

/// What waits to be written. A pipe has no latency of its own, and the reference misses a proof that comes before its
/// send() returned.
struct delayed_frame {
  instant due{};
  octet_string frame;
};
std::deque<delayed_frame> waiting_frames;
constexpr std::chrono::milliseconds latency{3};

void send_packet(octets packet) {
  octet_string frame(hdlc_worst_size(packet.size()));
  frame.resize(static_cast<std::size_t>(append_frame(frame.data(), packet, {}) - frame.data()));
  waiting_frames.push_back({read_clock() + latency, std::move(frame)});
}

void write_due_frames() {
  for (; !waiting_frames.empty() && waiting_frames.front().due <= read_clock(); waiting_frames.pop_front()) {
    octets rest = waiting_frames.front().frame;
    while (!rest.empty()) {
      const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (written <= 0)
        std::exit(0);
      rest = rest.subspan(static_cast<std::size_t>(written));
    }
  }
}

link_settings make_settings() {
  auto registry = std::make_shared<request_registry>();
  registry->allow({"/echo", request_permission::all, {}});
  registry->allow({"/file", request_permission::all, {}});
  link_settings settings;
  settings.proofs = proof_strategy::all;
  settings.resources = resource_strategy::accept_all;
  settings.requests = std::move(registry);
  return settings;
}

class peer {
public:
  explicit peer(std::uint64_t seed)
      : random_(seed),
        owner_(std::make_shared<const identity>(identity::generate(random_))),
        destination_(local_destination::single(owner_, "plexus.peer")) {
    destination_.links = make_settings();
  }

  void on_frame(octets frame) {
    auto view = parse_packet(frame);
    if (!view)
      return;
    ++view->header.hops;
    if (view->header.type() == packet_type::announce)
      return on_announce(*view);
    link_output out;
    const auto now = read_clock();
    if (view->header.type() == packet_type::link_request &&
        view->header.destination == rename<address>(destination_.hash())) {
      auto made = link::accept(now, pipe_interface, *view, *owner_, destination_.links, random_, out);
      if (made) {
        const auto id = (*made)->id();
        links_.insert_or_assign(id, std::move(*made));
        flush(*links_.at(id), out);
      }
      return;
    }
    const auto found = links_.find(rename<link_id>(view->header.destination));
    if (found == links_.end())
      return;
    found->second->on_packet(now, pipe_interface, *view, {}, out);
    flush(*found->second, out);
  }

  void on_time() {
    const auto now = read_clock();
    if (links_.empty() && now >= announce_at_) {
      announce_at_ = now + std::chrono::seconds(1);
      send_packet(destination_.announce(now, unix_seconds(), random_).packet);
    }
    for (auto& [id, l] : links_) {
      link_output out;
      l->on_time(now, out);
      flush(*l, out);
    }
    std::erase_if(links_, [](const auto& entry) { return entry.second->state() == link_state::closed; });
  }

private:
  void on_announce(const packet_view& packet) {
    const auto verified = verify_announce(packet);
    if (!verified || verified->content().name != hash_name("plexus.python") ||
        !called_.insert(verified->destination()).second)
      return;
    link_output out;
    auto settings = make_settings();
    settings.requests.reset();
    auto made =
        link::initiate(read_clock(), {public_identity(verified->content().key), verified->destination(), 500, 1},
                       settings, random_, out);
    const auto id = made->id();
    links_.emplace(id, std::move(made));
    flush(*links_.at(id), out);
  }

  void flush(link& l, link_output& out) {
    for (const auto& packet : out.packets)
      send_packet(packet);
    const auto events = std::move(out.events);
    out.clear();
    for (const auto& event : events) {
      link_output more;
      std::visit([&](const auto& e) { handle(l, e, more); }, event);
      flush(l, more);
    }
  }

  template <class Event>
  void handle(link&, const Event&, link_output&) {}

  void handle(link& l, const link_established&, link_output& out) {
    const auto now = read_clock();
    if (l.role() == link_role::responder) {
      l.open_channel();
      return;
    }
    std::fprintf(stderr, "established\n");
    (void)l.identify(now, *owner_, out);
    (void)l.request(now, {1e9}, "/echo", "short", {}, out);
    (void)l.request(now, {1e9}, "/echo", octets(counted(50000)), {}, out);
    (void)l.send(now, as_octets("prove me"), out);
    resource_offer offer;
    offer.data = resource_source::from(counted(200000));
    offer.metadata = value::map{{"name", "counted"}};
    (void)l.send_resource(now, std::move(offer), out);
  }
  void handle(link& l, const link_closed& e, link_output&) {
    std::fprintf(stderr, "closed %d of %s\n", static_cast<int>(e.reason), l.id().hex().c_str());
  }
  void handle(link& l, const data_received& e, link_output& out) { (void)l.send(read_clock(), e.plaintext, out); }
  void handle(link&, const packet_delivered&, link_output&) { std::fprintf(stderr, "delivered\n"); }
  void handle(link&, const peer_identified& e, link_output&) {
    std::fprintf(stderr, "identified %s\n", e.hash.hex().c_str());
  }
  void handle(link& l, const request_received& e, link_output& out) {
    if (e.path_text == "/file")
      (void)l.respond_with_file(read_clock(), e.id, resource_source::from(counted(300000)),
                                value::map{{"name", "counted"}}, out);
    else
      (void)l.respond(read_clock(), e.id, e.content, out);
  }
  void handle(link&, const response_received& e, link_output&) {
    const auto* bytes = e.content.as_bytes();
    std::fprintf(stderr, "response %s\n",
                 e.content == value("short")         ? "short"
                 : bytes && *bytes == counted(50000) ? "long"
                                                     : "wrong");
  }
  void handle(link&, const request_failed& e, link_output&) {
    std::fprintf(stderr, "request failed %d\n", static_cast<int>(e.reason));
  }
  void handle(link&, const resource_segment_received& e, link_output&) { append(arriving_[e.id.value], e.data); }
  void handle(link& l, const resource_concluded& e, link_output& out) {
    std::fprintf(stderr, "resource %s %d\n", e.direction == resource_direction::outgoing ? "out" : "in",
                 static_cast<int>(e.status));
    if (e.direction == resource_direction::outgoing || e.status != resource_status::complete ||
        l.role() == link_role::initiator)
      return;
    resource_offer offer;
    offer.data = resource_source::from(std::move(arriving_[e.id.value]));
    offer.metadata = e.metadata;
    arriving_.erase(e.id.value);
    (void)l.send_resource(read_clock(), std::move(offer), out);
  }
  void handle(link& l, const channel_message& e, link_output& out) {
    waiting_.push_back(e);
    speak(l, out);
  }
  void handle(link& l, const channel_ready&, link_output& out) { speak(l, out); }
  void speak(link& l, link_output& out) {
    while (!waiting_.empty() && l.send_message(read_clock(), waiting_.front().type, waiting_.front().content, out))
      waiting_.pop_front();
  }

  seeded_random random_;
  std::shared_ptr<const identity> owner_;
  local_destination destination_;
  instant announce_at_{};
  std::map<link_id, std::unique_ptr<link>> links_;
  std::set<destination_hash> called_;
  std::map<std::uint64_t, octet_string> arriving_;
  std::deque<channel_message> waiting_;
};

int run(std::uint64_t seed) {
  peer p(seed);
  hdlc_deframer deframer({20, frame_max, 2 * frame_max});
  octet_string buffer;
  for (;;) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, waiting_frames.empty() ? 10 : 1) > 0) {
      octet chunk[65536];
      const auto size = ::read(STDIN_FILENO, chunk, sizeof chunk);
      if (size <= 0)
        return 0;
      append(buffer, octets(chunk, static_cast<std::size_t>(size)));
      const auto done = deframer.take(buffer, [&](mutable_octets frame) { p.on_frame(frame); }, [](std::size_t) {});
      buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(done));
    }
    p.on_time();
    write_due_frames();
  }
}

}  // namespace
}  // namespace plexus

int main(int argc, char** argv) {
  return plexus::run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1);
}
