// What callbacks and actors tell the test.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>

namespace plexus::test {

template <class T>
class inbox {
public:
  void put(T item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
    news_.notify_all();
  }
  /// The next item that fits; those before it are thrown away. Fails the test when there is none within 20 s.
  template <class Fits>
  T next(Fits fits) {
    std::unique_lock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (;;) {
      while (!items_.empty()) {
        auto item = std::move(items_.front());
        items_.pop_front();
        if (fits(item))
          return item;
      }
      if (news_.wait_until(lock, deadline) == std::cv_status::timeout)
        throw std::runtime_error("nothing came within 20 s");
    }
  }
  T next() {
    return next([](const T&) { return true; });
  }

private:
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<T> items_;
};

}  // namespace plexus::test
