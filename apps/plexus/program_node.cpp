#include "apps/plexus/program_node.hpp"

#include "storage/config/config_directory.hpp"

#include <stdexcept>

namespace plexus {
namespace {

namespace fs = std::filesystem;

/// Of the log: warnings, and a level more for each -v.
constexpr int log_level_default = 2;

fs::path directory_of(const common_options& common) {
  return find_config_directory(common.config, home_directory());
}

fs::path identity_file(const common_options& common, const std::string& app, const std::optional<std::string>& file) {
  return file ? fs::path(expand_home(*file, home_directory())) : directory_of(common) / "identities" / app;
}

}  // namespace

std::unique_ptr<api::node> start_program_node(const common_options& common) {
  std::string problem;
  api::node_options options;
  options.directory = directory_of(common);
  options.log_level = log_level_default + common.verbose - common.quiet;
  options.problem = &problem;
  auto started = api::node::start(std::move(options));
  if (!started)
    throw std::runtime_error(problem.empty() ? std::string(to_string(started.error())) : problem);
  return std::move(*started);
}

expected<std::shared_ptr<const identity>, std::string> program_identity(const common_options& common,
                                                                        const std::string& app,
                                                                        const std::optional<std::string>& file) {
  const auto path = identity_file(common, app, file);
  std::error_code problem;
  if (fs::exists(path, problem)) {
    auto loaded = api::load_identity(path);
    if (!loaded)
      return unexpected("Could not load identity from " + path.string() + ": " +
                        std::string(to_string(loaded.error())));
    return std::move(*loaded);
  }
  auto made = api::new_identity();
  fs::create_directories(path.parent_path(), problem);
  if (const auto saved = api::save_identity(*made, path); !saved)
    return unexpected("Could not write identity to " + path.string() + ": " + std::string(to_string(saved.error())));
  return made;
}

}  // namespace plexus
