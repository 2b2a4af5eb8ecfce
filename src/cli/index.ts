import { Command, CommanderError } from "commander";
import { complain, told, type ExitCode } from "./output.js";

/** Runs one command line. Commands are loaded when they are used: `parse` does not load Azure. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = new Command("sluice")
    .description("Plans, gates and runs storage work asked for in Slack")
    .exitOverride()
    .showSuggestionAfterError();
  program.configureOutput({ writeErr: (text) => complain(text.trimEnd()) });
  const done =
    (work: (...given: never[]) => Promise<ExitCode> | ExitCode) =>
    async (...given: unknown[]) => {
      code = await work(...(given as never[]));
    };
  addServing(program, done);
  addLooking(program, done);
  addDesk(program, done);
  addRest(program, done);
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return told(error);
  }
}

/** An option that may be given more than once. */
const again = (value: string, before: readonly string[]): readonly string[] => [...before, value];

type Done = (work: (...given: never[]) => Promise<ExitCode> | ExitCode) => (...given: unknown[]) => Promise<void>;

const settings = (command: Command): Command =>
  command
    .option("--config <file>", "configuration file (default sluice.yaml)")
    .option("--world <name>", "take a demo world's configuration and simulators instead");

function addServing(program: Command, done: Done): void {
  const roles = {
    start: { bot: true, worker: true },
    bot: { bot: true, worker: false },
    worker: { bot: false, worker: true },
  };
  const says = { start: "everything in one process", bot: "the Slack side only", worker: "workers only" };
  for (const name of ["start", "bot", "worker"] as const) {
    settings(program.command(name).description(says[name])).action(
      done(async (flags: object) => (await import("./serving.js")).serve(roles[name], flags)),
    );
  }
  program
    .command("demo")
    .description("the product on its simulators, with a page to try it on")
    .option("--port <n>", "port of the page", "8700")
    .option("--world <name>", "which demo world", "epic")
    .action(done(async (flags: object) => (await import("./serving.js")).demo(flags)));
}

function addLooking(program: Command, done: Done): void {
  settings(program.command("parse <text>").description("how a sentence is understood"))
    .option("--json", "one JSON document")
    .option("--now <iso>", "the time it is said at")
    .option("--addressed", "as if said to the bot itself: then it is always answered")
    .action(done(async (text: string, flags: object) => (await import("./looking.js")).parse(text, flags)));
  settings(
    program.command("plan <text>").description("looks and plans against the configured clusters; executes nothing"),
  )
    .option("--json", "one JSON document")
    .option("--as <user>", "Slack user id who asks")
    .action(done(async (text: string, flags: object) => (await import("./looking.js")).plan(text, flags)));
  settings(program.command("doctor").description("checks configuration, Redis, Slack, arrays, Azure and hosts"))
    .option("--json", "one JSON document")
    .action(done(async (flags: object) => (await import("./looking.js")).doctor(flags)));
}

function addDesk(program: Command, done: Done): void {
  settings(program.command("runs").description("what ran and what runs"))
    .option("--json", "one JSON document")
    .action(done(async (flags: object) => (await import("./desk.js")).runs(flags)));
  settings(program.command("run <id>").description("one run's whole story"))
    .option("--json", "one JSON document")
    .action(done(async (id: string, flags: object) => (await import("./desk.js")).run(id, flags)));
  settings(program.command("approvals").description("what waits for whom"))
    .option("--json", "one JSON document")
    .action(done(async (flags: object) => (await import("./desk.js")).approvals(flags)));
  settings(
    program
      .command("passphrase <id>")
      .description("the passphrase of a peering that a person makes by hand: the run's own, made again from the key"),
  ).action(done(async (id: string, flags: object) => (await import("./passphrase.js")).passphrase(id, flags)));
  settings(program.command("cancel <id>").description("cancels a run, or stops it at the next step")).action(
    done(async (id: string, flags: object) => (await import("./desk.js")).cancel(id, flags)),
  );
}

function addRest(program: Command, done: Done): void {
  program
    .command("manifest")
    .description("the Slack app's manifest")
    .option("--http <url>", "for HTTP delivery to this address instead of Socket Mode")
    .action(done(async (flags: object) => (await import("./sims.js")).printManifest(flags)));
  program
    .command("sim <name>")
    .description("one simulator by itself: ontap, azure, slack or bluexp")
    .requiredOption("--port <n>", "port to listen on")
    .option("--tls", "speak HTTPS")
    .option("--world <name>", "which demo world", "epic")
    .option("--cluster <name>", "which cluster (ontap)")
    .option("--release <n>", "its ONTAP release, such as 9.12.1")
    .option("--platform <name>", "onprem, cvo-single or cvo-ha")
    .option("--knob <name=value...>", "how it behaves (docs/simulator-ontap.md)")
    .option("--data <dir>", "keep a sparse file for every LUN in this folder (ontap)")
    .option("--relationships <n>", "so many small mirrors besides the world's own")
    .action(done(async (name: string, flags: { port: string }) => (await import("./sims.js")).sim(name, flags)));
  const policy = program.command("policy").description("what the policy says");
  settings(policy.command("explain <text>").description("who may ask for it, who must say yes, and why"))
    .requiredOption("--as <user>", "Slack user id who asks")
    .option("--json", "one JSON document")
    .action(done(async (text: string, flags: object) => (await import("./policy.js")).explain(text, flags)));
  const audit = program.command("audit").description("the ledger of everything that was asked, approved and done");
  settings(audit.command("verify [export]").description("is the ledger, or an exported part of it, as it was written"))
    .option(
      "--anchor <place:hash>",
      "an end of the ledger that was posted with a digest; as often as you like",
      again,
      [],
    )
    .option("--json", "one JSON document")
    .action(done(async (file: string | undefined, flags: object) => (await import("./audit.js")).verify(file, flags)));
  settings(audit.command("export").description("the ledger as JSON Lines"))
    .option("--since <iso>", "written at this time or later")
    .option("--until <iso>", "written before this time")
    .action(done(async (flags: object) => (await import("./audit.js")).exportLedger(flags)));
}
