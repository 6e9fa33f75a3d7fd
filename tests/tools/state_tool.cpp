// Copies a node's storage file by file through the values that the formats stand for:
//
//   state_tool copy <config directory> <config directory>
//   state_tool exampleconfig                     prints the default configuration
//
// What cannot be read is named on stderr, and makes the exit code 1.
#include "storage/config/default_config.hpp"
#include "storage/state/state_directory.hpp"

#include <cstdio>
#include <string_view>

using namespace plexus;

namespace {

class storage_copy {
public:
  storage_copy(const state_directory& from, const state_directory& to) : from_(from), to_(to) {}

  int run() {
    note(to_.prepare());
    take(from_.load_transport_identity(), [&](const auto& key) { return to_.save_transport_identity(key); });
    take(from_.load_identity("rncp"), [&](const auto& key) { return to_.save_identity("rncp", key); });
    take(from_.load_packet_hashes(), [&](const auto& hashes) { return to_.save_packet_hashes(hashes); });
    take(from_.load_tunnels(), [&](const auto& table) { return to_.save_tunnels(table.entries); });
    take(from_.load_blackhole({}), [&](const auto& table) { return to_.save_blackhole({}, table.entries); });
    take(from_.load_known_destinations(), [&](const auto& table) {
      for (const auto& one : table.entries)
        take(from_.load_ratchet(one.destination), [&](const auto& r) { return to_.save_ratchet(one.destination, r); });
      return to_.save_known_destinations(table.entries);
    });
    copy_paths();
    return failures_ == 0 ? 0 : 1;
  }

private:
  void note(std::error_code error) {
    if (error) {
      std::fprintf(stderr, "%s\n", error.message().c_str());
      ++failures_;
    }
  }

  template <class T, class Save>
  void take(const loaded<T>& value, Save save) {
    if (value) {
      note(save(*value));
    } else if (value.error().what != file_fault::kind::missing) {
      std::fprintf(stderr, "%s\n", value.error().shown().c_str());
      ++failures_;
    }
  }

  void copy_paths() {
    std::vector<path_record> paths;
    const auto skipped = from_.load_paths([&](const path_record& path) { paths.push_back(path); });
    auto next = paths.begin();
    take(skipped, [&](std::size_t) {
      return to_.save_paths(static_cast<std::uint32_t>(paths.size()), [&]() -> const path_record& { return *next++; });
    });
    for (const auto& path : paths)
      take(from_.load_announce(path.packet),
           [&](const auto& one) { return to_.store_announce(path.packet, one.packet, one.interface); });
  }

  const state_directory& from_;
  const state_directory& to_;
  int failures_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view{argv[1]} == "copy") {
    const state_directory from{argv[2]}, to{argv[3]};
    return storage_copy{from, to}.run();
  }
  if (argc == 2 && std::string_view{argv[1]} == "exampleconfig") {
    std::fwrite(default_config_text().data(), 1, default_config_text().size(), stdout);
    return 0;
  }
  std::fputs("usage: state_tool copy <from> <to> | exampleconfig\n", stderr);
  return 2;
}
