#include "tests/bridge/live/interface_recipe.hpp"

#include "actors/interfaces/interface_settings.hpp"

namespace plexus::bridge {

interface_recipe recipe_for(const node_config& config, const interface_config& interface, const transport_id& identity,
                            const std::string& name) {
  node_settings node;
  node.identity = identity;
  node.reticulum = config.reticulum;
  auto settings = make_interface_settings(interface, node, name);
  interface_recipe recipe;
  recipe.facts = std::move(settings.facts);
  recipe.facts.online = true;
  recipe.gate = settings.gate;
  if (settings.access)
    recipe.access = std::make_unique<const access_codes>(*settings.access);
  return recipe;
}

}  // namespace plexus::bridge
