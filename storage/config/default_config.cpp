#include "storage/config/default_config.hpp"

namespace plexus {

std::string_view default_config_text() {
  return R"(# Configuration of a Reticulum node.
#
# The format is Reticulum's own: rnsd reads this file as well, and skips the
# sections [plexus] and [metrics]. What is commented out shows the default.


[reticulum]

  # Carry traffic for others: pass announces on, answer path requests, relay
  # packets and links. Right for a node that is always on; say No on a laptop
  # that comes and goes.
  enable_transport = Yes

  # Let other programs on this machine (NomadNet, Sideband, lxmd, rnstatus ...)
  # use this node instead of opening interfaces of their own.
  share_instance = Yes

  # Programs find the shared instance by this name. Nodes that run side by side
  # on one machine need different names.
  instance_name = default

  # Sockets for local programs: Unix sockets unless this says tcp, which then
  # listens on these two ports of 127.0.0.1.
  # shared_instance_type = unix
  # shared_instance_port = 37428
  # instance_control_port = 37429

  # Answer rnprobe.
  # respond_to_probes = No

  # Let the owners of these identities ask for this node's state from afar.
  # enable_remote_management = No
  # remote_management_allowed = 00112233445566778899aabbccddeeff

  # Learn of interfaces that other nodes publish, and connect to some of them.
  # discover_interfaces = No
  # autoconnect_discovered_interfaces = 0

  # Take over lists of identities that are not to be carried, and publish ours.
  # blackhole_sources = 00112233445566778899aabbccddeeff
  # publish_blackhole = No


[logging]

  # 0 critical, 1 error, 2 warning, 3 notice, 4 info, 5 verbose, 6 debug,
  # 7 paths, 8 everything
  loglevel = 4


[plexus]

  # Threads that route, 0 for one a core, and threads that serve sockets.
  # shards = 0
  # io_threads = 0

  # Octets that may wait for one slow peer before packets for it are dropped.
  # tx_buffer = 4194304

  # Bounds of the tables.
  # max_paths = 1000000
  # max_links = 262144


[metrics]

  # Figures for Prometheus at http://127.0.0.1:9477/metrics. Whoever can reach
  # this address can read them.
  enabled = Yes
  listen = 127.0.0.1:9477


[interfaces]

  # Finds other nodes on the same Ethernet or Wi-Fi by itself, over IPv6
  # multicast. Needs no addresses, routers or DHCP.
  [[Default Interface]]
    type = AutoInterface
    enabled = Yes

  # Lets other nodes connect by TCP. On the loopback address only programs of
  # this machine can; use 0.0.0.0 (or :: and prefer_ipv6 = Yes) to open it.
  [[Local TCP]]
    type = TCPServerInterface
    enabled = Yes
    listen_ip = 127.0.0.1
    listen_port = 4242

  # Connects to another node. A network_name and passphrase, equal on both
  # sides, keep everybody else out; quote a passphrase that holds a comma.
  # [[Uplink]]
  #   type = BackboneInterface
  #   enabled = Yes
  #   remote = node.example.org
  #   port = 4242
  #   network_name = my network
  #   passphrase = "not this one, please"
)";
}

}  // namespace plexus
