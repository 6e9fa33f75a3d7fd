#include "transport/framing/hdlc.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>

namespace plexus {
namespace {

octet* put_escaped(octet* out, octet value) {
  if (value == hdlc::flag || value == hdlc::escape) {
    *out++ = hdlc::escape;
    value ^= hdlc::mask;
  }
  *out++ = value;
  return out;
}

octet* put_escaped(octet* out, const octet* in, const octet* end) {
#if defined(__SSE2__)
  // Sixteen octets at a time are copied whole; what the copy put behind the first octet to escape is written over. Room
  // for that is left: `out` holds two octets for each one still to come.
  const __m128i flags = _mm_set1_epi8(static_cast<char>(hdlc::flag));
  const __m128i escapes = _mm_set1_epi8(static_cast<char>(hdlc::escape));
  while (end - in >= 16) {
    const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), chunk);
    const __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(chunk, flags), _mm_cmpeq_epi8(chunk, escapes));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hits));
    const int plain = mask ? std::countr_zero(mask) : 16;
    in += plain;
    out += plain;
    if (mask)
      out = put_escaped(out, *in++);
  }
#endif
  while (in != end)
    out = put_escaped(out, *in++);
  return out;
}

}  // namespace

octet* append_frame(octet* out, octets head, octets body) {
  *out++ = hdlc::flag;
  out = put_escaped(out, head.data(), head.data() + head.size());
  out = put_escaped(out, body.data(), body.data() + body.size());
  *out++ = hdlc::flag;
  return out;
}

std::size_t unescape(mutable_octets frame) {
  octet* const begin = frame.data();
  const octet* const end = begin + frame.size();
  const auto next_escape = [end](const octet* from) {
    if (from == end)
      return end;
    const auto* hit = std::memchr(from, hdlc::escape, static_cast<std::size_t>(end - from));
    return hit ? static_cast<const octet*>(hit) : end;
  };
  const octet* in = next_escape(begin);
  octet* out = begin + (in - begin);
  while (in != end) {
    const bool pair = end - in >= 2 && (in[1] == (hdlc::flag ^ hdlc::mask) || in[1] == (hdlc::escape ^ hdlc::mask));
    *out++ = pair ? static_cast<octet>(in[1] ^ hdlc::mask) : *in;
    in += pair ? 2 : 1;
    const octet* const next = next_escape(in);
    const auto plain = static_cast<std::size_t>(next - in);
    std::memmove(out, in, plain);
    out += plain;
    in = next;
  }
  return static_cast<std::size_t>(out - begin);
}

}  // namespace plexus
