// The floor under a relayed packet: what one core cannot avoid between two TCP streams on loopback.
//
// A relay reduced to the way of the packet: no announces, links, timers, actors, metrics. Its CPU time for each packet
// is what a real relay is compared with, in the same run and on the same machine. Each stage adds to the one before:
//
//   copy    receive and send; nothing is looked at
//   frame   HDLC frames are found, the header unescaped and escaped again; the body passes as it came
//   route   the destination is looked up in an open-addressed table of one cache line an entry, the next hop rewritten
//   full    SHA-256 over the part of the packet that its hash covers, and a duplicate filter of fingerprints
//
//   relay_limit [PATHS 100000] [PACKETS 1000000] [--json]      packets of 200 octets, header 2, random destinations
#include <openssl/sha.h>

#include <arpa/inet.h>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <span>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

// SHA256_Init and its kind are deprecated in OpenSSL 3, but fetching a digest costs three times the hash itself.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace {

using octet = std::uint8_t;
using address = std::array<octet, 16>;

enum class stage { copy, frame, route, full };
constexpr std::array<const char*, 4> stage_names{"copy", "frame", "route", "full"};

constexpr octet flag = 0x7e, escape = 0x7d, escape_bit = 0x20;

namespace field {
constexpr std::size_t flags = 0, hops = 1, next_hop = 2, destination = 18, context = 34, payload = 35;
}
constexpr std::size_t header_size = field::payload, packet_size = 200;

constexpr std::size_t read_size = 256 * 1024, frames_at_once = 512, socket_buffer = 4 << 20;
constexpr std::size_t fingerprints = std::size_t{1} << 21;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// A socket that closes itself.
class endpoint {
public:
  explicit endpoint(int descriptor) : descriptor_(descriptor) {
    if (descriptor_ < 0)
      fail("socket");
  }
  endpoint(endpoint&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  endpoint& operator=(endpoint&&) = delete;
  ~endpoint() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }

  int get() const { return descriptor_; }
  void finish() const { ::shutdown(descriptor_, SHUT_WR); }
  void widen() const {
    const int size = socket_buffer;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }
  std::size_t receive(octet* into, std::size_t room) const {
    const auto got = ::recv(descriptor_, into, room, 0);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  void send(std::span<const octet> octets) const {
    while (!octets.empty()) {
      const auto taken = ::send(descriptor_, octets.data(), octets.size(), 0);
      if (taken <= 0)
        fail("send");
      octets = octets.subspan(static_cast<std::size_t>(taken));
    }
  }

private:
  int descriptor_;
};

/// Both ends of one TCP connection on loopback: the client's and the relay's.
struct connection {
  endpoint client, relay;
};

connection connect_on_loopback() {
  const endpoint listener{::socket(AF_INET, SOCK_STREAM, 0)};
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  auto* const generic = reinterpret_cast<sockaddr*>(&where);
  if (::bind(listener.get(), generic, size) || ::listen(listener.get(), 1) ||
      ::getsockname(listener.get(), generic, &size))
    fail("listen");
  endpoint client{::socket(AF_INET, SOCK_STREAM, 0)};
  if (::connect(client.get(), generic, size))
    fail("connect");
  connection both{std::move(client), endpoint{::accept(listener.get(), nullptr, nullptr)}};
  both.client.widen();
  both.relay.widen();
  return both;
}

struct alignas(64) path {
  address destination{};
  address next_hop{};
  bool used = false;
};

/// Open addressing, at most half full; destinations are random, so their first octets are the hash.
class path_table {
public:
  explicit path_table(std::size_t entries) : slots_(std::bit_floor(entries * 2) * 2) {}

  void insert(const address& destination) {
    auto slot = home(destination.data());
    while (slots_[slot].used)
      slot = after(slot);
    slots_[slot] = {destination, destination, true};
  }
  const path* find(const octet* destination) const {
    for (auto slot = home(destination); slots_[slot].used; slot = after(slot))
      if (std::memcmp(slots_[slot].destination.data(), destination, sizeof(address)) == 0)
        return &slots_[slot];
    return nullptr;
  }
  void prefetch(const octet* destination) const { __builtin_prefetch(&slots_[home(destination)]); }

private:
  std::size_t home(const octet* destination) const {
    std::uint64_t start;
    std::memcpy(&start, destination, sizeof start);
    return start & (slots_.size() - 1);
  }
  std::size_t after(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }

