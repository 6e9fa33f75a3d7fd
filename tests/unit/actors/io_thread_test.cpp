#include "actors/io/io_pool.hpp"
#include "tests/unit/catch.hpp"

#include <boost/asio/post.hpp>
#include <caf/all.hpp>

#include <chrono>
#include <future>

using namespace plexus;
using namespace std::chrono_literals;

namespace {

using go_atom = caf::atom_constant<caf::atom("go")>;

/// Runs `work` on the thread and drains, as a socket's handler does.
template <class Work>
void on(io_thread& thread, Work work) {
  boost::asio::post(thread.context(), [&thread, work = std::move(work)]() mutable {
    work();
    thread.drain();
  });
}

}  // namespace

TEST_CASE("an actor woken by an I/O thread runs there, and so does what it sends to") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  io_thread thread{system, "test"};
  std::promise<std::pair<bool, bool>> ran;
  const auto second = system.spawn<caf::lazy_init>([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](go_atom, bool first) {
      ran.set_value({first, thread.is_this_thread()});
      self->quit();
    }};
  });
  const auto first = system.spawn<caf::lazy_init>([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](go_atom) {
      self->send(second, go_atom::value, thread.is_this_thread());
      self->quit();
    }};
  });
  on(thread, [&] { thread.send(first, go_atom::value); });
  auto result = ran.get_future();
  REQUIRE(result.wait_for(10s) == std::future_status::ready);
  CHECK(result.get() == std::pair{true, true});
  system.await_all_actors_done();
}

TEST_CASE("an actor with long work is handed to the scheduler") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  io_thread thread{system, "test"};
  std::promise<bool> elsewhere;
  const auto worker = system.spawn<caf::lazy_init>([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](go_atom) {
      if (thread.is_this_thread()) {
        thread.hand_over();
        self->send(self, go_atom::value);
      } else {
        elsewhere.set_value(true);
        self->quit();
      }
    }};
  });
  on(thread, [&] { thread.send(worker, go_atom::value); });
  REQUIRE(elsewhere.get_future().wait_for(10s) == std::future_status::ready);
  system.await_all_actors_done();
}

TEST_CASE("two actors that keep each other awake do not keep the I/O thread from its sockets") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  io_thread thread{system, "test"};
  std::promise<void> reached;
  const auto endless = [](caf::event_based_actor* self) -> caf::behavior {
    return {
        [self](go_atom, caf::actor other) { self->send(other, go_atom::value, caf::actor_cast<caf::actor>(self)); }};
  };
  const auto a = system.spawn<caf::lazy_init>(endless), b = system.spawn(endless);
  on(thread, [&] { thread.send(a, go_atom::value, b); });
  boost::asio::post(thread.context(), [&] { reached.set_value(); });
  CHECK(reached.get_future().wait_for(10s) == std::future_status::ready);
  caf::anon_send_exit(a, caf::exit_reason::kill);
  caf::anon_send_exit(b, caf::exit_reason::kill);
  system.await_all_actors_done();
}

TEST_CASE("actors still queued when an I/O thread stops are run by the scheduler") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::promise<void> ran;
  const auto late = system.spawn<caf::lazy_init>([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](go_atom) {
      ran.set_value();
      self->quit();
    }};
  });
  {
    io_thread thread{system, "test"};
    std::promise<void> queued;
    boost::asio::post(thread.context(), [&] {
      thread.send(late, go_atom::value);  // no drain
      queued.set_value();
    });
    queued.get_future().wait();
  }
  CHECK(ran.get_future().wait_for(10s) == std::future_status::ready);
  system.await_all_actors_done();
}
