#include "actors/io/io_thread.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <pthread.h>

namespace plexus {
namespace {

/// Actors run in one drain() before the sockets get a turn. A read wakes a shard and a few interfaces.
constexpr unsigned runs_per_drain = 256;
/// Messages that an actor takes in one run, before the others get theirs.
constexpr std::size_t messages_per_run = 16;

}  // namespace

io_thread::io_thread(caf::actor_system& system, std::string name)
    : caf::execution_unit(&system),
      work_(context_.get_executor()),
      name_(std::move(name)),
      thread_([this] { run(); }) {}

io_thread::~io_thread() {
  stop();
}

void io_thread::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  system().thread_started();
  context_.run();
  system().thread_terminates();
}

void io_thread::stop() {
  if (!thread_.joinable())
    return;
  context_.stop();
  thread_.join();
  for (auto* woken : woken_)
    system().scheduler().enqueue(woken);
  woken_.clear();
}

void io_thread::exec_later(caf::resumable* woken) {
  woken_.push_back(woken);
}

void io_thread::drain() {
  for (unsigned runs = 0; !woken_.empty(); ++runs) {
    if (runs == runs_per_drain)
      return drain_later();
    auto* actor = woken_.front();
    woken_.pop_front();
    hand_over_ = false;
    switch (actor->resume(this, messages_per_run)) {
      case caf::resumable::resume_later:
        if (hand_over_)
          system().scheduler().enqueue(actor);
        else
          woken_.push_back(actor);
        break;
      case caf::resumable::done:
      case caf::resumable::awaiting_message:
        caf::intrusive_ptr_release(actor);
        break;
      case caf::resumable::shutdown_execution_unit:
        return context_.stop();
    }
  }
}

void io_thread::drain_later() {
  if (std::exchange(drain_posted_, true))
    return;
  boost::asio::post(context_, [this] {
    drain_posted_ = false;
    drain();
  });
}

}  // namespace plexus
