// Chapter 10: the blackhole list, its files, and what of it is published.
#include "tests/bridge/core/cores.hpp"

namespace plexus::bridge {
namespace {

json shown(const blackhole_entries& entries) {
  auto list = json::array();
  for (const auto& one : entries)
    list.push_back({{"identity_hash", hex(one.identity)},
                    {"source", hex(one.source)},
                    {"until", one.until ? json(one.until->real()) : json()},
                    {"reason", one.reason ? json(*one.reason) : json()}});
  return list;
}

std::filesystem::path folder(transport_core& core) {
  return core.files().storage() / "blackhole";
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.is_regular_file())
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

json add(transport_core& core, const parameters& p) {
  const auto until = p.has("until") ? std::optional<number>(p.number("until")) : std::nullopt;
  const auto change = core.blackholes().add(p.fixed<identity_hash>("identity_hash"), until, p.text_if("reason"));
  if (change == blackhole_list::change::done)
    core.publish_blackholes(true);
  return {{"blackholed", change == blackhole_list::change::done}};
}

json lift(transport_core& core, const parameters& p) {
  const auto change = core.blackholes().lift(p.fixed<identity_hash>("identity_hash"));
  if (change == blackhole_list::change::done)
    core.publish_blackholes(true);
  return {{"lifted", change == blackhole_list::change::done}};
}

json read(transport_core& core, const parameters&) {
  const auto entries = core.blackholes().all();
  return {{"count", entries.size()}, {"entries", shown(entries)}};
}

blackhole_entries entries_of(const parsed_table<blackhole_record>& table) {
  blackhole_entries entries;
  for (const auto& one : table.entries)
    entries.push_back(
        {one.identity, {}, one.until ? std::optional<number>(one.until->seconds) : std::nullopt, one.reason});
  return entries;
}

json reload(transport_core& core, const parameters&) {
  const auto unix_now = core.wall().to_unix(core.now());
  const auto take = [&](const std::optional<identity_hash>& source) {
    if (const auto list = core.files().load_blackhole(source))
      core.blackholes().take_over(source.value_or(core.self().hash()), entries_of(*list), unix_now);
  };
  core.blackholes().keep_sources(core.blackhole_sources());
  core.blackholes().expire(unix_now);
  take(std::nullopt);
  for (const auto& source : core.files().blackhole_sources())
    if (const auto& trusted = core.blackhole_sources();
        std::find(trusted.begin(), trusted.end(), source) != trusted.end())
      take(source);
  core.publish_blackholes(false);
  return {{"count", core.blackholes().size()}};
}

json clear(transport_core& core, const parameters&) {
  core.blackholes() = blackhole_list(core.self().hash());
  core.publish_blackholes(false);
  return {{"cleared", true}};
}

json storage_files(transport_core& core, const parameters&) {
  auto files = json::array();
  for (const auto& path : files_in(folder(core)))
    files.push_back({{"name", path.filename().string()}, {"size", std::filesystem::file_size(path)}});
  return {{"dir", folder(core).string()}, {"files", files}};
}

json clear_storage(transport_core& core, const parameters&) {
  const auto files = files_in(folder(core));
  for (const auto& path : files)
    std::filesystem::remove(path);
  return {{"removed", files.size()}};
}

std::filesystem::path file_named(transport_core& core, const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.'))
    throw command_error("expected the name of a file in the blackhole folder, found " + name);
  return folder(core) / name;
}

json rename_storage(transport_core& core, const parameters& p) {
  std::filesystem::rename(file_named(core, p.text("src")), file_named(core, p.text("dst")));
  return {{"renamed", true}};
}

json set_sources(transport_core& core, const parameters& p) {
  core.blackhole_sources() = p.list_of<identity_hash>("sources");
  return {{"count", core.blackhole_sources().size()}};
}

}  // namespace

void add_blackhole_commands(core_commands& commands) {
  commands.add("behavioral_blackhole_identity", add);
  commands.add("behavioral_unblackhole_identity", lift);
  commands.add("behavioral_read_blackhole_table", read);
  commands.table().refuse("behavioral_blackhole_list_handler",
                          "the destination that publishes the list belongs to the node, not to the transport core");
  commands.add("behavioral_blackhole_reload", reload);
  commands.add("behavioral_blackhole_clear", clear);
  commands.add("behavioral_blackhole_storage_files", storage_files);
  commands.add("behavioral_blackhole_clear_storage", clear_storage);
  commands.add("behavioral_blackhole_rename_storage", rename_storage);
  commands.add("behavioral_blackhole_set_sources", set_sources);
}

}  // namespace plexus::bridge
