#include "actors/interfaces/stream_reader.hpp"

#include "actors/clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace plexus {
namespace {

namespace asio = boost::asio;

/// Less room than this is not worth a read.
constexpr std::size_t room_min = 32 * 1024;

hdlc_limits hdlc_limits_of(const stream_reader_config& config) {
  hdlc_limits limits;
  limits.frame_max = config.frame_max;
  limits.waiting_max = config.waiting_max;
  return limits;
}

void count(std::atomic<std::uint64_t>& counter, std::uint64_t more) {
  counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

}  // namespace

stream_reader::stream_reader(connection_ptr link, stream_reader_config config)
    : link_(std::move(link)),
      config_(std::move(config)),
      intake_(config_.packets),
      hdlc_(hdlc_limits_of(config_)),
      batches_(config_.shards.size()),
      expected_(config_.shards.size()),
      slab_octets_(std::max(slab_size, 2 * config_.waiting_max)),
      slab_back_(link_->home().context(), asio::steady_timer::time_point::max()) {
  if (config_.framing == stream_framing::kiss)
    kiss_.emplace(config_.frame_max);
}

void stream_reader::start() {
  returned_ = std::make_shared<const std::function<void()>>([weak = weak_from_this(), &home = link_->home()] {
    const auto reader = weak.lock();
    if (reader && reader->waiting_.exchange(false))
      asio::post(home.context(), [reader] { reader->slab_back_.cancel(); });
  });
  asio::co_spawn(link_->home().context(), run(), [self = shared_from_this()](const std::exception_ptr&) {
    self->config_.ended();
    self->link_->home().drain();
  });
}

void stream_reader::retarget(std::vector<shard_inlet> shards) {
  asio::post(link_->home().context(), [self = shared_from_this(), shards = std::move(shards)]() mutable {
    self->config_.shards = std::move(shards);
  });
}

asio::awaitable<void> stream_reader::run() {
  auto& socket = link_->socket();
  boost::system::error_code error;
  bool readable = false;
  for (;;) {
    if (!readable) {
      rest();
      co_await socket.async_wait(connection::socket_type::wait_read, asio::redirect_error(asio::use_awaitable, error));
      if (error)
        break;
    }
    while (!make_room())
      co_await wait_for_slab();
    const auto room = slab_->size() - end_;
    const auto got = link_->receive({slab_->data() + end_, room});
    if (got == 0)
      break;
    if (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
      break;
    readable = got > 0 && static_cast<std::size_t>(got) == room;
    if (got > 0) {
      end_ += static_cast<std::size_t>(got);
      count(config_.counters->octets, static_cast<std::uint64_t>(got));
      read_at_ = ++rounds_ % timed_rounds == 0 ? now() : instant{};
      digest();
      link_->home().drain();
    }
    if (readable)  // the thread's other sockets get their turn
      co_await asio::post(asio::use_awaitable);
  }
}

void stream_reader::rest() {
  if (!slab_ || !slab_->is_free())
    return;
  rest_.assign(slab_->data() + begin_, slab_->data() + end_);
  link_->home().slabs().give_back(std::move(slab_));
}

bool stream_reader::make_room() {
  if (slab_) {
    if (begin_ == end_ && slab_->is_free())
      begin_ = end_ = 0;
    if (slab_->size() - end_ >= room_min)
      return true;
  }
  std::erase_if(out_, [&](auto& other) {
    if (!other->is_free())
      return false;
    link_->home().slabs().give_back(std::move(other));
    return true;
  });
  const auto waiting = end_ - begin_;
  if (slab_ && slab_->is_free()) {
    std::memmove(slab_->data(), slab_->data() + begin_, waiting);
  } else {
    if (out_.size() + 1 >= slabs_max)
      return false;
    auto fresh = link_->home().slabs().take(slab_octets_);
    if (slab_) {
      std::memcpy(fresh->data(), slab_->data() + begin_, waiting);
      out_.push_back(std::move(slab_));
    } else {
      std::copy(rest_.begin(), rest_.end(), fresh->data());
      rest_.clear();
    }
    slab_ = std::move(fresh);
  }
  begin_ = 0;
  end_ = waiting;
  return true;
}

asio::awaitable<void> stream_reader::wait_for_slab() {
  waiting_ = true;
  const bool back =
      (slab_ && slab_->is_free()) || std::any_of(out_.begin(), out_.end(), [](auto& s) { return s->is_free(); });
  if (!back) {
    boost::system::error_code cancelled;
    co_await slab_back_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  waiting_ = false;
}

void stream_reader::digest() {
  if (kiss_)
    return digest_kiss();
  const auto done = hdlc_.take(
      {slab_->data() + begin_, end_ - begin_}, [this](mutable_octets frame) { take_frame(frame); },
      [this](std::size_t) { count(config_.counters->frames_invalid, 1); });
  begin_ += done;
  hand_on();
}

void stream_reader::digest_kiss() {
  copies_ = std::make_shared<std::vector<octet_string>>();
  kiss_->feed({slab_->data() + begin_, end_ - begin_}, [this](octets frame) {
    copies_->emplace_back(frame.begin(), frame.end());
    take_frame(copies_->back());
  });
  begin_ = end_;
  hand_on();
  copies_.reset();
}

void stream_reader::take_frame(mutable_octets frame) {
  const auto taken = intake_.take(frame);
  if (!taken) {
    count(config_.counters->refused[static_cast<std::size_t>(taken.error())], 1);
    return;
  }
  round_[class_index(taken->packet.kind)].add(1, taken->packet.size);
  auto& batch = batches_[taken->shard];
  if (!batch) {
    batch = std::make_shared<packet_batch>();
    batch->from = config_.from;
    batch->packets.reserve(expected_[taken->shard] + expected_[taken->shard] / 8 + 4);
  }
  batch->packets.push_back(taken->packet);
}

void stream_reader::hand_on() {
  count_packets();
  slab_ref lease;
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    auto& batch = batches_[i];
    if (!batch)
      continue;
    if (!lease) {
      lease = slab_->lend(returned_);
      if (copies_)
        lease = std::make_shared<std::pair<slab_ref, std::shared_ptr<std::vector<octet_string>>>>(lease, copies_);
    }
    batch->memory = lease;
    batch->read_at = read_at_;
    expected_[i] = batch->packets.size();
    count(config_.counters->packets, batch->packets.size());
    link_->home().send(config_.shards[i], packet_batch_ptr(std::move(batch)));
  }
}

void stream_reader::count_packets() {
  for (std::size_t i = 0; i < packet_classes; ++i) {
    config_.counters->class_packets[i] += round_[i].packets;
    config_.counters->class_octets[i] += round_[i].octets;
  }
  round_ = {};
}

}  // namespace plexus
