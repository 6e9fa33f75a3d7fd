#include "storage/config/node_config.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace plexus;

extern "C" int LLVMFuzzerTestOneInput(const octet* data, std::size_t size) {
  try {
    const auto file = parse_config(as_text({data, size}), "fuzz");
    for (const auto& entry : file->entries())
      fuzz::promise(entry.value.is_list || entry.value.items.size() == 1);
    const auto node = read_node_config(*file);
    for (const auto& warning : node.warnings)
      fuzz::promise(warning.line > 0);
  } catch (const config_error& error) {
    fuzz::promise(error.line() > 0);
  }
  return 0;
}
