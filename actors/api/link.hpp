// Links to others and from others, and what goes over them. Handles are cheap to copy; the link lives until one side
// closes it, whether anybody holds a handle or not. See operation.hpp for the threads that callbacks run on.
#pragma once

#include "actors/api/operation.hpp"
#include "transport/endpoint/link.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace plexus::api {

class link;
struct link_record;

using bytes = octet_string;

struct delivery {
  duration round_trip{};
};

/// A request that somebody makes of us. Answer it now, later or never.
class request {
public:
  std::string path;
  value content;
  std::optional<identity_hash> requester;  ///< if it identified
  double requested_at = 0;                 ///< Unix seconds by the requester's clock

  operation<void> respond(value answer) const;
  /// Read in pieces while it is sent. The metadata tells a file from a value: it must not be nil.
  operation<void> respond_file(const std::filesystem::path& file, value metadata) const;
  link over() const;

  std::shared_ptr<link_record> record;  ///< of the implementation
  request_id id{};
};
using request_handler = std::function<void(request)>;

struct response {
  value content;
  std::optional<bytes> file;  ///< of a file response that was not written to a file
  value metadata;
  duration took{};
};

using progress_handler = std::function<void(double part)>;  ///< 0 to 1

struct request_wish {
  std::optional<duration> timeout{};
  std::optional<std::uint64_t> response_size_max{};  ///< octets
  /// Where the content of a file response is written as it comes; without it it is collected, up to 64 MiB.
  std::optional<std::filesystem::path> file{};
  progress_handler progress{};
};

struct resource_wish {
  std::optional<value> metadata{};
  bool compress = true;
  progress_handler progress{};
  std::function<void(resource_id)> started{};  ///< with what cancel() takes
};

/// What came in.
struct received_resource {
  bytes data;  ///< empty if it was written to a file
  std::optional<value> metadata;
  resource_hash hash{};
};

/// A resource that the far side offers. Without an answer nothing is transferred.
class resource_offered {
public:
  std::uint64_t size = 0;           ///< octets
  std::uint64_t transfer_size = 0;  ///< octets on the wire of the first segment
  bool has_metadata = false, compressed = false;

  /// Into memory.
  operation<received_resource> accept(progress_handler progress = {}) const;
  /// Into a file, segment by segment, so that memory stays bounded. An unfinished file is removed.
  operation<received_resource> accept(const std::filesystem::path& file, progress_handler progress = {}) const;
  void reject() const;
  link over() const;

  std::shared_ptr<link_record> record;
  resource_id id{};
};

/// A stream of octets in one direction or both, over the channel of a link.
class buffer {
public:
  /// Ends when the octets are taken, which is when there is room for them; the data before it are sent first.
  operation<void> write(bytes data) const;
  /// Nothing comes after it. Ends when the far side has proved all that was written.
  operation<void> finish() const;
  /// The next octets, at most 16 KiB at a time; empty at the end of the stream. One at a time. A reader that lets 64
  /// MiB pile up loses its link.
  operation<bytes> read() const;

  std::shared_ptr<link_record> record;
  std::uint16_t reads = 0, writes = 0;
};

/// Messages, delivered once and in order.
class channel {
public:
  using handler = std::function<void(std::uint16_t type, const bytes& content)>;

  /// Octets of the largest message.
  std::size_t mdu() const { return size_max; }
  /// Ends when the message is under way; waits while the window is full. Types from f000 belong to the protocol.
  operation<void> send(std::uint16_t type, bytes content) const;
  void on_message(handler each) const;
  /// Streams have numbers below 16384; each direction has its own.
  class buffer buffer(std::uint16_t reads, std::uint16_t writes) const;

  std::shared_ptr<link_record> record;
  std::size_t size_max = 0;
};

class link {
public:
  const link_id& id() const { return id_; }
  /// Of the destination that was linked to.
  const destination_hash& destination() const { return destination_; }
  link_role role() const { return role_; }
  /// Octets of the largest packet.
  std::size_t mdu() const { return mdu_; }
  duration round_trip() const { return round_trip_; }

  /// One packet of at most mdu() octets. Ends when its proof is there; the far side's proof strategy decides whether
  /// there is one.
  operation<delivery> send(bytes packet) const;
  /// Tells the destination who we are.
  operation<void> identify(std::shared_ptr<const identity> as) const;
  operation<response> ask(std::string path, value content, request_wish wish = {}) const;
  /// Ends when the far side has proved all of it.
  operation<void> send_resource(bytes data, resource_wish wish = {}) const;
  /// Read in pieces while it is sent.
  operation<void> send_file(const std::filesystem::path& file, resource_wish wish = {}) const;
  void cancel(resource_id resource) const;
  /// Both sides have to open it before messages pass.
  operation<class channel> open_channel() const;
  void close() const;

  void on_packet(std::function<void(const bytes&)> each) const;
  void on_resource(std::function<void(resource_offered)> each) const;
  void on_identified(std::function<void(const identity_hash&, const public_key&)> once) const;
  /// Also called if it is closed already.
  void on_closed(std::function<void(teardown_reason)> once) const;

  link() = default;
  explicit link(std::shared_ptr<link_record> of);

private:
  std::shared_ptr<link_record> record_;
  link_id id_{};
  destination_hash destination_{};
  link_role role_ = link_role::initiator;
  std::size_t mdu_ = 0;
  duration round_trip_{};
};

}  // namespace plexus::api
