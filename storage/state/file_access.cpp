#include "storage/state/file_access.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace plexus {

namespace fs = std::filesystem;

namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

// Makes a rename in `directory` last.
std::error_code sync_directory(const fs::path& directory) {
  const int file = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0)
    return last_error();
  const auto error = ::fsync(file) == 0 ? std::error_code{} : last_error();
  ::close(file);
  return error;
}

}  // namespace

file_contents file_contents::read(const fs::path& path, std::error_code& error) {
  file_contents out;
  error.clear();
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts{};
  if (file < 0 || ::fstat(file, &facts) != 0) {
    error = last_error();
    if (file >= 0)
      ::close(file);
    return out;
  }
  if (S_ISDIR(facts.st_mode))
    error = std::make_error_code(std::errc::is_a_directory);
  const auto size = error ? 0 : static_cast<std::size_t>(facts.st_size);
  out.data_ = std::make_unique_for_overwrite<octet[]>(size);
  while (out.size_ < size) {
    const auto taken = ::read(file, out.data_.get() + out.size_, size - out.size_);
    if (taken < 0 && errno == EINTR)
      continue;
    if (taken < 0)
      error = last_error();
    if (taken <= 0)
      break;
    out.size_ += static_cast<std::size_t>(taken);
  }
  ::close(file);
  return out;
}

file_replacement::file_replacement(fs::path path, write_options options)
    : path_(std::move(path)),
      temporary_((options.staging.empty() ? path_ : options.staging / path_.filename()).string() + options.suffix),
      options_(std::move(options)) {
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, options_.mode);
  if (file_ < 0)
    fail();
  else
    note(write_step::created);
}

file_replacement::~file_replacement() {
  if (file_ >= 0) {
    ::close(file_);
    ::unlink(temporary_.c_str());
  }
}

void file_replacement::note(write_step step) const {
  if (options_.on_step)
    options_.on_step(step);
}

void file_replacement::fail() {
  if (!error_)
    error_ = last_error();
}

void file_replacement::append(octets data) {
  while (!error_ && !data.empty()) {
    const auto written = ::write(file_, data.data(), data.size());
    if (written >= 0) {
      data = data.subspan(static_cast<std::size_t>(written));
      note(write_step::appended);
    } else if (errno != EINTR) {
      fail();
    }
  }
}

void file_replacement::overwrite(std::uint64_t offset, octets data) {
  while (!error_ && !data.empty()) {
    const auto written = ::pwrite(file_, data.data(), data.size(), static_cast<::off_t>(offset));
    if (written >= 0) {
      data = data.subspan(static_cast<std::size_t>(written));
      offset += static_cast<std::uint64_t>(written);
      note(write_step::appended);
    } else if (errno != EINTR) {
      fail();
    }
  }
}

std::error_code file_replacement::commit() {
  if (file_ < 0)
    return error_ ? error_ : std::make_error_code(std::errc::bad_file_descriptor);
  if (!error_ && options_.survives_power_loss) {
    if (::fsync(file_) != 0)
      fail();
    note(write_step::synced);
  }
  if (::close(std::exchange(file_, -1)) != 0)
    fail();
  note(write_step::closed);
  if (!error_ && ::rename(temporary_.c_str(), path_.c_str()) != 0)
    fail();
  if (error_) {
    ::unlink(temporary_.c_str());
    return error_;
  }
  note(write_step::renamed);
  if (options_.survives_power_loss) {
    error_ = sync_directory(path_.parent_path());
    note(write_step::directory_synced);
  }
  return error_;
}

std::error_code replace_file(const fs::path& path, octets content, const write_options& options) {
  file_replacement file{path, options};
  file.append(content);
  return file.commit();
}

}  // namespace plexus
