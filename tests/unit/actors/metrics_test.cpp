// A whole node, watched through its own HTTP port.
#include "actors/metrics/families.hpp"
#include "actors/node.hpp"
#include "messages/announce.hpp"
#include "messages/packet.hpp"
#include "tests/unit/actors/tcp_configs.hpp"
#include "tests/unit/actors/test_sockets.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/storage/temporary_directory.hpp"
#include "tests/unit/test_data.hpp"
#include "transport/crypto/random_source.hpp"
#include "transport/destination_name.hpp"
#include "transport/identity.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <fstream>
#include <future>
#include <map>
#include <random>
#include <set>
#include <sstream>

using namespace plexus;
using namespace plexus::test;
using namespace std::chrono_literals;
using test::client_socket;

namespace {

class fixed_random final : public random_source {
public:
  void fill(mutable_octets out) override {
    for (auto& o : out)
      o = static_cast<octet>(engine_());
  }

private:
  std::mt19937 engine_{7};
};

node_setup setup_of(std::vector<interface_config> interfaces = {}, std::uint16_t metrics_port = 0) {
  node_setup setup;
  setup.config.plexus.shards = 2;
  setup.config.plexus.io_threads = 2;
  setup.config.reticulum.enable_transport = true;
  setup.config.metrics.port = metrics_port;
  setup.config.reticulum.share_instance = false;
  setup.config.interfaces = std::move(interfaces);
  setup.identity = transport_id::from(octet_string(16, 0x42));
  setup.hash_secret = 5;
  setup.jitter_seed = 6;
  return setup;
}

/// Whether the condition comes true in time; it does the waiting itself.
template <class Condition>
bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < until)
    if (condition())
      return true;
  return false;
}

struct answer {
  int status = 0;
  std::string head, body;
};

answer get(std::uint16_t port, const std::string& path, const std::string& method = "GET") {
  client_socket socket(port);
  socket.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto whole = socket.receive_all();
  answer a;
  const auto end = whole.find("\r\n\r\n");
  if (end == std::string::npos || whole.rfind("HTTP/1.1 ", 0) != 0)
    return a;
  a.status = std::stoi(whole.substr(9, 3));
  a.head = whole.substr(0, end);
  a.body = whole.substr(end + 4);
  return a;
}

/// Prometheus' text format, read the way Prometheus reads it.
struct scrape {
  std::map<std::string, std::string> types;  ///< by family
  std::map<std::string, double> samples;     ///< by name and labels as they are written
  std::map<std::string, std::set<std::string>> labels;

  explicit scrape(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("# TYPE ", 0) == 0) {
        std::istringstream words(line.substr(7));
        std::string name, type;
        words >> name >> type;
        types[name] = type;
      } else if (!line.empty() && line[0] != '#') {
        take_sample(line);
      }
    }
  }
  static scrape of(std::uint16_t port) {
    const auto a = get(port, "/metrics");
    REQUIRE(a.status == 200);
    CHECK(a.head.find("text/plain; version=0.0.4") != std::string::npos);
    return scrape(a.body);
  }

  double value(const std::string& sample) const {
    const auto found = samples.find(sample);
    return found == samples.end() ? -1 : found->second;
  }
  double sum(const std::string& begin, const std::string& end) const {
    double all = 0;
    for (const auto& [name, value] : samples)
      if (name.rfind(begin, 0) == 0 && name.size() > end.size() &&
          name.compare(name.size() - end.size(), end.size(), end) == 0)
        all += value;
    return all;
  }

private:
  void take_sample(const std::string& line) {
    const auto space = line.rfind(' ');
    REQUIRE(space != std::string::npos);
    const auto name = line.substr(0, space);
    CHECK(samples.count(name) == 0);
    samples[name] = std::stod(line.substr(space + 1));
    const auto brace = name.find('{');
    auto family = name.substr(0, brace);
    for (const std::string suffix : {"_bucket", "_sum", "_count"})
      if (types.count(family) == 0 && family.size() > suffix.size() &&
          family.compare(family.size() - suffix.size(), suffix.size(), suffix) == 0)
        family.resize(family.size() - suffix.size());
    INFO(line);
    REQUIRE(types.count(family) == 1);
    for (auto at = brace; at != std::string::npos && at + 1 < name.size(); at = name.find("\",", at + 1)) {
      const auto begin = name.find_first_of("abcdefghijklmnopqrstuvwxyz", at);
      labels[family].insert(name.substr(begin, name.find('=', begin) - begin));
    }
    labels[family].erase("le");
  }
};

