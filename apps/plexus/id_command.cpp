// `plexus id`: rnid. Source: Utilities/rnid.py: main, validate_args; rns-1.5.7 section 10.2.
#include "apps/plexus/id_work.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace plexus {
namespace {

/// More than one of them at once makes no sense.
void at_most_one(std::initializer_list<bool> given, const char* complaint) {
  if (std::count(given.begin(), given.end(), true) > 1)
    throw id_failure(id_exit{1}, complaint);
}

void check(const id_arguments& wanted) {
  at_most_one({!wanted.encrypt.empty(), !wanted.decrypt.empty(), !wanted.validate.empty(), !wanted.sign.empty(),
               wanted.sign_message},
              "This utility currently only supports one of the encrypt, decrypt, sign or verify operations per "
              "invocation");
  at_most_one({wanted.import_public.has_value(), wanted.import_private.has_value(), wanted.identity.has_value(),
               wanted.generate.has_value()},
              "The -i, -g, -m and -M args are mutually exclusive");
  at_most_one({wanted.base64, wanted.base32, wanted.base256, wanted.hex},
              "The -b, -B, --hex and --base256 args are mutually exclusive");
}

bool needs_identity(const id_arguments& wanted) {
  return !wanted.sign.empty() || wanted.sign_message || !wanted.encrypt.empty() || !wanted.decrypt.empty() ||
         wanted.announce || wanted.write || wanted.print || wanted.export_public || wanted.export_private;
}

template <class Each>
bool for_files(const std::vector<std::string>& files, Each each) {
  for (const auto& file : files)
    each(file);
  return !files.empty();
}

/// Whether there was anything to do. What works on files ends the command, so `-w` means its output then.
bool work(const id_arguments& wanted, const common_options& common, id_report& report) {
  const bool required = needs_identity(wanted);
  const auto who = find_identity(wanted, required, common, report);
  if (!who && required)
    throw id_failure(id_exit::no_identity, "Could not get working identity");
  if (wanted.print)
    print_identity(wanted, who, report);
  if (wanted.export_public)
    export_public(wanted, who, report);
  if (wanted.export_private)
    export_private(wanted, who, report);
  if (wanted.hash)
    print_hash(wanted, who, report);
  if (wanted.announce)
    announce_identity(wanted, who, common, report);
  if (for_files(wanted.validate, [&](const auto& file) { validate_file(wanted, file, who, report); }) ||
      for_files(wanted.sign, [&](const auto& file) { sign_file(wanted, file, who, report); }))
    return true;
  if (wanted.sign_message) {
    sign_message(wanted, who, report);
    return true;
  }
  if (for_files(wanted.encrypt, [&](const auto& file) { encrypt_file(wanted, file, who, report); }) ||
      for_files(wanted.decrypt, [&](const auto& file) { decrypt_file(wanted, file, who, report); }))
    return true;
  if (wanted.write)
    write_identity(wanted, who, report);
  return wanted.print || wanted.export_public || wanted.export_private || wanted.hash || wanted.announce ||
         wanted.write || wanted.generate;
}

int run_id(const id_arguments& wanted, const CLI::App& command, const common_options& common) {
  id_report report(common.json);
  try {
    check(wanted);
    if (!work(wanted, common, report)) {
      std::cout << command.help();
      return 0;
    }
    report.finish();
    return 0;
  } catch (const id_failure& failure) {
    report.say(failure.what());
    report.add("error", failure.what());
    report.finish();
    return static_cast<int>(failure.code());
  }
}

void add_sources(CLI::App& command, id_arguments& wanted) {
  command
      .add_option("-i,--identity", wanted.identity,
                  "hexadecimal Reticulum identity or destination hash, or path to Identity file")
      ->type_name("RID");
  command.add_option("-g,--generate", wanted.generate, "generate a new Identity and save to path")->type_name("PATH");
  command
      .add_option("-m,--import-pub", wanted.import_public,
                  "import public Reticulum identity in hex, base32 or base64 format, or from file")
      ->type_name("RID");
  command
      .add_option("-M,--import-prv", wanted.import_private,
                  "import Reticulum identity in hex, base32 or base64 format, or from file")
      ->type_name("RID");
  command.add_flag("-x,--export-pub", wanted.export_public, "export public identity to hex, base32 or base64 format");
  command.add_flag("-X,--export-prv", wanted.export_private,
                   "export private identity to hex, base32 or base64 format, or to file");
  command.add_flag("-R,--request", wanted.request, "request unknown Identities from the network");
  command.add_flag("-N,--no-cache", wanted.no_cache, "never use cached or network-sourced information");
  command.add_option("-t", wanted.timeout, "identity request timeout before giving up")
      ->type_name("SECONDS")
      ->capture_default_str();
}

void add_operations(CLI::App& command, id_arguments& wanted) {
  command.add_option("-H,--hash", wanted.hash, "show destination hashes for other aspects for this Identity")
      ->type_name("ASPECTS");
  const auto files = [&](const char* names, std::vector<std::string>& target, const char* description) {
    command.add_option(names, target, description)
        ->type_name("FILE")
        ->expected(0, CLI::detail::expected_max_vector_size);
  };
  files("-d,--decrypt", wanted.decrypt, "decrypt files");
  files("-e,--encrypt", wanted.encrypt, "encrypt files");
  files("-V,--validate", wanted.validate, "validate signatures of files, or signed messages");
  files("-s,--sign", wanted.sign, "sign files");
  command.add_option("-E,--embed-meta", wanted.metadata, "embed metadata from file in the signed message")
      ->type_name("FILE");
  command.add_flag("--meta", wanted.show_metadata, "display metadata of a signed message");
  command.add_flag("--raw", wanted.raw, "sign raw input data instead of hashing first");
  command.add_option("-w,--write", wanted.write, "output file path")->type_name("PATH");
  command.add_option("-r,--read", wanted.read, "input file path for operations with optional file input")
      ->type_name("PATH");
  command.add_flag("-f,--force", wanted.force, "write output even if it overwrites existing files");
}

void add_formats(CLI::App& command, id_arguments& wanted) {
  command.add_flag("-p,--print-identity", wanted.print, "print identity info");
  command.add_flag("-P,--print-private", wanted.print_private, "allow displaying private keys");
  command.add_flag("-B,--base32", wanted.base32, "use base32-encoded output");
  command.add_flag("-b,--base64", wanted.base64, "use base64-encoded output");
  command.add_flag("-U,--base256", wanted.base256, "use base256-encoded output for signatures");
  command.add_flag("-F,--hex", wanted.hex, "use hex-encoded output");
}

}  // namespace

