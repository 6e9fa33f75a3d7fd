#include "storage/state/state_directory.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/storage/temporary_directory.hpp"

#include <fcntl.h>
#include <fstream>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace plexus;
namespace fs = std::filesystem;

namespace {

template <class Tagged>
Tagged tagged(octet fill) {
  Tagged out;
  std::fill(out.bytes().begin(), out.bytes().end(), fill);
  return out;
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
}

struct prepared {
  temporary_directory directory;
  state_directory state{directory.path()};
  prepared() { REQUIRE_FALSE(state.prepare()); }
};

std::vector<known_destination> destinations(octet fill, std::size_t count) {
  known_destination one;
  one.destination = tagged<destination_hash>(fill);
  one.app_data = octet_string(1000, fill);
  return std::vector<known_destination>(count, one);
}

// Runs `work` in a child that ends without any clean-up after the n-th step of its writing. Answers with whether the
// child got that far.
template <class Work>
bool killed_after_step(const fs::path& directory, int n, Work work) {
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int steps = 0;
    const state_directory state{directory, [&](write_step) {
                                  if (++steps == n)
                                    ::_exit(42);
                                }};
    work(state);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status) == 42;
}

}  // namespace

TEST_CASE("a new directory gets the reference's layout, and nothing in it is missing a file") {
  prepared p;
  for (const auto* below : {"storage/cache/announces", "storage/resources", "storage/identities", "storage/blackhole",
                            "storage/ratchets", "interfaces"})
    CHECK(fs::is_directory(p.directory / below));
  CHECK(p.state.load_transport_identity().error().what == file_fault::kind::missing);
  CHECK(p.state.load_known_destinations().error().what == file_fault::kind::missing);
  CHECK(p.state.load_tunnels().error().what == file_fault::kind::missing);
  CHECK(p.state.load_announce({}).error().what == file_fault::kind::missing);
  CHECK(p.state.load_announce_snapshot().error().what == file_fault::kind::missing);
  CHECK(p.state.load_packet_hashes()->empty());
  CHECK(p.state.blackhole_sources().empty());
}

