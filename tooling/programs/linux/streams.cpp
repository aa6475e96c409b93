#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <regex>
#include <sstream>
#include <string>

namespace fs = std::filesystem;

int main() {
  std::cout << std::fixed << std::setprecision(3) << 3.14159 << ' ' << std::hex << 255 << ' ' << std::boolalpha << true
            << std::dec << std::setw(8) << 42 << '|' << std::left << std::setw(6) << "ab" << "|\n";
  std::istringstream in("10 20.5 word rest of it");
  int i;
  double d;
  std::string w, rest;
  in >> i >> d >> w;
  std::getline(in, rest);
  std::cout << i << ' ' << d << ' ' << w << '[' << rest << "]\n";
  fs::create_directories("tree/a/b");
  for (int n = 0; n < 5; n++) {
    std::ofstream out("tree/a/file" + std::to_string(n));
    for (int k = 0; k <= n * 100; k++) out << k << '\n';
  }
  std::uintmax_t bytes = 0;
  int files = 0;
  for (const auto &entry : fs::recursive_directory_iterator("tree"))
    if (entry.is_regular_file()) {
      files++;
      bytes += entry.file_size();
    }
  std::cout << files << ' ' << bytes << '\n';
  std::ifstream back("tree/a/file3");
  long sum = 0;
  while (back >> i) sum += i;
  std::cout << sum << ' ' << fs::exists("tree/none") << '\n';
  fs::rename("tree/a/file1", "tree/moved");
  fs::copy_file("tree/moved", "tree/copied");
  std::cout << fs::file_size("tree/copied") << ' ' << fs::path("tree/a/../x.txt").lexically_normal().string() << '\n';
  std::cout << fs::remove_all("tree") << '\n';
  std::regex pattern(R"((\w+)@(\w+)\.com)");
  std::string text = "alice@example.com, bob@test.com and nobody@nowhere";
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
    std::cout << (*it)[1] << " at " << (*it)[2] << '\n';
  std::cout << std::regex_replace(text, std::regex("o"), "0") << '\n';
  return 0;
}
