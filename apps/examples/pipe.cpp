// A pipe over the network: standard input goes into a buffer of a link, what comes out of it to standard output, until
// both streams have ended. The initiator writes stream 0 and reads stream 1.
#include "apps/examples/example.hpp"

#include <atomic>
#include <unistd.h>

using namespace example;

namespace {

/// Reads no faster than the far side takes it.
void pump_in(const api::buffer& to) {
  bytes piece(16384);
  for (;;) {
    const auto got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got <= 0)
      break;
    if (!to.write({piece.begin(), piece.begin() + got}).wait())
      return;
  }
  (void)to.finish().wait();
}

bool pump_out(const api::buffer& from) {
  for (;;) {
    const auto piece = from.read().wait();
    if (!piece || piece->empty())
      return piece.has_value();
    for (std::size_t done = 0; done < piece->size();) {
      const auto written = ::write(STDOUT_FILENO, piece->data() + done, piece->size() - done);
      if (written <= 0)
        return false;
      done += static_cast<std::size_t>(written);
    }
  }
}

int pump(const api::link& link, std::uint16_t reads, std::uint16_t writes) {
  const auto channel = link.open_channel().wait();
  if (!channel)
    return failed("channel", channel.error());
  const auto both_ways = channel->buffer(reads, writes);
  std::thread in([both_ways] { pump_in(both_ways); });
  const bool whole = pump_out(both_ways);
  in.join();
  return whole ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv, "", [](api::node& node, const arguments& given) {
    if (given.to) {
      const auto link = node.connect(*given.to).wait();
      if (!link)
        return failed("link", link.error());
      const int code = pump(*link, 1, 0);
      link->close();
      return code;
    }
    destination_options options;
    options.name = given.name;
    const auto made = node.add_destination(options).wait();
    if (!made)
      return failed("destination", made.error());
    const auto first = std::make_shared<std::promise<api::link>>();
    const auto taken = std::make_shared<std::atomic_flag>();
    made->on_link([first, taken](const api::link& link) {
      if (!taken->test_and_set())
        first->set_value(link);
    });
    made->announce();
    std::fprintf(stderr, "serving %s\n", made->hash().hex().c_str());
    return pump(first->get_future().get(), 0, 1);
  });
}
