#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

struct Guard {
  std::string name;
  explicit Guard(std::string n) : name(std::move(n)) { std::printf("enter %s\n", name.c_str()); }
  ~Guard() { std::printf("leave %s\n", name.c_str()); }
};

struct Base {
  virtual ~Base() = default;
  virtual int value() const { return 1; }
};
struct Derived : Base {
  int value() const override { return 2; }
};
struct Mine : std::runtime_error {
  int code;
  Mine(int c) : std::runtime_error("mine"), code(c) {}
};

static int deep(int n) {
  Guard guard("level " + std::to_string(n));
  if (n == 0) throw Mine(42);
  return deep(n - 1) + 1;
}

static int checked(int n) {
  try {
    if (n % 3 == 0) throw n;
    if (n % 3 == 1) throw std::string("text");
    throw std::out_of_range("range");
  } catch (int i) {
    return i;
  } catch (const std::string &s) {
    return static_cast<int>(s.size());
  } catch (const std::exception &e) {
    return e.what()[0];
  }
}

int main() {
  try {
    deep(3);
  } catch (const Mine &e) {
    std::printf("%s %d\n", e.what(), e.code);
  }
  long sum = 0;
  for (int i = 0; i < 3000; i++) sum += checked(i);
  std::printf("%ld\n", sum);
  try {
    try {
      std::vector<int>().at(5);
    } catch (...) {
      std::throw_with_nested(std::logic_error("outer"));
    }
  } catch (const std::logic_error &e) {
    std::printf("%s\n", e.what());
    try {
      std::rethrow_if_nested(e);
    } catch (const std::out_of_range &) {
      std::puts("nested");
    }
  }
  std::unique_ptr<Base> p = std::make_unique<Derived>();
  std::printf("%d %d %d\n", p->value(), dynamic_cast<Derived *>(p.get()) != nullptr, typeid(*p) == typeid(Derived));
  try {
    Base b;
    (void)dynamic_cast<Derived &>(b);
  } catch (const std::bad_cast &) {
    std::puts("bad cast");
  }
  try {
    volatile std::size_t huge = static_cast<std::size_t>(-1) / 2;
    delete[] new char[huge];
  } catch (const std::bad_alloc &) {
    std::puts("bad alloc");
  }
  return 0;
}
