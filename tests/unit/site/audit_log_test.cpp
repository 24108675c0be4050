#include "fedloom/site/audit_log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {
namespace {
using site::AuditEvent;
using site::AuditKind;
using site::AuditLog;

class Auditing : public ::testing::Test {
 protected:
  AuditLog open() { return {world_.policies[0], key_, fixed_timestamp}; }
  site::AuditTrail trail() const { return site::verify_audit(folder(), key_.public_key()); }
  std::filesystem::path folder() const { return site::audit_folder(world_.policies[0]); }
  std::filesystem::path log() const { return folder() / "audit.jsonl"; }
  std::filesystem::path head() const { return folder() / "head.json"; }
  std::string text() const { return read_text(log()); }
  /// Without the fsync of the log itself: a test puts a thousand damaged texts in its place.
  static void put_into(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
  }
  void put(const std::string& text) const { put_into(log(), text); }
  /// "" when the log verifies.
  std::string damage() const {
    try {
      trail();
    } catch (const LedgerError& error) {
      return error.what();
    }
    return "";
  }
  void write_three() {
    auto log = open();
    log.write({.kind = AuditKind::joined, .run = "run-1"});
    log.write({.kind = AuditKind::answered, .run = "run-1", .session = 1, .round = 1, .rho = privacy::Rho{0.01}});
    log.write({.kind = AuditKind::finished, .run = "run-1", .sent = site::Sent{7, 4321}});
  }
  /// The text of line k, from 0, with its newline.
  std::string line(std::size_t k) const {
    const std::string all = text();
    std::size_t begin = 0;
    for (; k > 0; --k) begin = all.find('\n', begin) + 1;
    return all.substr(begin, all.find('\n', begin) + 1 - begin);
  }

  SiteWorld world_;
  SigningKey key_ = SiteWorld::key(0);
};

TEST_F(Auditing, GivesBackWhatWasWritten) {
  const AuditEvent event{.kind = AuditKind::refused,
                         .run = "run-1",
                         .session = 2,
                         .round = 3,
                         .attempt = 1,
                         .reason = "row 12 of \"süd\" & <north>\n",
                         .rho = privacy::Rho{0.1},
                         .sent = site::Sent{1, 2}};
  open().write(event);
  const auto lines = trail().lines;
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].event, event);
  EXPECT_EQ(lines[0].time, fixed_timestamp());
  EXPECT_EQ(lines[0].seq, 0u);
}

TEST_F(Auditing, KnowsEveryKindOfEventByItsOwnName) {
  auto log = open();
  for (std::size_t k = 0; k < site::audit_kinds; ++k) log.write({.kind = static_cast<AuditKind>(k)});
  const auto lines = trail().lines;
  ASSERT_EQ(lines.size(), site::audit_kinds);
  for (std::size_t k = 0; k < site::audit_kinds; ++k) EXPECT_EQ(lines[k].event.kind, static_cast<AuditKind>(k));
}

TEST_F(Auditing, AReasonThatIsNotUtf8IsKeptAsFarAsItIs) {
  open().write({.reason = "file \xff.csv"});
  EXPECT_EQ(trail().lines.at(0).event.reason, "file \xEF\xBF\xBD.csv");
}

TEST_F(Auditing, GoesOnWhereTheLastProgramEnded) {
  write_three();
  open().write({.kind = AuditKind::receipt, .run = "run-1"});
  const auto lines = trail().lines;
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[3].seq, 3u);
}

TEST_F(Auditing, OfASiteThatDidNothingIsEmpty) { EXPECT_TRUE(trail().lines.empty()); }

TEST_F(Auditing, TwoProgramsMayWriteInTurn) {
  auto first = open();
  auto second = open();
  first.write({.kind = AuditKind::joined, .run = "a"});
  second.write({.kind = AuditKind::approved});
  first.write({.kind = AuditKind::finished, .run = "a"});
  EXPECT_EQ(trail().lines.size(), 3u);
}

TEST_F(Auditing, IsForItsOwnerAlone) {
  write_three();
  for (const auto& file : {log(), head()}) {
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u) << file;
  }
}

TEST_F(Auditing, AHalfWrittenLineIsCutOffByTheNextWrite) {
  write_three();
  put(text() + line(0).substr(0, 40));
  EXPECT_TRUE(trail().half_line);
  EXPECT_EQ(trail().lines.size(), 3u);
  open().write({.kind = AuditKind::joined, .run = "run-1"});
  EXPECT_FALSE(trail().half_line);
  EXPECT_EQ(trail().lines.size(), 4u);
}

