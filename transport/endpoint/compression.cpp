#include "transport/endpoint/compression.hpp"

#include <bzlib.h>

#include <algorithm>
#include <memory>

namespace plexus {
namespace {

constexpr int level = 9, quiet = 0, work_factor_default = 0;

char* as_chars(const octet* data) {
  // The library takes no const input and does not write to it.
  return const_cast<char*>(reinterpret_cast<const char*>(data));
}

struct stream_end {
  void operator()(bz_stream* s) const { BZ2_bzDecompressEnd(s); }
};

}  // namespace

octet_string compress(octets plain) {
  // The library's own bound on what can come out: 1 % and 600 octets more.
  octet_string compressed(plain.size() + plain.size() / 100 + 600);
  auto size = static_cast<unsigned>(compressed.size());
  octet nothing = 0;
  const auto* from = plain.empty() ? &nothing : plain.data();
  if (BZ2_bzBuffToBuffCompress(as_chars(compressed.data()), &size, as_chars(from), static_cast<unsigned>(plain.size()),
                               level, quiet, work_factor_default) != BZ_OK)
    return {};
  compressed.resize(size);
  return compressed;
}

expected<octet_string> decompress(octets compressed, std::size_t size_max) {
  bz_stream stream{};
  if (BZ2_bzDecompressInit(&stream, quiet, 0) != BZ_OK)
    return unexpected(parse_error::bad_value);
  const std::unique_ptr<bz_stream, stream_end> ender(&stream);
  stream.next_in = as_chars(compressed.data());
  stream.avail_in = static_cast<unsigned>(compressed.size());
  octet_string plain;
  for (;;) {
    if (plain.size() == size_max) {
      // Room for one octet more tells "full" from "finished".
      char surplus = 0;
      stream.next_out = &surplus;
      stream.avail_out = 1;
      const int result = BZ2_bzDecompress(&stream);
      if (result == BZ_STREAM_END && stream.avail_out == 1)
        return plain;
      return unexpected(stream.avail_out == 0 ? parse_error::oversized
                        : result == BZ_OK     ? parse_error::truncated
                                              : parse_error::bad_value);
    }
    const auto done = plain.size();
    plain.resize(std::min(size_max, std::max<std::size_t>(done * 2, 4096)));
    stream.next_out = as_chars(plain.data()) + done;
    stream.avail_out = static_cast<unsigned>(plain.size() - done);
    const int result = BZ2_bzDecompress(&stream);
    plain.resize(plain.size() - stream.avail_out);
    if (result == BZ_STREAM_END)
      return plain;
    if (result != BZ_OK)
      return unexpected(parse_error::bad_value);
    if (stream.avail_out != 0)
      return unexpected(parse_error::truncated);
  }
}

}  // namespace plexus
