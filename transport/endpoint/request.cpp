#include "transport/endpoint/request.hpp"

#include "transport/control/value_msgpack.hpp"
#include "transport/crypto/sha256.hpp"

namespace plexus {
namespace {

/// What a message may hold in all: no more than its own octets, which the link has bounded.
value_limits limits_for(octets packed) {
  value_limits limits;
  limits.octets_max = packed.size();
  return limits;
}

expected<value::list> parse_list(octets packed, std::size_t items_min) {
  auto content = from_msgpack(packed, limits_for(packed));
  if (!content)
    return unexpected(content.error());
  const auto* items = content->as_list();
  if (!items || items->size() < items_min)
    return unexpected(parse_error::bad_value);
  return *items;
}

template <class Hash>
std::optional<Hash> hash_in(const value& v) {
  const auto* bytes = v.as_bytes();
  return bytes ? Hash::from_exactly(*bytes) : std::nullopt;
}

}  // namespace

octet_string request_message::encode() const {
  return to_msgpack(value::list{requested_at, path.bytes(), content});
}

expected<request_message> request_message::parse(octets packed) {
  auto items = parse_list(packed, 3);
  if (!items)
    return unexpected(items.error());
  const auto path = hash_in<path_hash>((*items)[1]);
  if (!path)
    return unexpected(parse_error::bad_value);
  return request_message{(*items)[0].as_double().value_or(0), *path, std::move((*items)[2])};
}

octet_string response_message::encode() const {
  return to_msgpack(value::list{id.bytes(), content});
}

expected<response_message> response_message::parse(octets packed) {
  auto items = parse_list(packed, 2);
  if (!items)
    return unexpected(items.error());
  const auto id = hash_in<request_id>((*items)[0]);
  if (!id)
    return unexpected(parse_error::bad_value);
  return response_message{*id, std::move((*items)[1])};
}

request_id name_request(octets packed) {
  return request_id::from(sha256(packed));
}

void request_registry::allow(request_policy policy) {
  const auto path = hash_path(policy.path);
  policies_.insert_or_assign(path, std::move(policy));
}

const request_policy* request_registry::permit(const path_hash& path,
                                               const std::optional<identity_hash>& requester) const {
  const auto found = policies_.find(path);
  if (found == policies_.end())
    return nullptr;
  const auto& policy = found->second;
  switch (policy.allow) {
    case request_permission::none:
      return nullptr;
    case request_permission::all:
      return &policy;
    case request_permission::list:
      return requester && policy.allowed.contains(*requester) ? &policy : nullptr;
  }
  return nullptr;
}

pending_request* request_table::find(const request_id& id) {
  const auto found = waiting_.find(id);
  return found == waiting_.end() ? nullptr : &found->second;
}

void request_table::on_delivered(instant now, const request_id& id) {
  auto* request = find(id);
  if (!request || request->state != request_state::sent)
    return;
  request->state = request_state::delivered;
  request->expires_at = now + request->timeout;
}

void request_table::on_receiving(const request_id& id) {
  if (auto* request = find(id)) {
    request->state = request_state::receiving;
    request->expires_at.reset();
  }
}

void request_table::fail(const request_id& id, request_failure reason, link_output& out) {
  if (take(id))
    out.events.emplace_back(request_failed{id, reason});
}

void request_table::fail_all(request_failure reason, link_output& out) {
  for (const auto& [id, request] : waiting_)
    out.events.emplace_back(request_failed{id, reason});
  waiting_.clear();
}

void request_table::on_time(instant now, link_output& out) {
  for (auto i = waiting_.begin(); i != waiting_.end();) {
    if (!i->second.expires_at || now < *i->second.expires_at) {
      ++i;
      continue;
    }
    out.events.emplace_back(request_failed{i->first, request_failure::timeout});
    i = waiting_.erase(i);
  }
}

std::optional<instant> request_table::next_deadline() const {
  std::optional<instant> earliest;
  for (const auto& [id, request] : waiting_)
    if (request.expires_at && (!earliest || *request.expires_at < *earliest))
      earliest = request.expires_at;
  return earliest;
}

}  // namespace plexus
