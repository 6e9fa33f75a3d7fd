// Requests and responses over a link, and who may ask for what.
//
//   request    MessagePack [time(float, Unix seconds), path hash(16), data]
//   response   MessagePack [request id(16), data]
//
// A request that fits one packet is named by the first 16 octets of that packet's hash, a larger one, which travels as
// a resource, by those of SHA-256 over its octets. Source: Link.py: request, handle_request, handle_response.
#pragma once

#include "transport/endpoint/link_output.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace plexus {

struct request_message {
  double requested_at = 0;  ///< Unix seconds
  path_hash path{};
  value content;

  octet_string encode() const;
  /// Errors: those of from_msgpack, bad_value (not such a list). A time of another type counts as 0.
  static expected<request_message> parse(octets packed);
};

struct response_message {
  request_id id{};
  value content;

  octet_string encode() const;
  static expected<response_message> parse(octets packed);
};

/// The name of a request that travels as a resource.
request_id name_request(octets packed);

enum class request_permission : octet { none = 0, all = 1, list = 2 };

struct request_policy {
  std::string path;
  request_permission allow = request_permission::none;
  std::set<identity_hash> allowed;  ///< for request_permission::list
};

/// The paths that a destination answers. Immutable once links use it; a change is a new registry.
class request_registry {
public:
  /// A second policy for a path replaces the first.
  void allow(request_policy policy);
  void forget(std::string_view path) { policies_.erase(hash_path(path)); }
  bool empty() const { return policies_.empty(); }
  /// The policy of the path if it lets this requester ask, else null.
  const request_policy* permit(const path_hash& path, const std::optional<identity_hash>& requester) const;

private:
  std::map<path_hash, request_policy> policies_;
};

enum class request_state : octet { failed = 0, sent = 1, delivered = 2, receiving = 3, ready = 4 };

/// A request of ours that waits for its response.
struct pending_request {
  request_id id{};
  request_state state = request_state::sent;
  instant sent_at{};
  duration timeout{};
  std::optional<instant> expires_at;  ///< none while the request itself or the response is under way as a resource
  std::optional<std::uint64_t> response_size_max;
};

/// Bounded; a link with so many open requests takes no more.
class request_table {
public:
  static constexpr std::size_t capacity = 256;

  bool full() const { return waiting_.size() >= capacity; }
  bool empty() const { return waiting_.empty(); }
  /// Requires !full().
  void add(const pending_request& request) { waiting_.insert_or_assign(request.id, request); }
  pending_request* find(const request_id& id);
  /// Forgets the request. False when there is none.
  bool take(const request_id& id) { return waiting_.erase(id) > 0; }

  /// The resource that carries the request arrived: from here on the response is waited for.
  void on_delivered(instant now, const request_id& id);
  /// A response resource is coming in; it has time-outs of its own.
  void on_receiving(const request_id& id);
  void fail(const request_id& id, request_failure reason, link_output& out);
  void fail_all(request_failure reason, link_output& out);
  void on_time(instant now, link_output& out);
  std::optional<instant> next_deadline() const;

private:
  std::map<request_id, pending_request> waiting_;
};

}  // namespace plexus