  std::vector<path> slots_;
};

octet* put_escaped(octet* out, octet value) {
  if (value == flag || value == escape) {
    *out++ = escape;
    value ^= escape_bit;
  }
  *out++ = value;
  return out;
}

/// A frame in the read buffer with its header unescaped.
struct held_frame {
  const octet* raw;
  std::size_t raw_size;
  std::size_t header_raw_size;
  std::uint64_t fingerprint;
  std::array<octet, header_size> header;
};

/// The relay of one stage; everything between its two sockets happens on the calling thread.
template <stage upto>
class relay {
public:
  explicit relay(const path_table& paths) : paths_(paths) {}

  void run(const endpoint& from, const endpoint& to) {
    std::size_t kept = 0;
    while (const auto got = from.receive(&in_[kept], read_size)) {
      if constexpr (upto == stage::copy) {
        to.send({in_.data(), got});
      } else {
        out_end_ = out_.data();
        kept = take_frames(kept + got);
        to.send({out_.data(), static_cast<std::size_t>(out_end_ - out_.data())});
      }
    }
  }

private:
  /// Relays all whole frames among the first `size` octets read; returns how many octets are left for the next time.
  std::size_t take_frames(std::size_t size) {
    const octet* position = in_.data();
    const octet* const end = position + size;
    for (;;) {
      while (position < end && *position == flag)
        ++position;
      const auto* stop =
          static_cast<const octet*>(std::memchr(position, flag, static_cast<std::size_t>(end - position)));
      if (!stop)
        break;
      hold(position, stop);
      position = stop;
      if (held_ == frames_at_once)
        relay_held();
    }
    relay_held();
    const auto left = static_cast<std::size_t>(end - position);
    std::memmove(in_.data(), position, left);
    return left;
  }

  void hold(const octet* begin, const octet* end) {
    auto& frame = batch_[held_++];
    const octet* next = begin;
    for (auto& value : frame.header) {
      const octet raw = *next++;
      value = raw == escape ? static_cast<octet>(*next++ ^ escape_bit) : raw;
    }
    frame.raw = begin;
    frame.raw_size = static_cast<std::size_t>(end - begin);
    frame.header_raw_size = static_cast<std::size_t>(next - begin);
  }

  void relay_held() {
    if constexpr (upto >= stage::route)
      for (std::size_t index = 0; index < held_; ++index)
        paths_.prefetch(&batch_[index].header[field::destination]);
    if constexpr (upto >= stage::full)
      for (std::size_t index = 0; index < held_; ++index)
        hash(batch_[index]);
    for (std::size_t index = 0; index < held_; ++index)
      if (passes(batch_[index]))
        emit(batch_[index]);
    held_ = 0;
  }

  /// Hashes the octets from the destination on as they came: unescaping the body would be work that can be avoided.
  void hash(held_frame& frame) {
    const octet low_flags = frame.header[field::flags] & 0x0f;
    std::array<octet, SHA256_DIGEST_LENGTH> digest;
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, &low_flags, 1);
    SHA256_Update(&context, frame.raw + field::destination, frame.raw_size - field::destination);
    SHA256_Final(digest.data(), &context);
    std::memcpy(&frame.fingerprint, digest.data(), sizeof frame.fingerprint);
    __builtin_prefetch(&slot_of(frame.fingerprint), 1);
  }

  bool passes(held_frame& frame) {
    if constexpr (upto >= stage::route) {
      const auto* way = paths_.find(&frame.header[field::destination]);
      if (!way)
        return false;
      std::memcpy(&frame.header[field::next_hop], way->next_hop.data(), sizeof(address));
    }
    if constexpr (upto >= stage::full) {
      auto& seen = slot_of(frame.fingerprint);
      if (seen == frame.fingerprint)
        return false;
      seen = frame.fingerprint;
    }
    ++frame.header[field::hops];
    return true;
  }

  void emit(const held_frame& frame) {
    octet* out = out_end_;
    *out++ = flag;
    for (const auto value : frame.header)
      out = put_escaped(out, value);
    const auto body_size = frame.raw_size - frame.header_raw_size;
    std::memcpy(out, frame.raw + frame.header_raw_size, body_size);
    out += body_size;
    *out++ = flag;
    out_end_ = out;
  }

  std::uint64_t& slot_of(std::uint64_t fingerprint) { return seen_[fingerprint & (fingerprints - 1)]; }

