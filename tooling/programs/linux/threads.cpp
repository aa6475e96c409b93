#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <numeric>
#include <queue>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

int main() {
  std::atomic<long> total{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; t++)
    threads.emplace_back([&total, t] {
      for (int i = 0; i < 5000; i++) total += i * t;
    });
  for (auto &thread : threads) thread.join();
  std::printf("%ld\n", total.load());

  auto future = std::async(std::launch::async, [] {
    long sum = 0;
    for (int i = 0; i < 100000; i++) sum += i;
    return sum;
  });
  std::printf("%ld\n", future.get());
  auto failing = std::async(std::launch::async, []() -> int { throw std::runtime_error("in a thread"); });
  try {
    failing.get();
  } catch (const std::exception &e) {
    std::printf("%s\n", e.what());
  }

  std::mutex mutex;
  std::condition_variable ready;
  std::queue<int> queue;
  bool done = false;
  long consumed = 0;
  std::thread consumer([&] {
    std::unique_lock lock(mutex);
    for (;;) {
      ready.wait(lock, [&] { return !queue.empty() || done; });
      if (queue.empty()) return;
      consumed += queue.front();
      queue.pop();
    }
  });
  for (int i = 0; i < 1000; i++) {
    std::lock_guard lock(mutex);
    queue.push(i);
    ready.notify_one();
  }
  {
    std::lock_guard lock(mutex);
    done = true;
  }
  ready.notify_all();
  consumer.join();
  std::printf("%ld\n", consumed);
  std::unique_lock lock(mutex);
  auto status = ready.wait_for(lock, std::chrono::milliseconds(2));
  std::printf("%d\n", status == std::cv_status::timeout);
  std::promise<std::string> promise;
  std::thread teller([&] { promise.set_value("told"); });
  std::printf("%s\n", promise.get_future().get().c_str());
  teller.join();
  std::shared_mutex both;
  {
    std::shared_lock a(both), b(both);
    std::printf("%d\n", both.try_lock());
  }
  thread_local int mine = 5;
  std::thread([] { mine = 6; }).join();
  std::printf("%d\n", mine);
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return 0;
}
