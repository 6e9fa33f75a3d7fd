#include "actors/interfaces/datagram/datagram_reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace plexus {

namespace asio = boost::asio;

namespace {

/// Datagrams in one system call, and the least number for which there must be room.
constexpr std::size_t receives_max = 64, room_min = 16;

}  // namespace

/// What one call reads into; kept from round to round.
struct datagram_reader::round {
  std::array<mmsghdr, receives_max> messages{};
  std::array<iovec, receives_max> pieces{};
  std::array<sockaddr_storage, receives_max> sources{};
};

datagram_reader::datagram_reader(datagram_socket_ptr socket, std::size_t datagram_max, chooser choose)
    : socket_(std::move(socket)),
      datagram_max_(datagram_max),
      slot_((datagram_max + 1 + 63) / 64 * 64),
      choose_(std::move(choose)),
      slab_back_(socket_->home().context(), asio::steady_timer::time_point::max()) {}

void datagram_reader::start() {
  returned_ = std::make_shared<const std::function<void()>>([weak = weak_from_this(), &home = socket_->home()] {
    const auto reader = weak.lock();
    if (reader && reader->waiting_.exchange(false))
      asio::post(home.context(), [reader] { reader->slab_back_.cancel(); });
  });
  asio::co_spawn(socket_->home().context(), run(), [self = shared_from_this()](const std::exception_ptr&) {
    auto& home = self->socket_->home();
    self->socket_.reset();
    self->stopping_ = true;
    if (const auto ended = std::exchange(self->ended_, nullptr))
      ended();
    home.drain();
  });
}

void datagram_reader::stop(std::function<void()> ended) {
  asio::post(slab_back_.get_executor(), [self = shared_from_this(), ended = std::move(ended)]() mutable {
    if (!self->socket_)
      return ended();
    self->stopping_ = true;
    self->ended_ = std::move(ended);
    boost::system::error_code ignored;
    self->socket_->socket().cancel(ignored);
    self->slab_back_.cancel();
  });
}

asio::awaitable<void> datagram_reader::run() {
  const auto into = std::make_unique<round>();
  boost::system::error_code error;
  bool readable = false;
  while (!stopping_) {
    if (!readable) {
      co_await socket_->socket().async_wait(datagram_socket::socket_type::wait_read,
                                            asio::redirect_error(asio::use_awaitable, error));
      if (stopping_)
        break;
    }
    while (!stopping_ && !make_room())
      co_await wait_for_slab();
    const auto wanted = std::min(receives_max, room());
    const auto got = receive(*into);
    readable = got == wanted;
    if (got > 0) {
      digest(*into, got);
      socket_->home().drain();
    }
    if (readable)  // the thread's other sockets get their turn
      co_await asio::post(asio::use_awaitable);
  }
}

std::size_t datagram_reader::receive(round& into) {
  const auto count = std::min(receives_max, room());
  for (std::size_t i = 0; i < count; ++i) {
    into.pieces[i] = {slab_->data() + end_ + i * slot_, datagram_max_ + 1};
    auto& header = into.messages[i].msg_hdr;
    header = {};
    header.msg_name = &into.sources[i];
    header.msg_namelen = sizeof(sockaddr_storage);
    header.msg_iov = &into.pieces[i];
    header.msg_iovlen = 1;
  }
  const int got =
      ::recvmmsg(socket_->descriptor(), into.messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT, nullptr);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

void datagram_reader::digest(round& from, std::size_t count) {
  const auto shed = out_.size() + 1 >= slabs_shed ? shedding::bulk : shedding::nothing;
  for (std::size_t i = 0; i < count; ++i) {
    const mutable_octets datagram(slab_->data() + end_ + i * slot_, from.messages[i].msg_len);
    auto* sorter = datagram.empty() ? nullptr : choose_(from.sources[i], datagram);
    if (!sorter)
      continue;
    const bool first = !sorter->has_packets();
    sorter->take(datagram, shed);
    if (first && sorter->has_packets())
      touched_.push_back(sorter);
  }
  end_ += count * slot_;
  if (touched_.empty())
    return;
  const auto lease = slab_->lend(returned_);
  for (auto* sorter : touched_)
    sorter->hand_on(socket_->home(), lease);
  touched_.clear();
}

bool datagram_reader::make_room() {
  if (slab_ && slab_->is_free())
    end_ = 0;
  if (room() >= room_min)
    return true;
  auto& slabs = socket_->home().slabs();
  std::erase_if(out_, [&](auto& other) {
    if (!other->is_free())
      return false;
    slabs.give_back(std::move(other));
    return true;
  });
  if (out_.size() + 1 >= slabs_max)
    return false;
  if (slab_)
    out_.push_back(std::move(slab_));
  slab_ = slabs.take(room_min * slot_);
  end_ = 0;
  return true;
}

asio::awaitable<void> datagram_reader::wait_for_slab() {
  waiting_ = true;
  const bool back = slab_->is_free() || std::any_of(out_.begin(), out_.end(), [](auto& s) { return s->is_free(); });
  if (!back) {
    boost::system::error_code cancelled;
    co_await slab_back_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  waiting_ = false;
}

}  // namespace plexus
