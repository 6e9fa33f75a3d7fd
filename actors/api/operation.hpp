// Something that takes its time. It begins when it is awaited, given a callback, waited for or detached, and ends with
// a result exactly once, whatever happens to the node.
//
//   auto link = co_await node.connect(house);                       in any C++20 coroutine
//   node.connect(house).then([](result<link> l) { ... });           with a callback
//   auto link = node.connect(house).wait();                         on a thread of your own, never in a callback
//
// Callbacks run, and coroutines go on, on the node's application thread, one after the other; so no two of them ever
// run at once. They may take their time (network traffic does not wait for them, their own news do), and may call
// anything of the API but wait(), node::stop() and the destructor of the node.
#pragma once

#include "actors/api/error.hpp"

#include <coroutine>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace plexus::api {

/// What happens in the end: a value that is called once.
template <class T>
using completion = std::function<void(result<T>)>;

template <class T>
class [[nodiscard]] operation {
public:
  using starter = std::function<void(completion<T>)>;

  explicit operation(starter start) : start_(std::move(start)) {}

  void then(completion<T> done) { start_(std::move(done)); }
  /// Nobody wants to know how it ends.
  void detach() {
    start_([](result<T>) {});
  }
  /// Blocks. Not on the node's application thread.
  result<T> wait() {
    auto promise = std::make_shared<std::promise<result<T>>>();
    auto future = promise->get_future();
    start_([promise](result<T> r) { promise->set_value(std::move(r)); });
    return future.get();
  }

  auto operator co_await() {
    struct awaiter {
      starter start;
      std::optional<result<T>> value = std::nullopt;

      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiting) {
        start([this, waiting](result<T> r) {
          value.emplace(std::move(r));
          waiting.resume();
        });
      }
      result<T> await_resume() { return std::move(*value); }
    };
    return awaiter{std::move(start_)};
  }

private:
  starter start_;
};

/// A coroutine that nobody waits for; the least that co_await needs around it.
struct task {
  struct promise_type {
    task get_return_object() const { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const {}
    void unhandled_exception() const { std::terminate(); }
  };
};

}  // namespace plexus::api
