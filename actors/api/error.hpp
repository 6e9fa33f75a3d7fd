// Errors of the API are values.
#pragma once

#include "messages/expected.hpp"
#include "transport/endpoint/link_output.hpp"

namespace plexus::api {

enum class error : unsigned char {
  stopped = 1,     ///< the node has been stopped
  bad_argument,    ///< cannot mean anything
  cannot_start,    ///< no configuration, or it cannot be used, or an interface or socket is taken
  already_exists,  ///< a destination with this address
  no_path,         ///< nobody answered the path request
  timed_out,
  undelivered,  ///< no proof came in time
  link_closed,  ///< before or while
  not_active,   ///< the link or its channel is not open
  too_large,
  too_many,       ///< a table of the link is full
  not_initiator,  ///< only the initiator may identify
  unknown,        ///< no such resource or request
  busy,           ///< the channel waits for proofs
  rejected,       ///< by the far side
  failed,         ///< broke off
  corrupt,        ///< arrived, but not as it was sent
  file_error,     ///< cannot be read or written
};
/// A static sentence.
std::string_view to_string(error e);

template <class T>
using result = expected<T, error>;

error error_of(link_error e);

}  // namespace plexus::api