TEST_F(Auditing, ALineThatItsHeadDoesNotCoverYetCounts) {
  write_three();
  const std::string before = read_text(head());
  open().write({.kind = AuditKind::receipt, .run = "run-1"});
  write_atomically(head(), before, 0600);
  EXPECT_EQ(trail().lines.size(), 4u);
  open().write({.kind = AuditKind::joined, .run = "run-2"});
  EXPECT_EQ(trail().lines.size(), 5u);
}

TEST_F(Auditing, AnyChangedByteIsFound) {
  write_three();
  const std::string sound = text();
  for (std::size_t at = 0; at < sound.size(); ++at) {
    std::string changed = sound;
    changed[at] = changed[at] == '1' ? '2' : '1';
    put(changed);
    const std::string sentence = damage();
    EXPECT_NE(sentence.find("audit.jsonl:"), std::string::npos) << "byte " << at << ": " << sentence;
  }
  put(sound);
  EXPECT_EQ(damage(), "");
}

TEST_F(Auditing, AnyChangedByteOfTheHeadIsFound) {
  write_three();
  const std::string sound = read_text(head());
  for (std::size_t at = 0; at < sound.size(); ++at) {
    std::string changed = sound;
    changed[at] = changed[at] == '1' ? '2' : '1';
    put_into(head(), changed);
    EXPECT_NE(damage().find("head.json:1"), std::string::npos) << "byte " << at << ": " << damage();
  }
}

TEST_F(Auditing, NamesTheLineThatWasChanged) {
  write_three();
  std::string changed = text();
  changed.replace(changed.find("\"round\":1"), 9, "\"round\":2");
  put(changed);
  EXPECT_NE(damage().find("audit.jsonl:2: the line was changed"), std::string::npos) << damage();
}

TEST_F(Auditing, ALineTakenOutIsFound) {
  write_three();
  put(line(0) + line(2));
  EXPECT_NE(damage().find("audit.jsonl:2: the line does not follow"), std::string::npos) << damage();
}

TEST_F(Auditing, LinesThatChangedPlacesAreFound) {
  write_three();
  put(line(1) + line(0) + line(2));
  EXPECT_NE(damage().find("audit.jsonl:1: the line does not follow"), std::string::npos) << damage();
}

TEST_F(Auditing, ACutTailIsFound) {
  write_three();
  put(line(0) + line(1));
  EXPECT_NE(damage().find("audit.jsonl:3: lines that the signed head covers are missing"), std::string::npos)
      << damage();
  put("");
  EXPECT_NE(damage().find("audit.jsonl:1: lines that"), std::string::npos) << damage();
}

TEST_F(Auditing, AMissingHeadIsFound) {
  write_three();
  std::filesystem::remove(head());
  EXPECT_NE(damage().find("head.json: the signed head is missing"), std::string::npos) << damage();
}

TEST_F(Auditing, ALogOfAnotherSitesKeyIsNotTaken) {
  const SigningKey other = SiteWorld::key(1);
  AuditLog(world_.policies[0], other, fixed_timestamp).write({.kind = AuditKind::joined});
  EXPECT_NE(damage().find("not by this site's key"), std::string::npos) << damage();
  // A forger who also has a sound head of this site, of an earlier log.
  std::filesystem::remove_all(folder());
  open().write({.kind = AuditKind::joined});
  const std::string sound_head = read_text(head());
  std::filesystem::remove_all(folder());
  AuditLog(world_.policies[0], other, fixed_timestamp).write({.kind = AuditKind::joined});
  write_atomically(head(), sound_head, 0600);
  EXPECT_NE(damage().find("audit.jsonl:1: "), std::string::npos) << damage();
}

TEST_F(Auditing, ASecondTextForTheSameLineIsNotTaken) {
  write_three();
  std::string changed = text();
  changed.insert(changed.size() - 2, " ");
  put(changed);
  EXPECT_NE(damage().find("audit.jsonl:3: the line is not written as Fedloom writes it"), std::string::npos)
      << damage();
}

TEST_F(Auditing, TheHeadOfAnotherLogOfThisSiteIsNotTaken) {
  write_three();
  const std::string other = read_text(head());
  std::filesystem::remove_all(folder());
  auto log = open();
  for (int k = 0; k < 3; ++k) log.write({.kind = AuditKind::joined, .run = "run-2"});
  write_atomically(head(), other, 0600);
  EXPECT_NE(damage().find("head.json:1: the head is not that of the log"), std::string::npos) << damage();
}

TEST_F(Auditing, WritesNothingBehindDamage) {
  write_three();
  auto log = open();
  put(line(0));
  EXPECT_THROW(log.write({.kind = AuditKind::joined}), LedgerError);
  EXPECT_THROW(open(), LedgerError);
  EXPECT_EQ(text(), line(0));
}

}  // namespace
}  // namespace fedloom::test
