#include "storage/state/table_writers.hpp"

#include <array>
#include <utility>

namespace plexus {
namespace {

constexpr std::size_t piece_size = 1 << 20;

std::array<octet, 5> header(octet kind, std::uint32_t count) {
  return {kind, static_cast<octet>(count >> 24), static_cast<octet>(count >> 16), static_cast<octet>(count >> 8),
          static_cast<octet>(count)};
}

}  // namespace

table_writer::table_writer(std::filesystem::path path, shape kind, write_options options)
    : file_(std::make_unique<file_replacement>(std::move(path), std::move(options))), kind_(kind) {
  file_->append(header(static_cast<octet>(kind_), 0));
}

octet_string& table_writer::entry() {
  if (buffer_.size() >= piece_size) {
    file_->append(buffer_);
    buffer_.clear();
  }
  ++count_;
  return buffer_;
}

std::error_code table_writer::commit() {
  file_->append(buffer_);
  file_->overwrite(0, header(static_cast<octet>(kind_), count_));
  return file_->commit();
}

announce_snapshot_file::announce_snapshot_file(std::filesystem::path path, write_options options)
    : file_(std::make_unique<file_replacement>(std::move(path), std::move(options))),
      writer_(announce_snapshot_writer::count_unknown, [file = file_.get()](octets piece) { file->append(piece); }) {}

std::error_code announce_snapshot_file::commit() {
  writer_.finish();
  return file_->commit();
}

}  // namespace plexus