std::string type_name(prometheus::MetricType type) {
  return type == prometheus::MetricType::Counter ? "counter"
         : type == prometheus::MetricType::Gauge ? "gauge"
                                                 : "histogram";
}

struct listed {
  std::string type;
  std::set<std::string> labels;
};

/// Rows `| `name` | type | labels | ... |` of the table in docs/metrics.md.
std::map<std::string, listed> documented_families() {
  std::ifstream file(test::data_file("../../docs/metrics.md"));
  REQUIRE(file);
  std::map<std::string, listed> all;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("| `", 0) != 0 || line.rfind("| `/", 0) == 0)
      continue;
    std::istringstream cells(line.substr(2));
    std::string name, type, labels;
    std::getline(cells, name, '|');
    std::getline(cells, type, '|');
    std::getline(cells, labels, '|');
    const auto strip = [](std::string text) {
      text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '`' || c == ' '; }), text.end());
      return text;
    };
    auto& one = all[strip(name)];
    one.type = strip(type);
    std::istringstream words(strip(labels));
    for (std::string label; std::getline(words, label, ',');)
      one.labels.insert(label);
  }
  return all;
}

octet_string announce_of(const identity& who, random_source& random, std::uint64_t emitted) {
  const auto name = hash_name("plexus.test");
  const auto destination = hash_destination(name, who.hash());
  octet_string five(5);
  random.fill(five);
  announce a;
  a.key = who.key();
  a.name = name;
  a.blob = make_random_blob(five, emitted);
  a.proof = who.sign(a.signed_data(destination));
  packet_header header;
  header.flags = make_flags(packet_type::announce, destination_type::single);
  header.destination = rename<address>(destination);
  return encode_packet(header, a.encode());
}

octet_string data_for(const destination_hash& destination, const transport_id& via, unsigned number) {
  packet_header header;
  header.flags = make_flags(packet_type::data, destination_type::single, header_type::two, transport_type::transport);
  header.transport = via;
  header.destination = rename<address>(destination);
  octet_string body(64, 1);
  body[0] = static_cast<octet>(number);
  body[1] = static_cast<octet>(number >> 8);
  return encode_packet(header, body);
}

