// The handshake of the management protocol against any octets, in pieces whose sizes they choose: nobody who does not
// have the key is ever authenticated, and a machine that failed stays silent.
#include "transport/control/authentication.hpp"

#include <algorithm>
#include <cstdlib>

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  if (size < 2)
    return 0;
  authenticated_stream::options how;
  how.role = data[0] & 1 ? authentication_role::listener : authentication_role::connector;
  how.form = data[0] & 2 ? handshake_form::named_sha256 : handshake_form::bare_md5;
  how.key = octet_string(32, 7);
  authenticated_stream stream(how, {});
  const std::size_t step = 1 + data[1];
  authentication_output out;
  stream.on_connected(out);
  for (std::size_t at = 2; at < size; at += step) {
    const bool ended = stream.failed();
    out = {};
    stream.on_received(octets(data + at, std::min(step, size - at)), out);
    if (out.authenticated || !out.messages.empty() || (ended && !out.to_send.empty()))
      std::abort();
  }
  return 0;
}
