// Files as resources: whoever serves writes what it is offered into a folder, the caller sends a file. Neither holds
// more than a segment of it in memory.
#include "apps/examples/example.hpp"

using namespace example;

namespace {

/// The name that the sender gives it, without any folder.
std::string name_of(const std::optional<value>& metadata) {
  const auto* given = metadata ? metadata->find("name") : nullptr;
  const auto* text = given ? given->as_text() : nullptr;
  const auto name = text ? std::filesystem::path(*text).filename().string() : std::string();
  return name.empty() ? "unnamed" : name;
}

task receive(resource_offered offered, std::filesystem::path folder) {
  static unsigned number = 0;
  const auto part = folder / (".arriving-" + std::to_string(++number));
  auto got = co_await offered.accept(part, [](double done) { say("%.0f %%", done * 100); });
  if (!got) {
    failed("resource", got.error());
    co_return;
  }
  const auto name = name_of(got->metadata);
  std::filesystem::rename(part, folder / name);
  say("received %s", name.c_str());
}

int serve(api::node& node, const std::string& name, const std::filesystem::path& folder) {
  destination_options options;
  options.name = name;
  const auto made = node.add_destination(options).wait();
  if (!made)
    return failed("destination", made.error());
  made->on_link([folder](const api::link& link) {
    link.on_resource([folder](const resource_offered& offered) { receive(offered, folder); });
  });
  made->announce();
  say("serving %s", made->hash().hex().c_str());
  ending().wait();
  return 0;
}

int send(api::node& node, const destination_hash& to, const std::filesystem::path& file) {
  const auto link = node.connect(to).wait();
  if (!link)
    return failed("link", link.error());
  resource_wish wish;
  wish.metadata = value::map{{"name", file.filename().string()}};
  wish.progress = [](double done) { say("%.0f %%", done * 100); };
  const auto sent = link->send_file(file, wish).wait();
  link->close();
  if (!sent)
    return failed("transfer", sent.error());
  say("sent %s", file.filename().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv, "FOLDER|FILE", [](api::node& node, const arguments& given) {
    if (given.rest.size() != 1)
      return 2;
    return given.to ? send(node, *given.to, given.rest[0]) : serve(node, given.name, given.rest[0]);
  });
}
