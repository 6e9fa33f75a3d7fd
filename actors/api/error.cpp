#include "actors/api/error.hpp"

namespace plexus::api {

std::string_view to_string(error e) {
  switch (e) {
    case error::stopped:
      return "the node has been stopped";
    case error::bad_argument:
      return "an argument makes no sense";
    case error::cannot_start:
      return "the node cannot start";
    case error::already_exists:
      return "there is such a destination already";
    case error::no_path:
      return "no path was found";
    case error::timed_out:
      return "nothing came in time";
    case error::undelivered:
      return "no proof of delivery came in time";
    case error::link_closed:
      return "the link is closed";
    case error::not_active:
      return "the link or its channel is not open";
    case error::too_large:
      return "it is larger than allowed";
    case error::too_many:
      return "too many are under way";
    case error::not_initiator:
      return "only the initiator of a link may identify";
    case error::unknown:
      return "there is no such resource or request";
    case error::busy:
      return "another one is under way";
    case error::rejected:
      return "the far side refused it";
    case error::failed:
      return "it broke off";
    case error::corrupt:
      return "it arrived damaged";
    case error::file_error:
      return "a file cannot be read or written";
  }
  return "unknown";
}

error error_of(link_error e) {
  switch (e) {
    case link_error::not_active:
      return error::not_active;
    case link_error::too_large:
      return error::too_large;
    case link_error::too_many:
      return error::too_many;
    case link_error::not_initiator:
      return error::not_initiator;
    case link_error::unknown:
      return error::unknown;
    case link_error::window_full:
      return error::busy;
  }
  return error::failed;
}

}  // namespace plexus::api
