#include "tests/bridge/support.hpp"

#include "transport/destination_name.hpp"
#include "transport/identity.hpp"

namespace plexus::bridge {

std::shared_ptr<const identity> identity_of(const parameters& p, std::string_view name) {
  return std::make_shared<const identity>(p.fixed<identity_secret>(name));
}

std::shared_ptr<const identity> identity_if(const parameters& p, std::string_view name) {
  return p.octets_if(name) ? identity_of(p, name) : nullptr;
}

std::shared_ptr<const identity> new_identity() {
  return std::make_shared<const identity>(identity::generate(chance()));
}

std::string dotted_name(const std::string& app, const std::vector<std::string>& aspects) {
  const std::vector<std::string_view> views(aspects.begin(), aspects.end());
  return must(expand_name(app, views), "app_name, aspects");
}

std::string dotted_name(const parameters& p, const std::vector<std::string>& otherwise) {
  return dotted_name(p.text("app_name"), p.aspects(otherwise));
}

}  // namespace plexus::bridge
