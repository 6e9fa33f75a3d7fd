#include "tests/bridge/command_table.hpp"

namespace plexus::bridge {

void command_table::add(const std::string& name, command serve) {
  if (!commands_.emplace(name, std::move(serve)).second)
    throw std::logic_error("command registered twice: " + name);
}

void command_table::refuse(const std::string& name, const std::string& missing) {
  add(name, [name, missing](const parameters&) -> json { throw command_error(name + " is not served: " + missing); });
}

json command_table::serve(const json& request) const {
  static const json none = json::object();
  const auto name = request.value("command", "");
  const auto found = commands_.find(name);
  if (found == commands_.end())
    throw command_error("unknown command: " + name);
  const auto given = request.find("params");
  return found->second(parameters(given == request.end() || given->is_null() ? none : *given));
}

json command_table::answer(std::string_view line) const {
  json id = "parse_error";
  try {
    const auto request = json::parse(line);
    if (!request.is_object())
      throw command_error("a request is an object");
    id = request.value("id", json());
    auto result = serve(request);
    return {{"id", id}, {"success", true}, {"result", std::move(result)}};
  } catch (const std::exception& error) {
    return {{"id", id}, {"success", false}, {"error", error.what()}};
  }
}

}  // namespace plexus::bridge
