#include "actors/control/control_files.hpp"

#include "actors/log.hpp"
#include "actors/supervision/failures.hpp"
#include "storage/state/state_directory.hpp"

#include <caf/all.hpp>

#include <algorithm>

namespace plexus {
namespace {

std::string config_path(const std::filesystem::path& directory) {
  return (directory / "config").string();
}

config_reading_ptr read_config(const std::filesystem::path& directory) {
  auto reading = std::make_shared<config_reading>();
  try {
    reading->config = read_node_config(*load_config(config_path(directory)));
  } catch (const config_error& e) {
    reading->problem = e.what();
  }
  return reading;
}

bool is_enabled(const config_section& file, const std::string& name) {
  try {
    const auto whole = read_node_config(file);
    return std::any_of(whole.interfaces.begin(), whole.interfaces.end(),
                       [&](const auto& one) { return one.name == name && one.enabled; });
  } catch (const config_error&) {
    return true;
  }
}

/// What is missing where counts: see rns-1.5.7 section 7.5.
entry_reading_ptr read_entry(const std::filesystem::path& directory, const std::string& name) {
  auto reading = std::make_shared<entry_reading>();
  std::unique_ptr<config_section> file;
  try {
    file = load_config(config_path(directory));
  } catch (const config_error& e) {
    reading->without = change_outcome::unknown;
    reading->problem = e.what();
    return reading;
  }
  try {
    config_warnings warnings;
    if (auto entry = find_interface(*file, name, warnings)) {
      reading->entry = std::make_shared<interface_config>(std::move(*entry));
      reading->enabled = is_enabled(*file, name);
    } else {
      reading->without = file->section("interfaces") ? change_outcome::unknown : change_outcome::refused;
      reading->problem = "there is no interface of that name in " + config_path(directory);
    }
    for (const auto& warning : warnings)
      log(log_level::warning, "{}", warning.shown());
  } catch (const config_error& e) {
    reading->without = change_outcome::refused;
    reading->problem = e.what();
  }
  return reading;
}

blackhole_entries entries_of(const parsed_table<blackhole_record>& table) {
  blackhole_entries out;
  for (const auto& one : table.entries)
    out.push_back({one.identity, {}, one.until ? std::optional<number>(one.until->seconds) : std::nullopt, one.reason});
  return out;
}

blackhole_lists_ptr load_lists(const state_directory& state, const std::vector<identity_hash>& sources) {
  auto lists = std::make_shared<blackhole_lists>();
  const auto load = [&](const std::optional<identity_hash>& source) {
    if (const auto list = state.load_blackhole(source))
      lists->emplace_back(source, entries_of(*list));
    else if (list.error().what != file_fault::kind::missing)
      log(log_level::error, "{}", list.error().shown());
  };
  load(std::nullopt);
  for (const auto& source : state.blackhole_sources())
    if (std::find(sources.begin(), sources.end(), source) != sources.end())
      load(source);
  return lists;
}

void save_list(const state_directory& state, const std::optional<identity_hash>& source,
               const blackhole_entries& entries) {
  std::vector<blackhole_record> records;
  for (const auto& one : entries)
    records.push_back({one.identity, one.source,
                       one.until ? std::optional<unix_time>(unix_time{one.until->real()}) : std::nullopt, one.reason});
  if (const auto error = state.save_blackhole(source, records))
    log(log_level::error, "The blackhole list could not be saved: {}", error.message());
}

control_files::behavior_type files_behavior(control_files::pointer self, const std::filesystem::path& directory) {
  end_on_exception(self);
  const auto state = std::make_shared<state_directory>(directory);
  return {
      [directory](facts_atom) { return read_config(directory); },
      [directory](find_atom, const std::string& name) { return read_entry(directory, name); },
      [state](restore_atom, const identity_list& sources) { return load_lists(*state, *sources); },
      [state](save_atom, const blackhole_entries_ptr& entries) { save_list(*state, std::nullopt, *entries); },
      [state](save_atom, const identity_hash& source, const blackhole_entries_ptr& entries) {
        save_list(*state, source, *entries);
      },
  };
}

}  // namespace

control_files spawn_control_files(caf::actor_system& system, const std::filesystem::path& config_directory) {
  return system.spawn<caf::detached>(files_behavior, config_directory);
}

}  // namespace plexus
