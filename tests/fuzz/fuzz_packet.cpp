#include "messages/packet.hpp"
#include "tests/fuzz/fuzzing.hpp"
#include "transport/crypto/sha256.hpp"
#include "transport/link_check.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  const auto packet = parse_packet({data, size});
  if (!packet)
    return 0;
  fuzz::promise(fuzz::same(encode_packet(packet->header, packet->data), {data, size}));
  fuzz::promise(!hash_packet(packet->whole).is_zero());
  name_link(*packet);
  return 0;
}
