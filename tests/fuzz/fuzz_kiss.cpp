// The first octet says in how large pieces the rest is read, as a stream and as a packet to frame.
#include "tests/fuzz/fuzzing.hpp"
#include "transport/framing/kiss.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  if (size == 0)
    return 0;
  const octets input(data + 1, size - 1);
  kiss_deframer stream(64);
  const std::size_t piece = std::size_t{data[0]} + 1;
  for (auto rest = input; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size())))
    stream.feed(rest.first(std::min(piece, rest.size())),
                [](octets frame) { fuzz::promise(!frame.empty() && frame.size() <= 64); });

  octet_string frame(kiss_worst_size(input.size()));
  frame.resize(static_cast<std::size_t>(append_kiss_frame(frame.data(), {}, input) - frame.data()));
  std::size_t found = 0;
  kiss_deframer(input.size()).feed(frame, [&](octets whole) {
    fuzz::promise(fuzz::same(whole, input));
    ++found;
  });
  fuzz::promise(found == (input.empty() ? 0 : 1));
  return 0;
}
