// TCP interfaces on this machine, as a configuration has them, without ingress control.
#pragma once

#include "storage/config/interface_config.hpp"

namespace plexus::test {

template <class Settings>
interface_config tcp_config(const std::string& name, const std::string& type, Settings settings) {
  interface_config config;
  config.name = name;
  config.type = type;
  config.enabled = true;
  config.ingress_control = false;
  config.settings = std::move(settings);
  return config;
}

inline interface_config listener_config(const std::string& name, std::uint16_t port) {
  tcp_server_settings server;
  server.listen.address = "127.0.0.1";
  server.listen.port = port;
  return tcp_config(name, "TCPServerInterface", server);
}

inline interface_config connecting_config(const std::string& name, std::uint16_t port) {
  tcp_client_settings client;
  client.target.host = "127.0.0.1";
  client.target.port = port;
  return tcp_config(name, "TCPClientInterface", client);
}

}  // namespace plexus::test
