#include "apps/program.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <new>

namespace fedloom::apps {
namespace {

struct Ending {
  int code = 0;
  std::string out, err;
};

/// `fedloom WORDS…` of a program with one command, `go [--fast]`, that does `action`.
Ending run(
    const std::vector<std::string>& words, const std::function<void()>& action = [] {}) {
  CLI::App app{"a test", "fedloom"};
  auto* command = app.add_subcommand("go", "goes");
  bool fast = false;
  command->add_flag("--fast", fast, "goes fast");
  command->callback(action);
  std::vector<std::string> line{"/somewhere/fedloom"};
  line.insert(line.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (auto& word : line) argv.push_back(word.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ending ending;
  ending.code = run_program(app, static_cast<int>(argv.size()), argv.data());
  ending.out = testing::internal::GetCapturedStdout();
  ending.err = testing::internal::GetCapturedStderr();
  return ending;
}

void run_program_that_fails() {
  try {
    throw UsageError("here: wrong", "do");
  } catch (...) {
    explain_current_exception("fedloom");
  }
}

TEST(Program, EndsWellInSilence) {
  const Ending ending = run({"go", "--fast"});
  EXPECT_EQ(ending.code, 0);
  EXPECT_EQ(ending.out + ending.err, "");
}

TEST(Program, TurnsEveryErrorIntoItsCodeAndOneLine) {
  const std::vector<std::pair<int, std::function<void()>>> errors = {
      {1, [] { throw std::logic_error("here: wrong; do"); }},
      {2, [] { throw UsageError("here: wrong", "do"); }},
      {3, [] { throw ConfigError({.file = "here"}, "wrong", "do"); }},
      {4, [] { throw DataError({.file = "here"}, "wrong", "do"); }},
      {5, [] { throw RefusedError("here", "wrong", "do"); }},
      {6, [] { throw BudgetError("here", "wrong", "do"); }},
      {7, [] { throw LedgerError("here", "wrong", "do"); }},
      {8, [] { throw PeerError("here", "wrong", "do"); }},
      {9, [] { throw EnvironmentError("here", "wrong", "do"); }},
      {10, [] { throw Interrupted("here: wrong", "do"); }},
      {11, [] { throw AuditError("here", "wrong", "do"); }}};
  for (const auto& [code, action] : errors) {
    const Ending ending = run({"go"}, action);
    EXPECT_EQ(ending.code, code);
    EXPECT_EQ(ending.err, "fedloom: here: wrong; do\n");
    EXPECT_EQ(ending.out, "");
  }
}

TEST(Program, TellsLackOfMemoryAsAFactOfTheMachine) {
  const Ending ending = run({"go"}, [] { throw std::bad_alloc(); });
  EXPECT_EQ(ending.code, 9);
  EXPECT_EQ(ending.err, "fedloom: out of memory; see `fedloom plan` for what a run needs\n");
}

TEST(Program, GivesOnACodeThatACommandChose) {
  const Ending ending = run({"go"}, [] { throw CLI::RuntimeError(8); });
  EXPECT_EQ(ending.code, 8);
  EXPECT_EQ(ending.err, "");
}

TEST(Program, ExplainsAWrongCommandLineInOneLine) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{}, {"stop"}, {"go", "--slow"}, {"go", "extra"}, {"--slow"}}) {
    const Ending ending = run(words);
    EXPECT_EQ(ending.code, 2);
    EXPECT_EQ(std::count(ending.err.begin(), ending.err.end(), '\n'), 1) << ending.err;
    const char* help = !words.empty() && words.front() == "go" ? "; see fedloom go --help\n" : "; see fedloom --help\n";
    EXPECT_TRUE(ending.err.ends_with(help)) << ending.err;
  }
  EXPECT_EQ(run({"stop"}).err, "fedloom: 'stop' is no command; see fedloom --help\n");
}

TEST(Program, AnswersHelpAndVersionOnStandardOutput) {
  EXPECT_EQ(run({"--version"}).out.substr(0, 8), "fedloom ");
  const Ending help = run({"go", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("--fast"), std::string::npos);
  EXPECT_EQ(help.err, "");
}

TEST(Program, WritesALineAtOnceSoThatOtherProcessesDoNotBreakIt) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()), 0);  // each write is a packet of its own
  const int standard_error = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  run_program_that_fails();
  dup2(standard_error, STDERR_FILENO);
  close(standard_error);
  close(ends[1]);
  std::array<char, 256> packet{};
  const ssize_t length = recv(ends[0], packet.data(), packet.size(), 0);
  ASSERT_GT(length, 0);
  EXPECT_EQ(std::string(packet.data(), static_cast<std::size_t>(length)), "fedloom: here: wrong; do\n");
  EXPECT_EQ(recv(ends[0], packet.data(), packet.size(), 0), 0);
  close(ends[0]);
}

TEST(StopFlag, IsSetByTheSignalsOfABatchSystem) {
  EXPECT_FALSE(stop_flag().load());
  catch_stop_signals();
  std::raise(SIGUSR1);
  EXPECT_TRUE(stop_flag().load());
}

TEST(Text, GroupsDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(Text, ChoosesUnitsForPeople) {
  EXPECT_EQ(seconds_text(0.04), "0.0 s");
  EXPECT_EQ(seconds_text(59.94), "59.9 s");
  EXPECT_EQ(seconds_text(240), "4 min");
  EXPECT_EQ(seconds_text(9000), "2.5 h");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(12000), "12 kB");
  EXPECT_EQ(bytes_text(1.5e6), "1.5 MB");
  EXPECT_EQ(bytes_text(25.28e9), "25.28 GB");
  EXPECT_EQ(bytes_text(5e15), "5000.00 TB");
}

TEST(Text, KeepsSignificantDigits) {
  EXPECT_EQ(figure(0.0149730576, 6), "0.0149731");
  EXPECT_EQ(figure(1e-9, 2), "1e-09");
  EXPECT_EQ(figure(1.0, 4), "1");
}

TEST(UsageSoFar, CountsThisProcess) {
  EXPECT_GT(usage_so_far().peak_bytes, 1e6);
  EXPECT_GE(usage_so_far().cpu_seconds, 0.0);
}

}  // namespace
}  // namespace fedloom::apps
