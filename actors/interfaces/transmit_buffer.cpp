#include "actors/interfaces/transmit_buffer.hpp"

namespace plexus {

void transmit_buffer::append(octets framed) {
  if (front_ > 0 && octets_.size() + framed.size() > octets_.capacity()) {
    octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(front_));
    front_ = 0;
  }
  plexus::append(octets_, framed);
}

void transmit_buffer::consume(std::size_t count) {
  front_ += count;
  if (front_ == octets_.size())
    clear();
}

void transmit_buffer::clear() {
  octets_ = {};
  front_ = 0;
}

}  // namespace plexus
