#include "transport/control/status.hpp"

#include <type_traits>

namespace plexus {
namespace {

/// Every key once, in the order of the reference. Status is const when it is written, Visitor takes (key, member).
template <class Status, class Visitor>
void for_each_interface_key(Status& s, Visitor&& visit) {
  visit("clients", s.clients);
  visit("parent_interface_name", s.parent_interface_name);
  visit("parent_interface_hash", s.parent_interface_hash);
  visit("i2p_connectable", s.i2p_connectable);
  visit("i2p_b32", s.i2p_b32);
  visit("tunnelstate", s.tunnelstate);
  visit("airtime_short", s.airtime_short);
  visit("airtime_long", s.airtime_long);
  visit("channel_load_short", s.channel_load_short);
  visit("channel_load_long", s.channel_load_long);
  visit("noise_floor", s.noise_floor);
  visit("interference", s.interference);
  visit("cpu_temp", s.cpu_temp);
  visit("cpu_load", s.cpu_load);
  visit("mem_load", s.mem_load);
  visit("interference_last_ts", s.interference_last_ts);
  visit("interference_last_dbm", s.interference_last_dbm);
  visit("switch_id", s.switch_id);
  visit("via_switch_id", s.via_switch_id);
  visit("endpoint_id", s.endpoint_id);
  visit("battery_state", s.battery_state);
  visit("battery_percent", s.battery_percent);
  visit("bitrate", s.bitrate);
  visit("rxs", s.rxs);
  visit("txs", s.txs);
  visit("arxs", s.arxs);
  visit("atxs", s.atxs);
  visit("prxs", s.prxs);
  visit("ptxs", s.ptxs);
  visit("peers", s.peers);
  visit("ifac_signature", s.ifac_signature);
  visit("ifac_size", s.ifac_size);
  visit("ifac_netname", s.ifac_netname);
  visit("autoconnect_source", s.autoconnect_source);
  visit("announce_queue", s.announce_queue);
  visit("blocked_ips", s.blocked_ips);
  visit("blocked_ip_list", s.blocked_ip_list);
  visit("name", s.name);
  visit("short_name", s.short_name);
  visit("hash", s.hash);
  visit("type", s.type);
  visit("mtu", s.mtu);
  visit("rxb", s.rxb);
  visit("txb", s.txb);
  visit("arxb", s.arxb);
  visit("atxb", s.atxb);
  visit("arxc", s.arxc);
  visit("atxc", s.atxc);
  visit("prxb", s.prxb);
  visit("ptxb", s.ptxb);
  visit("prxc", s.prxc);
  visit("ptxc", s.ptxc);
  visit("txdrp", s.txdrp);
  visit("txdrb", s.txdrb);
  visit("txstalled", s.txstalled);
  visit("txbuffered", s.txbuffered);
  visit("incoming_announce_frequency", s.incoming_announce_frequency);
  visit("outgoing_announce_frequency", s.outgoing_announce_frequency);
  visit("incoming_pr_frequency", s.incoming_pr_frequency);
  visit("outgoing_pr_frequency", s.outgoing_pr_frequency);
  visit("announce_rate_target", s.announce_rate_target);
  visit("announce_rate_penalty", s.announce_rate_penalty);
  visit("announce_rate_grace", s.announce_rate_grace);
  visit("held_announces", s.held_announces);
  visit("burst_active", s.burst_active);
  visit("burst_activated", s.burst_activated);
  visit("burst_count", s.burst_count);
  visit("pr_burst_active", s.pr_burst_active);
  visit("pr_burst_activated", s.pr_burst_activated);
  visit("pr_burst_count", s.pr_burst_count);
  visit("status", s.status);
  visit("mode", s.mode);
  visit("gravity", s.gravity);
  visit("announces_to_internal", s.announces_to_internal);
  visit("protocol_violations", s.protocol_violations);
  visit("ifac_violations", s.ifac_violations);
  visit("packet_filter_hits", s.packet_filter_hits);
}

/// As above, without `interfaces`, which stands first.
template <class Status, class Visitor>
void for_each_node_key(Status& s, Visitor&& visit) {
  visit("rxb", s.rxb);
  visit("txb", s.txb);
  visit("rxs", s.rxs);
  visit("txs", s.txs);
  visit("arxb", s.arxb);
  visit("atxb", s.atxb);
  visit("arxs", s.arxs);
  visit("atxs", s.atxs);
  visit("arxf", s.arxf);
  visit("atxf", s.atxf);
  visit("prxb", s.prxb);
  visit("ptxb", s.ptxb);
  visit("prxs", s.prxs);
  visit("ptxs", s.ptxs);
  visit("prxf", s.prxf);
  visit("ptxf", s.ptxf);
  visit("rxpps", s.rxpps);
  visit("txpps", s.txpps);
  visit("rxqt", s.rxqt);
  visit("rxqd", s.rxqd);
  visit("rxqa", s.rxqa);
  visit("rxqp", s.rxqp);
  visit("rxqil", s.rxqil);
  visit("rxqtd", s.rxqtd);
  visit("rxqdd", s.rxqdd);
  visit("rxqad", s.rxqad);
  visit("rxqpd", s.rxqpd);
  visit("rxqild", s.rxqild);
  visit("tqpressure", s.tqpressure);
  visit("dqpressure", s.dqpressure);
  visit("aqpressure", s.aqpressure);
  visit("pqpressure", s.pqpressure);
  visit("ilqpressure", s.ilqpressure);
  visit("txq", s.txq);
  visit("transport_id", s.transport_id);
  visit("network_id", s.network_id);
  visit("transport_uptime", s.transport_uptime);
  visit("probe_responder", s.probe_responder);
  visit("rss", s.rss);
}

class writer {
public:
  template <class T>
  void operator()(const char* key, const T& member) {
    members_.push_back({key, as_value(member)});
  }
  template <class T>
  void operator()(const char* key, const keyed<T>& member) {
    if (member.present)
      (*this)(key, member.content);
  }
  value::map take() { return std::move(members_); }

private:
  template <class T>
  static value as_value(const T& v) {
    return value(v);
  }
  static value as_value(const number& v) { return v.to_value(); }
  static value as_value(const std::vector<std::string>& texts) { return value::list(texts.begin(), texts.end()); }
  template <class T>
  static value as_value(const std::optional<T>& v) {
    return v ? as_value(*v) : value();
  }

