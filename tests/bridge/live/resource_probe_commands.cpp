// Chapter 18, last block: senders and receivers that are looked at part by part, on the keys of a link that exists.
#include "tests/bridge/live/nodes.hpp"
#include "tests/bridge/test_access.hpp"
#include "transport/control/value_msgpack.hpp"

namespace plexus::bridge {
namespace {

constexpr std::size_t small_part = 200;  ///< octets; so that little data makes many parts

std::string_view name_of(resource_status status) {
  return status == resource_status::complete  ? "COMPLETE"
         : status == resource_status::corrupt ? "CORRUPT"
         : status == resource_status::failed  ? "FAILED"
                                              : "TRANSFERRING";
}

octet_string random_octets(std::size_t size) {
  octet_string data(size);
  chance().fill(data);
  return data;
}

/// The link's session at another size of parts, for as long as this lives.
class part_size_set {
public:
  part_size_set(link_session& session, std::size_t part_size) : session_(session), mtu_(session.mtu()) {
    const auto mtu = static_cast<std::uint32_t>(part_size + wire::header_2_size + 1);
    if (mtu < link_timing::mtu_min)
      throw command_error("force_sdu: expected at least " +
                          std::to_string(link_timing::mtu_min - wire::header_2_size - 1) + " octets");
    session.agree_on(mtu);
  }
  ~part_size_set() { session_.agree_on(mtu_); }
  part_size_set(const part_size_set&) = delete;
  part_size_set& operator=(const part_size_set&) = delete;

private:
  link_session& session_;
  std::uint32_t mtu_;
};

link_session& keyed_session(live_node& node, const parameters& p) {
  auto& session = test_access::session(*link_of(node, p).machine);
  if (!session.has_key())
    throw command_error("link_id: the link has no key, before or no more");
  return session;
}

outgoing_segment segment_of(link_session& session, octet_string payload, bool compressing) {
  resource_advertisement facts;
  facts.data_size = payload.size();
  return build_segment(session, std::move(payload), facts, compressing);
}

/// A segment of random data, and a receiver that took its advertisement and asked for the first parts.
struct transfer_bench {
  part_size_set parts;
  link_session& session;
  outgoing_segment sent;
  link_output out;
  resource_receiver receiver;
  instant now;

  transfer_bench(live_node& node, link_session& given, std::size_t size, const transfer_experience& before = {})
      : parts(given, small_part),
        session(given),
        sent(segment_of(given, random_octets(size), false)),
        receiver(node.core().now(), sent.advertisement, before, resource_limits::compression_size_max, given),
        now(node.core().now()) {
    receiver.start(now, out);
  }

