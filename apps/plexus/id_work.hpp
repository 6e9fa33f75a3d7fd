// The parts of `plexus id`: where the identity comes from, and what is done with it.
// Source: Utilities/rnid.py; rns-1.5.7 section 10.2.
#pragma once

#include "apps/plexus/command_line.hpp"
#include "apps/plexus/text_encoding.hpp"
#include "messages/expected.hpp"
#include "transport/identity.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace plexus {

enum class id_exit : unsigned char {
  ok = 0,
  no_identity = 2,
  no_public_key = 3,
  no_private_key = 4,
  no_file = 6,
  invalid_file = 7,
  invalid_identity = 8,
  invalid_aspects = 9,
  invalid_signature = 10,
  file_exists = 11,
  decryption_failed = 12,
  invalid_arguments = 250,
  read_error = 252,
  write_error = 253,
  unknown_error = 254,
  interrupted = 255,
};

/// Ends the command with what it says and a code.
class id_failure : public std::runtime_error {
public:
  id_failure(id_exit code, const std::string& text) : std::runtime_error(text), code_(code) {}
  id_exit code() const { return code_; }

private:
  id_exit code_;
};

struct id_arguments {
  std::optional<std::string> identity, generate, import_public, import_private;
  bool export_public = false, export_private = false;
  std::optional<std::string> announce;  ///< dotted name
  std::optional<std::string> hash;      ///< dotted name
  std::vector<std::string> decrypt, encrypt, validate, sign;
  bool sign_message = false;
  std::optional<std::string> message;  ///< of sign_message; else from `read` or an editor
  std::optional<std::string> metadata;
  bool raw = false, force = false, request = false, no_cache = false;
  std::optional<std::string> write, read;
  double timeout = 15;  ///< seconds; Transport.PATH_REQUEST_TIMEOUT
  bool print = false, print_private = false, show_metadata = false;
  bool base32 = false, base64 = false, base256 = false, hex = false;

  /// What was asked for on the command line.
  std::optional<text_encoding> encoding() const;
  /// For keys: hexadecimal unless base32 or base64 is asked for.
  text_encoding key_encoding() const;
};

/// Lines for people, or one JSON object at the end.
class id_report {
public:
  explicit id_report(bool as_json) : as_json_(as_json) {}

  void say(const std::string& text) const;
  bool as_json() const { return as_json_; }
  /// A member of the object; without JSON nothing.
  void add(const std::string& key, nlohmann::ordered_json content);
  void append_to(const std::string& key, nlohmann::ordered_json item);
  void finish() const;

private:
  bool as_json_;
  nlohmann::ordered_json fields_ = nlohmann::ordered_json::object();
};

/// An identity of ours, or somebody else's of whom the public key is known, or only its hash.
struct working_identity {
  std::optional<identity> own;
  std::optional<public_identity> open;
  std::optional<identity_hash> hash;

  explicit operator bool() const { return open.has_value(); }
  /// As the reference prints it.
  std::string pretty() const { return hash ? hash->pretty() : "None"; }
  static working_identity of(identity who);
  static working_identity of(const public_key& who);
};

/// From where the arguments say: made, read, imported, remembered by the node or asked from the network. Nothing but
/// perhaps a hash where that fails and `required` is not set.
working_identity find_identity(const id_arguments& wanted, bool required, const common_options& common,
                               id_report& report);

void print_identity(const id_arguments& wanted, const working_identity& who, id_report& report);
void export_public(const id_arguments& wanted, const working_identity& who, id_report& report);
void export_private(const id_arguments& wanted, const working_identity& who, id_report& report);
void print_hash(const id_arguments& wanted, const working_identity& who, id_report& report);
void announce_identity(const id_arguments& wanted, const working_identity& who, const common_options& common,
                       id_report& report);
void write_identity(const id_arguments& wanted, const working_identity& who, id_report& report);

void encrypt_file(const id_arguments& wanted, const std::string& file, const working_identity& who, id_report& report);
void decrypt_file(const id_arguments& wanted, const std::string& file, const working_identity& who, id_report& report);
void sign_file(const id_arguments& wanted, const std::string& file, const working_identity& who, id_report& report);
void sign_message(const id_arguments& wanted, const working_identity& who, id_report& report);
void validate_file(const id_arguments& wanted, const std::string& file, const working_identity& who, id_report& report);

/// A file for the user's eyes alone, or for everybody.
enum class readers { everybody, owner };
void write_file(const std::string& path, octets content, readers who);
octet_string read_file(const std::string& path);
bool is_file(const std::string& path);
/// A leading `~` replaced by the home directory.
std::string expanded(const std::string& path);

}  // namespace plexus
