import { releaseClone } from "../../src/runbooks/release-clone.js";
import { laws } from "./laws.js";

laws(releaseClone, { part: "farEnds" });
