#include "apps/plexus/text_encoding.hpp"

#include <array>

namespace plexus {
namespace {

constexpr std::string_view base32_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Sixteen letters a row, the octet's high digit chooses the row.
constexpr std::array<std::string_view, 16> base256_rows{
    "abcdefghijklmnop", "qrstuvxyzæø01234", "ABCDEFGHIJKLMNOP", "QRSTUWXYZÆØ56789",
    "αβγδεζηθικλμνξπρ", "στφχψωΓΔΘΛΞΠΣΦΨΩ", "БДЖЗИЛПЦЧШЩЪЫЭЮЯ", "бджзилпцчшщъыэюя",
    "ԱԲԳԴԵԶԷԸԹԺԻԽԾԿՀՁ", "ՂՃՄՅՆՇՈՉՊՋՎՐՑՒՔՖ", "ᚠᚢᚦᚱᚹᚺᚾᛈᛇᛉᛊᛏᛒᛖᛗᛟ", "ｲｳｵｶｷｹｻｼｽｾﾀﾁﾃﾄﾅﾇ",
    "ﾈﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾗﾘﾙﾚﾜ", "𐑐𐑑𐑒𐑔𐑕𐑗𐑙𐑳𐑶𐑸𐑹𐑺𐑻𐑽𐑾𐑿", "᱑᱕᱘᱙ᱚᱝᱟᱣᱦᱨᱬᱭᱰᱳᱶᱷ", "𐌳𐌸𐌾𐐀𐐁𐐂𐐆𐐇𐐈𐐉𐐊𐐋𐐌𐐍𐐎𐐏"};

/// The first code point of `text`, which is taken off.
std::string_view take_letter(std::string_view& text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<octet>(text[size]) & 0xc0) == 0x80)
    ++size;
  const auto letter = text.substr(0, size);
  text.remove_prefix(size);
  return letter;
}

const std::array<std::string_view, 256>& base256_letters() {
  static const auto letters = [] {
    std::array<std::string_view, 256> all;
    std::size_t next = 0;
    for (auto row : base256_rows)
      while (!row.empty())
        all.at(next++) = take_letter(row);
    return all;
  }();
  return letters;
}

/// `bits` a letter, padded to whole groups of `group` letters.
std::string encode_bits(octets value, std::string_view alphabet, unsigned bits, std::size_t group) {
  std::string text;
  unsigned held = 0, waiting = 0;
  for (const auto one : value) {
    waiting = waiting << 8 | one;
    for (held += 8; held >= bits; held -= bits)
      text += alphabet[waiting >> (held - bits) & ((1u << bits) - 1)];
  }
  if (held > 0)
    text += alphabet[waiting << (bits - held) & ((1u << bits) - 1)];
  text.append((group - text.size() % group) % group, '=');
  return text;
}

std::optional<octet_string> decode_bits(std::string_view text, std::string_view alphabet, unsigned bits,
                                        std::size_t group) {
  const auto letters = text.substr(0, text.find('='));
  octet_string value;
  unsigned held = 0, waiting = 0;
  for (const char letter : letters) {
    const auto digit = alphabet.find(letter);
    if (digit == std::string_view::npos)
      return std::nullopt;
    waiting = waiting << bits | static_cast<unsigned>(digit);
    held += bits;
    if (held >= 8) {
      held -= 8;
      value.push_back(static_cast<octet>(waiting >> held));
    }
  }
  // What encodes back to the same text is right: padding, unused bits and length at once.
  if (encode_bits(value, alphabet, bits, group) != text)
    return std::nullopt;
  return value;
}

std::optional<octet_string> decode_base256(std::string_view text) {
  octet_string value;
  const auto& letters = base256_letters();
  while (!text.empty()) {
    const auto found = std::ranges::find(letters, take_letter(text));
    if (found == letters.end())
      return std::nullopt;
    value.push_back(static_cast<octet>(found - letters.begin()));
  }
  return value;
}

}  // namespace

std::string encode_text(text_encoding encoding, octets value) {
  switch (encoding) {
    case text_encoding::hex:
      return to_hex(value);
    case text_encoding::base32:
      return encode_bits(value, base32_alphabet, 5, 8);
    case text_encoding::base64:
      return encode_bits(value, base64_alphabet, 6, 4);
    case text_encoding::base256: {
      std::string text;
      for (const auto one : value)
        text += base256_letters()[one];
      return text;
    }
  }
  return {};
}

std::optional<octet_string> decode_text(text_encoding encoding, std::string_view text) {
  switch (encoding) {
    case text_encoding::hex: {
      auto value = from_hex(text);
      return value.empty() && !text.empty() ? std::nullopt : std::optional(std::move(value));
    }
    case text_encoding::base32:
      return decode_bits(text, base32_alphabet, 5, 8);
    case text_encoding::base64:
      return decode_bits(text, base64_alphabet, 6, 4);
    case text_encoding::base256:
      return decode_base256(text);
  }
  return std::nullopt;
}

}  // namespace plexus
