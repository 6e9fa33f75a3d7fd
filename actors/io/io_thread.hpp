// A thread that waits for sockets and runs the actors that they wake.
//
// It is an execution unit of the actor system: an actor woken through it is queued here, and drain(), which a handler
// calls before it returns, runs that actor and whatever it wakes. From socket through shard to socket no other thread
// is involved. An actor that already runs elsewhere stays there: its mailbox is served by whoever runs it.
#pragma once

#include "actors/io/slab.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>

#include <deque>
#include <string>
#include <thread>
#include <utility>

namespace plexus {

class io_thread final : public caf::execution_unit {
public:
  /// Starts the thread. `system` outlives it.
  io_thread(caf::actor_system& system, std::string name);
  /// Stops and joins.
  ~io_thread() override;
  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;

  boost::asio::io_context& context() { return context_; }
  bool is_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

  /// Ends the loop and joins. Actors still queued go to the scheduler. Not from the thread itself.
  void stop();

  // Only from the thread itself.

  void exec_later(caf::resumable* woken) override;
  /// Runs queued actors until none is left, or for a bounded while: what remains follows after the sockets had a turn.
  void drain();
  /// The actor that is being run has long work to do: if messages are left for it, the scheduler goes on with it.
  void hand_over() { hand_over_ = true; }

  /// Free slabs for the connections of this thread.
  slab_pool& slabs() { return slabs_; }

  /// Enqueues a message so that a sleeping receiver wakes on this thread. Follow with drain().
  template <class Actor, class... Ts>
  void send(const Actor& to, Ts&&... message) {
    if (const auto* receiver = caf::actor_cast<caf::actor_control_block*>(to))
      const_cast<caf::actor_control_block*>(receiver)->enqueue(
          caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::forward<Ts>(message)...), this);
  }

private:
  void run();
  void drain_later();

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  slab_pool slabs_;
  std::deque<caf::resumable*> woken_;
  bool drain_posted_ = false;
  bool hand_over_ = false;
  std::string name_;
  std::thread thread_;
};

}  // namespace plexus
