#include "apps/plexus/remote_node.hpp"

#include "apps/plexus/terminal.hpp"
#include "storage/config/config_directory.hpp"
#include "storage/state/file_access.hpp"
#include "transport/destination_name.hpp"

namespace plexus {
namespace {

using time = shared_client::time;

/// What the socket of a shared instance carries in one packet (rns-1.5.7 section 8.1).
constexpr std::uint32_t local_mtu = 262144;

instant instant_of(time t) {
  return instant(t.time_since_epoch());
}
time time_of(instant t) {
  return time(std::chrono::duration_cast<shared_client::clock::duration>(t.time_since_epoch()));
}
unix_time unix_now() {
  return {std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

remote_failure failure(std::string text, int code = remote_exit::lost) {
  return {std::move(text), code, false};
}

remote_failure failure_of(const link_closed& closed) {
  switch (closed.reason) {
    case teardown_reason::timeout:
      return failure("The link timed out, exiting now");
    case teardown_reason::destination_closed:
      return failure("The link was closed by the server, exiting now");
    case teardown_reason::initiator_closed:
      break;
  }
  return failure("Link closed unexpectedly, exiting now");
}

/// A packet for a destination beyond the daemon goes to the daemon by name.
octet_string addressed(octets packet, const std::optional<transport_id>& via) {
  const auto view = parse_packet(packet);
  auto header = view->header;
  if (via && header.type() == packet_type::link_request) {
    header.flags |= wire::header_2_flag | wire::transport_flag;
    header.transport = *via;
  }
  return encode_packet(header, view->data);
}

/// One request over one link, until there is an answer or none can come.
class conversation {
public:
  conversation(shared_client& client, const known_peer& peer, const identity* as, std::string_view path, value content)
      : client_(client), peer_(peer), as_(as), path_(path), content_(std::move(content)) {}

  expected<value, remote_failure> run(const link_target& target, random_source& random,
                                      const shared_client::on_wait& waiting) {
    link_output out;
    link_ = link::initiate(now(), target, {}, random, out);
    flush(out);
    while (!answer_ && !failure_)
      step(waiting);
    if (link_->active()) {
      link_->close(now(), out);
      flush(out);
    }
    if (!answer_)
      return unexpected(*failure_);
    return std::move(*answer_);
  }

private:
  static instant now() { return instant_of(shared_client::clock::now()); }

  void step(const shared_client::on_wait& waiting) {
    const auto due = link_->next_deadline();
    const auto packet = client_.receive(due ? time_of(*due) : time::max(), waiting);
    link_output out;
    if (packet)
      take(*packet, out);
    else if (packet.error() == shared_failure::timed_out)
      link_->on_time(now(), out);
    else
      fail(failure(std::string(to_string(packet.error())), remote_exit::no_instance));
    flush(out);
  }

  void take(const octet_string& packet, link_output& out) {
    const auto view = parse_packet(packet);
    if (view && view->header.destination == rename<address>(link_->id()))
      link_->on_packet(now(), daemon, *view, {}, out);
  }

  void flush(link_output& out) {
    for (const auto& packet : out.packets)
      if (!client_.send(addressed(packet, via())))
        fail(failure(std::string(to_string(shared_failure::closed)), remote_exit::no_instance));
    const auto events = std::move(out.events);
    out.clear();
    for (const auto& event : events)
      on_event(event);
  }

  void on_event(const link_event& event) {
    if (std::holds_alternative<link_established>(event))
      return speak();
    if (const auto* response = std::get_if<response_received>(&event))
      answer_ = response->content;
    else if (std::holds_alternative<request_failed>(event))
      fail({"The remote request failed. The node may not know this identity, or not answer such requests.",
            remote_exit::lost, true});
    else if (const auto* closed = std::get_if<link_closed>(&event))
      fail(failure_of(*closed));
  }

  void speak() {
    link_output out;
    if (as_)
      (void)link_->identify(now(), *as_, out);
    if (!link_->request(now(), unix_now(), path_, content_, {}, out))
      fail(failure("The request could not be sent"));
    flush(out);
  }

  void fail(remote_failure why) {
    if (!failure_)
      failure_ = std::move(why);
  }

  std::optional<transport_id> via() const { return peer_.hops > 0 ? peer_.via : std::nullopt; }

  static constexpr interface_id daemon = interface_id::make(1, 1);

  shared_client& client_;
  const known_peer& peer_;
  const identity* as_;
  std::string path_;
  value content_;
  std::unique_ptr<link> link_;
  std::optional<value> answer_;
  std::optional<remote_failure> failure_;
};

}  // namespace

remote_node::remote_node(node_access& node, const common_options& common, random_source& random)
    : node_(node), common_(common), random_(random), client_(random) {}

expected<value, remote_failure> remote_node::ask(const identity_hash& whom, std::string_view name, const identity* as,
                                                 shared_client::clock::duration path_wait, std::string_view path,
                                                 value content) {
  if (!node_.config().reticulum.share_instance || !client_.connect(node_.packets()))
    return unexpected(failure(std::string(no_shared_instance), remote_exit::no_instance));
  const auto peer = find(hash_destination(name, whom), shared_client::clock::now() + path_wait);
  if (!peer)
    return unexpected(peer.error());
  return converse(*peer, as, path, std::move(content));
}

expected<known_peer, remote_failure> remote_node::find(const destination_hash& destination,
                                                       shared_client::time deadline) {
  spinner turning("Path to " + destination.pretty() + " requested", !common_.json);
  if (!client_.request_path(destination))
    return unexpected(failure(std::string(to_string(shared_failure::closed)), remote_exit::no_instance));
  for (;;) {
    auto heard = client_.await_announce(destination.bytes(), deadline, [&] { turning.turn(); });
    if (!heard)
      return unexpected(heard.error() == shared_failure::timed_out
                            ? failure("Path request timed out", remote_exit::no_path)
                            : failure(std::string(to_string(heard.error())), remote_exit::no_instance));
    if (heard->destination == destination)
      return *heard;
  }
}

expected<value, remote_failure> remote_node::converse(const known_peer& peer, const identity* as, std::string_view path,
                                                      value content) {
  spinner turning("Asking " + peer.destination.pretty(), !common_.json);
  const auto first_hop =
      node_.number_or(rpc::get_first_hop_timeout{peer.destination}, seconds_of(link_timing::first_hop_timeout(0)));
  const auto mtu = node_.config().reticulum.link_mtu_discovery ? local_mtu : static_cast<std::uint32_t>(wire::mtu);
  const link_target target{peer.owner, peer.destination, mtu, static_cast<int>(peer.hops), from_seconds(first_hop)};
  return conversation(client_, peer, as, path, std::move(content)).run(target, random_, [&] { turning.turn(); });
}

expected<identity_hash, remote_failure> read_node_hash(const std::string& hash) {
  if (const auto read = identity_hash::from_hex(hash))
    return *read;
  return unexpected(failure(hash.size() == 32
                                ? "Invalid destination entered. Check your input."
                                : "Destination length is invalid, must be 32 hexadecimal characters (16 bytes).",
                            remote_exit::bad_argument));
}

expected<management_access, remote_failure> read_management_access(const std::string& hash,
                                                                   const std::optional<std::string>& identity_file) {
  if (!identity_file)
    return unexpected(failure("Remote management needs an identity: name its file with -i", remote_exit::bad_argument));
  const auto whom = read_node_hash(hash);
  if (!whom)
    return unexpected(whom.error());
  std::error_code error;
  const auto file = file_contents::read(expand_home(*identity_file, home_directory()), error);
  const auto secret = identity_secret::from_exactly(file.bytes());
  if (!secret)
    return unexpected(failure("Could not load management identity from " + *identity_file, remote_exit::bad_argument));
  return management_access{*whom, identity(*secret)};
}

}  // namespace plexus
