#include "transport/gates/path_acceptance.hpp"

#include "tests/unit/catch.hpp"

using namespace plexus;

namespace {

random_blob blob(octet random, std::uint64_t emitted) {
  random_blob b;
  b.data()[0] = random;
  for (int i = 0; i < 5; ++i)
    b.data()[9 - i] = static_cast<octet>(emitted >> 8 * i);
  return b;
}

struct known {
  random_blobs blobs;
  octet hops = 3;
  bool expired = false, unresponsive = false;
  std::int32_t gravity = 1;

  known() {
    blobs.add(blob(1, 100));
    blobs.add(blob(2, 200));
  }
  acceptance offer(octet candidate_hops, const random_blob& b, std::int32_t candidate_gravity = 1) const {
    const accepted_path path{hops, expired, unresponsive, gravity, blobs};
    return accept_path(&path, {candidate_hops, b, candidate_gravity});
  }
};

}  // namespace

TEST_CASE("the first announce of a destination makes its path") {
  CHECK(accept_path(nullptr, {5, blob(1, 1), 0}) == acceptance::add_and_reset);
}

TEST_CASE("a later emission is accepted over any number of hops") {
  const known path;
  for (const octet hops : {2, 3, 4, 128})
    CHECK(path.offer(hops, blob(3, 201)) == acceptance::add_and_reset);
}

TEST_CASE("an older emission is ignored, known or not") {
  const known path;
  for (const octet hops : {2, 3, 4}) {
    CHECK(path.offer(hops, blob(1, 100), 9) == acceptance::ignore);
    CHECK(path.offer(hops, blob(3, 199), 9) == acceptance::ignore);
  }
}

TEST_CASE("the same announce at no more hops is accepted from an interface of more gravity only") {
  const known path;
  CHECK(path.offer(3, blob(2, 200), 1) == acceptance::ignore);
  CHECK(path.offer(3, blob(2, 200), 2) == acceptance::add);
  CHECK(path.offer(2, blob(9, 200), 2) == acceptance::add);
  CHECK(path.offer(4, blob(2, 200), 2) == acceptance::ignore);
}

TEST_CASE("an expired path gives way to any announce not heard before, over more hops") {
  known path;
  path.expired = true;
  CHECK(path.offer(4, blob(3, 50)) == acceptance::add_and_reset);
  CHECK(path.offer(4, blob(1, 100)) == acceptance::ignore);
  CHECK(path.offer(3, blob(3, 50)) == acceptance::ignore);
}

TEST_CASE("an unresponsive path gives way to the same announce over more hops, and keeps its state") {
  known path;
  path.unresponsive = true;
  CHECK(path.offer(4, blob(2, 200)) == acceptance::add);
  CHECK(path.offer(4, blob(1, 100)) == acceptance::ignore);
  CHECK(path.offer(3, blob(2, 200)) == acceptance::ignore);
  path.expired = true;
  CHECK(path.offer(4, blob(2, 200)) == acceptance::ignore);
}

TEST_CASE("the emission is the last five octets of a blob") {
  CHECK(emitted_of(blob(0xff, 0x0102030405)) == 0x0102030405);
}

TEST_CASE("64 blobs are kept, the oldest gives way, and known ones are not moved") {
  random_blobs blobs;
  CHECK(blobs.timebase() == 0);
  for (unsigned i = 0; i < 70; ++i) {
    blobs.add(blob(1, 1000 - i));
    blobs.add(blob(1, 1000 - i));
    CHECK(blobs.size() == std::min(i + 1, 64u));
  }
  CHECK(blobs.all().front() == blob(1, 994));
  CHECK(blobs.all().back() == blob(1, 931));
  CHECK(blobs.timebase() == 994);
  CHECK_FALSE(blobs.contains(blob(1, 995)));
  CHECK(blobs.newest(random_blobs::persisted_max).size() == 32);
  CHECK(blobs.newest(random_blobs::persisted_max).back() == blob(1, 931));
  blobs.add(blob(1, 994));
  CHECK(blobs.all().front() == blob(1, 994));
}

TEST_CASE("restored blobs keep their order, and the newest 64 of more") {
  std::vector<random_blob> saved;
  for (unsigned i = 0; i < 80; ++i)
    saved.push_back(blob(2, i));
  const random_blobs blobs(saved);
  CHECK(blobs.size() == 64);
  CHECK(std::equal(blobs.all().begin(), blobs.all().end(), saved.begin() + 16));
}
