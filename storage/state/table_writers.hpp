// Files of many entries, written one entry at a time: what is written is never held as a whole, and how many entries
// there are is known only at the end. As all files, they take the place of the old ones at commit() and not before.
#pragma once

#include "storage/state/announce_snapshot.hpp"
#include "storage/state/file_access.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <system_error>

namespace plexus {

/// An array or a map of msgpack. Its size always takes five octets, the count being filled in at last.
class table_writer {
public:
  enum class shape : octet { array = 0xdd, map = 0xdf };

  table_writer(std::filesystem::path path, shape kind, write_options options);

  /// Counts one entry more; its encoding is to be appended to what comes back.
  octet_string& entry();
  std::uint32_t size() const { return count_; }
  std::error_code commit();

private:
  std::unique_ptr<file_replacement> file_;
  octet_string buffer_;
  shape kind_;
  std::uint32_t count_ = 0;
};

/// storage/plexus/announces.
class announce_snapshot_file {
public:
  announce_snapshot_file(std::filesystem::path path, write_options options);

  void add(const announce_view& announce) { writer_.add(announce); }
  std::error_code commit();

private:
  std::unique_ptr<file_replacement> file_;
  announce_snapshot_writer writer_;
};

}  // namespace plexus