  bool feed(octets part) { return receiver.on_part(now, part, part.size() + wire::header_1_size, out); }
  void feed_first(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      feed(sent.part(i));
  }
  std::size_t total() const { return sent.map.size(); }
  test_access::receiver_progress progress() const { return test_access::progress_of(receiver); }
  std::size_t packets_of(packet_context context) const {
    return static_cast<std::size_t>(std::count_if(out.packets.begin(), out.packets.end(), [&](const auto& raw) {
      const auto packet = parse_packet(raw);
      return packet && packet->header.context == context;
    }));
  }
};

json create(live_node& node, const parameters& p) {
  auto& session = keyed_session(node, p);
  std::optional<part_size_set> forced;
  if (p.has("force_sdu"))
    forced.emplace(session, static_cast<std::size_t>(p.integer_within("force_sdu", 0, 1, 1 << 24)));
  if (p.has("metadata"))
    throw command_error("metadata: the library puts it before the data inside the sender");
  auto payload = p.octets_or("data", {});
  if (payload.size() > resource_limits::segment_size_max)
    throw command_error("data: more than one segment is planned inside the sender");
  const auto size = payload.size();
  const auto segment = segment_of(session, std::move(payload), p.flag_or("auto_compress", true));
  const auto& a = segment.advertisement;
  std::string map;
  for (const auto& one : segment.map)
    map += hex(one);
  json result{{"hash", hex(a.hash)},
              {"truncated_hash", hex(address::from(a.hash.bytes()))},
              {"random_hash", hex(a.random)},
              {"expected_proof", hex(segment.proof)},
              {"hashmap", map},
              {"num_parts", segment.map.size()},
              {"encrypted", a.encrypted},
              {"compressed", a.compressed},
              {"split", a.split},
              {"total_segments", a.segments},
              {"segment_index", a.segment},
              {"original_hash", hex(a.original_hash)},
              {"has_metadata", a.has_metadata},
              {"flags", a.flags()},
              {"size", segment.stream.size()},
              {"total_size", size},
              {"sdu", segment.part_size}};
  if (p.flag_or("include_parts", true)) {
    packet_header header;
    header.flags = make_flags(packet_type::data, destination_type::link);
    header.destination = rename<address>(session.id());
    header.context = packet_context::resource;
    auto parts = json::array();
    for (std::size_t i = 0; i < segment.map.size(); ++i)
      parts.push_back(hex(encode_packet(header, segment.part(i))));
    result["parts"] = parts;
  }
  return result;
}

json progress(live_node& node, const parameters& p) {
  transfer_bench bench(node, keyed_session(node, p), 1500);
  const auto initial = bench.receiver.progress();
  const auto fed = bench.total() / 2;
  bench.feed_first(fed);
  return {{"total_parts", bench.total()},
          {"fed", fed},
          {"received_count", bench.progress().received},
          {"progress_initial", initial},
          {"progress_mid", bench.receiver.progress()}};
}

/// The reference counts the last part that is there without a gap, from -1; the library counts those parts.
json request_state(live_node& node, const parameters& p) {
  transfer_bench bench(node, keyed_session(node, p), 1500);
  const auto before = bench.progress();
  const auto fed = std::min<std::size_t>(static_cast<std::size_t>(p.integer_within("n", 2, 0, 1000)), bench.total());
  bench.feed_first(fed);
  const auto after = bench.progress();
  const auto height = [](const auto& progress) { return static_cast<std::int64_t>(progress.consecutive) - 1; };
  return {{"window", before.window},
          {"window_min", before.window_min},
          {"window_max", before.window_max},
          {"total_parts", bench.total()},
          {"consecutive_height_initial", height(before)},
          {"hashmap_height_initial", before.mapped},
          {"waiting_for_hmu_initial", before.waits_for_map},
          {"fed", fed},
          {"received_count", after.received},
          {"consecutive_height_after", height(after)},
          {"hashmap_height_after", after.mapped}};
}

json proof_count(live_node& node, const parameters& p) {
  transfer_bench bench(node, keyed_session(node, p), 1200);
  bench.feed_first(bench.total() - 1);
  const auto before = bench.packets_of(packet_context::resource_proof);
  bench.feed(bench.sent.part(bench.total() - 1));
  return {{"total_parts", bench.total()},
          {"proofs_before_final", before},
          {"proofs_after_assembly", bench.packets_of(packet_context::resource_proof)},
          {"status_name", name_of(bench.receiver.status())},
          {"complete", bench.receiver.status() == resource_status::complete}};
}

json crafted_part(live_node& node, const parameters& p) {
  const auto variant = p.text("variant");
  transfer_bench bench(node, keyed_session(node, p), 1500);
  const auto window = bench.progress().window;
  auto before = bench.progress().received;
  if (variant == "valid") {
    bench.feed(bench.sent.part(0));
  } else if (variant == "forged_map_hash") {
    bench.feed(random_octets(small_part));
  } else if (variant == "beyond_window") {
    bench.feed(bench.sent.part(window));
  } else if (variant == "duplicate_filled") {
    bench.feed(bench.sent.part(0));
    before = bench.progress().received;
    bench.feed(bench.sent.part(0));
  } else {
    parameters::fail("variant", "valid, beyond_window, duplicate_filled or forged_map_hash, found " + variant);
  }
  const auto after = bench.progress().received;
  return {{"variant", variant},           {"accepted", after > before},   {"parts_before", before},
          {"parts_after", after},         {"total_parts", bench.total()}, {"window", window},
          {"received_count_after", after}};
}

/// Corrupt octets never get as far as to be put together as parts: their map hash is another. So the whole is.
json corrupt_assembled(live_node& node, const parameters& p) {
  const auto variant = p.text("variant");
  if (variant != "valid" && variant != "corrupt")
    parameters::fail("variant", "valid or corrupt, found " + variant);
  transfer_bench bench(node, keyed_session(node, p), 900);
  bench.feed_first(bench.total() - 1);
  if (variant == "corrupt")
    test_access::spoil(bench.receiver);
  bench.feed(bench.sent.part(bench.total() - 1));
  const auto proofs = bench.packets_of(packet_context::resource_proof);
  const auto status = bench.receiver.status();
  return {{"variant", variant},
          {"status", static_cast<int>(status)},
          {"status_name", name_of(status)},
          {"complete", status == resource_status::complete},
          {"corrupt", status == resource_status::corrupt},
          {"proof_calls", proofs},
          {"proof_sent", proofs > 0},
          {"total_parts", bench.total()}};
}

json hashmap_update_twice(live_node& node, const parameters& p) {
  transfer_bench bench(node, keyed_session(node, p), 20000);
  hashmap_update update;
  update.hash = bench.sent.advertisement.hash;
  update.segment = 1;
  const auto from = bench.sent.map.begin() + resource_limits::hashmap_segment;
  update.map.assign(
      from, from + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                       resource_limits::hashmap_segment, static_cast<std::size_t>(bench.sent.map.end() - from))));
  std::vector<std::size_t> heights{bench.progress().mapped};
  // What nobody asked for is not taken, so all that was advertised has to be there first.
  bench.feed_first(resource_limits::hashmap_segment);
  for (int i = 0; i < 2; ++i) {
    bench.receiver.on_hashmap_update(bench.now, update, bench.out);
    heights.push_back(bench.progress().mapped);
  }
  return {{"total_parts", bench.total()},
          {"height_after_advert", heights[0]},
          {"height_after_first", heights[1]},
          {"height_after_duplicate", heights[2]},
          {"grew_on_first", heights[1] > heights[0]},
          {"grew_on_duplicate", heights[2] > heights[1]}};
}