  value::map members_;
};

class reader {
public:
  explicit reader(const value& from) : from_(from) {}

  template <class T>
  void operator()(const char* key, T& member) {
    if (const auto* found = from_.find(key))
      good_ = good_ && read(*found, member);
  }
  template <class T>
  void operator()(const char* key, keyed<T>& member) {
    const auto* found = from_.find(key);
    member.present = found != nullptr;
    member.content.reset();
    if (found != nullptr)
      good_ = good_ && read(*found, member.content);
  }
  bool good() const { return good_; }

private:
  template <class T>
  static bool read(const value& from, std::optional<T>& to) {
    to.reset();
    return from.is_nil() || read(from, to.emplace());
  }
  /// Anything that Python would take for true is true: an interface may keep any object in a flag.
  static bool read(const value& from, bool& to) {
    to = from.truthy();
    return true;
  }
  static bool read(const value& from, std::int64_t& to) { return assign(from.as_int(), to); }
  static bool read(const value& from, std::uint64_t& to) { return assign(from.as_unsigned(), to); }
  static bool read(const value& from, number& to) { return assign(number::from(from), to); }
  static bool read(const value& from, std::string& to) { return assign_copy(from.as_text(), to); }
  static bool read(const value& from, octet_string& to) { return assign_copy(from.as_bytes(), to); }
  static bool read(const value& from, std::vector<std::string>& to) {
    const auto* items = from.as_list();
    if (items == nullptr)
      return false;
    for (const auto& item : *items)
      if (!read(item, to.emplace_back()))
        return false;
    return true;
  }

  template <class T>
  static bool assign(const std::optional<T>& found, T& to) {
    if (found)
      to = *found;
    return found.has_value();
  }
  template <class T>
  static bool assign_copy(const T* found, T& to) {
    if (found != nullptr)
      to = *found;
    return found != nullptr;
  }

  const value& from_;
  bool good_ = true;
};

}  // namespace

value encode(const interface_status& status) {
  writer write;
  for_each_interface_key(status, write);
  return write.take();
}

value encode(const node_status& status) {
  writer write;
  value::list interfaces;
  for (const auto& interface : status.interfaces)
    interfaces.push_back(encode(interface));
  write("interfaces", interfaces);
  for_each_node_key(status, write);
  return write.take();
}

expected<interface_status> parse_interface_status(const value& from) {
  const auto* name = from.find("name");
  if (name == nullptr || name->as_text() == nullptr)
    return unexpected(parse_error::bad_value);
  interface_status status;
  reader read(from);
  for_each_interface_key(status, read);
  if (!read.good())
    return unexpected(parse_error::bad_value);
  return status;
}

expected<node_status> parse_node_status(const value& from) {
  const auto* interfaces = from.find("interfaces");
  const auto* items = interfaces != nullptr ? interfaces->as_list() : nullptr;
  if (items == nullptr)
    return unexpected(parse_error::bad_value);
  node_status status;
  reader read(from);
  for_each_node_key(status, read);
  if (!read.good())
    return unexpected(parse_error::bad_value);
  for (const auto& item : *items) {
    auto interface = parse_interface_status(item);
    if (!interface)
      return unexpected(interface.error());
    status.interfaces.push_back(std::move(*interface));
  }
  return status;
}

}  // namespace plexus
