#include <algorithm>
#include <bitset>
#include <cstdio>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

int main() {
  std::mt19937 random(12345);
  std::vector<int> numbers(20000);
  for (auto &n : numbers) n = static_cast<int>(random() % 100000);
  auto sorted = numbers;
  std::sort(sorted.begin(), sorted.end());
  std::printf("%d %d %d\n", sorted.front(), sorted[10000], sorted.back());
  std::stable_sort(numbers.begin(), numbers.end(), [](int a, int b) { return a % 100 < b % 100; });
  std::printf("%d %d\n", numbers[0], numbers[19999]);
  std::map<std::string, int> words;
  std::string text = "the quick brown fox jumps over the lazy dog and the quick cat";
  for (std::size_t at = 0; at < text.size();) {
    auto end = text.find(' ', at);
    if (end == std::string::npos) end = text.size();
    words[text.substr(at, end - at)]++;
    at = end + 1;
  }
  for (const auto &[word, count] : words) std::printf("%s=%d ", word.c_str(), count);
  std::puts("");
  std::unordered_map<int, std::string> table;
  for (int i = 0; i < 5000; i++) table[i * 7919 % 10007] = std::to_string(i);
  long total = 0;
  for (const auto &[key, value] : table) total += key * static_cast<long>(value.size());
  std::printf("%zu %ld\n", table.size(), total);
  std::set<int> unique(numbers.begin(), numbers.end());
  std::printf("%zu %d\n", unique.size(), *unique.lower_bound(50000));
  std::priority_queue<int, std::vector<int>, std::greater<>> heap(numbers.begin(), numbers.begin() + 1000);
  long first = 0;
  for (int i = 0; i < 10; i++) {
    first += heap.top();
    heap.pop();
  }
  std::printf("%ld\n", first);
  std::deque<int> ring;
  for (int i = 0; i < 1000; i++) {
    ring.push_back(i);
    if (i % 3 == 0) ring.pop_front();
  }
  std::list<int> chain(ring.begin(), ring.end());
  chain.reverse();
  chain.remove_if([](int v) { return v % 2 == 0; });
  std::printf("%zu %d %zu\n", ring.size(), chain.front(), chain.size());
  std::bitset<1000> sieve;
  sieve.set();
  for (int i = 2; i < 1000; i++)
    if (sieve[i])
      for (int k = i * 2; k < 1000; k += i) sieve.reset(k);
  std::printf("%zu primes\n", sieve.count() - 2);
  std::variant<int, std::string> either = "text";
  std::optional<int> maybe;
  std::printf("%zu %d\n", either.index(), maybe.value_or(7));
  std::function<int(int)> fibonacci = [&](int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); };
  std::printf("%d\n", fibonacci(18));
  auto [a, b, c] = std::make_tuple(1, 2.5, std::string("three"));
  std::printf("%d %.1f %s\n", a, b, c.c_str());
  std::normal_distribution<double> normal(0, 1);
  double sum = 0;
  for (int i = 0; i < 1000; i++) sum += normal(random);
  std::printf("%.6f %d\n", sum, std::accumulate(sorted.begin(), sorted.begin() + 100, 0));
  return 0;
}
