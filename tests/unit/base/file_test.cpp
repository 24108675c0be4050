#include "fedloom/base/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "fedloom/base/error.hpp"
#include "support/temp_folder.hpp"

namespace fedloom {
namespace {

unsigned mode_of(const std::filesystem::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

TEST(File, reads_what_was_written) {
  const test::TempFolder folder;
  const Bytes content{0, 10, 13, 255};
  write_atomically(folder / "a", content);
  EXPECT_EQ(read_bytes(folder / "a"), content);
  write_atomically(folder / "a", std::string_view("short"));
  EXPECT_EQ(read_text(folder / "a"), "short");
}

TEST(File, large_content_survives) {
  const test::TempFolder folder;
  const std::string content(300'000, 'x');
  write_atomically(folder / "a", content);
  EXPECT_EQ(read_text(folder / "a"), content);
}

TEST(File, replacing_leaves_nothing_else_behind) {
  const test::TempFolder folder;
  write_atomically(folder / "a", std::string_view("1"));
  write_atomically(folder / "a", std::string_view("2"));
  const std::filesystem::directory_iterator all(folder.path());
  EXPECT_EQ(std::distance(begin(all), end(all)), 1);
}

TEST(File, private_files_can_be_written_as_such) {
  const test::TempFolder folder;
  write_atomically(folder / "a.tmp", std::string_view("left over from a crash"));
  write_atomically(folder / "a", std::string_view("1"), 0600);
  EXPECT_EQ(mode_of(folder / "a"), 0600U);
}

TEST(File, errors_name_the_file) {
  const test::TempFolder folder;
  const auto missing = folder / "no";
  try {
    read_text(missing);
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find(missing.string()), std::string::npos);
  }
  EXPECT_THROW(read_bytes(folder.path()), EnvironmentError) << "a folder is not a file";
  EXPECT_THROW(write_atomically(missing / "a", std::string_view("1")), EnvironmentError);
  EXPECT_THROW(AppendFile(missing / "a"), EnvironmentError);
}

TEST(File, a_failed_replacement_keeps_the_old_content) {
  const test::TempFolder folder;
  write_atomically(folder / "a", std::string_view("old"));
  std::filesystem::create_directory(folder / "a.tmp");
  EXPECT_THROW(write_atomically(folder / "a", std::string_view("new")), EnvironmentError);
  EXPECT_EQ(read_text(folder / "a"), "old");
}

std::ptrdiff_t files_in(const test::TempFolder& folder) {
  const std::filesystem::directory_iterator all(folder.path());
  return std::distance(begin(all), end(all));
}

TEST(AtomicFile, is_there_whole_once_it_is_committed) {
  const test::TempFolder folder;
  AtomicFile file(folder / "a");
  file.append(Bytes{'o', 'n', 'e', ' '});
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
  file.append(Bytes(200'000, 'x'));
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
  file.commit();
  EXPECT_EQ(read_text(folder / "a"), "one " + std::string(200'000, 'x'));
  EXPECT_EQ(mode_of(folder / "a"), 0600U);
  EXPECT_EQ(files_in(folder), 1);
}

TEST(AtomicFile, leaves_nothing_without_a_commit) {
  const test::TempFolder folder;
  write_atomically(folder / "a", std::string_view("old"));
  {
    AtomicFile file(folder / "a");
    file.append(Bytes{'n', 'e', 'w'});
  }
  EXPECT_EQ(read_text(folder / "a"), "old");
  EXPECT_EQ(files_in(folder), 1);
}

TEST(AtomicFile, takes_nothing_over_from_a_crash) {
  const test::TempFolder folder;
  write_atomically(folder / "a.tmp", std::string_view("left over"), 0644);
  AtomicFile file(folder / "a");
  file.append(Bytes{'n', 'e', 'w'});
  file.commit();
  EXPECT_EQ(read_text(folder / "a"), "new");
  EXPECT_EQ(mode_of(folder / "a"), 0600U);
}

TEST(AtomicFile, names_the_file_that_cannot_be_written) {
  const test::TempFolder folder;
  EXPECT_THROW(AtomicFile(folder / "no" / "a"), EnvironmentError);
  std::filesystem::create_directory(folder / "a");
  AtomicFile file(folder / "a");
  file.append(Bytes{'x'});
  try {
    file.commit();
    FAIL();
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find((folder / "a").string()), std::string::npos);
  }
  EXPECT_EQ(files_in(folder), 1) << "the folder that was in its way";
}

TEST(AppendFile, grows_across_openings_and_is_private) {
  const test::TempFolder folder;
  { AppendFile(folder / "a").append(std::string_view("one\n")); }
  AppendFile file(folder / "a");
  file.append(Bytes{'t', 'w', 'o'});
  EXPECT_EQ(read_text(folder / "a"), "one\ntwo");
  EXPECT_EQ(mode_of(folder / "a"), 0600U);
}

TEST(AppendFile, appends_at_the_end_after_a_cut) {
  const test::TempFolder folder;
  AppendFile file(folder / "a");
  file.append(std::string_view("one\nhalf"));
  file.truncate(4);
  file.append(std::string_view("two\n"));
  EXPECT_EQ(read_text(folder / "a"), "one\ntwo\n");
}

TEST(AppendFile, a_second_opener_gets_an_error_until_the_first_is_done) {
  const test::TempFolder folder;
  {
    const AppendFile first(folder / "a");
    EXPECT_THROW(AppendFile(folder / "a"), EnvironmentError);
  }
  EXPECT_NO_THROW(AppendFile(folder / "a"));
}

TEST(AppendFile, the_lock_moves_with_the_file) {
  const test::TempFolder folder;
  AppendFile first(folder / "a");
  AppendFile second = std::move(first);
  EXPECT_THROW(AppendFile(folder / "a"), EnvironmentError);
  second = AppendFile(folder / "b");
  EXPECT_NO_THROW(AppendFile(folder / "a"));
  second.append(std::string_view("b"));
  EXPECT_EQ(read_text(folder / "b"), "b");
}

}  // namespace
}  // namespace fedloom
