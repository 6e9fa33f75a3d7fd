#include "messages/link_request.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  const auto request = link_request::parse({data, size});
  if (!request)
    return 0;
  const auto again = request->encode();
  fuzz::promise(again.has_value() == is_enabled(request->mode()));
  if (again)
    fuzz::promise(fuzz::same(*again, {data, size}));
  return 0;
}
