#include "tests/fuzz/fuzzing.hpp"
#include "transport/discovery/discovered_interface.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  fuzz::promise(!read_discovery_data({data, size}, stamp_cost_max, nullptr));
  if (const auto offer = parse_published({data, size})) {
    const auto again = parse_published(encode_published(*offer));
    fuzz::promise(again && encode_published(*again) == encode_published(*offer));
    const auto record = discovered({*offer, {}, 0}, {}, 1, {1.0});
    fuzz::promise(visible_name(*record.offer.name) == *record.offer.name);
    fuzz::promise(parse_record_file(encode_record_file(record)).has_value());
  }
  return 0;
}