/// Two listeners with one client each, and a path from the left to a destination on the right.
struct relayed {
  relayed()
      : left_port(test::free_port()),
        right_port(test::free_port()),
        running(setup_of({listener_config("left", left_port), listener_config("right", right_port)})) {
    running.start_interfaces();
    left.emplace(left_port);
    right.emplace(right_port);
    REQUIRE(eventually([&] { return connections("left") == 1 && connections("right") == 1; }));
    right->send_frame(announce_of(who, random, 1'700'000'000));
    REQUIRE(left->receive_frame().size() > 148);
  }

  std::uint64_t connections(const std::string& section) {
    caf::scoped_actor self{running.system()};
    std::uint64_t count = 0;
    self->request(running.interfaces(), caf::infinite, figures_atom::value)
        .receive(
            [&](const interfaces_figures_ptr& all) {
              for (const auto& one : all->interfaces)
                if (one.name == section)
                  count = one.levels.online;
            },
            [](const caf::error&) {});
    return count;
  }
  /// One packet from left to right, and wait for it.
  void relay(unsigned number) {
    left->send_frame(
        data_for(hash_destination("plexus.test", who.hash()), transport_id::from(octet_string(16, 0x42)), number));
    for (std::size_t size = 0; size != 19 + 64;) {  // announces go to everybody
      size = right->receive_frame().size();
      REQUIRE(size > 0);
    }
  }

  fixed_random random;
  identity who = identity::generate(random);
  std::uint16_t left_port, right_port;
  node running;
  std::optional<client_socket> left, right;
};

}  // namespace

TEST_CASE("what is exported is what docs/metrics.md lists") {
  node running(setup_of({listener_config("only", test::free_port())}));
  running.start_interfaces();
  const auto exported = scrape::of(running.metrics_port());
  const auto documented = documented_families();
  std::set<std::string> names, listed_names;
  for (const auto& [name, type] : exported.types) {
    INFO(name);
    names.insert(name);
    REQUIRE(documented.count(name) == 1);
    CHECK(documented.at(name).type == type);
    const auto labels = exported.labels.find(name);
    if (labels != exported.labels.end())
      CHECK(documented.at(name).labels == labels->second);
  }
  for (const auto& [name, one] : documented)
    listed_names.insert(name);
  CHECK(names == listed_names);
  for (const auto* family : all_families) {
    INFO(family->name);
    const auto found = documented.find(std::string(family->name));
    REQUIRE(found != documented.end());
    CHECK(found->second.type == type_name(family->type));
    CHECK(found->second.labels ==
          std::set<std::string>(family->labels.begin(), family->labels.begin() + family->label_count()));
    const auto name = family->name;
    CHECK((name.size() > 6 && name.substr(name.size() - 6) == "_total") ==
          (family->type == prometheus::MetricType::Counter));
  }
}

TEST_CASE("counters follow the traffic between two clients, and outlive their connections") {
  relayed net;
  constexpr unsigned relayed_packets = 300;  // one round of reading in 256 is timed
  for (unsigned i = 0; i < relayed_packets; ++i)
    net.relay(i);
  auto seen = scrape::of(net.running.metrics_port());
  const auto packets = [&](const std::string& labels) {
    return seen.value("plexus_interface_packets_total{" + labels + "}");
  };
  CHECK(packets(R"(interface="left",direction="in",class="data")") == relayed_packets);
  CHECK(packets(R"(interface="right",direction="out",class="data")") == relayed_packets);
  CHECK(packets(R"(interface="right",direction="in",class="announce")") == 1);
  CHECK(packets(R"(interface="left",direction="out",class="announce")") >= 1);
  CHECK(packets(R"(interface="left",direction="out",class="path_request")") == 0);
  CHECK(seen.value(R"(plexus_interface_packet_bytes_total{interface="left",direction="in",class="data"})") ==
        relayed_packets * (35 + 64));
  CHECK(seen.value(R"(plexus_interface_packet_bytes_total{interface="right",direction="out",class="data"})") ==
        relayed_packets * (19 + 64));
  CHECK(seen.value(R"(plexus_interface_wire_bytes_total{interface="left",direction="in"})") >
        relayed_packets * (35 + 64 + 1));
  CHECK(seen.sum("plexus_packets_forwarded_total", R"(class="data"})") == relayed_packets);
  CHECK(seen.sum("plexus_announces_total", R"(outcome="accepted"})") == 1);
  CHECK(seen.sum("plexus_announces_total", R"(outcome="rebroadcast"})") >= 1);
  CHECK(seen.sum("plexus_signature_checks_total", R"(kind="announce"})") == 1);
  CHECK(seen.sum("plexus_table_entries", R"(table="paths"})") == 1);
  CHECK(seen.sum("plexus_table_entries", R"(table="reverse"})") == relayed_packets);
  CHECK(seen.value(R"(plexus_interface_connections{interface="left"})") == 1);
  CHECK(seen.value(R"(plexus_interface_up{interface="right"})") == 1);
  CHECK(seen.value("plexus_ready") == 1);
  CHECK(seen.value(R"(plexus_actor_answers{actor="shard_1"})") == 1);
  const auto timed = seen.value(R"(plexus_forwarding_latency_seconds_count{interface="right"})");
  CHECK(timed >= 1);
  CHECK(seen.value(R"(plexus_forwarding_latency_seconds_bucket{interface="right",le="+Inf"})") == timed);
  CHECK(seen.value(R"(plexus_forwarding_latency_seconds_sum{interface="right"})") > 0);
  CHECK(seen.value("process_resident_memory_bytes") > 1e6);
  CHECK(seen.value("process_start_time_seconds") > 1.6e9);

  net.left->send_frame(octet_string(40, 0x80));           // an access code, on an open interface
  net.left->send_frame(data_for({}, transport_id{}, 1));  // for another transport node
  net.left.reset();
  REQUIRE(eventually([&] { return net.connections("left") == 0; }));
  REQUIRE(eventually([&] {
    seen = scrape::of(net.running.metrics_port());
    return seen.value(R"(plexus_interface_connections{interface="left"})") == 0;
  }));
  CHECK(packets(R"(interface="left",direction="in",class="data")") == relayed_packets);
  CHECK(seen.value(R"(plexus_interface_refused_packets_total{interface="left",reason="ifac_unexpected"})") == 1);
  CHECK(seen.value(R"(plexus_violations_total{kind="ifac"})") == 1);
  CHECK(seen.value(R"(plexus_violations_total{kind="filter"})") == 1);
}

TEST_CASE("a node is healthy while its root lives, and ready once it has started") {
  node running(setup_of({listener_config("only", test::free_port())}));
  const auto port = running.metrics_port();
  CHECK(get(port, "/healthz").status == 200);
  const auto starting = get(port, "/readyz");
  CHECK(starting.status == 503);
  CHECK(starting.body == "interfaces are being started\n");
  running.start_interfaces();
  const auto started = get(port, "/readyz");
  CHECK(started.status == 200);
  CHECK(started.body == "ok\n");
}

TEST_CASE("a node that keeps state is ready when it is restored") {
  temporary_directory directory;
  const state_directory state(directory.path());
  REQUIRE_FALSE(state.prepare());
  auto setup = setup_of();
  setup.state = state;
  node running(std::move(setup));
  const auto port = running.metrics_port();
  CHECK(get(port, "/readyz").status == 503);
  running.start_interfaces();
  CHECK(eventually([&] { return get(port, "/readyz").status == 200; }));
  const auto seen = scrape::of(port);
  CHECK(seen.value("plexus_state_restore_duration_seconds") > 0);
  CHECK(seen.value(R"(plexus_actor_restarts_total{supervisor="storage"})") == 0);
}

TEST_CASE("a node that ends is not ready, but healthy until it has sent what waits") {
  relayed net;
  const auto port = net.running.metrics_port();
  CHECK(get(port, "/readyz").status == 200);
  // More than the sockets hold, to a client that does not read.
  const auto destination = hash_destination("plexus.test", net.who.hash());
  for (unsigned i = 0; i < 200'000; ++i)
    net.left->send_frame(data_for(destination, transport_id::from(octet_string(16, 0x42)), i));
  REQUIRE(eventually(
      [&] { return scrape::of(port).value(R"(plexus_interface_transmit_buffer_bytes{interface="right"})") > 0; }));
  auto stopped = std::async(std::launch::async, [&] { net.running.stop(5s); });
  answer readiness;
  CHECK(eventually([&] { return (readiness = get(port, "/readyz")).status == 503; }));
  CHECK(readiness.body == "draining: the node is about to end\n");
  CHECK(get(port, "/healthz").status == 200);
  net.right.reset();  // nobody to wait for any more
  stopped.get();
}

TEST_CASE("scrapers that do not read harm nobody") {
  relayed net;
  const auto port = net.running.metrics_port();
  std::vector<std::unique_ptr<client_socket>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<client_socket>(port));
    slow.back()->send(i % 2 ? "GET /met" : "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n");
  }
  CHECK(get(port, "/healthz").status == 200);
  CHECK(scrape::of(port).value("plexus_ready") == 1);
  for (unsigned i = 0; i < 20; ++i)
    net.relay(i);
}

