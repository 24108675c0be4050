#include "audit_text.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"

namespace fedloom::site {
namespace {

using nlohmann::json;  // keys sorted, no spaces: one text per value

/// A reason may quote a file's name that is not UTF-8: shown as far as it is.
std::string canonical(const json& value) { return value.dump(-1, ' ', true, json::error_handler_t::replace); }

json to_json(const AuditLine& line) {
  const AuditEvent& event = line.event;
  json value{{"seq", line.seq},          {"time", line.time},      {"event", name_of(event.kind)},
             {"run", event.run},         {"round", event.round},   {"session", event.session},
             {"attempt", event.attempt}, {"reason", event.reason}, {"prev", to_hex(line.prev)}};
  if (event.rho) value["rho"] = event.rho->value;
  if (event.sent) value["sent"] = {{"messages", event.sent->messages}, {"bytes", event.sent->bytes}};
  return value;
}

template <std::size_t size>
std::array<std::uint8_t, size> bytes_of(const json& text) {
  const auto bytes = fixed_from_hex<size>(text.get_ref<const std::string&>());
  if (!bytes) throw std::invalid_argument("not the right number of hexadecimal digits");
  return *bytes;
}

AuditKind kind_of(const std::string& name) {
  for (std::size_t k = 0; k < audit_kinds; ++k) {
    if (name == name_of(static_cast<AuditKind>(k))) return static_cast<AuditKind>(k);
  }
  throw std::invalid_argument("unknown event");
}

AuditLine parse_line(std::string_view text) {
  const json e = json::parse(text);
  AuditLine line{.seq = e.at("seq").get<std::uint64_t>(),
                 .time = e.at("time").get<std::string>(),
                 .event = {.kind = kind_of(e.at("event").get<std::string>()),
                           .run = e.at("run").get<std::string>(),
                           .session = e.at("session").get<std::uint32_t>(),
                           .round = e.at("round").get<std::uint32_t>(),
                           .attempt = e.at("attempt").get<std::uint32_t>(),
                           .reason = e.at("reason").get<std::string>(),
                           .rho = {},
                           .sent = {}},
                 .prev = bytes_of<32>(e.at("prev")),
                 .signature = bytes_of<64>(e.at("signature"))};
  if (const auto rho = e.find("rho"); rho != e.end()) line.event.rho = privacy::Rho{rho->get<double>()};
  if (const auto sent = e.find("sent"); sent != e.end()) {
    line.event.sent = {sent->at("messages").get<std::uint64_t>(), sent->at("bytes").get<std::uint64_t>()};
  }
  return line;
}

[[noreturn]] void damaged(const std::filesystem::path& file, std::size_t line, const std::string& what) {
  const FilePosition at{.file = file.string(), .line = static_cast<int>(line)};
  throw LedgerError(at.str(), what,
                    "the audit log was damaged or changed: keep it as it is for whoever looks into it, and move its "
                    "folder away or restore a backup that verifies; a new log begins where there is none");
}

std::optional<AuditHead> read_head(const AuditFiles& files) {
  if (!std::filesystem::exists(files.head)) return std::nullopt;
  const std::string text = read_text(files.head);
  try {
    const json value = json::parse(text);
    const AuditHead head{.lines = value.at("lines").get<std::uint64_t>(),
                         .hash = bytes_of<32>(value.at("hash")),
                         .signature = bytes_of<64>(value.at("signature"))};
    if (audit_head_text(head) == text) return head;
  } catch (const std::exception&) {
    // Not JSON, or not a head: said below with the file's name.
  }
  damaged(files.head, 1, "the file is not the head of an audit log");
}

bool is_signed(const AuditLine& line, const PublicKey& key) {
  return verify(key, audit_line_message(line), line.signature);
}

/// The line on place `number` (from 1); `before` is the one above it, if any. The chain covers every signature but the
/// last one's, so that only that one, and the one next to a break, need be looked at.
AuditLine next_line(const AuditFiles& files, std::string_view text, const VerifiedAudit& sofar, const PublicKey& key) {
  const std::size_t number = sofar.lines.size() + 1;
  AuditLine line;
  try {
    line = parse_line(text.substr(0, text.size() - 1));
  } catch (const std::exception&) {
    damaged(files.log, number, "the line is not an entry of an audit log");
  }
  if (audit_line_text(line) != text) damaged(files.log, number, "the line is not written as Fedloom writes it");
  if (line.prev != sofar.last) {
    if (!sofar.lines.empty() && !is_signed(sofar.lines.back(), key)) {
      damaged(files.log, number - 1, "the line was changed: its signature does not match");
    }
    damaged(files.log, number, "the line does not follow from the one before");
  }
  return line;
}

}  // namespace

AuditFiles audit_files(const std::filesystem::path& folder) { return {folder / "audit.jsonl", folder / "head.json"}; }

Bytes audit_line_message(const AuditLine& line) {
  ByteWriter message;
  message.text("fedloom audit line 1");
  message.text(canonical(to_json(line)));
  return std::move(message).take();
}

std::string audit_line_text(const AuditLine& line) {
  json value = to_json(line);
  value["signature"] = to_hex(ByteView(line.signature));
  return canonical(value) + '\n';
}

Bytes audit_head_message(const AuditHead& head) {
  ByteWriter message;
  message.text("fedloom audit head 1");
  message.u64(head.lines);
  message.raw(head.hash);
  return std::move(message).take();
}

std::string audit_head_text(const AuditHead& head) {
  return canonical(
             {{"lines", head.lines}, {"hash", to_hex(head.hash)}, {"signature", to_hex(ByteView(head.signature))}}) +
         '\n';
}

VerifiedAudit verified_audit(const AuditFiles& files, const PublicKey& key) {
  // The head first: a line that comes between the two reads is then ahead of it, which is no fault.
  const std::optional<AuditHead> head = read_head(files);
  const std::string log = std::filesystem::exists(files.log) ? read_text(files.log) : "";
  if (!head && !log.empty()) damaged(files.head, 0, "the signed head is missing");
  if (head && !verify(key, audit_head_message(*head), head->signature)) {
    damaged(files.head, 1, "the signature is not by this site's key");
  }
  VerifiedAudit verified;
  Digest covered{};
  for (std::size_t end = log.find('\n'); end != std::string::npos; end = log.find('\n', verified.whole_bytes)) {
    const std::string_view text(log.data() + verified.whole_bytes, end + 1 - verified.whole_bytes);
    verified.lines.push_back(next_line(files, text, verified, key));
    verified.last = sha256(text);
    verified.whole_bytes = end + 1;
    if (head && verified.lines.size() == head->lines) covered = verified.last;
  }
  const std::size_t count = verified.lines.size();
  if (count > 0 && !is_signed(verified.lines.back(), key)) {
    damaged(files.log, count, "the line was changed, or is not by this site's key: its signature does not match");
  }
  if (head && count < head->lines)
    damaged(files.log, count + 1, "lines that the signed head covers are missing or cut");
  if (head && head->hash != covered) damaged(files.head, 1, "the head is not that of the log");
  verified.half_line = verified.whole_bytes < log.size();
  return verified;
}

}  // namespace fedloom::site
