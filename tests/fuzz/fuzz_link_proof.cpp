#include "messages/link_proof.hpp"
#include "messages/link_upkeep.hpp"
#include "messages/packet_proof.hpp"
#include "tests/fuzz/fuzzing.hpp"
#include "transport/link_check.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  const octets input(data, size);
  if (const auto proof = link_proof::parse(input)) {
    const auto again = proof->encode();
    fuzz::promise(again.has_value() == is_enabled(proof->mode()));
    if (again)
      fuzz::promise(fuzz::same(*again, input));
  }
  fuzz::promise(!verify_link_proof(input, {}, {}));
  if (const auto proof = packet_proof::parse(input))
    fuzz::promise(fuzz::same(proof->encode(), input));
  if (const auto identify = link_identify::parse(input))
    fuzz::promise(fuzz::same(identify->encode(), input));
  parse_round_trip(input);
  return 0;
}
