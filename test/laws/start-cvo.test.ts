import { startCvo } from "../../src/runbooks/start-cvo.js";
import { laws } from "./laws.js";

// what was started keeps running whatever comes after it, as the plan says: BlueXP's side is not compared
laws(startCvo, { arrange: { name: "a started system runs on", by: () => Promise.resolve(), without: ["bluexp"] } });