json window_inheritance(live_node& node, const parameters& p) {
  auto& session = keyed_session(node, p);
  transfer_experience experience;
  std::size_t first_window = 0, last_window = 0, total = 0;
  bool completed = false;
  {
    transfer_bench first(node, session, 2000);
    first_window = first.progress().window;
    total = first.total();
    first.feed_first(total);
    completed = first.receiver.status() == resource_status::complete;
    last_window = first.progress().window;
    experience = first.receiver.experience();
  }
  const transfer_bench second(node, session, 2000, experience);
  return {{"default_window", first_window},
          {"total_parts_1", total},
          {"completed_1", completed},
          {"window_after_complete", last_window},
          {"link_last_window", experience.window ? json(*experience.window) : json()},
          {"window2_initial", second.progress().window}};
}

json malformed_advertisement(live_node& node, const parameters& p) {
  const auto variant = p.text("variant");
  octet_string plaintext = random_octets(41);
  plaintext[0] = 0xc1;
  if (variant == "missing_key") {
    const transfer_bench bench(node, keyed_session(node, p), 400);
    auto members = *must(from_msgpack(bench.sent.advertisement.encode()), "advertisement").as_map();
    std::erase_if(members, [](const auto& one) { return one.key.as_text() && *one.key.as_text() == "h"; });
    plaintext = to_msgpack(value(std::move(members)));
  } else if (variant != "garbage") {
    parameters::fail("variant", "garbage or missing_key, found " + variant);
  }
  return {{"variant", variant},
          {"inbound_started", resource_advertisement::parse(plaintext).has_value()},
          {"crashed", false}};
}

json decompress_limit(live_node& node, const parameters& p) {
  link_of(node, p);
  return {{"max_decompressed_size", resource_limits::compression_size_max},
          {"auto_compress_limit", resource_offer{}.compression_size_max},
          {"constant", resource_limits::compression_size_max}};
}

}  // namespace

void add_resource_probe_commands(live_commands& commands) {
  commands.add("wire_resource_create", create);
  commands.add("wire_resource_progress", progress);
  commands.add("wire_resource_receiver_request_state", request_state);
  commands.add("wire_resource_receiver_proof_count", proof_count);
  commands.add("wire_inject_crafted_resource_part", crafted_part);
  commands.add("wire_inject_corrupt_assembled_resource", corrupt_assembled);
  commands.add("wire_inject_hashmap_update", hashmap_update_twice);
  commands.add("wire_resource_window_inheritance", window_inheritance);
  commands.add("wire_inject_malformed_resource_adv", malformed_advertisement);
  commands.add("wire_resource_decompress_limit", decompress_limit);
}

}  // namespace plexus::bridge
