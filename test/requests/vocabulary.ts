import type { Context, Vocabulary } from "../../src/requests/index.js";
import { phrasebooks } from "../../src/requests/index.js";

/** The demo world's names, as the app would hand them over. */
export const epicVocabulary = (isAvailable: (name: string) => boolean = () => true): Vocabulary => ({
  runbooks: phrasebooks(isAvailable),
  sets: [
    { name: "prod", aliases: ["prd", "production", "epic_prd"], volumes: ["epic_prd"], mirrors: ["epic_prd_dr"] },
    {
      name: "clarity",
      aliases: ["clarity_prd", "reporting db"],
      volumes: ["clarity_prd"],
      mirrors: ["clarity_prd_dr"],
    },
  ],
  hosts: [
    { name: "epic-trn-01", purposes: ["training"], aliases: [] },
    { name: "epic-tst-01", purposes: ["testing"], aliases: [] },
    { name: "clarity-rpt-01", purposes: ["reporting"], aliases: [] },
    { name: "epic-bkp-01", purposes: ["backup"], aliases: [] },
    { name: "epic-dr-01", purposes: ["failover"], aliases: [] },
    { name: "epic-prd-01", purposes: [], aliases: [] },
    { name: "epic-prd-02", purposes: [], aliases: [] },
  ],
  purposes: [
    { name: "training", aliases: ["trn", "train"] },
    { name: "testing", aliases: ["test", "tst"] },
    { name: "reporting", aliases: ["reports", "report", "rpt"] },
    { name: "backup", aliases: ["backups", "bkp"] },
    { name: "failover", aliases: ["dr"] },
  ],
  clusters: [
    { name: "ali-ontap-01", platform: "onprem", svms: ["svm_epic"] },
    { name: "cvo-eastus2", platform: "cvo", svms: ["svm_epic_dr"] },
  ],
});

const WHOLE = epicVocabulary();

/** A Sunday, seven in the morning in New York. */
export const NOW = new Date("2026-11-22T12:00:00Z");

export const epicContext = (over: Partial<Context> = {}): Context => ({
  now: NOW,
  asker: { timeZone: "America/New_York" },
  vocabulary: WHOLE,
  addressed: true,
  ...over,
});
