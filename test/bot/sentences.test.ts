import { expect, test } from "@jest/globals";
import { closingOf } from "../../src/bot/cards/closing.js";
import { homeView } from "../../src/bot/cards/home.js";
import { questions } from "../../src/bot/options.js";
import { phrasebooks, understand, type Vocabulary } from "../../src/requests/index.js";
import { safely } from "../../src/bot/listeners/safely.js";
import { states } from "./support/states.js";

const vocabulary: Vocabulary = {
  runbooks: phrasebooks(() => true),
  sets: [{ name: "prod", aliases: ["production"], volumes: ["epic_prd"] }],
  hosts: [{ name: "epic-trn-01", purposes: ["training"], aliases: [] }],
  purposes: [{ name: "training", aliases: [] }],
  clusters: [],
};
const understood = (say: string) =>
  understand(say, { now: new Date("2026-11-20T14:00:00Z"), asker: { timeZone: "UTC" }, vocabulary, addressed: true });

test("what a finished clone's buttons say is understood, and means that clone", () => {
  const { choices } = closingOf(states["done"]![0]);
  expect(choices.map((each) => understood(each.say))).toMatchObject([
    { kind: "request", runbook: "extend-lease", request: { set: "prod", purpose: "training" } },
    { kind: "request", runbook: "release-clone", request: { set: "prod", purpose: "training" } },
  ]);
});

test("what the Home tab's buttons say are questions", () => {
  const { blocks } = homeView({ user: "U1", groups: [], open: [], recent: [], command: "/sluice" });
  const says = blocks.flatMap((block) => (block.type === "actions" && "elements" in block ? block.elements : [])) as {
    value: string;
  }[];
  expect(says).toHaveLength(4);
  for (const { value } of says) {
    const meant = understood(value);
    expect(meant.kind).toBe("request");
    expect(questions.has(meant.kind === "request" ? meant.runbook : "")).toBe(true);
  }
});

test("what a thread's “undo this restore” becomes is understood", () => {
  expect(understood("undo restore of prod")).toMatchObject({
    kind: "request",
    runbook: "restore",
    request: { set: "prod" },
  });
});

test("an acknowledgement that cannot be delivered stops nothing", async () => {
  await expect(safely(() => Promise.reject(new Error("not connected")))).resolves.toBeUndefined();
});
