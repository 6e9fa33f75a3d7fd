// Files that `plexus id` encrypts, decrypts, signs and checks.
// Source: Utilities/rnid.py: encrypt, decrypt, sign, sign_message, validate, validate_message.
#include "apps/plexus/editor.hpp"
#include "apps/plexus/format.hpp"
#include "apps/plexus/id_work.hpp"
#include "apps/plexus/metadata.hpp"
#include "apps/plexus/signed_envelope.hpp"
#include "apps/plexus/system_random.hpp"
#include "storage/config/config_directory.hpp"
#include "storage/state/file_access.hpp"

#include <fstream>

namespace plexus {
namespace {

/// Octets of plaintext that are encrypted as one message, and what that takes in the file.
constexpr std::size_t plaintext_chunk = std::size_t{1} << 24, encrypted_chunk = plaintext_chunk + 96;
constexpr std::string_view encrypted_suffix = ".rfe", signature_suffix = ".rsg", message_suffix = ".rsm";

write_options options_for(readers who) {
  write_options options;
  options.mode = who == readers::owner ? 0600 : 0644;
  return options;
}

void must_be_file(const std::string& path) {
  if (!is_file(path))
    throw id_failure(id_exit::no_file, "The file \"" + path + "\" does not exist");
}

const identity& own(const working_identity& who, const std::string& doing) {
  if (!who)
    throw id_failure(id_exit::no_identity, doing + ", no identity specified");
  if (!who.own)
    throw id_failure(id_exit::no_private_key, doing + ", the identity does not hold a private key");
  return *who.own;
}

/// Passes a file on in chunks and leaves either the whole result or what was there before.
template <class Convert>
std::size_t convert_file(const std::string& from, const std::string& to, std::size_t chunk_size, readers who,
                         Convert convert) {
  std::ifstream in(from, std::ios::binary);
  file_replacement out(to, options_for(who));
  octet_string chunk(chunk_size);
  std::size_t written = 0;
  while (in) {
    in.read(reinterpret_cast<char*>(chunk.data()), static_cast<std::streamsize>(chunk_size));
    const auto size = static_cast<std::size_t>(in.gcount());
    if (size == 0)
      break;
    const auto converted = convert(octets(chunk).first(size));
    out.append(converted);
    written += converted.size();
  }
  if (!in.eof())
    throw id_failure(id_exit::read_error, "Error reading " + from);
  if (const auto error = out.commit())
    throw id_failure(id_exit::write_error, "Error writing output to " + to + ": " + error.message());
  return written;
}

void said_written(std::size_t size, const std::string& path, id_report& report) {
  report.say("Wrote " + pretty_size(static_cast<double>(size)) + " to " + path);
}

/// One that must have signed: an identity, or its hash.
std::optional<identity_hash> required_signer(const id_arguments& wanted, const working_identity& who) {
  if (!who.hash && wanted.identity)
    throw id_failure(id_exit::invalid_identity, "Invalid identity hash length");
  return who.hash;
}

void report_valid(const std::string& file, const public_identity& signer, id_report& report) {
  report.append_to("validated", {{"file", file}, {"valid", true}, {"signer", signer.hash().hex()}});
}

void validate_bare(const std::string& file, const std::string& signature_file, octets proof,
                   const working_identity& who, id_report& report) {
  if (!who)
    throw id_failure(id_exit::no_identity,
                     "Cannot validate legacy rsg signatures without an explicit required identity");
  if (!who.open->validates(read_file(file), signature::from(proof)))
    throw id_failure(id_exit::invalid_signature, "Invalid signature " + signature_file + " for file " + file +
                                                     "\nThis file was NOT signed by " + who.pretty());
  report.say("Signature is valid, the file " + file + " was signed by " + who.pretty());
  report_valid(file, *who.open, report);
}

void validate_message(const id_arguments& wanted, const std::string& path, const working_identity& who,
                      id_report& report) {
  if (!is_file(path))
    throw id_failure(id_exit::no_file, "The signature file \"" + path + "\" does not exist");
  const auto file = read_file(path);
  const auto required = required_signer(wanted, who);
  const auto message = embedded_message(file);
  if (!message)
    throw id_failure(id_exit::invalid_signature, "No embedded message in " + path);
  const auto checked = check_envelope(file, *message, required);
  if (!checked || !checked->valid)
    throw id_failure(id_exit::invalid_signature,
                     "Invalid signature in " + path +
                         (required ? "\nThe message was NOT signed by " + required->pretty() : std::string()));
  if (wanted.show_metadata)
    report.say("RSM Metadata\n============\n\n" + metadata_text(*checked->content.find("meta")) +
               "\nValidation\n==========");
  report.say(std::string("\nSignature is valid, the") + (wanted.show_metadata ? "" : " following") +
             " message was signed by " + checked->signer.hash().pretty() + (wanted.show_metadata ? "" : ":") + "\n");
  if (wanted.show_metadata)
    report.say("Message\n=======\n");
  report.say(std::string(as_text(*message)));
  report_valid(path, checked->signer, report);
  report.add("message", std::string(as_text(*message)));
}

/// The text to sign: from the command line, a file or an editor.
octet_string message_of(const id_arguments& wanted) {
  octet_string text;
  if (wanted.read) {
    if (wanted.message)
      throw id_failure(id_exit::invalid_arguments,
                       "Both an input file and command-line provided message was specified, aborting");
    const auto path = expanded(*wanted.read);
    if (!is_file(path))
      throw id_failure(id_exit::no_file, "The file " + path + " does not exist");
    text = read_file(path);
  } else if (wanted.message) {
    text.assign(wanted.message->begin(), wanted.message->end());
  } else {
    auto edited = edited_text();
    if (!edited)
      throw id_failure(id_exit::read_error, "Could not get content from editor: " + edited.error());
    text.assign(edited->begin(), edited->end());
  }
  if (text.empty())
    throw id_failure(id_exit::invalid_arguments, "No message specified");
  return text;
}

value::map metadata_for(const id_arguments& wanted, id_report& report) {
  if (!wanted.metadata)
    return {};
  const auto path = expanded(*wanted.metadata);
  if (!is_file(path))
    throw id_failure(id_exit::no_file, "Metadata file " + path + " does not exist");
  if (is_file(path + ".spec"))
    throw id_failure(id_exit::invalid_arguments,
                     "Metadata that goes with a specification (" + path + ".spec) cannot be embedded by this program");
  report.say("Embedding metadata from " + path);
  try {
    return metadata_from_file(path);
  } catch (const config_error& error) {
    throw id_failure(id_exit::unknown_error, "Could not load metadata from " + path + ": " + error.what());
  }
}

}  // namespace

bool is_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

std::string expanded(const std::string& path) {
  return expand_home(path, home_directory()).string();
}

octet_string read_file(const std::string& path) {
  std::error_code error;
  const auto file = file_contents::read(path, error);
  if (error)
    throw id_failure(id_exit::read_error, "Could not read " + path + ": " + error.message());
  const auto content = file.bytes();
  return {content.begin(), content.end()};
}

void write_file(const std::string& path, octets content, readers who) {
  if (const auto error = replace_file(path, content, options_for(who)))
    throw id_failure(id_exit::write_error, "Could not write " + path + ": " + error.message());
}

void encrypt_file(const id_arguments& wanted, const std::string& file, const working_identity& who, id_report& report) {
  const auto path = expanded(file);
  const auto to = wanted.write ? expanded(*wanted.write) : path + std::string(encrypted_suffix);
  must_be_file(path);
  if (is_file(to) && !wanted.force)
    throw id_failure(id_exit::file_exists, "The encryption output file \"" + to + "\" already exists, not overwriting");
  system_random random;
  const auto size = convert_file(path, to, plaintext_chunk, readers::everybody, [&](octets chunk) {
    auto encrypted = who.open->encrypt(chunk, random);
    if (!encrypted)
      throw id_failure(id_exit::no_public_key,
                       "Cannot encrypt \"" + path + "\", nobody can have the private key of this identity");
    return std::move(*encrypted);
  });
  said_written(size, to, report);
  report.say("File " + path + " encrypted for " + who.pretty() + " to " + to);
  report.append_to("encrypted", {{"file", path}, {"to", to}});
}

void decrypt_file(const id_arguments& wanted, const std::string& file, const working_identity& who, id_report& report) {
  const auto path = expanded(file);
  if (!path.ends_with(encrypted_suffix))
    throw id_failure(id_exit::invalid_file, "The file " + path + " does not appear to be a Reticulum encrypted file");
  const auto to = wanted.write ? expanded(*wanted.write) : path.substr(0, path.size() - encrypted_suffix.size());
  if (to.empty())
    throw id_failure(id_exit::invalid_file, "Invalid output filename");
  const auto& ours = own(who, "Cannot decrypt \"" + path + "\"");
  must_be_file(path);
  if (is_file(to) && !wanted.force)
    throw id_failure(id_exit::file_exists, "The decryption output file \"" + to + "\" already exists, not overwriting");
  const auto size = convert_file(path, to, encrypted_chunk, readers::everybody, [&](octets chunk) {
    auto opened = ours.decrypt(chunk);
    if (!opened)
      throw id_failure(id_exit::decryption_failed, "The provided identity could not decrypt the file");
    return std::move(opened->plaintext);
  });
  said_written(size, to, report);
  report.say("File " + path + " decrypted to " + to);
  report.append_to("decrypted", {{"file", path}, {"to", to}});
}

void sign_file(const id_arguments& wanted, const std::string& file, const working_identity& who, id_report& report) {
  const auto path = expanded(file);
  const auto to = path + std::string(signature_suffix);
  const auto encoding = wanted.encoding();
  const auto& ours = own(who, "Cannot sign \"" + path + "\"");
  must_be_file(path);
  if (!encoding && is_file(to) && !wanted.force)
    throw id_failure(id_exit::file_exists, "The signature file \"" + to + "\" already exists, not overwriting");
  std::error_code error;
  const auto content = file_contents::read(path, error);
  if (error)
    throw id_failure(id_exit::read_error, "Could not read " + path + ": " + error.message());
  if (wanted.raw) {
    write_file(to, ours.sign(content).bytes(), readers::everybody);
  } else if (const auto envelope = sign_envelope(ours, content); encoding) {
    report.say("\n" + armoured(envelope, *encoding) + "\n");
    report.append_to("armoured", armoured(envelope, *encoding));
  } else {
    write_file(to, envelope, readers::everybody);
  }
  report.say("Signed file " + path + " with " + who.pretty());
  report.append_to("signed", path);
}

void sign_message(const id_arguments& wanted, const working_identity& who, id_report& report) {
  const auto encoding = wanted.encoding();
  if (!encoding && !wanted.write)
    throw id_failure(id_exit::invalid_arguments, "No write path specified");
  const auto& ours = own(who, "Cannot sign");
  const auto message = message_of(wanted);
  signing_options options;
  options.embed = true;
  options.meta = metadata_for(wanted, report);
  const auto envelope = sign_envelope(ours, message, options);
  if (encoding) {
    report.say("\n" + armoured(envelope, *encoding) + "\n\nMessage signed with " + who.pretty());
    report.add("armoured", armoured(envelope, *encoding));
    return;
  }
  auto to = expanded(*wanted.write);
  if (!to.ends_with(message_suffix))
    to += message_suffix;
  if (is_file(to) && !wanted.force)
    throw id_failure(id_exit::file_exists, "The signature file \"" + to + "\" already exists, not overwriting");
  write_file(to, envelope, readers::everybody);
  report.say("Message signed with " + who.pretty() + " saved to " + to);
  report.add("file", to);
}

void validate_file(const id_arguments& wanted, const std::string& file, const working_identity& who,
                   id_report& report) {
  auto path = expanded(file);
  if (path.ends_with(message_suffix))
    return validate_message(wanted, path, who, report);
  if (path.ends_with(signature_suffix))
    path.erase(path.size() - signature_suffix.size());
  const auto signature_path = path + std::string(signature_suffix);
  if (!is_file(path))
    throw id_failure(id_exit::no_file, "The validation target \"" + path + "\" does not exist");
  if (!is_file(signature_path))
    throw id_failure(id_exit::no_file, "No signature file exists for \"" + path + "\"");
  const auto envelope = read_file(signature_path);
  if (is_bare_signature(envelope))
    return validate_bare(path, signature_path, envelope, who, report);
  const auto required = required_signer(wanted, who);
  std::error_code error;
  const auto content = file_contents::read(path, error);
  if (error)
    throw id_failure(id_exit::read_error, "Could not read " + path + ": " + error.message());
  const auto checked = check_envelope(envelope, content, required);
  if (!checked || !checked->valid)
    throw id_failure(id_exit::invalid_signature,
                     "Invalid signature " + signature_path + " for file " + path +
                         (required ? "\nThis file was NOT signed by " + required->pretty() : std::string()));
  report.say("Signature is valid, the file " + path + " was signed by " + checked->signer.hash().pretty());
  report_valid(path, checked->signer, report);
}

}  // namespace plexus
