#include "tests/unit/reference_vectors.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/framing/hdlc.hpp"
#include "transport/framing/kiss.hpp"

#include <numeric>

using namespace plexus;
using namespace plexus::test;

namespace {

octet_string hdlc_frame(octets head, octets body) {
  octet_string frame(hdlc_worst_size(head.size() + body.size()));
  frame.resize(static_cast<std::size_t>(append_frame(frame.data(), head, body) - frame.data()));
  return frame;
}

octet_string kiss_frame(octets head, octets body) {
  octet_string frame(kiss_worst_size(head.size() + body.size()));
  frame.resize(static_cast<std::size_t>(append_kiss_frame(frame.data(), head, body) - frame.data()));
  return frame;
}

/// A reader as an interface runs one: keeps what is not consumed and puts what comes behind it.
struct hdlc_reader {
  hdlc_deframer deframer;
  octet_string buffer{};
  std::vector<octet_string> frames{};
  std::vector<std::size_t> invalid{};

  void read(octets chunk) {
    append(buffer, chunk);
    const auto done = deframer.take(
        buffer, [this](mutable_octets frame) { frames.emplace_back(frame.begin(), frame.end()); },
        [this](std::size_t size) { invalid.push_back(size); });
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(done));
  }
};

}  // namespace

TEST_CASE("the specification's HDLC frame comes out") {
  CHECK(to_hex(hdlc_frame(from_hex("017e027d03"), {})) == "7e017d5e027d5d037e");
}

TEST_CASE("HDLC frames are the reference's, wherever the packet is cut into head and body") {
  for (const auto& c : reference_cases("hdlc_frames")) {
    const auto data = bytes_of(c["data"]);
    for (const auto cut : {std::size_t{0}, data.size() / 3, data.size()})
      CHECK(to_hex(hdlc_frame(octets(data).first(cut), octets(data).subspan(cut))) == c["frame"]);
  }
}

TEST_CASE("escaped octets stand at every place of a frame, and it comes back whole") {
  for (std::size_t size = 1; size < 70; ++size)
    for (std::size_t place = 0; place < size; ++place)
      for (const octet special : {hdlc::flag, hdlc::escape}) {
        octet_string data(size, octet{0x11});
        data[place] = special;
        auto frame = hdlc_frame({}, data);
        REQUIRE(frame.size() == size + 3);
        const auto inside = mutable_octets(frame).subspan(1, size + 1);
        REQUIRE(unescape(inside) == size);
        REQUIRE(std::equal(data.begin(), data.end(), inside.begin()));
      }
}

TEST_CASE("a packet of nothing but flags takes the worst size and no octet more") {
  const octet_string data(100, hdlc::flag);
  octet_string frame(hdlc_worst_size(100) + 1, octet{0xee});
  CHECK(append_frame(frame.data(), {}, data) == frame.data() + hdlc_worst_size(100));
  CHECK(frame.back() == 0xee);
}

TEST_CASE("only the two escape pairs are taken out") {
  const auto check = [](std::string_view in, std::string_view out) {
    auto frame = from_hex(in);
    frame.resize(unescape(frame));
    CHECK(to_hex(frame) == out);
  };
  check("7d5e7d5d", "7e7d");
  check("7d41", "7d41");
  check("7d7d5e", "7d7e");
  check("7d5d5e", "7d5e");
  check("417d", "417d");
  check("", "");
}

TEST_CASE("an HDLC stream holds the frames that the reference finds, however it is cut into reads") {
  std::size_t frames = 0;
  for (const auto& c : reference_cases("hdlc_streams")) {
    hdlc_reader reader{hdlc_deframer({20, c["max"], 2 * c["mtu"].get<std::size_t>()})};
    for (const auto& chunk : c["chunks"])
      reader.read(bytes_of(chunk));
    REQUIRE(reader.frames.size() == c["frames"].size());
    for (std::size_t i = 0; i < reader.frames.size(); ++i)
      CHECK(to_hex(reader.frames[i]) == c["frames"][i]);
    CHECK(reader.invalid == c["invalid"].get<std::vector<std::size_t>>());
    frames += reader.frames.size();
  }
  CHECK(frames > 200);
}

TEST_CASE("a closing flag opens the next frame, and octets before the first are discarded") {
  octet_string one(20, octet{1}), two(20, octet{2});
  octet_string stream = from_hex("aabb7e");
  append(stream, one);
  stream.push_back(hdlc::flag);
  append(stream, two);
  stream.push_back(hdlc::flag);
  hdlc_reader reader{hdlc_deframer({20, 100, 200})};
  reader.read(stream);
  CHECK(reader.frames == std::vector<octet_string>{one, two});
  CHECK(reader.buffer.size() == 1);
}

TEST_CASE("a frame without an end is given up past the bound, and the stream goes on at the next flag") {
  hdlc_reader reader{hdlc_deframer({20, 100, 200})};
  reader.read(from_hex("7e"));
  const octet_string piece(100, octet{1});
  reader.read(piece);
  CHECK(reader.buffer.size() == 101);
  reader.read(piece);
  CHECK(reader.buffer.empty());
  reader.read(piece);
  CHECK(reader.buffer.empty());
  const octet_string packet(30, octet{2});
  reader.read(hdlc_frame({}, packet));
  CHECK(reader.frames == std::vector<octet_string>{packet});
}

TEST_CASE("HDLC takes random octets in random pieces and keeps no more than its bound") {
  seeded_random random(11);
  jitter_source sizes(12);
  hdlc_reader reader{hdlc_deframer({20, 64, 128})};
  for (int i = 0; i < 2000; ++i) {
    octet_string chunk(sizes.next() % 90);
    random.fill(chunk);
    reader.read(chunk);
    REQUIRE(reader.buffer.size() <= 128);
  }
  for (const auto& frame : reader.frames)
    CHECK((frame.size() >= 20 && frame.size() <= 64));
}

TEST_CASE("KISS frames are the reference's, wherever the packet is cut into head and body") {
  for (const auto& c : reference_cases("kiss_frames")) {
    const auto data = bytes_of(c["data"]);
    const auto cut = data.size() / 3;
    CHECK(to_hex(kiss_frame(octets(data).first(cut), octets(data).subspan(cut))) == c["frame"]);
  }
}

TEST_CASE("a KISS stream holds the frames that the reference finds, however it is cut into reads") {
  std::size_t frames = 0;
  for (const auto& c : reference_cases("kiss_streams")) {
    kiss_deframer deframer(1000);
    std::vector<std::string> found;
    for (const auto& chunk : c["chunks"])
      deframer.feed(bytes_of(chunk), [&](octets frame) { found.push_back(to_hex(frame)); });
    CHECK(found == c["frames"].get<std::vector<std::string>>());
    frames += found.size();
  }
  CHECK(frames > 200);
}

TEST_CASE("a KISS frame over the limit is dropped, and the next one comes through") {
  const octet_string largest(50, octet{1}), larger(51, octet{2});
  octet_string stream = kiss_frame({}, larger);
  append(stream, kiss_frame({}, largest));
  kiss_deframer deframer(50);
  std::vector<octet_string> found;
  deframer.feed(stream, [&](octets frame) { found.emplace_back(frame.begin(), frame.end()); });
  CHECK(found == std::vector<octet_string>{largest});
}

TEST_CASE("an escape at the end of a KISS frame does not reach into the next one") {
  kiss_deframer deframer(50);
  std::vector<std::string> found;
  deframer.feed(from_hex("c0001122dbc0c000dc33c0"), [&](octets frame) { found.push_back(to_hex(frame)); });
  CHECK(found == std::vector<std::string>{"1122", "dc33"});
}
