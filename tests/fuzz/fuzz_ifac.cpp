#include "tests/fuzz/fuzzing.hpp"
#include "transport/ifac.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  static const access_codes codes(derive_access_key("fuzz", "fuzz"), 16);
  const octets input(data, size);
  fuzz::promise(!codes.remove(input));  // nobody guesses 16 octets of a signature
  if (size < 3)
    return 0;
  octet_string plain(input.begin(), input.end());
  plain[0] &= 0x7f;
  const auto back = codes.remove(codes.apply(plain));
  fuzz::promise(back && *back == plain);
  return 0;
}
