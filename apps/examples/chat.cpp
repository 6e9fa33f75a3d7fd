// Lines of text over the channel of a link, in a coroutine on each side: what is typed goes to everybody who is linked.
#include "apps/examples/example.hpp"

#include <iostream>
#include <list>

using namespace example;

namespace {

constexpr std::uint16_t text_message = 0x0101;

/// Only used on the node's application thread.
std::list<api::channel> open_channels;

task converse(api::link link) {
  const auto opened = co_await link.open_channel();
  if (!opened)
    co_return;
  opened->on_message([](std::uint16_t type, const bytes& content) {
    if (type == text_message)
      say("%s", text_of(content).c_str());
  });
  open_channels.push_front(*opened);
  const auto mine = open_channels.begin();
  link.on_closed([mine](teardown_reason) {
    open_channels.erase(mine);
    say("closed");
  });
  say("linked");
}

task call(api::node& node, destination_hash to) {
  const auto link = co_await node.connect(to);
  if (!link) {
    failed("link", link.error());
    ending::now();
    co_return;
  }
  converse(*link);
}

task serve(api::node& node, std::string name) {
  destination_options options;
  options.name = std::move(name);
  const auto made = co_await node.add_destination(options);
  if (!made)
    co_return;
  made->on_link([](const api::link& link) { converse(link); });
  made->announce();
  say("serving %s", made->hash().hex().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv, "", [](api::node& node, const arguments& given) {
    if (given.to)
      call(node, *given.to);
    else
      serve(node, given.name);
    std::thread([&node] {
      for (std::string line; std::getline(std::cin, line);)
        node.post([line] {
          for (const auto& channel : open_channels)
            channel.send(text_message, bytes_of(line)).detach();
        });
      ending::now();
    }).detach();
    ending().wait();
    node.stop();
    return 0;
  });
}
