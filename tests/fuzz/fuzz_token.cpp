#include "tests/fuzz/fuzzing.hpp"
#include "transport/crypto/token.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  static token_key key(octet_string(64, 7));
  const octets input(data, size);
  fuzz::promise(!key.decrypt(input));
  const auto back = key.decrypt(key.encrypt(input, {}));
  fuzz::promise(back && fuzz::same(*back, input));
  return 0;
}
