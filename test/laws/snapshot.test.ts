import { snapshot } from "../../src/runbooks/snapshot.js";
import { laws } from "./laws.js";

laws(snapshot);
