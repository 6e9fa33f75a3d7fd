#include "transport/endpoint/buffer_stream.hpp"

#include "messages/cursor.hpp"
#include "transport/endpoint/compression.hpp"

namespace plexus {
namespace {

constexpr std::uint16_t end_flag = 0x8000, compressed_flag = 0x4000;
constexpr std::size_t compression_tries = 3, compression_size_min = 33;

octet_string message_of(std::uint16_t header, octets data) {
  octet_string message(stream_data::header_size);
  write_big_endian(header, message);
  append(message, data);
  return message;
}

}  // namespace

expected<stream_data> stream_data::parse(octets message) {
  if (message.size() < header_size)
    return unexpected(parse_error::truncated);
  const auto header = static_cast<std::uint16_t>(read_big_endian(message.first(header_size)));
  const auto content = message.subspan(header_size);
  stream_data s;
  s.stream = header & stream_id_max;
  s.end = header & end_flag;
  if (!(header & compressed_flag)) {
    s.data.assign(content.begin(), content.end());
    return s;
  }
  auto plain = decompress(content, chunk_max);
  if (!plain)
    return unexpected(plain.error());
  s.data = std::move(*plain);
  return s;
}

stream_piece make_stream_piece(std::uint16_t stream, octets input, bool end, std::size_t message_max) {
  const auto data_max = message_max - stream_data::header_size;
  const auto header = static_cast<std::uint16_t>((stream & stream_data::stream_id_max) | (end ? end_flag : 0));
  input = input.first(std::min(input.size(), stream_data::chunk_max));
  for (std::size_t share = 1; share <= compression_tries && input.size() >= compression_size_min; ++share) {
    const auto tried = input.first(input.size() / share);
    const auto packed = compress(tried);
    if (!packed.empty() && packed.size() < data_max && packed.size() < tried.size())
      return {message_of(header | compressed_flag, packed), tried.size()};
  }
  const auto raw = input.first(std::min(input.size(), data_max));
  return {message_of(header, raw), raw.size()};
}

std::size_t stream_writer::write(instant now, octets data, link& through, link_output& out) {
  if (ending_)
    return 0;
  const auto taken = std::min(data.size(), capacity_ - waiting());
  append(pending_, data.first(taken));
  on_ready(now, through, out);
  return taken;
}

void stream_writer::finish(instant now, link& through, link_output& out) {
  ending_ = true;
  on_ready(now, through, out);
}

void stream_writer::on_ready(instant now, link& through, link_output& out) {
  auto* opened = through.opened_channel();
  while (opened && opened->ready() && !end_sent_ && (waiting() > 0 || ending_)) {
    const auto rest = octets(pending_).subspan(sent_);
    const bool end = rest.empty();
    const auto piece = make_stream_piece(stream_, rest, end, opened->mdu());
    if (!through.send_message(now, stream_data::message_type, piece.message, out))
      return;
    sent_ += piece.consumed;
    end_sent_ = end;
    // Moving the rest to the front is cheap when it happens once for half of the room.
    if (sent_ == pending_.size() || sent_ > capacity_ / 2) {
      pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(sent_));
      sent_ = 0;
    }
  }
}

}  // namespace plexus