TEST_CASE("keys are written for their owner alone") {
  prepared p;
  const auto key = tagged<private_key>(4);
  REQUIRE_FALSE(p.state.save_transport_identity(key));
  REQUIRE_FALSE(p.state.save_identity("rncp", key));
  CHECK(p.state.load_transport_identity() == key);
  CHECK(p.state.load_identity("rncp") == key);
  CHECK(p.state.load_identity("../identities/rncp") == key);
  struct stat facts{};
  REQUIRE(::stat((p.directory / "storage/transport_identity").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("what is saved is loaded") {
  prepared p;
  REQUIRE_FALSE(p.state.save_known_destinations(destinations(1, 1)));
  CHECK(p.state.load_known_destinations()->entries == destinations(1, 1));
  REQUIRE_FALSE(p.state.save_packet_hashes({tagged<packet_hash>(1), tagged<packet_hash>(2)}));
  CHECK(p.state.load_packet_hashes()->size() == 2);
  const auto source = tagged<identity_hash>(6);
  const std::vector<blackhole_record> list{{tagged<identity_hash>(5), source, unix_time{2.5}, "why"}};
  REQUIRE_FALSE(p.state.save_blackhole(std::nullopt, list));
  REQUIRE_FALSE(p.state.save_blackhole(source, list));
  CHECK(p.state.load_blackhole(std::nullopt)->entries == list);
  CHECK(p.state.load_blackhole(source)->entries == list);
  CHECK(p.state.blackhole_sources() == std::vector{source});
  path_record path;
  path.hops = 3;
  path.heard_on = tagged<interface_hash>(9);
  REQUIRE_FALSE(p.state.save_paths(20000, [&]() -> const path_record& { return path; }));
  std::size_t loaded = 0;
  CHECK(p.state.load_paths([&](const auto& one) { loaded += one == path; }) == std::size_t{0});
  CHECK(loaded == 20000);
  const tunnel_record tunnel{tagged<tunnel_id>(1), std::nullopt, {path}, {5}};
  REQUIRE_FALSE(p.state.save_tunnels(std::span{&tunnel, 1}));
  CHECK(p.state.load_tunnels()->entries == std::vector{tunnel});
}

TEST_CASE("announces are stored, forgotten, and cleaned down to those that paths name") {
  prepared p;
  const octet_string packet(100, 1);
  for (octet i = 1; i <= 4; ++i)
    REQUIRE_FALSE(p.state.store_announce(tagged<packet_hash>(i), packet, i == 1 ? std::nullopt : std::optional{"if"}));
  CHECK(p.state.load_announce(tagged<packet_hash>(1)) == cached_announce{packet, std::nullopt});
  CHECK(p.state.load_announce(tagged<packet_hash>(2)) == cached_announce{packet, "if"});
  CHECK_FALSE(p.state.forget_announce(tagged<packet_hash>(2)));
  CHECK_FALSE(p.state.forget_announce(tagged<packet_hash>(2)));
  CHECK_FALSE(p.state.load_announce(tagged<packet_hash>(2)));
  write_text(p.directory / "storage/cache/announces/odd.tmp", "x");
  CHECK(p.state.clean_announces([](const auto& hash) { return hash == tagged<packet_hash>(3); }) == 3);
  CHECK(p.state.load_announce(tagged<packet_hash>(3)));
  CHECK_FALSE(p.state.load_announce(tagged<packet_hash>(1)));
}

TEST_CASE("a snapshot of announces is saved in pieces and loaded as a whole") {
  prepared p;
  const octet_string packet(300, 1);
  std::uint32_t n = 0;
  const auto hash_of = [](std::uint32_t i) {
    packet_hash hash;
    std::memcpy(hash.data(), &i, sizeof i);
    return hash;
  };
  REQUIRE_FALSE(p.state.save_announce_snapshot(10000, [&] { return announce_view{hash_of(n++), "if", packet}; }));
  const auto snapshot = p.state.load_announce_snapshot();
  REQUIRE(snapshot);
  for (std::uint32_t i = 0; i < 10000; ++i)
    REQUIRE(snapshot->find(hash_of(i)));
  REQUIRE(snapshot->find(hash_of(77)));
  CHECK_FALSE(snapshot->find(hash_of(10000)));
}

TEST_CASE("ratchets that are expired, unknown or no ratchets are removed") {
  prepared p;
  const auto id = [](octet i) { return tagged<destination_hash>(i); };
  REQUIRE_FALSE(p.state.save_ratchet(id(1), {tagged<ratchet_key>(1), {100}}));
  REQUIRE_FALSE(p.state.save_ratchet(id(2), {tagged<ratchet_key>(2), {200}}));
  REQUIRE_FALSE(p.state.save_ratchet(id(3), {tagged<ratchet_key>(3), {200}}));
  write_text(p.directory / ("storage/ratchets/" + id(4).hex()), "odd");
  write_text(p.directory / ("storage/ratchets/" + id(5).hex() + ".out"), "odd");
  CHECK(p.state.clean_ratchets([&](const auto& d, const auto& r) { return d != id(3) && r.received.seconds > 150; }) ==
        4);
  CHECK_FALSE(p.state.load_ratchet(id(1)));
  CHECK(p.state.load_ratchet(id(2))->key == tagged<ratchet_key>(2));
  CHECK_FALSE(p.state.forget_ratchet(id(2)));
  CHECK_FALSE(p.state.load_ratchet(id(2)));
}

TEST_CASE("a corrupt file is moved aside and named, and what is saved next is loaded") {
  prepared p;
  const auto storage = p.directory / "storage";
  const auto check = [&](const auto& result, const fs::path& path, const fs::path& aside) {
    REQUIRE_FALSE(result);
    CHECK(result.error().what == file_fault::kind::corrupt);
    CHECK(result.error().moved_to == aside);
    CHECK(result.error().shown() == path.string() + " is corrupt (" + std::string{to_string(result.error().format)} +
                                        "), moved to " + aside.string());
    CHECK_FALSE(fs::exists(path));
    CHECK(fs::exists(aside));
  };
  for (const auto* name :
       {"known_destinations", "destination_table", "tunnels", "transport_identity", "plexus/announces"})
    write_text(storage / name, "\xc1garbage");
  check(p.state.load_known_destinations(), storage / "known_destinations", storage / "known_destinations.corrupt");
  check(p.state.load_paths([](const auto&) {}), storage / "destination_table", storage / "destination_table.corrupt");
  check(p.state.load_tunnels(), storage / "tunnels", storage / "tunnels.corrupt");
  check(p.state.load_transport_identity(), storage / "transport_identity", storage / "transport_identity.corrupt");
  check(p.state.load_announce_snapshot(), storage / "plexus/announces", storage / "plexus/announces.corrupt");
  write_text(storage / "blackhole/local", "");
  check(p.state.load_blackhole(std::nullopt), storage / "blackhole/local", storage / "plexus/corrupt/local.corrupt");
  const auto hash = packet_hash{}.hex();
  write_text(storage / "cache/announces" / hash, "x");
  check(p.state.load_announce({}), storage / "cache/announces" / hash,
        storage / "plexus/corrupt" / (hash + ".corrupt"));
  REQUIRE_FALSE(p.state.save_known_destinations(destinations(1, 1)));
  CHECK(p.state.load_known_destinations());
}

TEST_CASE("what the system refuses is reported, and nothing is moved") {
  prepared p;
  fs::create_directory(p.directory / "storage/tunnels");
  const auto result = p.state.load_tunnels();
  REQUIRE_FALSE(result);
  CHECK(result.error().what == file_fault::kind::unreadable);
  CHECK(fs::is_directory(p.directory / "storage/tunnels"));
  CHECK(p.state.save_tunnels({}));
  CHECK_FALSE(fs::exists(p.directory / "storage/tunnels.tmp"));
  const state_directory nowhere{p.directory / "nowhere"};
  CHECK(nowhere.save_packet_hashes({}) == std::errc::no_such_file_or_directory);
}

TEST_CASE("what interrupted writes left behind is removed at the next start, and nothing else") {
  prepared p;
  const auto storage = p.directory / "storage";
  for (const auto* name : {"tunnels.tmp", "known_destinations.tmp.1700000000.5", "blackhole/local.tmp"})
    write_text(storage / name, "x");
  write_text(storage / "destination_table", "x");
  write_text(storage / "other", "x");
  REQUIRE_FALSE(p.state.prepare());
  CHECK_FALSE(fs::exists(storage / "tunnels.tmp"));
  CHECK_FALSE(fs::exists(storage / "known_destinations.tmp.1700000000.5"));
  CHECK_FALSE(fs::exists(storage / "blackhole/local.tmp"));
  CHECK(fs::exists(storage / "destination_table"));
  CHECK(fs::exists(storage / "other"));
}

TEST_CASE("cached packets are kept for a week and resources for a day") {
  prepared p;
  const auto name = packet_hash{}.hex();
  const double written = 1'700'000'000;
  const auto put = [&](const fs::path& path) {
    write_text(path, "x");
    const struct timespec times[2] = {{static_cast<time_t>(written), 0}, {static_cast<time_t>(written), 0}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  };
  put(p.directory / "storage/cache" / name);
  put(p.directory / "storage/resources" / name);
  put(p.directory / "storage/resources/other");
  CHECK(p.state.clean_caches({written + 86400}) == 0);
  CHECK(p.state.clean_caches({written + 86401}) == 1);
  CHECK(fs::exists(p.directory / "storage/cache" / name));
  CHECK(p.state.clean_caches({written + 7 * 86400 + 1}) == 1);
  CHECK(fs::exists(p.directory / "storage/resources/other"));
}

TEST_CASE("a process that dies at any step of a save leaves the old or the new content") {
  prepared p;
  int deaths = 0;
  std::set<octet> seen;
  for (int n = 1;; ++n) {
    REQUIRE_FALSE(p.state.save_known_destinations(destinations(1, 100)));
    if (!killed_after_step(p.directory.path(), n,
                           [](const auto& state) { state.save_known_destinations(destinations(2, 100)); }))
      break;
    ++deaths;
    REQUIRE_FALSE(p.state.prepare());
    const auto table = p.state.load_known_destinations();
    REQUIRE(table);
    const auto fill = table->entries.at(0).destination.data()[0];
    seen.insert(fill);
    CHECK((table->entries == destinations(fill, 100)));
    CHECK_FALSE(fs::exists(p.directory / "storage/known_destinations.tmp"));
  }
  CHECK(deaths == 6);
  CHECK(seen == std::set<octet>{1, 2});
}

TEST_CASE("a process that dies between the pieces of a large table leaves the old one") {
  prepared p;
  path_record path;
  path.heard_on = interface_hash{};
  const auto save = [&path](const state_directory& state, octet hops) {
    path.hops = hops;
    return state.save_paths(30000, [&path]() -> const path_record& { return path; });
  };
  REQUIRE_FALSE(save(p.state, 1));
  int deaths = 0;
  for (int n = 1; killed_after_step(p.directory.path(), n, [&](const auto& state) { save(state, 2); }); ++n) {
    ++deaths;
    std::set<octet> hops;
    std::size_t count = 0;
    REQUIRE(p.state.load_paths([&](const auto& one) {
      hops.insert(one.hops);
      ++count;
    }));
    CHECK(count == 30000);
    CHECK(hops.size() == 1);
    REQUIRE_FALSE(save(p.state, 1));
  }
  CHECK(deaths > 8);
}