TEST_CASE("garbage on the port is refused, and the next scrape works") {
  node running(setup_of());
  const auto port = running.metrics_port();
  fixed_random random;
  octet_string noise(200'000);
  random.fill(noise);
  const std::vector<std::string> garbage{std::string(noise.begin(), noise.end()),
                                         "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n",
                                         "GET\r\n\r\n", std::string(3, '\0') + "\r\n\r\n",
                                         "POST /metrics HTTP/1.1\r\nContent-Length: 9999999999999\r\n\r\n"};
  for (const auto& text : garbage) {
    client_socket socket(port);
    socket.send(text);
    const auto said = socket.receive_all();
    CHECK((said.empty() || said.rfind("HTTP/1.1 400", 0) == 0));
  }
  CHECK(get(port, "/metrics", "DELETE").status == 405);
  CHECK(get(port, "/elsewhere").status == 404);
  const auto head = get(port, "/metrics?name=x", "HEAD");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(scrape::of(port).value("process_open_fds") > 0);
}

TEST_CASE("many scrapers within a second cost one gathering") {
  node running(setup_of());
  const auto port = running.metrics_port();
  const auto first = get(port, "/metrics").body;
  const auto second = get(port, "/metrics").body;
  CHECK(first == second);
}

TEST_CASE("a connection serves one scrape after the other") {
  node running(setup_of());
  client_socket socket(running.metrics_port());
  for (int i = 0; i < 3; ++i) {
    socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(socket.receive_until("ok\n").rfind("HTTP/1.1 200", 0) == 0);
  }
}

TEST_CASE("a taken port stops nothing, and is tried again") {
  auto taken = std::make_unique<test::listening_socket>();
  const auto port = taken->port();
  node running(setup_of({}, port));
  CHECK(running.metrics_port() == 0);
  running.start_interfaces();
  taken.reset();
  REQUIRE(eventually([&] { return running.metrics_port() == port; }));
  CHECK(get(port, "/healthz").status == 200);
}

TEST_CASE("metrics can be turned off") {
  const auto port = test::free_port();
  auto setup = setup_of({}, port);
  setup.config.metrics.enabled = false;
  node running(std::move(setup));
  CHECK(running.metrics_port() == 0);
  CHECK_NOTHROW(test::listening_socket(port));
}
