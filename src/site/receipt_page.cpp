// The receipt as a page: one sheet of paper, no script, nothing loaded from elsewhere.

#include <algorithm>

#include "fedloom/site/receipt.hpp"
#include "fedloom/site/terms.hpp"
#include "words.hpp"

namespace fedloom::site {
namespace {

constexpr std::size_t most_refusals = 5;
constexpr std::size_t longest_reason = 240;

constexpr const char* style = R"(
@page { size: A4; margin: 14mm; }
body { font: 9.5pt/1.35 system-ui, "Helvetica Neue", Arial, sans-serif; color: #1b1f24; max-width: 182mm; margin: 1.5em auto; padding: 0 1em; }
h1 { font-size: 15pt; margin: 0 0 .1em; }
h2 { font-size: 10.5pt; margin: 1em 0 .25em; border-bottom: 1px solid #c9ced6; padding-bottom: .1em; }
p { margin: .25em 0; }
.quiet { color: #57606a; }
.outcome { font-weight: 600; margin: .6em 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .12em .8em .12em 0; font-weight: normal; }
th { color: #57606a; white-space: nowrap; }
tbody th { width: 6.5em; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
code, .code { font: 8.5pt/1.35 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
ul { margin: .25em 0; padding-left: 1.2em; }
@media print { body { margin: 0; padding: 0; max-width: none; } h2 { break-after: avoid; } }
)";

/// Safe as content and in a quoted attribute. Control characters become question marks.
std::string escape(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? '?' : c;
    }
  }
  return safe;
}

std::string shortened(std::string_view text) {
  if (text.size() <= longest_reason) return std::string(text);
  std::size_t end = longest_reason;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return std::string(text.substr(0, end)) + "…";
}

std::string paragraph(const std::string& text) { return "<p>" + escape(text) + "</p>\n"; }

std::string fact(const std::string& name, const std::string& text) {
  const bool code = name == "roster" || name == "ledger";
  return "<tr><th scope=\"row\">" + escape(name) + "</th><td" + (code ? " class=\"code\"" : "") + ">" + escape(text) +
         "</td></tr>\n";
}

std::string facts(const std::string& rows) { return "<table><tbody>\n" + rows + "</tbody></table>\n"; }

std::string heading(const char* text) { return std::string("<h2>") + text + "</h2>\n"; }

/// A refusal ends a run when it carries what was sent until then; others came before it began, or are of single plans.
bool is_end(const AuditEvent& event) {
  switch (event.kind) {
    case AuditKind::finished:
    case AuditKind::stopped:
    case AuditKind::aborted:
    case AuditKind::withdrew:
      return true;
    default:
      return event.kind == AuditKind::refused && event.sent.has_value();
  }
}

std::string outcome(const Receipt& receipt) {
  const AuditEvent* last = nullptr;
  for (const auto& line : receipt.events) {
    if (is_end(line.event) || line.event.kind == AuditKind::joined) last = &line.event;
  }
  if (last == nullptr) return "There is no record that this site joined the run.";
  const std::string reason = last->reason.empty() ? "." : ": " + shortened(last->reason);
  switch (last->kind) {
    case AuditKind::finished:
      return "The run was finished.";
    case AuditKind::stopped:
      return "The run was stopped and can be resumed.";
    case AuditKind::aborted:
      return "The run ended before its time" + reason;
    case AuditKind::withdrew:
      return "This site withdrew from the run" + reason;
    case AuditKind::refused:
      return "This site refused to go on" + reason;
    default:
      return "The run has no end on record: it still goes on, or the program was killed.";
  }
}

/// What was paid for, by stage: the rounds of a run are too many for one page.
struct StageSum {
  std::string stage;
  std::uint64_t rounds = 0, answers = 0, numbers = 0;
  double rho = 0;
};

/// trust: aggregate: what went to the curator.
std::string opened(const Receipt& receipt) {
  std::uint64_t tables = 0;
  privacy::Rho given;
  for (const auto& entry : receipt.entries) {
    if (entry.kind == "reuse" || !privacy::is_handover(entry.events)) continue;
    tables += entry.events.size() - 1;
    given.value = std::max(given.value, privacy::rho(entry.events.front()).value);
  }
  if (tables == 0) return "";
  return paragraph(
      "The exact totals of " + counted(tables, "table of counts", "tables of counts") +
      ", summed over all sites and without noise, were opened to the coordinator, each once. It is trusted "
      "to release no more than rho " +
      figure(given.value, 4) + " of them, which is booked here.");
}

std::string asked(const Receipt& receipt) {
  std::vector<StageSum> stages;  // in the order in which they came
  StageSum all;
  std::uint64_t reused = 0, chosen = 0;
  for (const auto& entry : receipt.entries) {
    if (privacy::is_handover(entry.events) && entry.kind != "reuse") continue;
    if (entry.kind != "spend") {
      ++reused;
      continue;
    }
    auto of_stage = std::ranges::find(stages, entry.stage, &StageSum::stage);
    if (of_stage == stages.end()) of_stage = stages.insert(stages.end(), {.stage = entry.stage});
    for (StageSum* sum : {&*of_stage, &all}) {
      sum->rounds += 1;
      sum->rho += entry.cost.value;
      for (const auto& event : entry.events) {
        const auto* noisy = std::get_if<privacy::GaussianEvent>(&event);
        if (noisy != nullptr) sum->numbers += noisy->dimension;
        sum->answers += noisy != nullptr ? 1 : 0;
        if (sum == &all && noisy == nullptr) ++chosen;
      }
    }
  }
  std::string text = counted(all.rounds, "answer was", "answers were") + " paid for, with " +
                     counted(all.numbers, "noisy number", "noisy numbers") + " in " +
                     counted(all.answers, "table of counts", "tables of counts") + ".";
  if (chosen > 0) text += " " + counted(chosen, "choice was", "choices were") + " made among candidates.";
  if (reused > 0)
    text += " " + counted(reused, "stored answer was", "stored answers were") + " sealed again, at no cost.";
  const std::string exact = opened(receipt);
  if (!exact.empty() && stages.empty() && reused == 0) return exact;
  std::string page = exact + paragraph(text);
  if (stages.empty()) return page;
  page +=
      "<table><thead><tr><th>stage</th><th class=\"number\">answers</th><th class=\"number\">noisy numbers</th>"
      "<th class=\"number\">rho</th></tr></thead><tbody>\n";
  for (const auto& sum : stages) {
    page += "<tr><td>" + escape(sum.stage) + "</td><td class=\"number\">" + grouped(sum.rounds) +
            "</td><td class=\"number\">" + grouped(sum.numbers) + "</td><td class=\"number\">" + figure(sum.rho, 4) +
            "</td></tr>\n";
  }
  return page + "</tbody></table>\n";
}

std::string guarantee(const Receipt& receipt) {
  const auto& privacy = receipt.experiment.privacy;
  const bool curated = receipt.experiment.privacy.trust == config::Trust::aggregate;
  return std::string(curated ? "Whatever the coordinator has released, as the public ledger lists it"
                             : "Whatever is made from what left this site in this run") +
         ", it tells hardly more than it would have without any "
         "one entity's rows: differential privacy with epsilon at most " +
         figure(privacy.epsilon.value, 4) + " and delta " + figure(privacy.delta.value, 2) +
         ", for adding or removing one entity. What counts as an entity, and whom this withstands, stands above.";
}

std::string costs(const Receipt& receipt) {
  const auto epsilon = [&](privacy::Rho rho) {
    return rho.value <= 0
               ? std::string("nothing")
               : "epsilon " + figure(privacy::epsilon_of(rho, receipt.policy.allow.delta).value, 4) + " at delta " +
                     figure(receipt.policy.allow.delta.value, 2) + " (rho " + figure(rho.value, 4) + ")";
  };
  return facts(fact("this run", epsilon(receipt.spent_by_run)) + fact("all runs", epsilon(receipt.spent_by_all)) +
               fact("left", left_in_words(receipt.policy, receipt.spent_by_all)));
}

std::string sent(const Receipt& receipt) {
  if (!receipt.experiment.roster)
    return "Nothing: one owner holds all rows, and only the noisy results were published.";
  Sent all;
  std::uint64_t lost = 0;
  bool open = false;
  for (const auto& line : receipt.events) {
    if (line.event.kind == AuditKind::joined) {
      lost += open ? 1 : 0;
      open = true;
    }
    if (!line.event.sent) continue;
    open = false;
    all.messages += line.event.sent->messages;
    all.bytes += line.event.sent->bytes;
  }
  lost += open ? 1 : 0;
  std::string text =
      counted(all.messages, "message", "messages") + ", " + counted(all.bytes, "byte", "bytes") +
      " in all, to the coordinator only: keys, signatures, ledger hashes, " +
      (receipt.experiment.quorum().recovers() ? "encrypted shares of mask secrets, " : "") +
      (receipt.experiment.privacy.trust == config::Trust::aggregate ? "and exact counts under masks."
                                                                    : "and counts under noise and mask.");
  if (lost > 0) {
    text += " What left in " + counted(lost, "start", "starts") +
            " of the program that has no end on record is not in these figures.";
  }
  return text;
}

std::string refusals(const Receipt& receipt) {
  std::string items;
  std::size_t count = 0;
  for (const auto& line : receipt.events) {
    if (line.event.kind != AuditKind::refused && line.event.kind != AuditKind::withdrew) continue;
    if (++count > most_refusals) continue;
    const std::string round = line.event.round > 0 ? ", round " + std::to_string(line.event.round) : "";
    items += "<li>" + escape(line.time + round + ": " + shortened(line.event.reason)) + "</li>\n";
  }
  if (count == 0) return paragraph("None.");
  if (count > most_refusals) {
    items += "<li>and " + std::to_string(count - most_refusals) + " more, in the audit log</li>\n";
  }
  return "<ul>\n" + items + "</ul>\n";
}

std::string where_to_check(const Receipt& receipt) {
  const std::string policy = receipt.policy.file.string();
  return facts(fact("ledger", std::to_string(receipt.head.entries) + " entries; hash of the newest " +
                                  to_hex(receipt.head.hash))) +
         "<p>This site's ledger against what the run published: <code>" +
         escape("fedloom ledger verify FOLDER-OF-THE-RUN --policy " + policy) +
         "</code><br>Everything this site did and refused: <code>" + escape("fedloom-site audit " + policy) +
         "</code><br>This page again: <code>" + escape("fedloom-site receipt " + policy + " " + receipt.run) +
         "</code></p>\n";
}

}  // namespace

std::string receipt_html(const Receipt& receipt) {
  const auto& policy = receipt.policy;
  const std::string title = "Receipt of run " + receipt.run;
  std::string page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + escape(title) +
                     "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>" + escape(title) + "</h1>\n";
  page += "<p class=\"quiet\">" +
          escape("Site " + policy.site.name + ", data set " + policy.data_set + ", experiment " +
                 receipt.experiment.name + ". Written " + receipt.time +
                 " from this site's own books. This page stays at the site: it may speak of its rows.") +
          "</p>\n<p class=\"outcome\">" + escape(outcome(receipt)) + "</p>\n";
  std::string terms;
  for (const auto& term : terms_of(policy, receipt.experiment)) terms += fact(term.name, term.text);
  page += heading("What was agreed") + facts(terms);
  page += heading("What was asked") + asked(receipt);
  page += heading("What is guaranteed") + paragraph(guarantee(receipt));
  page += heading("What it cost, and what is left for life") + costs(receipt);
  page += heading("What left this site") + paragraph(sent(receipt));
  page += heading("What was refused") + refusals(receipt);
  page += heading("Where to check it") + where_to_check(receipt);
  return page + "</body>\n</html>\n";
}

}  // namespace fedloom::site
