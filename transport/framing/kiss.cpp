#include "transport/framing/kiss.hpp"

namespace plexus {
namespace {

octet* put_escaped(octet* out, octets value) {
  for (const auto o : value) {
    if (o == kiss::frame_end || o == kiss::frame_escape) {
      *out++ = kiss::frame_escape;
      *out++ = o == kiss::frame_end ? kiss::escaped_end : kiss::escaped_escape;
    } else {
      *out++ = o;
    }
  }
  return out;
}

octet unescaped(octet value) {
  if (value == kiss::escaped_end)
    return kiss::frame_end;
  if (value == kiss::escaped_escape)
    return kiss::frame_escape;
  return value;
}

}  // namespace

octet* append_kiss_frame(octet* out, octets head, octets body) {
  *out++ = kiss::frame_end;
  *out++ = kiss::data_command;
  out = put_escaped(out, head);
  out = put_escaped(out, body);
  *out++ = kiss::frame_end;
  return out;
}

void kiss_deframer::reset() {
  state_ = state::outside;
  frame_.clear();
}

bool kiss_deframer::accept(octet value) {
  if (value == kiss::frame_end) {
    const bool whole = state_ == state::data || state_ == state::escaped;
    state_ = whole || state_ == state::oversized ? state::outside : state::command;
    return whole && !frame_.empty();
  }
  switch (state_) {
    case state::outside:
    case state::oversized:
    case state::other_command:
      break;
    case state::command:
      frame_.clear();
      state_ = (value & kiss::port_mask) == kiss::data_command ? state::data : state::other_command;
      break;
    case state::data:
      if (value == kiss::frame_escape)
        state_ = state::escaped;
      else
        keep(value);
      break;
    case state::escaped:
      if (value != kiss::frame_escape) {
        state_ = state::data;
        keep(unescaped(value));
      }
      break;
  }
  return false;
}

void kiss_deframer::keep(octet value) {
  if (frame_.size() == frame_max_)
    state_ = state::oversized;
  else
    frame_.push_back(value);
}

}  // namespace plexus
