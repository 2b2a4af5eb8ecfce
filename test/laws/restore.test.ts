import { restore } from "../../src/runbooks/restore.js";
import { laws } from "./laws.js";

laws(restore, { part: "farEnds" });
