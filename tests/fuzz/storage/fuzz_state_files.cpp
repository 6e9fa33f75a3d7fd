// The first octet picks the format. What was read must be written as something that reads the same.
#include "storage/state/known_destinations.hpp"
#include "storage/state/path_records.hpp"
#include "storage/state/small_files.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace plexus;

namespace {

template <class Parse, class Encode>
void table_and_back(octets file, Parse parse, Encode encode) {
  if (const auto first = parse(file)) {
    const auto written = encode(first->entries);
    const auto second = parse(written);
    fuzz::promise(second && second->skipped == 0 && encode(second->entries) == written);
  }
}

void paths_and_back(octets file) {
  std::vector<path_record> paths;
  read_path_table(file, [&](const auto& path) { paths.push_back(path); });
  const auto written = encode_path_table(paths);
  std::vector<path_record> again;
  fuzz::promise(read_path_table(written, [&](const auto& path) { again.push_back(path); }).has_value());
  fuzz::promise(encode_path_table(again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  if (size == 0)
    return 0;
  const octets file{data + 1, size - 1};
  switch (data[0] % 7) {
    case 0:
      table_and_back(file, parse_known_destinations, encode_known_destinations);
      break;
    case 1:
      paths_and_back(file);
      break;
    case 2:
      table_and_back(file, parse_tunnels, [](const auto& all) { return encode_tunnels(all); });
      break;
    case 3:
      table_and_back(file, parse_blackhole, encode_blackhole);
      break;
    case 4:
      if (const auto ratchet = parse_ratchet(file))
        fuzz::promise(parse_ratchet(encode_ratchet(*ratchet)).has_value());
      break;
    case 5:
      if (const auto one = parse_cached_announce(file))
        fuzz::promise(parse_cached_announce(encode_cached_announce(one->packet, one->interface)) == *one);
      break;
    default:
      fuzz::promise(parse_packet_hashes(file).size() == file.size() / packet_hash::size);
      fuzz::promise(parse_private_key(file).has_value() == (file.size() == private_key::size));
  }
  return 0;
}
