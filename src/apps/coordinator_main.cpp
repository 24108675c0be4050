// fedloom-coordinator: plans rounds, sees noisy totals (with trust: aggregate exact ones, and adds the noise), fits the
// generator, writes the run's public folder. Links no code that can open rows.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>

#include "coordinator_part.hpp"
#include "fedloom/coordinator/conduct.hpp"
#include "fedloom/coordinator/federated_source.hpp"
#include "fedloom/coordinator/totals_source.hpp"
#include "fedloom/privacy/secure_random.hpp"
#include "fedloom/report/report.hpp"
#include "fedloom/train/libtorch.hpp"
#include "fedloom/transport/mpi.hpp"
#include "outcome_file.hpp"
#include "program.hpp"
#include "progress.hpp"
#include "world.hpp"

namespace fedloom::apps {
namespace {

/// Told apart from the sites, which go by their policy's path.
constexpr const char* party = "the coordinator";

struct RunOptions {
  std::string experiment, out, outcome, part = "1/1";
  bool resume = false, gpu = false;
  unsigned threads = 0;
  LiveOption live;
};

void tell_sites(transport::Transport& transport, const std::string& reason) noexcept {
  for (std::size_t site = 1; site < transport.world(); ++site) {
    try {
      transport.send(static_cast<transport::Endpoint>(site), secagg::Abort{reason});
    } catch (const Error&) {
      // That site is gone already.
    }
  }
}

void run(const RunOptions& options, transport::MpiTransport& transport) {
  const auto experiment = config::load_experiment(options.experiment);
  require_roster(experiment);
  coordinator::require_formats(experiment);
  if (options.gpu) train::require_gpu();
  check_world(*experiment.roster, transport);
  Progress progress(experiment, options.live);
  auto folder = options.resume ? coordinator::RunFolder::reopen(options.out, experiment)
                               : coordinator::RunFolder::create(options.out, experiment);
  progress.start(folder.run_id());
  if (experiment.privacy.dropouts > 0 && !transport.survives_losses()) {
    progress.note("mpirun was started without --enable-recovery: a site that dies ends the run");
  }
  coordinator::FederatedSource source(
      experiment, folder.run_id(), transport, stop_flag(),
      {.on_wait = [&](const auto& sites, Millis waited) { progress.waiting(sites, waited); },
       .on_lost = [&](const auto& reason) { progress.note(reason); }});
  progress.joined();
  privacy::SecureRandom random;
  std::optional<coordinator::TotalsSource> curator;
  if (experiment.privacy.trust == config::Trust::aggregate) curator.emplace(experiment, folder, source, random);
  coordinator::MeasurementSource& measurements =
      curator ? static_cast<coordinator::MeasurementSource&>(*curator) : source;
  const auto result = coordinator::conduct(experiment, folder, measurements,
                                           {.on_round = [&](const auto& record) { progress.round(record); },
                                            .on_note = [&](const auto& text) { progress.note(text); },
                                            .stop = &stop_flag(),
                                            .compute = {.ranks = transport.coordinator_ranks(), .gpu = options.gpu}});
  report::write_report(folder.public_folder());
  progress.finish(result, folder.root());
}

void start(const RunOptions& options, std::optional<OutcomeFile>& outcome, int& argc, char**& argv) {
  catch_stop_signals();
  if (!options.outcome.empty()) outcome.emplace(options.outcome);
  const auto place = place_of(party, options.part);
  auto transport = transport::MpiTransport::start(argc, argv, {}, place);
  train::set_threads(options.threads);
  if (place.part > 0) {
    const ExitCode code = fit_as_part(options.experiment, place, *transport);
    if (code != ExitCode::ok) throw CLI::RuntimeError(static_cast<int>(code));
    return;
  }
  if (outcome) outcome->running();
  try {
    if (transport->rank() != transport::coordinator_endpoint) {
      throw EnvironmentError(
          "mpirun", "fedloom-coordinator is rank " + std::to_string(transport->rank()) + ", but must be rank 0",
          "name it first on the mpirun line");
    }
    run(options, *transport);
    dismiss_fitting_parts(*transport);
  } catch (const coordinator::StoppedCleanly&) {
    // The sentence before MPI_Finalize, for the same reason as below.
    const int code = explain_current_exception("fedloom-coordinator");
    dismiss_fitting_parts(*transport);
    throw CLI::RuntimeError(code);
  } catch (const std::exception& error) {
    // The sentence first: mpirun ends this process too, soon after the first site has left.
    const int code = explain_current_exception("fedloom-coordinator");
    tell_sites(*transport, error.what());
    transport->mark_failed();
    throw CLI::RuntimeError(code);
  }
}

}  // namespace
}  // namespace fedloom::apps

int main(int argc, char** argv) {
  using namespace fedloom::apps;
  CLI::App app{"The coordinator of a Fedloom run: sees noisy totals only.", "fedloom-coordinator"};
  auto* command = app.add_subcommand("run", "Conduct one run, as rank 0 under mpirun");
  RunOptions options;
  std::optional<OutcomeFile> outcome;
  command->add_option("experiment", options.experiment, "The experiment")->required();
  command->add_option("--out", options.out, "The run's folder; its name is the run's id")->required();
  command->add_flag("--resume", options.resume, "Go on with the run in --out");
  command->add_option("--threads", options.threads, "Threads for fitting (default: 1, as its products are small)");
  command->add_flag("--gpu", options.gpu,
                    "Fit on a GPU, as then do all ranks of the coordinator; those of a machine take its GPUs in turn");
  add_live_option(*command, options.live);
  command->add_option("--part", options.part,
                      "I/K: this is rank I of a coordinator of K ranks, each of which fits a part of the generator");
  command->add_option("--outcome", options.outcome,
                      "Leave the exit code in this file, which must be there: mpirun --enable-recovery hides it");
  command->footer(
      "Example:\n  mpirun -n 1 fedloom-coordinator run adult.yaml --out runs/adult-1 \\\n"
      "       : -n 1 fedloom-site serve sites/young.policy.yaml adult.yaml --out runs/adult-1 …");
  command->callback([&] { start(options, outcome, argc, argv); });
  const int code = run_program(app, argc, argv);
  if (outcome) outcome->ended(code);
  return code;
}
