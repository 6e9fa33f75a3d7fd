// One side of the management protocol on standard input and output, which must be the two ends of one stream: does the
// handshake, then sends every message back as it understood it, in the dialect it came in. Ends with 1 when the
// handshake fails and 2 when a message cannot be read, and tells why on standard error.
//
// Usage: authentication_peer listener|connector KEY named|bare
#include "transport/control/authentication.hpp"
#include "transport/control/rpc_message.hpp"

#include <algorithm>
#include <iostream>
#include <random>
#include <string_view>
#include <unistd.h>

using namespace plexus;

namespace {

void write_all(octets text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written <= 0)
      std::exit(3);
    text = text.subspan(static_cast<std::size_t>(written));
  }
}

/// Answers the messages of one reading; the exit code if that was the end.
std::optional<int> flush(authenticated_stream& stream, authentication_output& out) {
  for (const auto& message : out.messages) {
    const auto understood = decode_message(message);
    if (!understood) {
      std::cerr << to_string(understood.error()) << '\n';
      return 2;
    }
    stream.send(encode_message(understood->dialect, understood->content), out);
  }
  write_all(out.to_send);
  if (!out.failed)
    return std::nullopt;
  std::cerr << to_string(*out.failed) << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4)
    return 3;
  authenticated_stream::options how;
  how.role = argv[1] == std::string_view("listener") ? authentication_role::listener : authentication_role::connector;
  how.key = from_hex(argv[2]);
  how.form = argv[3] == std::string_view("named") ? handshake_form::named_sha256 : handshake_form::bare_md5;
  how.message_max = 1 << 24;
  std::random_device device;
  authenticated_stream::randomness random;
  std::generate(random.begin(), random.end(), [&] { return static_cast<octet>(device()); });

  authenticated_stream stream(how, random);
  authentication_output first;
  stream.on_connected(first);
  write_all(first.to_send);
  octet buffer[5];  // small, so that every message comes in pieces
  for (;;) {
    const auto size = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (size <= 0)
      return 0;
    authentication_output out;
    stream.on_received(octets(buffer, static_cast<std::size_t>(size)), out);
    if (const auto code = flush(stream, out))
      return *code;
  }
}