void add_id_command(CLI::App& app, command_line& line) {
  const auto wanted = std::make_shared<id_arguments>();
  auto* command = app.add_subcommand("id", "Identities: make, show, encrypt, decrypt, sign, validate, announce");
  add_common_options(*command, line);
  add_sources(*command, *wanted);
  // These may stand without their value, which CLI11 then gives as an empty one.
  auto* announce = command->add_option("-a,--announce", "announce a destination of this Identity (rns.id)");
  announce->type_name("ASPECTS")->expected(0, 1);
  auto* message = command->add_option("-S,--sign-message", "create embedded signed message; without text in an editor");
  message->type_name("TEXT")->expected(0, 1);
  add_operations(*command, *wanted);
  add_formats(*command, *wanted);
  command->callback([wanted, command, announce, message, &line] {
    const auto given = [](const CLI::Option* option) {
      return option->results().empty() ? std::string() : option->results().front();
    };
    if (announce->count() > 0)
      wanted->announce = given(announce).empty() ? "rns.id" : given(announce);
    wanted->sign_message = message->count() > 0;
    if (!given(message).empty())
      wanted->message = given(message);
    line.exit_on_interrupt = static_cast<int>(id_exit::interrupted);
    line.run = [wanted, command, &line] { return run_id(*wanted, *command, line.common); };
  });
}

}  // namespace plexus
