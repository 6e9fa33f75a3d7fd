// Chapter 17: requests.
#include "tests/bridge/live/nodes.hpp"

namespace plexus::bridge {
namespace {

request_policy policy_of(const parameters& p) {
  const auto allow = p.text_or("allow", "all");
  request_policy policy{p.text("path"), request_permission::all, {}};
  if (allow == "none")
    policy.allow = request_permission::none;
  else if (allow == "list")
    policy.allow = request_permission::list;
  else if (allow != "all")
    parameters::fail("allow", "all, list or none, found " + allow);
  for (const auto& one : p.list_of<identity_hash>("allowed_identity_hashes"))
    policy.allowed.insert(one);
  return policy;
}

json register_handler(live_node& node, const parameters& p) {
  const auto hash = destination_of(p);
  node.destination(hash);
  auto& at = node.listen_at(hash);
  request_answer answer;
  if (!p.flag_or("response_none", false))
    answer.response = p.octets_or("response", {});
  if (p.has("response_file"))
    answer.file = p.octets_of("response_file");
  answer.metadata = p.octets_if("response_metadata");
  at.answers[p.text("path")] = std::move(answer);
  at.registry.allow(policy_of(p));
  node.configure_links(hash);
  return {{"registered", true}};
}

json deregister_handler(live_node& node, const parameters& p) {
  const auto hash = destination_of(p);
  auto& at = node.listener_at(hash);
  const auto path = p.text("path");
  at.registry.forget(path);
  const bool known = at.answers.erase(path) > 0;
  node.configure_links(hash);
  return {{"deregistered", known}};
}

octet_string as_octet_string(const value& v) {
  const auto* bytes = v.as_bytes();
  return bytes ? octet_string(bytes->begin(), bytes->end()) : octet_string();
}

json bytes_or_null(const value& v) {
  return v.as_bytes() ? json(hex(as_octet_string(v))) : json();
}

json request(live_node& node, const parameters& p) {
  auto& l = link_of(node, p);
  const auto data = p.octets_if("data");
  const auto timeout = timeout_of(p, 10000);
  request_options options;
  options.timeout = std::chrono::milliseconds(timeout);
  const auto unix_now = node.core().wall().to_unix(node.core().now());
  const auto id = must(node.with(l,
                                 [&](link& machine, instant now, link_output& out) {
                                   return machine.request(now, unix_now, p.text("path"),
                                                          data ? value(octets(*data)) : value(), options, out);
                                 }),
                       "link");
  const auto& asked_for = l.requests[id];
  node.wait([&] { return asked_for.answer || asked_for.failed; }, timeout + 500);
  json result{
      {"status", asked_for.failed ? "failed" : "timeout"}, {"response", nullptr}, {"response_metadata", nullptr}};
  if (!asked_for.answer)
    return result;
  const auto& answer = *asked_for.answer;
  result["status"] = "ready";
  result["response"] = answer.file ? json(hex(asked_for.file)) : bytes_or_null(answer.content);
  result["response_metadata"] = bytes_or_null(answer.metadata);
  result["response_time_s"] = seconds_of(answer.took);
  return result;
}

json request_log(live_node& node, const parameters& p) {
  auto entries = json::array();
  for (const auto& one : node.listen_at(destination_of(p)).requests[p.text("path")])
    entries.push_back({{"data", hex(one.data)},
                       {"request_id", hex(one.id)},
                       {"link_id", hex(one.over)},
                       {"remote_identity_hash", one.requester ? json(hex(*one.requester)) : json()},
                       {"requested_at", one.requested_at}});
  return {{"count", entries.size()}, {"entries", entries}};
}

}  // namespace

void add_request_commands(live_commands& commands) {
  commands.add("wire_register_request_handler", register_handler);
  commands.add("wire_deregister_request_handler", deregister_handler);
  commands.add("wire_link_request", request);
  commands.add("wire_link_request_large", request);
  commands.add("wire_get_request_log", request_log);
}

}  // namespace plexus::bridge
