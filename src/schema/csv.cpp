#include "fedloom/schema/csv.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace fedloom::schema {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Bytes that may end a plain stretch of an unquoted field.
constexpr std::array<bool, 256> special_bytes() {
  std::array<bool, 256> special{};
  for (const unsigned char c : {',', '\n', '\r', '"'}) special[c] = true;
  return special;
}
constexpr std::array<bool, 256> is_special = special_bytes();

}  // namespace

CsvReader::CsvReader(std::istream& in, std::size_t max_record_bytes, std::size_t buffer_bytes)
    : in_(&in), limit_(max_record_bytes), buffer_(std::max(buffer_bytes, byte_order_mark.size())) {
  skip_byte_order_mark();
}

bool CsvReader::more() {
  if (at_ < have_) return true;
  if (!in_->good()) return false;
  in_->read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  at_ = 0;
  have_ = static_cast<std::size_t>(in_->gcount());
  return have_ > 0;
}

void CsvReader::skip_byte_order_mark() {
  if (more() && std::string_view(buffer_.data(), have_).starts_with(byte_order_mark)) at_ = byte_order_mark.size();
}

bool CsvReader::take(std::string& field, std::size_t end) {
  used_ += end - at_;
  if (used_ > limit_) {
    error_ = Result::too_long;
    return false;
  }
  field.append(buffer_.data() + at_, end - at_);
  at_ = end;
  return true;
}

CsvReader::Result CsvReader::next(std::vector<std::string>& fields) {
  line_ = next_line_;
  used_ = 0;
  if (!more()) {
    fields.clear();
    return Result::end;
  }
  std::size_t count = 0;
  Stop stop = Stop::comma;
  while (stop == Stop::comma) {
    if (++used_ > limit_) return Result::too_long;  // an empty field costs memory too
    if (count == fields.size()) fields.emplace_back();
    std::string& field = fields[count++];
    field.clear();
    const bool quoted = more() && buffer_[at_] == '"';
    stop = quoted ? read_quoted(field) : read_plain(field);
  }
  fields.resize(count);
  return stop == Stop::error ? error_ : Result::record;
}

CsvReader::Stop CsvReader::read_plain(std::string& field) {
  while (more()) {
    std::size_t end = at_;
    while (end < have_ && !is_special[static_cast<unsigned char>(buffer_[end])]) ++end;
    if (!take(field, end)) return Stop::error;
    if (at_ == have_) continue;
    const Stop stop = after_field();
    if (stop != Stop::lone_cr) return stop;
    ++used_;
    field.push_back('\r');
  }
  return Stop::record_end;
}

CsvReader::Stop CsvReader::read_quoted(std::string& field) {
  ++at_;  // the opening quote
  while (more()) {
    const char* begin = buffer_.data() + at_;
    const auto* quote = static_cast<const char*>(std::memchr(begin, '"', have_ - at_));
    const std::size_t end = quote == nullptr ? have_ : static_cast<std::size_t>(quote - buffer_.data());
    for (std::size_t k = at_; k < end; ++k) next_line_ += buffer_[k] == '\n';
    if (!take(field, end)) return Stop::error;
    if (quote == nullptr) continue;
    ++at_;
    if (!more() || buffer_[at_] != '"') {
      const Stop stop = after_field();
      if (stop != Stop::lone_cr) return stop;
      error_ = Result::stray_quote;
      return Stop::error;
    }
    if (!take(field, at_ + 1)) return Stop::error;  // a doubled quote stands for one
  }
  error_ = Result::unclosed_quote;
  return Stop::error;
}

CsvReader::Stop CsvReader::after_field() {
  if (!more()) return Stop::record_end;
  const char c = buffer_[at_++];
  if (c == ',') return Stop::comma;
  if (c == '\r') {
    if (!more() || buffer_[at_] != '\n') return Stop::lone_cr;
    ++at_;
  }
  if (c != '\n' && c != '\r') {
    error_ = Result::stray_quote;
    return Stop::error;
  }
  ++next_line_;
  return Stop::record_end;
}

void write_csv_record(std::string& out, const std::vector<std::string_view>& fields) {
  // A lone empty field must be quoted: an empty line is no record.
  if (fields.size() == 1 && fields[0].empty()) out += "\"\"";
  for (std::size_t k = 0; k < fields.size(); ++k) {
    if (k > 0) out += ',';
    if (fields[k].find_first_of(",\"\r\n") == std::string_view::npos) {
      out += fields[k];
      continue;
    }
    out += '"';
    for (const char c : fields[k]) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += '\n';
}

}  // namespace fedloom::schema
