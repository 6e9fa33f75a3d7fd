#include "apps/plexus/interface_changes.hpp"

#include <nlohmann/json.hpp>

#include <iostream>

namespace plexus {
namespace {

std::string_view verb(rpc::interface_change change) {
  switch (change) {
    case rpc::interface_change::attach:
      return "attach";
    case rpc::interface_change::detach:
      return "detach";
    case rpc::interface_change::reload:
      return "reload";
  }
  return "change";
}

struct outcome {
  std::string text;
  bool done = false;
};

outcome outcome_of(const expected<value, rpc_failure>& answer, std::string_view verb, const std::string& name) {
  const auto prefix = "Could not " + std::string(verb) + " interface " + name;
  if (!answer && answer.error() == rpc_failure::unreachable)
    return {std::string(no_shared_instance) + " to " + std::string(verb) + " the interface of"};
  if (!answer)
    return {prefix + ": " + std::string(to_string(answer.error()))};
  if (answer->is_nil())
    return {"The interface " + name + " does not exist"};
  const auto* done = answer->as_bool();
  if (!done)
    return {"Unknown error while " + std::string(verb) + "ing interface " + name};
  if (!*done)
    return {prefix};
  return {"Interface " + name + " was " + std::string(verb) + "ed", true};
}

}  // namespace

int change_interface(node_access& node, rpc::interface_change change, const std::string& name,
                     const common_options& common) {
  const auto result = outcome_of(node.call(rpc::manage_interface{change, name}), verb(change), name);
  if (common.json)
    std::cout << nlohmann::ordered_json{{"interface", name},
                                        {"change", verb(change)},
                                        {"done", result.done},
                                        {"result", result.text}}
              << '\n';
  else
    std::cout << result.text << '\n';
  return result.done ? 0 : 1;
}

}  // namespace plexus
