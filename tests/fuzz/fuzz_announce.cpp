#include "messages/announce.hpp"
#include "tests/fuzz/fuzzing.hpp"
#include "transport/announce_check.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  for (const bool has_ratchet : {false, true})
    if (const auto a = announce::parse({data, size}, has_ratchet)) {
      fuzz::promise(fuzz::same(a->encode(), {data, size}));
      fuzz::promise(a->signed_data({}).size() == a->signed_size());
    }
  if (const auto packet = parse_packet({data, size}))
    fuzz::promise(!verify_announce(*packet) || packet->whole.size() <= wire::mtu);
  return 0;
}
