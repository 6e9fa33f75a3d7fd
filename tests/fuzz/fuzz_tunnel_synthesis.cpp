#include "messages/tunnel_synthesis.hpp"
#include "tests/fuzz/fuzzing.hpp"
#include "transport/tunnel_check.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  if (const auto t = tunnel_synthesis::parse({data, size}))
    fuzz::promise(fuzz::same(t->encode(), {data, size}));
  fuzz::promise(!verify_tunnel_synthesis({data, size}));
  return 0;
}
