// From a command's name to what serves it, and from a request to its answer.
#pragma once

#include "tests/bridge/parameters.hpp"

#include <functional>
#include <map>

namespace plexus::bridge {

/// What one command does with its parameters. Throws command_error where it cannot be done.
using command = std::function<json(const parameters&)>;

class command_table {
public:
  /// Requires a name that is not there yet.
  void add(const std::string& name, command serve);
  /// Answers with an error that says what is missing.
  void refuse(const std::string& name, const std::string& missing);
  /// The answer to one line: {id, success:true, result} or {id, success:false, error}. Never throws.
  json answer(std::string_view line) const;

private:
  json serve(const json& request) const;

  std::map<std::string, command, std::less<>> commands_;
};

}  // namespace plexus::bridge
