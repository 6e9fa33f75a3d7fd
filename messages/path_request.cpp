#include "messages/path_request.hpp"

namespace plexus {

request_tag::request_tag(octets value) : size_(static_cast<octet>(std::min(value.size(), size_max))) {
  std::copy_n(value.begin(), size_, value_.begin());
}

expected<path_request, path_request_error> path_request::parse(octets data) {
  if (data.size() < destination_hash::size)
    return unexpected(path_request_error::truncated);
  if (data.size() == destination_hash::size)
    return unexpected(path_request_error::tagless);
  path_request request;
  request.destination = destination_hash::from(data);
  auto tag = data.subspan(destination_hash::size);
  if (tag.size() > transport_id::size) {
    request.requester = transport_id::from(tag);
    tag = tag.subspan(transport_id::size);
  }
  request.tag = request_tag(tag);
  request.tag_was_cut = tag.size() > request_tag::size_max;
  return request;
}

octet_string path_request::encode() const {
  octet_string data;
  data.reserve(destination_hash::size + transport_id::size + request_tag::size_max);
  append(data, destination.bytes());
  if (requester)
    append(data, requester->bytes());
  append(data, tag.bytes());
  return data;
}

}  // namespace plexus
