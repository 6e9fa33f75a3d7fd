#include "actors/endpoints/ratchet_files.hpp"

#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "storage/state/file_access.hpp"

#include <caf/all.hpp>

namespace plexus {
namespace {

ratchet_reading_ptr read(const std::string& path) {
  auto reading = std::make_shared<ratchet_reading>();
  std::error_code error;
  const auto file = file_contents::read(path, error);
  if (!error)
    reading->content.assign(file.bytes().begin(), file.bytes().end());
  else if (error != std::errc::no_such_file_or_directory)
    reading->problem = path + ": " + error.message();
  return reading;
}

void write(const std::string& path, octets content) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  write_options options;
  options.mode = 0600;
  if (const auto failed = replace_file(path, content, options))
    log(log_level::error, "The ratchets could not be written to {}: {}", path, failed.message());
}

ratchet_files::behavior_type files_behavior(ratchet_files::pointer self) {
  end_on_exception(self);
  return {
      [](find_atom, const std::string& path) { return read(path); },
      [](save_atom, const std::string& path, const shared_octets& content) { write(path, *content); },
  };
}

}  // namespace

ratchet_files spawn_ratchet_files(caf::actor_system& system) {
  return system.spawn<caf::detached>(files_behavior);
}

}  // namespace plexus