  const path_table& paths_;
  std::vector<octet> in_ = std::vector<octet>(2 * read_size);
  std::vector<octet> out_ = std::vector<octet>(4 * read_size);
  octet* out_end_ = out_.data();
  std::vector<held_frame> batch_ = std::vector<held_frame>(frames_at_once);
  std::size_t held_ = 0;
  std::vector<std::uint64_t> seen_ = std::vector<std::uint64_t>(fingerprints);
};

/// What is sent: framed packets of random octets to random known destinations.
std::vector<octet> make_load(std::size_t packets, std::span<const address> known, std::mt19937_64& random) {
  std::vector<octet> load(packets * (2 * packet_size + 2));
  octet* out = load.data();
  std::array<octet, packet_size> packet;
  for (std::size_t number = 0; number < packets; ++number) {
    for (std::size_t at = 0; at < packet_size; at += sizeof(std::uint64_t)) {
      const std::uint64_t word = random();
      std::memcpy(&packet[at], &word, sizeof word);
    }
    packet[field::flags] = 0x50;
    packet[field::hops] = 3;
    packet[field::context] = 0;
    std::memcpy(&packet[field::destination], known[random() % known.size()].data(), sizeof(address));
    *out++ = flag;
    for (const auto value : packet)
      out = put_escaped(out, value);
    *out++ = flag;
  }
  load.resize(static_cast<std::size_t>(out - load.data()));
  return load;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

struct result {
  double user_us, system_us, packets_per_second;
  std::size_t out;
};

template <stage upto>
result measure(std::span<const octet> load, std::size_t packets, const path_table& paths) {
  const auto inward = connect_on_loopback();
  const auto outward = connect_on_loopback();
  relay<upto> subject{paths};
  std::size_t flags_out = 0;

  const auto began = std::chrono::steady_clock::now();
  std::thread sender([&] {
    inward.client.send(load);
    inward.client.finish();
  });
  std::thread receiver([&] {
    std::vector<octet> buffer(1 << 20);
    while (const auto got = outward.client.receive(buffer.data(), buffer.size()))
      for (std::size_t index = 0; index < got; ++index)
        flags_out += buffer[index] == flag;
  });
  rusage before, after;
  ::getrusage(RUSAGE_THREAD, &before);
  subject.run(inward.relay, outward.relay);
  ::getrusage(RUSAGE_THREAD, &after);
  outward.relay.finish();
  sender.join();
  receiver.join();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - began;

  const auto count = static_cast<double>(packets);
  return {(seconds(after.ru_utime) - seconds(before.ru_utime)) / count * 1e6,
          (seconds(after.ru_stime) - seconds(before.ru_stime)) / count * 1e6, count / wall.count(), flags_out / 2};
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::string_view{argv[argc - 1]} == "--json";
  const int numbers = argc - (json ? 1 : 0);
  const std::size_t entries = numbers > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  const std::size_t packets = numbers > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  if (entries == 0 || packets == 0) {
    std::fprintf(stderr, "usage: %s [PATHS] [PACKETS] [--json]\n", argv[0]);
    return 2;
  }

  std::mt19937_64 random{1};
  path_table paths{entries};
  std::vector<address> known(entries);
  for (auto& destination : known) {
    const std::array<std::uint64_t, 2> words{random(), random()};
    std::memcpy(destination.data(), words.data(), sizeof(address));
    paths.insert(destination);
  }
  const auto load = make_load(packets, known, random);

  const std::array results{measure<stage::copy>(load, packets, paths), measure<stage::frame>(load, packets, paths),
                           measure<stage::route>(load, packets, paths), measure<stage::full>(load, packets, paths)};
  if (json)
    std::printf("{");
  for (std::size_t index = 0; index < results.size(); ++index) {
    const auto& [user, system, rate, out] = results[index];
    if (json)
      std::printf("%s\"%s\": {\"cpu_us_each\": %.4f, \"per_s\": %.0f, \"out\": %zu, \"sent\": %zu}", index ? ", " : "",
                  stage_names[index], user + system, rate, out, packets);
    else
      std::printf("%-6s %9.3f us CPU a packet (user %.3f, system %.3f)  %6.2f M packets/s  out %zu of %zu\n",
                  stage_names[index], user + system, user, system, rate * 1e-6, out, packets);
  }
  if (json)
    std::printf("}\n");
}
