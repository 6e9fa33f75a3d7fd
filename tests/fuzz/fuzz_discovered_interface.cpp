#include "tests/fuzz/fuzzing.hpp"
#include "transport/discovery/autoconnector.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  const auto record = parse_record_file({data, size});
  if (!record)
    return 0;
  const auto written = encode_record_file(*record);
  const auto again = parse_record_file(written);
  fuzz::promise(again && encode_record_file(*again) == written);
  is_to_be_removed(*record, {}, {1.0});
  if (const auto wish = autoconnector({1, implementation_trust::any}).consider({}, *record, {}))
    fuzz::promise(!wish->host.empty());
  return 0;
}
