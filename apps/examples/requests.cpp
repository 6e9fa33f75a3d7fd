// Requests: a server that echoes values, says who asks, and hands out files of a folder; and a caller that identifies,
// asks once and prints the answer.
#include "apps/examples/example.hpp"

using namespace example;

namespace {

void answer_file(const api::request& asked, const std::filesystem::path& folder) {
  const auto* name = asked.content.as_text();
  if (!name)
    return;
  const auto file = folder / std::filesystem::path(*name).filename();
  asked.respond_file(file, value::map{{"name", file.filename().string()}}).then([](result<void> done) {
    say("%s", done ? "file sent" : std::string(to_string(done.error())).c_str());
  });
}

int serve(api::node& node, const std::string& name, const std::filesystem::path& folder) {
  destination_options options;
  options.name = name;
  const auto made = node.add_destination(options).wait();
  if (!made)
    return failed("destination", made.error());
  made->on_request("/echo", [](const api::request& asked) { asked.respond(asked.content).detach(); });
  made->on_request("/who", [](const api::request& asked) {
    asked.respond(asked.requester ? value(asked.requester->hex()) : value("nobody")).detach();
  });
  made->on_request("/file", [folder](const api::request& asked) { answer_file(asked, folder); });
  made->announce();
  say("serving %s", made->hash().hex().c_str());
  ending().wait();
  return 0;
}

int ask(api::node& node, const destination_hash& to, const std::string& path, const std::string& text) {
  const auto link = node.connect(to).wait();
  if (!link)
    return failed("link", link.error());
  const auto me = new_identity();
  if (const auto done = link->identify(me).wait(); !done)
    return failed("identify", done.error());
  const auto answer = link->ask(path, value(text)).wait();
  link->close();
  if (!answer)
    return failed("request", answer.error());
  if (const auto* got = answer->content.as_text())
    say("answer %s", got->c_str());
  else if (answer->file)
    say("file of %zu octets", answer->file->size());
  else
    say("an answer of another kind");
  say("asked as %s", me->hash().hex().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv, "FOLDER | PATH TEXT", [](api::node& node, const arguments& given) {
    if (given.rest.size() != (given.to ? 2u : 1u))
      return 2;
    return given.to ? ask(node, *given.to, given.rest[0], given.rest[1]) : serve(node, given.name, given.rest[0]);
  });
}
