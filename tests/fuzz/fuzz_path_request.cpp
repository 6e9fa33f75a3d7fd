#include "messages/path_request.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  const auto request = path_request::parse({data, size});
  fuzz::promise(request.has_value() == (size > destination_hash::size));
  if (request)
    fuzz::promise(request->tag_was_cut || fuzz::same(request->encode(), {data, size}));
  return 0;
}
