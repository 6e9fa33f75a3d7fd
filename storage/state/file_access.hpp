// Files as wholes: read at once, and replaced so that at any moment either the old or the new content is there.
#pragma once

#include "messages/octets.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <sys/types.h>
#include <system_error>

namespace plexus {

/// The content of a file, owned and never initialised twice.
class file_contents {
public:
  /// Sets `error` (no_such_file_or_directory among others) and is empty when the file cannot be read.
  static file_contents read(const std::filesystem::path& path, std::error_code& error);

  octets bytes() const { return {data_.get(), size_}; }
  operator octets() const { return bytes(); }

private:
  std::unique_ptr<octet[]> data_;
  std::size_t size_ = 0;
};

/// The steps of a replacement, in their order; `appended` comes once for each write.
enum class write_step : octet { created, appended, synced, closed, renamed, directory_synced };

struct write_options {
  bool survives_power_loss = true;          ///< fsync; without it the content only survives the end of the process
  ::mode_t mode = 0644;                     ///< before the umask
  const char* suffix = ".tmp";              ///< of the file that is written first
  std::filesystem::path staging;            ///< where that file is, on the same file system; empty: beside the other
  std::function<void(write_step)> on_step;  ///< called after each step; for tests that end the process there
};

/// A file on its way: append() as often as needed, then commit(). Without commit() nothing has happened. Errors stay:
/// the first one comes back from commit(). For one writer of a path at a time.
class file_replacement {
public:
  explicit file_replacement(std::filesystem::path path, write_options options = {});
  ~file_replacement();
  file_replacement(const file_replacement&) = delete;
  file_replacement& operator=(const file_replacement&) = delete;

  void append(octets data);
  /// Replaces octets that were appended before.
  void overwrite(std::uint64_t offset, octets data);
  std::error_code commit();

private:
  void note(write_step step) const;
  void fail();

  std::filesystem::path path_, temporary_;
  write_options options_;
  int file_ = -1;
  std::error_code error_;
};

/// All of it in one call.
std::error_code replace_file(const std::filesystem::path& path, octets content, const write_options& options = {});

}  // namespace plexus
