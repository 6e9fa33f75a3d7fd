// Prints every announce, or those of one name.
#include "apps/examples/example.hpp"

using namespace example;

int main(int argc, char** argv) {
  return run(argc, argv, "(NAME `all`: of every name)", [](api::node& node, const arguments& given) {
    const auto name = given.name == "all" ? std::nullopt : std::optional(given.name);
    const auto watching = node.watch_announces(name, [](const announce_heard& heard) {
      say("%s %d hops %s%s", heard.from.destination.hex().c_str(), heard.from.hops,
          text_of(heard.from.app_data).c_str(), heard.path_response ? " (path response)" : "");
    });
    say("watching");
    ending().wait();
    return 0;
  });
}
